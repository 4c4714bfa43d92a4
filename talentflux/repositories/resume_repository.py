"""SQL of resumes."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import defer

from talentflux.models import Candidate, File, Resume, ResumeSkill
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.page import RowPage
from talentflux.schemas.stored_resume import ResumeQuery, ResumeStatus

_on_file = (File.organization_id == Resume.organization_id) & (File.id == Resume.file_id)
_LIST = ResourceList(
    Resume,
    select(
        Resume.id,
        Resume.candidate_id,
        Resume.file_id,
        File.wrapped_key,
        File.meta,
        Resume.status,
        Resume.failure_reason,
        Resume.failure,
        Resume.language,
        Resume.total_years,
        Resume.created_at,
        Resume.updated_at,
        Resume.deleted_at,
    ).join(File, _on_file),
    filters=[
        optional(Resume.status, "status"),
        optional(Resume.candidate_id, "candidate_id"),
        optional(Resume.task_id, "task_id"),
    ],
)
_HEAVY = (defer(Resume.content), defer(Resume.features), defer(Resume.masked_text))


class ResumeRepository(TenantRepository[Resume]):
    """Resumes of the organization."""

    model = Resume

    async def page(self, asked: ResumeQuery) -> RowPage:
        """Read a page of summaries."""
        return await _LIST.page(
            self.session,
            asked,
            asked.sort,
            status=asked.status,
            candidate_id=asked.candidate_id,
            task_id=asked.task_id,
        )

    async def lock_uploads(self) -> None:
        """Let one upload of the organization at a time be entered, so that equal files are seen as such."""
        await self.session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:organization, 0))"),
            {"organization": str(self.organization_id)},
        )

    async def by_digest(self, digests: Iterable[bytes]) -> dict[bytes, Resume]:
        """Return the live resumes with these digests, without what was read from them."""
        statement = self.live().where(Resume.digest.in_(set(digests))).options(*_HEAVY)
        return {resume.digest: resume for resume in await self.session.scalars(statement) if resume.digest}

    async def add_all(self, files: Sequence[File], resumes: Sequence[Resume]) -> None:
        """Insert new files and their resumes."""
        for rows in (files, resumes):
            for row in rows:
                row.organization_id = self.organization_id
            self.session.add_all(rows)
            await self.session.flush()

    async def waiting(self, resume_ids: Sequence[UUID]) -> list[tuple[UUID, File]]:
        """Return those that have not been read yet, by id with their originals."""
        statement = (
            select(Resume.id, File)
            .join(File, _on_file)
            .where(
                Resume.organization_id == self.organization_id,
                Resume.deleted_at.is_(None),
                Resume.status == ResumeStatus.STORED,
                Resume.id.in_(resume_ids),
            )
            .order_by(Resume.id)
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def lock_waiting(self, resume_ids: Sequence[UUID]) -> dict[UUID, Resume]:
        """Return those that have not been read yet, and keep others from reading them too."""
        statement = (
            self.live()
            .where(Resume.status == ResumeStatus.STORED, Resume.id.in_(resume_ids))
            .options(*_HEAVY)
            .order_by(Resume.id)
            .with_for_update(key_share=True)
        )
        return {resume.id: resume for resume in await self.session.scalars(statement)}

    async def count_waiting(self, task_id: UUID) -> int:
        """Return how many resumes of a task have not been read yet."""
        statement = select(func.count()).where(
            Resume.organization_id == self.organization_id,
            Resume.task_id == task_id,
            Resume.status == ResumeStatus.STORED,
            Resume.deleted_at.is_(None),
        )
        return int((await self.session.execute(statement)).scalar_one())

    async def add_skills(self, found: Mapping[UUID, Iterable[str]]) -> None:
        """Enter the skills under which resumes are found that were read for the first time."""
        rows = [
            {"organization_id": self.organization_id, "skill_id": skill, "resume_id": resume_id}
            for resume_id, skills in found.items()
            for skill in sorted(skills)
        ]
        if rows:
            await self.session.execute(insert(ResumeSkill), rows)

    async def file_of(self, resume: Resume) -> File:
        """Return the original of a resume."""
        statement = select(File).where(File.organization_id == self.organization_id, File.id == resume.file_id)
        return (await self.session.scalars(statement)).one()

    async def files_of(self, resumes: Iterable[Resume]) -> dict[UUID, File]:
        """Return the originals of resumes by the ids of the files."""
        ids = {resume.file_id for resume in resumes}
        statement = select(File).where(File.organization_id == self.organization_id, File.id.in_(ids))
        return {file.id: file for file in await self.session.scalars(statement)}

    async def features(self, resume_ids: Sequence[UUID]) -> list[Resume]:
        """Return resumes with candidate, features and masked text only, whose candidate is live."""
        statement = (
            self.live()
            .join(
                Candidate,
                (Candidate.organization_id == Resume.organization_id) & (Candidate.id == Resume.candidate_id),
            )
            .where(Resume.id.in_(resume_ids), Candidate.deleted_at.is_(None), Resume.features.is_not(None))
            .options(defer(Resume.content))
        )
        return list(await self.session.scalars(statement))
