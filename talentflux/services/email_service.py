"""E-mail: written down in the transaction that causes it, sent by a worker, never twice.

An e-mail goes from `queued` over `sending` to `sent`. The step to `sending` is committed before the mail server is
spoken to, so whoever finds that state after its time knows that a worker was lost in the midst, and that nobody can
say whether the e-mail was taken: it becomes `unclear` and waits for a person.
"""

import re
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.core.logging import get_logger
from talentflux.core.mailer import Delivery, Letter, Result
from talentflux.core.queue import enqueue
from talentflux.models.email import EmailMessage
from talentflux.repositories.email_repository import EmailRepository
from talentflux.schemas.email import EmailQuery, EmailRead, EmailState, EmailTemplate
from talentflux.schemas.page import RowPage
from talentflux.services import audit_service, email_templates
from talentflux.services.encryption_service import organization_keys, platform_keys
from talentflux.utils.ids import new_id

SEND_TASK: Final = "email.send"
SWEEP_TASK: Final = "email.sweep"
_ACCOUNT: Final = frozenset(EmailTemplate) - {
    EmailTemplate.INVITATION,
    EmailTemplate.OWNERSHIP_TRANSFERRED,
    EmailTemplate.MEMBER_REMOVED,
    EmailTemplate.CANDIDATE_MESSAGE,
    EmailTemplate.STAGE_AGE,
    EmailTemplate.NOTE_MENTION,
    EmailTemplate.APPROVAL_REQUESTED,
    EmailTemplate.APPROVAL_REMINDER,
    EmailTemplate.APPROVAL_DECIDED,
    EmailTemplate.APPLICATION_RECEIVED,
}
"""What is about an account alone: no organization sees it."""
_FLAGGED: Final = frozenset({EmailState.FAILED, EmailState.UNCLEAR})
_SHORTEST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=4)
_LONGEST_PATIENCE: Final = timedelta(days=2)
_PATIENCE: Final = {
    EmailTemplate.RESET_PASSWORD: timedelta(hours=1),
    EmailTemplate.CONFIRM_EMAIL: timedelta(hours=1),
    EmailTemplate.VERIFY_EMAIL: timedelta(days=1),
}
"""For how long an e-mail is tried: links that are good for a short time are of no use later."""
_TEXTS_KEPT: Final = timedelta(days=7)
_ROWS_KEPT: Final = timedelta(days=90)
_ACCOUNT_ROWS_KEPT: Final = timedelta(days=7)  # no list shows them
_NEGLECTED: Final = timedelta(minutes=10)
_SWEEP_SECONDS: Final = 3600.0
_INDEXED: Final = "email_message.recipient"
_LONGEST_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}")


_log = get_logger("email")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to one attempt at sending an e-mail.

    Attributes:
        email_id: Which e-mail.
        number: Of the attempt.
        letter: What is sent.
    """

    email_id: UUID
    number: int
    letter: Letter


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
    language = email_templates.known(language)
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


async def claim(session: WriteSession, email_id: UUID, domain: str, lease: timedelta) -> Claim | None:
    """Take an e-mail for one attempt; the attempt may begin once this transaction has committed.

    Args:
        session: A transaction of its own: of the e-mail's organization, or of identity for what is about accounts.
        email_id: Which.
        domain: Of the Message-ID.
        lease: How long the attempt takes at most; afterwards nobody can know how it ended.

    Returns:
        The attempt, or None where there is nothing to do: not due, sent already, or somebody is at it.
    """
    repository = EmailRepository(session)
    row = await repository.claim(email_id, lease, f"<{email_id.hex}@{domain}>")
    if row is None:
        await _look_after(session, repository, email_id)
        return None
    keys = await _keys(session, row.organization_id)
    assert row.content is not None
    assert row.message_id is not None
    recipient = keys.decrypt(row.recipient, _context("recipient", row.id)).decode()
    content = orjson.loads(keys.decrypt(row.content, _context("content", row.id)))
    letter = Letter(
        message_id=row.message_id,
        recipient=recipient,
        language=row.language,
        written_at=row.created_at,
        **content,
    )
    return Claim(row.id, row.attempts, letter)


async def _look_after(session: WriteSession, repository: EmailRepository, email_id: UUID) -> None:
    """Flag an e-mail whose sender was lost, or come back when it must have ended."""
    if (lost := await repository.give_up_on_sender(email_id, "worker_lost")) is not None:
        _log.warning("e-mail unclear", email_id=str(lost.id), reason=lost.last_error)
        return
    row = await repository.find(email_id)
    if row is not None and row.state == EmailState.SENDING and row.claimed_until is not None:
        left = row.claimed_until - await repository.now()
        await _enqueue(session, row, left.total_seconds() + 1, queueing_lock=f"{SEND_TASK}:{row.id}")


async def settle(session: WriteSession, attempt: Claim, delivery: Delivery) -> None:
    """Write down what became of an attempt, and when the next one is.

    Args:
        session: A transaction as for `claim`.
        attempt: What `claim` gave.
        delivery: What the mailer said.
    """
    repository = EmailRepository(session)
    now = await repository.now()
    values: dict[str, Any] = {"last_error": delivery.reason}
    row = await repository.get(attempt.email_id)
    pause: timedelta | None = None
    if delivery.result is Result.DELIVERED:
        values |= {"state": EmailState.SENT, "sent_at": now, "content": None}
    elif delivery.result is Result.RETRY:
        elapsed = now - row.queued_at
        pause = min(max(elapsed, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        if elapsed + pause > _PATIENCE.get(EmailTemplate(row.template), _LONGEST_PATIENCE):
            pause = None
            values |= {"state": EmailState.FAILED}
        else:
            values |= {"state": EmailState.QUEUED, "next_attempt_at": now + pause}
    else:
        values |= {"state": EmailState.FAILED if delivery.result is Result.REFUSED else EmailState.UNCLEAR}
    settled = await repository.settle(attempt.email_id, attempt.number, **values)
    if settled is None:
        return
    if pause is not None:
        await _enqueue(session, settled, pause.total_seconds())
    say = _log.info if settled.state in {EmailState.SENT, EmailState.QUEUED} else _log.warning
    say("e-mail attempt", email_id=str(settled.id), state=settled.state, reason=delivery.reason)


async def get(session: AnySession, email_id: UUID) -> EmailRead:
    """Return an e-mail of the organization.

    Args:
        session: The transaction.
        email_id: Which.

    Raises:
        NotFoundError: There is none in this organization.
    """
    row = await EmailRepository(session).get(email_id)
    columns = {name: getattr(row, name) for name in EmailRead.model_fields if hasattr(row, name)}
    return EmailRead.model_validate(
        _listed(columns | {"kept": row.content is not None}, await organization_keys(session))
    )


async def page(session: AnySession, asked: EmailQuery) -> RowPage:
    """Read a page of the organization's e-mails, newest first.

    Args:
        session: The transaction.
        asked: Filters and place.
    """
    keys = await organization_keys(session)
    index = None if asked.recipient is None else keys.blind_index(_INDEXED, asked.recipient.lower())
    found = await EmailRepository(session).page(asked, index)
    return replace(found, items=[_listed(row, keys) for row in found.items])


def _listed(row: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Return a row's columns as they are answered."""
    row = dict(row)
    row["recipient"] = keys.decrypt(row["recipient"], _context("recipient", row["id"])).decode()
    row["resendable"] = row.pop("kept") and row["state"] in _FLAGGED
    if row["state"] != EmailState.QUEUED:
        row["next_attempt_at"] = None
    return row


