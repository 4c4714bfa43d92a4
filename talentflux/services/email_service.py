"""E-mail: written down in the transaction that causes it, sent by a worker, never twice.

An e-mail goes from `queued` over `sending` to `sent`. The step to `sending` is committed before the mail server is
spoken to, so whoever finds that state after its time knows that a worker was lost in the midst, and that nobody can
say whether the e-mail was taken: it becomes `unclear` and waits for a person.
"""

import re
from dataclasses import asdict
from typing import Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import InvalidInputError
from talentflux.core.queue import enqueue
from talentflux.models.email import EmailMessage
from talentflux.repositories.email_repository import EmailRepository
from talentflux.schemas.email import EmailTemplate
from talentflux.services import email_templates
from talentflux.services.encryption_service import organization_keys, platform_keys
from talentflux.utils.ids import new_id

SEND_TASK: Final = "email.send"
_ACCOUNT: Final = frozenset(EmailTemplate) - {
    EmailTemplate.INVITATION,
    EmailTemplate.OWNERSHIP_TRANSFERRED,
    EmailTemplate.MEMBER_REMOVED,
}
"""What is about an account alone: no organization sees it."""
_INDEXED: Final = "email_message.recipient"
_LONGEST_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}")


async def send(
    session: WriteSession,
    template: str,
    *,
    to: str,
    language: str = "en",
    user_id: UUID | None = None,
    **values: object,
) -> UUID:
    """Write an e-mail into the outbox; a worker sends it once the transaction has committed.

    Args:
        session: The transaction that causes the e-mail.
        template: Name of an `EmailTemplate`.
        to: Address of the recipient.
        language: Of the text; English where there is none.
        user_id: The account that it is about; by default the one that acts.
        **values: What the text names. `link` must be an address; words of people are shortened to 80 characters.

    Returns:
        Id of the e-mail.

    Raises:
        InvalidInputError: The address or a value cannot stand in an e-mail.
    """
    kind = EmailTemplate(template)
    address = _address(to)
    rendered = email_templates.render(kind, language, **values)
    organization_id = None if kind in _ACCOUNT else session.scope.organization_id
    keys = await _keys(session, organization_id)
    row_id = new_id()
    row = EmailMessage(
        id=row_id,
        organization_id=organization_id,
        user_id=user_id or session.scope.user_id,
        template=kind,
        language=language,
        recipient=keys.encrypt(address.encode(), _context("recipient", row_id)),
        recipient_index=keys.blind_index(_INDEXED, address.lower()),
        content=keys.encrypt(orjson.dumps(asdict(rendered)), _context("content", row_id)),
    )
    await EmailRepository(session).add(row)
    await _enqueue(session, row)
    return row_id


async def _keys(session: AnySession, organization_id: UUID | None) -> Keys:
    return await (platform_keys(session) if organization_id is None else organization_keys(session))


async def _enqueue(session: WriteSession, row: EmailMessage, delay_seconds: float | None = None) -> None:
    platform = int(row.organization_id is None)
    await enqueue(session, SEND_TASK, delay_seconds=delay_seconds, email_id=row.id, platform=platform)


def _address(given: str) -> str:
    """Return an address that can stand in a header and in the dialogue with a mail server."""
    if len(given) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(given) or not given.isprintable():
        raise InvalidInputError("This is not an e-mail address.")
    return given


def _context(column: str, row_id: UUID) -> str:
    return f"email_message.{column}:{row_id}"
