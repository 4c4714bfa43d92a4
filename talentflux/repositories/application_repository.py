"""SQL of applications."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Application, Candidate, Requisition
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.application import ApplicationQuery
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id


def _summary() -> Select[*tuple[Any, ...]]:
    """Return the select of an application with the names of its two sides."""
    return (
        select(
            Application.id,
            Application.requisition_id,
            Requisition.title.label("requisition_title"),
            Application.candidate_id,
            Candidate.wrapped_key.label("candidate_wrapped_key"),
            Candidate.profile.label("candidate_profile"),
            Application.resume_id,
            Application.stage,
            Application.created_at,
            Application.updated_at,
            Application.deleted_at,
        )
        .join(
            Requisition,
            (Requisition.organization_id == Application.organization_id)
            & (Requisition.id == Application.requisition_id),
        )
        .join(
            Candidate,
            (Candidate.organization_id == Application.organization_id) & (Candidate.id == Application.candidate_id),
        )
    )


_LIST = ResourceList(
    Application,
    _summary(),
    filters=[
        optional(Application.requisition_id, "requisition_id"),
        optional(Application.candidate_id, "candidate_id"),
        optional(Application.stage, "stage"),
    ],
    live=[Requisition.deleted_at.is_(None)],
)


class ApplicationRepository(TenantRepository[Application]):
    """Applications of the organization."""

    model = Application

    async def page(self, asked: ApplicationQuery) -> RowPage:
        """Read a page."""
        return await _LIST.page(
            self.session,
            asked,
            asked.sort,
            requisition_id=asked.requisition_id,
            candidate_id=asked.candidate_id,
            stage=asked.stage,
        )

    async def summary(self, application_id: UUID) -> dict[str, object]:
        """Return one application as lists show it."""
        statement = _summary().where(
            Application.organization_id == self.organization_id, Application.id == application_id
        )
        return dict((await self.session.execute(statement)).mappings().one())

    async def ensure(self, requisition_id: UUID, candidate_id: UUID, resume_id: UUID) -> UUID | None:
        """Let a candidate apply; return the new application, None where they have applied before."""
        new = insert(Application).values(
            id=new_id(),
            organization_id=self.organization_id,
            requisition_id=requisition_id,
            candidate_id=candidate_id,
            resume_id=resume_id,
        )
        made = await self.session.execute(new.on_conflict_do_nothing().returning(Application.id))
        return made.scalar_one_or_none()
