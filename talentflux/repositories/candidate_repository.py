"""SQL of candidates."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Application, Candidate, File, Match, Resume
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant, optional
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id

_after, _order = newest_first(Candidate)
_LIST = ListQuery(
    select(
        Candidate.id,
        Candidate.name,
        Candidate.email,
        Candidate.phone,
        Candidate.location,
        Candidate.headline,
        Candidate.created_at,
        Candidate.updated_at,
    )
    .where(*of_tenant(Candidate), _after, optional(Candidate.email, "email"))
    .order_by(_order),
    key={"id": LAST_ID},
)


class CandidateRepository(TenantRepository[Candidate]):
    """Candidates of the organization."""

    model = Candidate

    async def page(self, limit: int, cursor: str | None, email: str | None) -> RowPage:
        """Read a page of summaries, newest first.

        Args:
            limit: Most rows.
            cursor: Where the page before ended.
            email: Only the candidate with this address.
        """
        return await _LIST.page(self.session, limit, cursor, email=email.lower() if email else None)

    async def resumes(self, candidate_id: UUID) -> list[dict[str, object]]:
        """Return the versions of a candidate's resume, newest first."""
        statement = (
            select(Resume.id, File.name.label("file_name"), Resume.status, Resume.created_at)
            .join(File, (File.organization_id == Resume.organization_id) & (File.id == Resume.file_id))
            .where(
                Resume.organization_id == self.organization_id,
                Resume.candidate_id == candidate_id,
                Resume.deleted_at.is_(None),
            )
            .order_by(Resume.id.desc())
        )
        return [dict(row) for row in (await self.session.execute(statement)).mappings()]

    async def with_email(self, email: str) -> Candidate:
        """Return the candidate with an address, made where there is none; safe against another who does the same."""
        address = email.lower()
        new = insert(Candidate).values(id=new_id(), organization_id=self.organization_id, email=address)
        await self.session.execute(new.on_conflict_do_nothing())
        return (await self.session.scalars(self.live().where(Candidate.email == address))).one()

    async def has_other(self, candidate_id: UUID, email: str) -> bool:
        """Return whether another candidate than this one has an address."""
        statement = self.live().where(Candidate.email == email.lower(), Candidate.id != candidate_id)
        return await self.session.scalar(statement) is not None

    async def delete_with_all(self, candidate: Candidate) -> None:
        """Hide a candidate with resumes, applications and matches, so that the same files can be sent again."""
        await self.delete(candidate)
        for model in (Resume, Application, Match):
            await self.session.execute(
                update(model)
                .where(model.organization_id == self.organization_id, model.candidate_id == candidate.id)
                .values(deleted_at=candidate.deleted_at)
                .execution_options(synchronize_session=False)
            )