async def resend(session: WriteSession, email_id: UUID) -> EmailRead:
    """Send a flagged e-mail again, because a person says so.

    Args:
        session: The transaction.
        email_id: Which.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It is not flagged, or its text is not kept any more.
    """
    repository = EmailRepository(session)
    row = await repository.get(email_id, lock=True)
    if row.state not in _FLAGGED:
        raise ConflictError("Only an e-mail that failed or is unclear can be sent again.")
    if row.content is None:
        raise ConflictError("The text of this e-mail is not kept any more. Repeat what caused it.")
    before, row.state = row.state, EmailState.QUEUED
    row.queued_at = row.next_attempt_at = await repository.now()
    await session.flush()
    await _enqueue(session, row)
    audit_service.record(session, "email.resend", "email", row.id, before={"state": before}, after={"state": row.state})
    return await get(session, email_id)


async def sweep(session: WriteSession) -> None:
    """Look after e-mails that no job looks after, drop what is kept no longer, and come back while there is any.

    Args:
        session: A transaction of an organization, or of identity for what is about accounts.
    """
    repository = EmailRepository(session)
    for email_id in await repository.neglected(_NEGLECTED):
        await _enqueue(session, await repository.get(email_id), queueing_lock=f"{SEND_TASK}:{email_id}")
    kept = _ACCOUNT_ROWS_KEPT if session.scope.organization_id is None else _ROWS_KEPT
    await repository.forget(_TEXTS_KEPT, kept)
    if await repository.remain():
        await schedule_sweep(session)


async def schedule_sweep(session: WriteSession) -> None:
    """Let `sweep` run within the hour, once for all who ask.

    Args:
        session: As for `sweep`.
    """
    owner = session.scope.organization_id
    lock = f"{SWEEP_TASK}:{owner or 'platform'}"
    await enqueue(session, SWEEP_TASK, delay_seconds=_SWEEP_SECONDS, queueing_lock=lock, platform=int(owner is None))


async def _keys(session: AnySession, organization_id: UUID | None) -> Keys:
    return await (platform_keys(session) if organization_id is None else organization_keys(session))


async def _enqueue(
    session: WriteSession, row: EmailMessage, delay_seconds: float | None = None, queueing_lock: str | None = None
) -> None:
    platform = int(row.organization_id is None)
    await enqueue(
        session, SEND_TASK, delay_seconds=delay_seconds, queueing_lock=queueing_lock, email_id=row.id, platform=platform
    )


def _address(given: str) -> str:
    """Return an address that can stand in a header and in the dialogue with a mail server."""
    if len(given) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(given) or not given.isprintable():
        raise InvalidInputError("This is not an e-mail address.")
    return given


def _context(column: str, row_id: UUID) -> str:
    return f"email_message.{column}:{row_id}"
