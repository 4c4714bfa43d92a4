"""SQL of boards: stages with their counts, and the cards in their order."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, select, text, tuple_
from sqlalchemy.types import TypeEngine

from talentflux.core.cursor import make_cursor
from talentflux.core.database import AnySession
from talentflux.core.statements import Statement, as_dicts
from talentflux.models import Application, Candidate
from talentflux.repositories.base import FIRST_ID, ListQuery, of_tenant, parameter
from talentflux.schemas.page import RowPage


def _ready(sql: str, **types: TypeEngine[Any]) -> Statement:
    """Return a statement over a requisition of an organization."""
    known: dict[str, TypeEngine[Any]] = {"organization_id": Uuid(), "requisition_id": Uuid(), **types}
    return Statement(text(sql).bindparams(*(bindparam(name, type_=known[name]) for name in known)))


_STAGES: Final = _ready(
    """
select p.id as pipeline_id, s.id, s.name, s.kind, s.max_days, (
    select count(*) from application a
    where a.organization_id = r.organization_id and a.requisition_id = r.id and a.stage_id = s.id
        and a.deleted_at is null and a.withdrawn_at is null and a.transferred_to_id is null
) as total
from requisition r
left join lateral (
    select coalesce(o.shared_id, o.id) as id from pipeline o
    where o.organization_id = r.organization_id and o.deleted_at is null
        and (o.requisition_id = r.id or o.is_default)
    order by o.requisition_id nulls last limit 1
) p on true
left join pipeline_stage s
    on s.organization_id = r.organization_id and s.pipeline_id = p.id and s.deleted_at is null
where r.organization_id = :organization_id and r.id = :requisition_id and r.deleted_at is null
order by s.position, s.id"""
)
_CARDS: Final = _ready(
    """
select c.* from unnest(:stages) with ordinality s (id, place)
cross join lateral (
    select a.id, a.candidate_id, p.wrapped_key as candidate_wrapped_key, p.profile as candidate_profile, a.stage_id,
        a.status, a.origin, a.entered_stage_at, a.stage_due_at, a.answer_due_at, a.updated_at, a.position
    from application a
    join candidate p on p.organization_id = a.organization_id and p.id = a.candidate_id
    where a.organization_id = :organization_id and a.requisition_id = :requisition_id and a.stage_id = s.id
        and a.deleted_at is null and a.withdrawn_at is null and a.transferred_to_id is null
    order by a.position, a.id limit :most
) c
order by s.place, c.position, c.id""",
    stages=ARRAY(Uuid()),
    most=Integer(),
)


class _Column(ListQuery):
    """A column of a board, whose cursor a board can give too."""

    def following(self, session: AnySession, row: dict[str, Any], **filters: object) -> str:
        """Return where a column goes on behind a card."""
        return make_cursor([row["position"], row["id"]], self._place(session, filters), session.keyring.sign)


_COLUMN: Final = _Column(
    select(
        Application.id,
        Application.candidate_id,
        Candidate.wrapped_key.label("candidate_wrapped_key"),
        Candidate.profile.label("candidate_profile"),
        Application.stage_id,
        Application.status,
        Application.origin,
        Application.entered_stage_at,
        Application.stage_due_at,
        Application.answer_due_at,
        Application.updated_at,
        Application.position,
    )
    .join(
        Candidate,
        (Candidate.organization_id == Application.organization_id) & (Candidate.id == Application.candidate_id),
    )
    .where(
        *of_tenant(Application),
        Application.withdrawn_at.is_(None),
        Application.transferred_to_id.is_(None),
        Application.requisition_id == parameter("requisition_id", Application.requisition_id),
        Application.stage_id == parameter("stage_id", Application.stage_id),
        tuple_(Application.position, Application.id)
        > tuple_(parameter("after_position", Application.position), parameter("after_id", Application.id)),
    )
    .order_by(Application.position, Application.id),
    key={"position": "", "id": FIRST_ID},
)


class BoardRepository:
    """Boards of the organization.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def stages(self, requisition_id: UUID) -> list[dict[str, Any]]:
        """Return the stages of a requisition with their counts; nothing where there is no such requisition."""
        return await self._rows(_STAGES, requisition_id=requisition_id)

    async def cards(self, requisition_id: UUID, stages: list[UUID], most: int) -> list[dict[str, Any]]:
        """Return the first cards of each stage in their order.

        Args:
            requisition_id: Which requisition.
            stages: Which stages.
            most: Cards of each.
        """
        return await self._rows(_CARDS, requisition_id=requisition_id, stages=stages, most=most)

    async def column(self, requisition_id: UUID, stage_id: UUID, limit: int, cursor: str | None) -> RowPage:
        """Read a page of one column."""
        return await _COLUMN.page(self._session, limit, cursor, requisition_id=requisition_id, stage_id=stage_id)

    def following(self, requisition_id: UUID, row: dict[str, Any]) -> str:
        """Return where a column goes on behind a card."""
        return _COLUMN.following(self._session, row, requisition_id=requisition_id, stage_id=row["stage_id"])

    async def _rows(self, statement: Statement, **values: object) -> list[dict[str, Any]]:
        organization_id = self._session.scope.organization_id
        return as_dicts(*await self._session.rows(statement, {"organization_id": organization_id, **values}))
