"""SQL of requisitions and of the versions of their requirements."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from talentflux.core.errors import NotFoundError
from talentflux.models import Application, Event, HiringTeam, Opening, RequirementVersion, Requisition
from talentflux.repositories import cascade
from talentflux.repositories.base import ListQuery, ResourceList, TenantRepository, optional, parameter
from talentflux.schemas.opening import OpeningStatus
from talentflux.schemas.page import RowPage
from talentflux.schemas.requisition import RequisitionQuery
from talentflux.schemas.requisition_health import HealthQuery
from talentflux.schemas.version import Versions


def _amount(column: Any) -> Any:
    """Return an amount as text without zeros behind that say nothing."""
    return cast(func.trim_scale(column), Text).label(column.key)


def _if_given(name: str, like: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(parameter(name, like).is_(None), condition)


_team_member = parameter("team_member_id", HiringTeam.user_id)
_in_team = select(HiringTeam.requisition_id).where(
    HiringTeam.organization_id == parameter("organization_id", HiringTeam.organization_id),
    HiringTeam.user_id == _team_member,
    HiringTeam.deleted_at.is_(None),
)
_FILTERS = [
    optional(Requisition.status, "status"),
    optional(Requisition.department, "department"),
    optional(Requisition.workspace_id, "workspace_id"),
    optional(Requisition.external_id, "external_id"),
    _if_given("team_member_id", HiringTeam.user_id, Requisition.id.in_(_in_team)),
    _if_given("place", Requisition.places, Requisition.places.contains(parameter("place", Requisition.places))),
    _if_given(
        "opened_after", Requisition.opened_at, Requisition.opened_at >= parameter("opened_after", Requisition.opened_at)
    ),
    _if_given(
        "opened_before",
        Requisition.opened_at,
        Requisition.opened_at < parameter("opened_before", Requisition.opened_at),
    ),
    _if_given("q", Requisition.title, Requisition.title.ilike(parameter("q", Requisition.title))),
]
_LIST = ResourceList(
    Requisition,
    select(
        Requisition.id,
        Requisition.title,
        Requisition.status,
        Requisition.language,
        Requisition.location,
        Requisition.requirements_version,
        Requisition.confidential,
        Requisition.workspace_id,
        Requisition.external_id,
        Requisition.department,
        Requisition.employment_type,
        _amount(Requisition.pay_min),
        _amount(Requisition.pay_max),
        Requisition.pay_currency,
        Requisition.pay_period,
        Requisition.places,
        Requisition.remote,
        Requisition.remote_countries,
        Requisition.target_date,
        Requisition.headcount,
        Requisition.filled,
        Requisition.opened_at,
        Requisition.closed_at,
        Requisition.created_at,
        Requisition.updated_at,
        Requisition.deleted_at,
    ),
    filters=_FILTERS,
)
_staged = (
    select(Application.stage, func.count().label("number"))
    .where(
        Application.organization_id == Requisition.organization_id,
        Application.requisition_id == Requisition.id,
        Application.deleted_at.is_(None),
    )
    .correlate(Requisition)
    .group_by(Application.stage)
    .subquery()
    .lateral()
)
# Of the rows of a page alone: what stands in a list of columns is worked out when rows are sorted and cut.
_COUNTED = (
    select(func.jsonb_object_agg(_staged.c.stage, _staged.c.number)).scalar_subquery().label("stages"),
    select(Event.created_at)
    .where(Event.organization_id == Requisition.organization_id, Event.requisition_id == Requisition.id)
    .order_by(Event.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("last_event_at"),
    select(func.min(Opening.target_date))
    .where(
        Opening.organization_id == Requisition.organization_id,
        Opening.requisition_id == Requisition.id,
        Opening.status == OpeningStatus.OPEN,
        Opening.deleted_at.is_(None),
    )
    .scalar_subquery()
    .label("next_target_date"),
)
_HEALTH = ResourceList(
    Requisition,
    select(
        Requisition.id,
        Requisition.title,
        Requisition.status,
        Requisition.department,
        Requisition.workspace_id,
        Requisition.headcount,
        Requisition.filled,
        Requisition.target_date,
        Requisition.opened_at,
        Requisition.created_at,
        Requisition.updated_at,
        *_COUNTED,
    ),
    filters=_FILTERS,
)
_number = RequirementVersion.version
_VERSIONS = ListQuery(
    select(
        _number,
        func.jsonb_array_length(RequirementVersion.requirements).label("requirement_count"),
        RequirementVersion.actor,
        RequirementVersion.restored_from,
        RequirementVersion.created_at,
    )
    .where(
        RequirementVersion.organization_id == parameter("organization_id", RequirementVersion.organization_id),
        RequirementVersion.requisition_id == parameter("requisition_id", RequirementVersion.requisition_id),
        _number < parameter("after_version", _number),
    )
    .order_by(_number.desc()),
    key={"version": 2**31 - 1},
)


def _given(asked: RequisitionQuery | HealthQuery) -> dict[str, Any]:
    """Return the filters as the statement takes them."""
    place = {name: value for name in ("country", "city") if (value := getattr(asked, name, None)) is not None}
    words = getattr(asked, "q", None)
    escaped = None if words is None else words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "status": asked.status,
        "department": asked.department,
        "workspace_id": asked.workspace_id,
        "team_member_id": asked.team_member_id,
        "external_id": getattr(asked, "external_id", None),
        "place": orjson.dumps([place]).decode() if place else None,
        "opened_after": getattr(asked, "opened_after", None),
        "opened_before": getattr(asked, "opened_before", None),
        "q": None if escaped is None else f"%{escaped}%",
    }


class RequisitionRepository(TenantRepository[Requisition]):
    """Requisitions of the organization."""

    model = Requisition

    async def page(self, asked: RequisitionQuery) -> RowPage:
        """Read a page of summaries."""
        return await _LIST.page(self.session, asked, asked.sort, **_given(asked))

    async def health(self, asked: HealthQuery) -> RowPage:
        """Read a page of what the view of health begins with."""
        return await _HEALTH.page(self.session, asked, asked.sort, **_given(asked))

    async def status(self, requisition_id: UUID, *, lock: bool = False) -> str:
        """Return the status of a requisition.

        Args:
            requisition_id: Which.
            lock: Keep it as it is until the transaction ends.

        Raises:
            NotFoundError: There is none in this organization.
        """
        statement = select(Requisition.status).where(
            Requisition.organization_id == self.organization_id,
            Requisition.id == requisition_id,
            Requisition.deleted_at.is_(None),
        )
        status: str | None = await self.session.scalar(statement.with_for_update(read=True) if lock else statement)
        if status is None:
            raise NotFoundError("There is no requisition with this id.")
        return status

    async def delete_with_all(self, requisition: Requisition) -> None:
        """Hide a requisition with its applications and matches."""
        await self.delete(requisition)
        await cascade.hide(self.session, requisition)

    async def restore(self, row_id: UUID, versions: Versions) -> Requisition:
        """Show a deleted requisition again with what was hidden with it.

        What belongs to a candidate that is hidden too stays hidden until that candidate comes back.

        Args:
            row_id: Its id.
            versions: Those that the caller means.

        Raises:
            NotFoundError: There is none, or it is not deleted.
            PreconditionFailedError: It has another version.
        """
        requisition = await self.get_deleted(row_id, versions=versions)
        hidden_at, requisition.deleted_at = requisition.deleted_at, None
        await self.session.flush()
        await cascade.show(self.session, requisition, hidden_at)
        return requisition


class RequirementVersionRepository(TenantRepository[RequirementVersion]):
    """Versions of requirements in the organization."""

    model = RequirementVersion

    async def page(self, requisition_id: UUID, limit: int, cursor: str | None) -> RowPage:
        """Read a page of a requisition's versions, the latest first."""
        return await _VERSIONS.page(self.session, limit, cursor, requisition_id=requisition_id)

    async def of(self, requisition_id: UUID, version: int) -> RequirementVersion | None:
        """Return one version."""
        return await self.session.scalar(
            self.live().where(
                RequirementVersion.requisition_id == requisition_id, RequirementVersion.version == version
            )
        )
