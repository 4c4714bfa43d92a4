"""The statuses of a requisition and the actions that lead from one to another, in one place."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from talentflux.core.database import WriteSession
from talentflux.core.errors import ConflictError
from talentflux.models import Requisition
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.services import audit_service, event_service, public_pages

_S = RequisitionStatus


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with a requisition.

    Attributes:
        event: What has happened then.
        sources: The statuses in which it is allowed.
        targets: The statuses that it can lead to; the first unless said otherwise.
        by_person: Whether a person may ask for it; else it follows from something else.
    """

    event: str
    sources: frozenset[RequisitionStatus]
    targets: tuple[RequisitionStatus, ...]
    by_person: bool = True


ACTIONS: Final[dict[str, Action]] = {
    "submit": Action("submitted", frozenset({_S.DRAFT}), (_S.PENDING_APPROVAL, _S.APPROVED)),
    "withdraw": Action("withdrawn", frozenset({_S.PENDING_APPROVAL}), (_S.DRAFT,)),
    "approve": Action("approved", frozenset({_S.PENDING_APPROVAL}), (_S.APPROVED,), by_person=False),
    "decline": Action("declined", frozenset({_S.PENDING_APPROVAL}), (_S.DRAFT,), by_person=False),
    "return": Action(
        "returned",
        frozenset({_S.PENDING_APPROVAL, _S.APPROVED, _S.OPEN, _S.ON_HOLD}),
        (_S.DRAFT,),
        by_person=False,
    ),
    "open": Action("opened", frozenset({_S.DRAFT, _S.APPROVED}), (_S.OPEN,)),
    "hold": Action("held", frozenset({_S.OPEN}), (_S.ON_HOLD,)),
    "resume": Action("resumed", frozenset({_S.ON_HOLD}), (_S.OPEN,)),
    "fill": Action("filled", frozenset({_S.OPEN, _S.ON_HOLD}), (_S.FILLED,), by_person=False),
    "release": Action("released", frozenset({_S.FILLED}), (_S.OPEN,), by_person=False),
    "close": Action("closed", frozenset(_S) - {_S.CLOSED}, (_S.CLOSED,)),
    "reopen": Action("reopened", frozenset({_S.CLOSED, _S.FILLED}), (_S.OPEN, _S.DRAFT)),
}
_ENDED: Final = frozenset({_S.FILLED, _S.CLOSED})


def allowed(status: str) -> list[str]:
    """Return the actions that a person may ask for in a status.

    Args:
        status: Of a requisition.
    """
    return [name for name, action in ACTIONS.items() if action.by_person and status in action.sources]


def check(row: Requisition, name: str) -> None:
    """Make sure that an action is allowed now.

    Args:
        row: The requisition, locked.
        name: Of the action.

    Raises:
        ConflictError: It is not; the sentence says what is.
    """
    if row.status not in ACTIONS[name].sources:
        possible = ", ".join(allowed(row.status)) or "nothing"
        raise ConflictError(
            f"A requisition that is {_words(row.status)} does not take the action {name}. Possible now: {possible}.",
            code="requisition_state",
        )


async def take(  # noqa: PLR0913 -- the parts of a change of status; the last two by name
    session: WriteSession,
    row: Requisition,
    name: str,
    target: RequisitionStatus | None = None,
    *,
    reason: str | None = None,
    data: dict[str, object] | None = None,
) -> None:
    """Take a requisition into another status.

    Args:
        session: The transaction.
        row: The requisition, locked.
        name: Of the action.
        target: Where it leads, if it can lead to several.
        reason: In words of a person; kept with the requisition and nowhere else.
        data: What else the event tells.

    Raises:
        ConflictError: The action is not allowed now.
    """
    check(row, name)
    action = ACTIONS[name]
    former, row.status = row.status, target or action.targets[0]
    if row.status not in action.targets:
        raise LookupError(f"{name} does not lead to {row.status}")
    row.status_reason = reason
    now = datetime.now(UTC)
    if row.status == _S.OPEN and row.opened_at is None:
        row.opened_at = now
    if row.status in _ENDED:
        row.closed_at = row.closed_at if former in _ENDED else now
    else:
        row.closed_at = None
    await session.flush()
    status = str(row.status)
    audit_service.record(
        session, f"requisition.{name}", "requisition", row.id, before={"status": former}, after={"status": status}
    )
    public_pages.forget_on_commit(session)
    told = {"from": former, "to": status, **(data or {})}
    event_service.emit(session, f"requisition.{action.event}", requisition_id=row.id, data=told)


def action_to(row: Requisition, wanted: RequisitionStatus) -> str:
    """Return the action that a person takes to bring a requisition into a status.

    Args:
        row: The requisition, locked.
        wanted: The status.

    Raises:
        ConflictError: None leads there from where it is.
    """
    for name in allowed(row.status):
        if wanted in ACTIONS[name].targets:
            return name
    raise ConflictError(
        f"No action leads from {_words(row.status)} to {_words(wanted)}. "
        f"Possible now: {', '.join(allowed(row.status)) or 'nothing'}.",
        code="requisition_state",
    )


def _words(status: str) -> str:
    return str(status).replace("_", " ")
