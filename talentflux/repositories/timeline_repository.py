"""SQL of timelines."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from sqlalchemy import Boolean, bindparam, cast, func, or_, select

from talentflux.core.database import AnySession
from talentflux.models import CandidateMerge, Event
from talentflux.repositories.base import LAST_ID, ListQuery, newest_first, optional, parameter
from talentflux.schemas.page import RowPage
from talentflux.schemas.timeline import TimelineQuery

_after, _order = newest_first(Event)
_whose = parameter("candidate_id", Event.candidate_id)
# An array, for a condition that is either one id or one of several would not be looked up in the index.
_whole = func.array(
    select(_whose)
    .union_all(
        select(CandidateMerge.other_id).where(
            CandidateMerge.organization_id == parameter("organization_id", Event.organization_id),
            CandidateMerge.candidate_id == _whose,
            CandidateMerge.undone_at.is_(None),
        )
    )
    .scalar_subquery()
)
_LIST: Final = ListQuery(
    select(
        Event.id, Event.type, Event.actor, Event.candidate_id, Event.requisition_id, Event.application_id,
        Event.job_id, Event.data, Event.created_at,
    )
    .where(
        Event.organization_id == parameter("organization_id", Event.organization_id),
        Event.candidate_id == func.any(_whole),
        _after,
        optional(Event.type, "type"),
        or_(
            cast(bindparam("all"), Boolean()),
            Event.data["private"].as_boolean().is_not(True),
            Event.actor == parameter("me", Event.actor),
        ),
    )
    .order_by(_order),
    key={"id": LAST_ID},
)  # fmt: skip
_CALLED: Final = {
    "requisition": "title",
    "job": "title",
    "pipeline_stage": "name",
    "source": "name",
    "talent_pool": "name",
}
"""Tables whose rows have a name, by the column that holds it."""
# One statement that also says whether the candidate is there: without one there is no row.
_NAMES: Final = """
select 'candidate' as kind, c.id, null as name, null as user_wrapped_key, null as user_profile
from candidate c where c.organization_id = %(organization_id)s and c.id = %(candidate_id)s and c.deleted_at is null
union all
select 'user', u.id, null, u.wrapped_key, u.profile
from member m join user_account u on u.id = m.user_id
where m.organization_id = %(organization_id)s and m.user_id = any(%(users)s) and m.deleted_at is null""" + "".join(
    f"""
union all
select '{table}', id, {column}, null, null from {table}
where organization_id = %(organization_id)s and id = any(%({table})s)"""  # noqa: S608 -- names of ours
    for table, column in _CALLED.items()
)


class TimelineRepository:
    """What happened to candidates of the organization.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def page(self, candidate_id: UUID, asked: TimelineQuery, me: str, *, everything: bool) -> RowPage:
        """Read a page of events about a candidate and about those who were merged into them, the latest first.

        Args:
            candidate_id: Of whom they tell.
            asked: Filter and place.
            me: Whose private notes are told of in any case.
            everything: Whether those of others are too.
        """
        filters = {"candidate_id": candidate_id, "type": asked.type, "me": me, "all": everything}
        return await _LIST.asked(self._session, asked, **filters)

    async def names(
        self, candidate_id: UUID, user_ids: Sequence[UUID], called: Mapping[str, Collection[UUID]]
    ) -> tuple[list[dict[str, Any]], dict[UUID, str]] | None:
        """Return the accounts of users who are members, and the names of rows; None where the candidate is not there.

        Args:
            candidate_id: Whose timeline it is.
            user_ids: Of users.
            called: Ids of rows by table, one of requisition, job, pipeline_stage, source and talent_pool.
        """
        driver = await self._session.driver()
        given = {table: list(called.get(table, ())) for table in _CALLED}
        scope = {"organization_id": self._session.scope.organization_id, "candidate_id": candidate_id}
        async with driver.cursor(row_factory=dict_row, binary=True) as rows:
            await rows.execute(_NAMES.encode(), {"users": list(user_ids), **scope, **given})
            found = await rows.fetchall()
        if not any(row["kind"] == "candidate" for row in found):
            return None
        users = [row for row in found if row["kind"] == "user"]
        return users, {row["id"]: row["name"] for row in found if row["kind"] in _CALLED}
