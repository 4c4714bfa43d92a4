"""SQL of jobs and of what is public of them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Job, JobCard, Requisition
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.job import JobQuery, JobStatus
from talentflux.schemas.page import RowPage
from talentflux.schemas.requisition import RequisitionStatus

_LIST = ResourceList(
    Job,
    select(
        Job.id,
        Job.requisition_id,
        Job.title,
        Job.language,
        Job.status,
        Job.department,
        Job.employment_type,
        Job.places,
        Job.remote,
        Job.publish_at,
        Job.expire_at,
        Job.published_at,
        Job.created_at,
        Job.updated_at,
        Job.deleted_at,
    ),
    filters=[
        optional(Job.requisition_id, "requisition_id"),
        optional(Job.status, "status"),
        optional(Job.language, "language"),
    ],
)


class JobRepository(TenantRepository[Job]):
    """Jobs of the organization."""

    model = Job

    async def page(self, asked: JobQuery) -> RowPage:
        """Read a page of summaries."""
        return await _LIST.page(
            self.session,
            asked,
            asked.sort,
            requisition_id=asked.requisition_id,
            status=asked.status,
            language=asked.language,
        )

    async def find(self, job_id: UUID, *, lock: bool = False) -> Job | None:
        """Return a job that is not deleted, None where there is none."""
        statement = self.live().where(Job.id == job_id)
        return await self.session.scalar(statement.with_for_update(key_share=True) if lock else statement)

    async def published(self, after: UUID, rows: int) -> list[Job]:
        """Return published jobs with their locks, in the order of their ids."""
        statement = self.live().where(Job.status == JobStatus.PUBLISHED, Job.id > after).order_by(Job.id).limit(rows)
        return list((await self.session.scalars(statement.with_for_update(key_share=True))).all())

    async def shown(self, requisition_ids: Collection[UUID]) -> set[UUID]:
        """Return those of some requisitions whose jobs anybody may see: open ones that are not confidential."""
        statement = select(Requisition.id).where(
            Requisition.organization_id == self.organization_id,
            Requisition.id.in_(requisition_ids),
            Requisition.status == RequisitionStatus.OPEN,
            Requisition.confidential.is_(False),
            Requisition.deleted_at.is_(None),
        )
        return set(await self.session.scalars(statement))

    async def is_public(self, job_id: UUID) -> bool:
        """Return whether anybody can see a job now."""
        statement = select(JobCard.job_id).where(
            JobCard.organization_id == self.organization_id,
            JobCard.job_id == job_id,
            JobCard.hidden.is_(False),
            JobCard.organization_closed.is_(False),
            JobCard.published_at <= func.now(),
            JobCard.expires_at.is_(None) | (JobCard.expires_at > func.now()),
        )
        return (await self.session.execute(statement)).scalar_one_or_none() is not None

    async def put_card(self, card: dict[str, object]) -> None:
        """Put a job's card in the place of the former one."""
        new = insert(JobCard).values(organization_id=self.organization_id, **card)
        changed = {name: new.excluded[name] for name in card if name != "job_id"} | {"rendered_at": func.now()}
        await self.session.execute(new.on_conflict_do_update(index_elements=["job_id"], set_=changed))

    async def drop_card(self, job_id: UUID) -> None:
        """Take a job out of everybody's sight."""
        await self.session.execute(
            delete(JobCard).where(JobCard.organization_id == self.organization_id, JobCard.job_id == job_id)
        )
