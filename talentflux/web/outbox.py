"""E-mails of a development server, which has no mail server: whoever sits at the machine reads them here."""

import asyncio
import ipaddress
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import NotFoundError
from talentflux.core.mailer import outbox_folder
from talentflux.dependencies import Using, open_to_all
from talentflux.web.pages import page

_NEWEST: Final = 50
_PROXIED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_OWN_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LINK: Final = re.compile(r"(https?://[^\s<>\"']+)")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/outbox", dependencies=[open_to_all()])
async def outbox(request: Request, resources: Using) -> HTMLResponse:
    """Show the newest e-mails with their links, on the machine itself and in development only."""
    if not _at_the_machine(request, resources.settings):
        raise NotFoundError("There is no such page.")
    emails = await asyncio.to_thread(_newest, outbox_folder(resources.settings))
    return page("outbox/outbox.html", emails=emails, most=_NEWEST)


def _at_the_machine(request: Request, settings: Settings) -> bool:
    """Return whether the e-mails are in files and the request comes from this machine, without a proxy between."""
    if settings.environment is Environment.PRODUCTION or settings.smtp_host:
        return False
    if any(name in request.headers for name in _PROXIED) or request.url.hostname not in _OWN_HOSTS:
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _newest(folder: Path) -> list[dict[str, object]]:
    files = sorted(folder.glob("*.eml"), key=lambda file: file.name, reverse=True)[:_NEWEST]
    return [_read(file) for file in files]


def _read(file: Path) -> dict[str, object]:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    # Links and what stands between them take turns.
    parts = [(part, bool(number % 2)) for number, part in enumerate(_LINK.split(text.strip()))]
    written: datetime | None = message["Date"].datetime if message["Date"] else None
    return {"subject": message["Subject"], "to": message["To"], "date": written, "parts": parts, "name": file.name}
