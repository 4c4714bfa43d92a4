"""SQL of applications."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from talentflux.models import (
    Application,
    ApplicationAnswer,
    ApplicationStageChange,
    Candidate,
    Organization,
    PipelineStage,
    Requisition,
    Resume,
)
from talentflux.repositories.base import FIRST_ID, ListQuery, ResourceList, TenantRepository, of_tenant, parameter
from talentflux.schemas.application import ApplicationQuery, ApplicationStatus
from talentflux.schemas.page import RowPage

_SHOWN: Final = (
    Application.resume_id,
    Application.stage,
    Application.stage_id,
    PipelineStage.name.label("stage_name"),
    Application.status,
    Application.origin,
    Application.source_id,
    Application.external_id,
    Application.do_not_screen,
    Application.entered_stage_at,
    Application.stage_due_at,
    Application.answer_due_at,
    Application.hired_at,
    Application.rejected_at,
    Application.reject_reason_id,
    Application.withdrawn_at,
    Application.transferred_to_id,
    Application.transferred_from_id,
    Application.created_at,
    Application.updated_at,
    Application.deleted_at,
)


def _summary() -> Select[*tuple[Any, ...]]:
    """Return the select of an application with the names of its two sides and of its stage."""
    return (
        select(
            Application.id,
            Application.requisition_id,
            Requisition.title.label("requisition_title"),
            Application.candidate_id,
            Candidate.wrapped_key.label("candidate_wrapped_key"),
            Candidate.profile.label("candidate_profile"),
            *_SHOWN,
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
        .outerjoin(
            PipelineStage,
            (PipelineStage.organization_id == Application.organization_id) & (PipelineStage.id == Application.stage_id),
        )
    )


_FLAGGED: Final = select(ApplicationAnswer.id).where(
    ApplicationAnswer.organization_id == Application.organization_id,
    ApplicationAnswer.application_id == Application.id,
    ApplicationAnswer.flagged,
)
_EQUAL: Final = (
    "requisition_id", "candidate_id", "stage", "stage_id", "status", "source_id", "origin", "reject_reason_id",
)  # fmt: skip
_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    **{name: getattr(Application, name) == parameter(name, getattr(Application, name)) for name in _EQUAL},
    "entered_after": Application.entered_stage_at >= parameter("entered_after", Application.entered_stage_at),
    "entered_before": Application.entered_stage_at < parameter("entered_before", Application.entered_stage_at),
    "overdue": Application.answer_due_at < func.now(),
    "over_age": Application.stage_due_at < func.now(),
    "flagged_answers": _FLAGGED.exists(),
}
_FLAGS: Final = ("overdue", "over_age")


@lru_cache(maxsize=256)
def _list(given: frozenset[str]) -> ResourceList:
    """Return the list with just the filters that are given, so that each can use its index."""
    conditions = [_CONDITIONS[name] for name in sorted(given)]
    return ResourceList(Application, _summary(), filters=conditions, live=[Requisition.deleted_at.is_(None)])


_former, _next = aliased(PipelineStage), aliased(PipelineStage)
_HISTORY: Final = ListQuery(
    select(
        ApplicationStageChange.id,
        ApplicationStageChange.cause,
        ApplicationStageChange.from_stage_id,
        _former.name.label("from_stage_name"),
        ApplicationStageChange.from_kind,
        ApplicationStageChange.to_stage_id,
        _next.name.label("to_stage_name"),
        ApplicationStageChange.to_kind,
        ApplicationStageChange.seconds,
        ApplicationStageChange.reject_reason_id,
        ApplicationStageChange.actor,
        ApplicationStageChange.created_at,
    )
    .outerjoin(
        _former,
        (_former.organization_id == ApplicationStageChange.organization_id)
        & (_former.id == ApplicationStageChange.from_stage_id),
    )
    .outerjoin(
        _next,
        (_next.organization_id == ApplicationStageChange.organization_id)
        & (_next.id == ApplicationStageChange.to_stage_id),
    )
    .where(
        *of_tenant(ApplicationStageChange),
        ApplicationStageChange.application_id == parameter("application_id", ApplicationStageChange.application_id),
        ApplicationStageChange.id > parameter("after_id", ApplicationStageChange.id),
    )
    .order_by(ApplicationStageChange.id),
    key={"id": FIRST_ID},
)
_LOCK_COLUMN: Final = text("select pg_advisory_xact_lock(hashtextextended(:column, 0))")


class ApplicationRepository(TenantRepository[Application]):
    """Applications of the organization."""

    model = Application

    async def page(self, asked: ApplicationQuery) -> RowPage:
        """Read a page."""
        filters: dict[str, object] = {
            name: value for name in _CONDITIONS if (value := getattr(asked, name)) is not None and value is not False
        }
        found = _list(frozenset(filters))
        return await found.page(self.session, asked, asked.sort, **filters)

    async def history(self, application_id: UUID, limit: int, cursor: str | None) -> RowPage:
        """Read a page of an application's steps, the first one first."""
        return await _HISTORY.page(self.session, limit, cursor, application_id=application_id)

    async def summary(self, application_id: UUID) -> dict[str, Any]:
        """Return one application as lists show it."""
        statement = _summary().where(
            Application.organization_id == self.organization_id, Application.id == application_id
        )
        return dict((await self.session.execute(statement)).mappings().one())

    async def has_flagged_answers(self, application_id: UUID) -> bool:
        """Return whether an answer to a knock-out question asks for a person's look."""
        statement = select(Application.id).where(
            Application.organization_id == self.organization_id, Application.id == application_id, _FLAGGED.exists()
        )
        return await self.session.scalar(statement) is not None

    async def former_hires(self, application_id: UUID, candidate_id: UUID) -> list[dict[str, Any]]:
        """Return the other applications of a candidate that ended in a hire, the latest first."""
        statement = (
            select(
                Application.id.label("application_id"),
                Application.requisition_id,
                Requisition.title.label("requisition_title"),
                Application.hired_at,
            )
            .join(
                Requisition,
                (Requisition.organization_id == Application.organization_id)
                & (Requisition.id == Application.requisition_id),
            )
            .where(
                Application.organization_id == self.organization_id,
                Application.candidate_id == candidate_id,
                Application.id != application_id,
                Application.status == ApplicationStatus.HIRED,
                Application.hired_at.is_not(None),
                Application.deleted_at.is_(None),
            )
            .order_by(Application.hired_at.desc())
            .limit(20)
        )
        return [dict(row) for row in (await self.session.execute(statement)).mappings()]

    async def of_pair(self, requisition_id: UUID, candidate_id: UUID) -> Application | None:
        """Return the live application of a candidate to a requisition."""
        found: Application | None = await self.session.scalar(
            self.live().where(Application.requisition_id == requisition_id, Application.candidate_id == candidate_id)
        )
        return found

    async def former_stage(self, application: Application) -> UUID | None:
        """Return the stage from which an application last came to its present one, or which it was closed in."""
        found: UUID | None = await self.session.scalar(
            select(ApplicationStageChange.from_stage_id)
            .where(
                ApplicationStageChange.organization_id == self.organization_id,
                ApplicationStageChange.application_id == application.id,
                ApplicationStageChange.to_stage_id == application.stage_id,
            )
            .order_by(ApplicationStageChange.id.desc())
            .limit(1)
        )
        return found

    async def seen(self, application_ids: Sequence[UUID]) -> dict[UUID, Application]:
        """Return those of some applications that the transaction sees."""
        found = await self.session.scalars(self.live().where(Application.id.in_(application_ids)))
        return {row.id: row for row in found}

    async def insert(self, values: dict[str, Any]) -> bool:
        """Enter an application; return False where the candidate has applied before."""
        new = insert(Application).values(organization_id=self.organization_id, **values)
        made = await self.session.execute(new.on_conflict_do_nothing().returning(Application.id))
        return made.scalar_one_or_none() is not None

    async def resume_of(self, candidate_id: UUID, resume_id: UUID | None) -> UUID | None:
        """Return a resume of a candidate: the one that is named, else the one that counts; None where there is none."""
        own = (
            select(Resume.id)
            .where(
                Resume.organization_id == self.organization_id,
                Resume.candidate_id == candidate_id,
                Resume.deleted_at.is_(None),
            )
            .order_by(Resume.id.desc())
            .limit(1)
        )
        if resume_id is not None:
            own = own.where(Resume.id == resume_id)
        found: UUID | None = await self.session.scalar(own)
        return found

    async def has_candidate(self, candidate_id: UUID) -> bool:
        """Return whether the transaction sees a candidate."""
        statement = select(Candidate.id).where(
            Candidate.organization_id == self.organization_id,
            Candidate.id == candidate_id,
            Candidate.deleted_at.is_(None),
        )
        return await self.session.scalar(statement) is not None

    async def places(self, requisition_id: UUID) -> list[dict[str, Any]]:
        """Return the places of a requisition."""
        statement = select(Requisition.places).where(
            Requisition.organization_id == self.organization_id, Requisition.id == requisition_id
        )
        return await self.session.scalar(statement) or []

    async def lock_column(self, requisition_id: UUID, stage_id: UUID) -> None:
        """Let one at a time put applications between others in a column of a board."""
        await self.session.execute(_LOCK_COLUMN, {"column": f"application {requisition_id} {stage_id}"})

    async def neighbour(self, application: Application, *, before: bool) -> str | None:
        """Return the place of the application before or behind another in its column; None at the end."""
        column = self.live().where(
            Application.requisition_id == application.requisition_id,
            Application.stage_id == application.stage_id,
            Application.withdrawn_at.is_(None),
            Application.transferred_to_id.is_(None),
        )
        place = Application.position
        beyond = place < application.position if before else place > application.position
        statement = column.where(beyond).order_by(place.desc() if before else place.asc()).limit(1)
        found: str | None = await self.session.scalar(statement.with_only_columns(place))
        return found

    async def names_for_mail(self, application_id: UUID) -> dict[str, Any]:
        """Return what an e-mail to the candidate is made of: profile, title, language, name of the organization."""
        statement = (
            select(
                Candidate.id.label("candidate_id"),
                Candidate.wrapped_key,
                Candidate.profile,
                Requisition.title,
                Requisition.language,
                Organization.name.label("organization"),
                Application.status,
                Application.deleted_at,
            )
            .select_from(Application)
            .join(Candidate, (Candidate.organization_id == Application.organization_id)
                  & (Candidate.id == Application.candidate_id))
            .join(Requisition, (Requisition.organization_id == Application.organization_id)
                  & (Requisition.id == Application.requisition_id))
            .join(Organization, Organization.id == Application.organization_id)
            .where(Application.organization_id == self.organization_id, Application.id == application_id)
        )  # fmt: skip
        return dict((await self.session.execute(statement)).mappings().one())

    async def late(self, limit: int) -> list[Application]:
        """Return applications that are in their stage for too long and of which nobody was told, locked."""
        statement = (
            self.live()
            .where(
                Application.stage_due_at < func.now(),
                Application.stage_alerted_at.is_(None),
                Application.status == ApplicationStatus.ACTIVE,
            )
            .order_by(Application.stage_due_at)
            .limit(limit)
            .with_for_update(key_share=True, skip_locked=True)
        )
        return list(await self.session.scalars(statement))

    async def next_late(self) -> datetime | None:
        """Return when the next application will have been in its stage for too long."""
        found: datetime | None = await self.session.scalar(
            select(func.min(Application.stage_due_at)).where(
                Application.organization_id == self.organization_id,
                Application.stage_due_at.is_not(None),
                Application.stage_alerted_at.is_(None),
                Application.deleted_at.is_(None),
            )
        )
        return found
