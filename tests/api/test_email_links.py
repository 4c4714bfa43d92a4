"""Links of e-mails: each leads to a page that there is, and works for the person who gets it."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from talentflux import services
from talentflux.core.permissions import Role
from talentflux.services.email_templates import PAGES
from tests.api.support import requisition
from tests.factories.requisitions import by, chained, decided, made, submitted
from tests.factories.tenants import add_tenant

_CONSOLE = re.compile(r"email_templates\.console\(public_url, \"([^\"]+)\"\)")
OPERATIONS = sorted(
    {
        operation
        for file in Path(services.__file__).parent.glob("*.py")
        for operation in _CONSOLE.findall(file.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_that_links_may_lead_to_answers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path.format(requisition_id=(await requisition(client))["id"]))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_console_that_links_lead_to_has_their_operations(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()["paths"]
    known = {
        f"{tag}/{operation['operationId']}"
        for path in described.values()
        for operation in path.values()
        if isinstance(operation, dict)
        for tag in operation.get("tags", [])
    }
    assert set(OPERATIONS) >= {"approvals/get_approval", "notes/get_note"}
    assert set(OPERATIONS) <= known


async def test_links_of_letters_about_approvals_and_notes_lead_to_the_log_in_and_on(
    app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    tenant = await add_tenant(app)
    boss, head = await tenant.person(Role.OWNER), await tenant.person(Role.HIRING_MANAGER)
    await chained(tenant, boss, by(head))
    await decided(tenant, head, await submitted(tenant, boss, await made(tenant, boss)))
    one = (await tenant.call(boss, "POST", "/candidates", {"name": "Mara Lindqvist"})).json()["id"]
    note = {"body": "Look.", "mentions": [str(head.user_id)]}
    assert (await tenant.call(boss, "POST", f"/candidates/{one}/notes", note)).status_code == 201
    letters = await tenant.letters()
    assert [template for template, *_ in letters] == ["approval_decided", "note_mention"]
    for _, _, text in letters:
        (link,) = re.findall(r"https?://\S+", text)
        assert (await anonymous.get(urlsplit(link)._replace(scheme="", netloc="").geturl())).status_code == 200
        (following,) = parse_qs(urlsplit(link).query)["next"]
        page, _, operation = following.partition("#/")
        assert (await anonymous.get(page)).status_code == 200
        assert operation in OPERATIONS
