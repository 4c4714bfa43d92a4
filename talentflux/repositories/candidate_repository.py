"""SQL of candidates."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, false, or_, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.errors import ConflictError
from talentflux.models import Candidate, CandidateNameToken, File, Resume
from talentflux.repositories import cascade
from talentflux.repositories.base import ResourceList, TenantRepository
from talentflux.repositories.candidate_filter import CandidateFilter, Shape, conditions
from talentflux.schemas.candidate import CandidateQuery
from talentflux.schemas.page import RowPage
from talentflux.schemas.stored_resume import ResumeStatus
from talentflux.schemas.version import Versions

_ATTEMPTS: Final = 3

SUMMARY: Final = (
    Candidate.id,
    Candidate.wrapped_key,
    Candidate.profile,
    Candidate.external_id,
    Candidate.source_id,
    Candidate.total_years,
    Candidate.consent,
    Candidate.do_not_contact,
    Candidate.current_resume_id,
    Candidate.created_at,
    Candidate.updated_at,
    Candidate.deleted_at,
)
"""The columns of a candidate in a list."""


@lru_cache(maxsize=256)
def _list(shape: Shape) -> ResourceList:
    return ResourceList(Candidate, select(*SUMMARY), filters=conditions(shape))


class CandidateRepository(TenantRepository[Candidate]):
    """Candidates of the organization."""

    model = Candidate

    async def page(self, asked: CandidateQuery, wanted: CandidateFilter) -> RowPage:
        """Read a page of summaries with their ciphertexts.

        Args:
            asked: Order, view and place.
            wanted: The filters, as indexes. Where they ask for words, `app.words` must say which.
        """
        filters = {**wanted.values} if wanted.text is None else {**wanted.values, "text": asked.text}
        return await _list(wanted.shape()).page(self.session, asked, asked.sort, wanted.moving, **filters)

    async def resumes(self, candidate_id: UUID) -> list[dict[str, object]]:
        """Return the versions of a candidate's resume, newest first."""
        statement = (
            select(Resume.id, Resume.file_id, File.wrapped_key, File.meta, Resume.status, Resume.created_at)
            .join(File, (File.organization_id == Resume.organization_id) & (File.id == Resume.file_id))
            .where(
                Resume.organization_id == self.organization_id,
                Resume.candidate_id == candidate_id,
                Resume.deleted_at.is_(None),
            )
            .order_by(Resume.id.desc())
        )
        return [dict(row) for row in (await self.session.execute(statement)).mappings()]

    async def enter(self, new: dict[str, Any]) -> tuple[Candidate, bool]:
        """Return the candidate with an external id or an address, made where there is none.

        Safe against others who do the same at once: the keys decide, and who comes second waits for the first.

        Args:
            new: The columns of the one to be made.

        Returns:
            The candidate, kept from being changed by others, and whether it was made.
        """
        made = insert(Candidate).values(organization_id=self.organization_id, **new).on_conflict_do_nothing()
        external_id = new.get("external_id")
        keys = [getattr(Candidate, name) == new[name] for name in ("email_index", "external_id") if new.get(name)]
        known = (
            self.live()
            .where(or_(false(), *keys))
            .order_by((Candidate.external_id == external_id).desc().nulls_last())
            .limit(1)
            # The fields are encrypted as one: who changes one of them must have read the others as they are.
            .with_for_update(key_share=True)
        )
        for _ in range(_ATTEMPTS):
            row = (await self.session.scalars(made.returning(Candidate))).one_or_none()
            if row is not None:
                return row, True
            row = (await self.session.scalars(known)).one_or_none()
            if row is not None:
                return row, False
        raise ConflictError("This candidate is being deleted and entered by others at once. Try again.")

    async def holder(self, email_index: bytes) -> UUID | None:
        """Return the id of the candidate with an address; None where nobody has it."""
        statement = self.live().with_only_columns(Candidate.id).where(Candidate.email_index == email_index)
        return await self.session.scalar(statement)

    async def is_contactable(self, candidate_id: UUID) -> bool:
        """Return whether a candidate is there and may be written to."""
        statement = (
            self.live()
            .with_only_columns(Candidate.id)
            .where(Candidate.id == candidate_id, Candidate.do_not_contact.is_(False))
        )
        return await self.session.scalar(statement) is not None

    async def resume_of(self, candidate_id: UUID, resume_id: UUID) -> bool:
        """Return whether a resume is one of a candidate's and was read."""
        statement = select(Resume.id).where(
            Resume.organization_id == self.organization_id,
            Resume.id == resume_id,
            Resume.candidate_id == candidate_id,
            Resume.deleted_at.is_(None),
            Resume.status == ResumeStatus.PARSED,
        )
        return await self.session.scalar(statement) is not None

    async def has_other(self, candidate_id: UUID, email_index: bytes) -> bool:
        """Return whether another candidate than this one has an address."""
        statement = self.live().where(Candidate.email_index == email_index, Candidate.id != candidate_id)
        return await self.session.scalar(statement) is not None

    async def set_tokens(self, candidate_id: UUID, tokens: Sequence[bytes]) -> None:
        """Let a candidate be found under these tokens and no others."""
        mine = (CandidateNameToken.organization_id == self.organization_id) & (
            CandidateNameToken.candidate_id == candidate_id
        )
        await self.session.execute(delete(CandidateNameToken).where(mine))
        rows = [
            {"organization_id": self.organization_id, "candidate_id": candidate_id, "token": token} for token in tokens
        ]
        if rows:
            await self.session.execute(insert(CandidateNameToken), rows)

    async def delete_with_all(self, candidate: Candidate) -> None:
        """Hide a candidate with resumes, applications and matches, so that the same files can be sent again."""
        await self.delete(candidate)
        await cascade.hide(self.session, candidate)

    async def restore(self, row_id: UUID, versions: Versions) -> Candidate:
        """Show a deleted candidate again with what was hidden with it.

        What belongs to a requisition that is hidden too stays hidden until that requisition comes back.

        Args:
            row_id: Its id.
            versions: Those that the caller means.

        Raises:
            NotFoundError: There is none, or it is not deleted.
            PreconditionFailedError: It has another version.
        """
        candidate = await self.get_deleted(row_id, versions=versions)
        hidden_at, candidate.deleted_at = candidate.deleted_at, None
        await self.session.flush()
        await cascade.show(self.session, candidate, hidden_at)
        return candidate
