"""SQL of what comes in through public forms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Application, ApplicationAnswer, Candidate, File, JobSubmission, Resume
from talentflux.repositories.base import TenantRepository
from talentflux.utils.ids import new_id

_FORGOTTEN = 50
"""Expired challenges that one submission removes."""


class PublicApplicationRepository(TenantRepository[ApplicationAnswer]):
    """Submissions of the organization."""

    model = ApplicationAnswer

    async def used(self, challenge: str) -> str | None:
        """Return the fingerprint of what a challenge was used for; None where it was not."""
        statement = select(JobSubmission.fingerprint).where(
            JobSubmission.organization_id == self.organization_id, JobSubmission.challenge == challenge
        )
        found: str | None = (await self.session.execute(statement)).scalar_one_or_none()
        return found

    async def use(self, job_id: UUID, challenge: str, fingerprint: str, expires_at: datetime) -> bool:
        """Use a challenge up; return False where somebody did so before. Waits for whoever is at it now."""
        new = insert(JobSubmission).values(
            id=new_id(),
            organization_id=self.organization_id,
            job_id=job_id,
            challenge=challenge,
            fingerprint=fingerprint,
            expires_at=expires_at,
        )
        made = await self.session.execute(new.on_conflict_do_nothing().returning(JobSubmission.id))
        if made.scalar_one_or_none() is None:
            return False
        old = (
            select(JobSubmission.id)
            .where(JobSubmission.organization_id == self.organization_id, JobSubmission.expires_at < func.now())
            .order_by(JobSubmission.expires_at)
            .limit(_FORGOTTEN)
            .with_for_update(skip_locked=True)
        )
        await self.session.execute(delete(JobSubmission).where(JobSubmission.id.in_(old)))
        return True

    async def same_resume(self, digest: bytes) -> tuple[UUID, UUID | None] | None:
        """Return id and candidate of the resume with these bytes, None where they are new."""
        statement = select(Resume.id, Resume.candidate_id).where(
            Resume.organization_id == self.organization_id, Resume.digest == digest, Resume.deleted_at.is_(None)
        )
        row = (await self.session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def add_resume(self, file: File, resume: dict[str, object], digest: bytes | None) -> UUID:
        """Enter an original and its resume; without the digest where another resume has it by now."""
        file.organization_id = self.organization_id
        self.session.add(file)
        await self.session.flush()
        row_id = new_id()
        for kept in (digest, None):
            new = insert(Resume).values(
                id=row_id, organization_id=self.organization_id, file_id=file.id, digest=kept, **resume
            )
            made = await self.session.execute(new.on_conflict_do_nothing().returning(Resume.id))
            if made.scalar_one_or_none() is not None:
                break
        return row_id

    async def add_file(self, file: File) -> None:
        """Enter an original that answers a question."""
        file.organization_id = self.organization_id
        self.session.add(file)
        await self.session.flush()

    async def application_of(self, requisition_id: UUID, candidate_id: UUID) -> UUID:
        """Return the live application of a candidate who has applied."""
        statement = select(Application.id).where(
            Application.organization_id == self.organization_id,
            Application.requisition_id == requisition_id,
            Application.candidate_id == candidate_id,
            Application.deleted_at.is_(None),
        )
        found: UUID = (await self.session.execute(statement)).scalar_one()
        return found

    async def of_application(self, application_id: UUID) -> list[tuple[ApplicationAnswer, bytes | None]]:
        """Return the submissions of an application with the keys that they lie under, the first one first."""
        statement = (
            select(ApplicationAnswer, Candidate.wrapped_key)
            .join(
                Candidate,
                (Candidate.organization_id == ApplicationAnswer.organization_id)
                & (Candidate.id == ApplicationAnswer.candidate_id),
            )
            .where(
                ApplicationAnswer.organization_id == self.organization_id,
                ApplicationAnswer.application_id == application_id,
                ApplicationAnswer.deleted_at.is_(None),
            )
            .order_by(ApplicationAnswer.id)
        )
        return [(row[0], row[1]) for row in (await self.session.execute(statement)).all()]

    async def file(self, file_id: UUID) -> File | None:
        """Return an original of the organization."""
        statement = select(File).where(File.organization_id == self.organization_id, File.id == file_id)
        found: File | None = await self.session.scalar(statement)
        return found
