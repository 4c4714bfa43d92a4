"""How requisitions go: their age, what is filled, where applications stand, what wants a recruiter's look."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from talentflux.core.database import AnySession
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.schemas.requisition_health import HealthFlag, HealthQuery

QUIET_DAYS: Final = 14
"""Days without anything that happens after which an open requisition is quiet."""
OLD_DAYS: Final = 90
"""Days after which a requisition that is not filled is old."""
NO_APPLICATIONS_DAYS: Final = 7
"""Days after which an open requisition should have applications."""
WAITS_DAYS: Final = 5
"""Days after which an approval waits for long."""


async def page(session: AnySession, asked: HealthQuery) -> RowPage:
    """Read a page of the health of requisitions.

    Args:
        session: The transaction.
        asked: Filters, order and place.
    """
    found = await RequisitionRepository(session).health(asked)
    now = datetime.now(UTC)
    return replace(found, items=[_health(row, now) for row in found.items])


def _health(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    last = max(row["updated_at"], row["last_event_at"] or row["updated_at"])
    dates = [each for each in (row["target_date"], row["next_target_date"]) if each is not None]
    due: date | None = min(dates, default=None)
    sought = row["status"] in {RequisitionStatus.OPEN, RequisitionStatus.ON_HOLD}
    health = {name: row[name] for name in ("id", "title", "status", "department", "workspace_id")} | {
        "age_days": (now - (row["opened_at"] or row["created_at"])).days,
        "headcount": row["headcount"],
        "filled": row["filled"],
        "applications": row["stages"] or {},
        "last_activity_at": last,
        "quiet_days": max((now - last).days, 0),
        "next_target_date": due,
        "overdue_days": max((now.date() - due).days, 0) if due and sought else 0,
    }
    return health | {"flags": list(_flags(health))}


def _flags(health: dict[str, Any]) -> list[dict[str, str]]:
    status = health["status"]
    is_open = status == RequisitionStatus.OPEN
    sought = is_open or status == RequisitionStatus.ON_HOLD
    age, quiet, overdue = health["age_days"], health["quiet_days"], health["overdue_days"]
    possible = (
        (HealthFlag.OVERDUE, sought and overdue > 0, f"Due on {health['next_target_date']}, {overdue} days ago."),
        (HealthFlag.QUIET, is_open and quiet >= QUIET_DAYS, f"Nothing has happened for {quiet} days."),
        (
            HealthFlag.NO_APPLICATIONS,
            is_open and not health["applications"] and age >= NO_APPLICATIONS_DAYS,
            f"Open for {age} days without an application.",
        ),
        (
            HealthFlag.OLD,
            sought and age >= OLD_DAYS,
            f"{age} days old, {health['filled']} of {health['headcount']} openings filled.",
        ),
        (
            HealthFlag.WAITS_FOR_APPROVAL,
            status == RequisitionStatus.PENDING_APPROVAL and quiet >= WAITS_DAYS,
            f"Its approval has not moved for {quiet} days.",
        ),
    )
    return [{"flag": str(flag), "reason": reason} for flag, holds, reason in possible if holds]
