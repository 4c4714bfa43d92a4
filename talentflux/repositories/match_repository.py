"""SQL of matches."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.errors import NotFoundError
from talentflux.models import Application, Candidate, Match, Requisition, Resume
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, of_tenant, parameter
from talentflux.schemas.consent import Consent
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id

_on_candidate = (Candidate.organization_id == Match.organization_id) & (Candidate.id == Match.candidate_id)
# A ranking outlasts what people agreed to when it was made.
_considered = or_(
    exists().where(
        Application.organization_id == Match.organization_id,
        Application.requisition_id == Match.requisition_id,
        Application.candidate_id == Match.candidate_id,
        Application.deleted_at.is_(None),
    ),
    ~Candidate.do_not_contact
    & (Candidate.consent != Consent.WITHDRAWN.value)
    & or_(Candidate.consent_until.is_(None), Candidate.consent_until > func.now())
    & or_(Candidate.retain_until.is_(None), Candidate.retain_until > func.now()),
)
_SUMMARY = (
    Match.id,
    Match.candidate_id,
    Match.resume_id,
    Candidate.wrapped_key.label("candidate_wrapped_key"),
    Candidate.profile.label("candidate_profile"),
    Match.total,
    Match.result["strengths"].label("strengths"),
    Match.result["gaps"].label("gaps"),
    func.jsonb_array_length(Match.result["flags"]).label("flags"),
    Match.scorer,
    Match.requirements_version,
    Match.created_at,
)
_LIST = ListQuery(
    select(*_SUMMARY)
    .join(Candidate, _on_candidate)
    .where(
        *of_tenant(Match),
        Match.requisition_id == parameter("requisition_id", Match.requisition_id),
        _considered,
        tuple_(Match.total, Match.id) < tuple_(parameter("after_total", Match.total), parameter("after_id", Match.id)),
    )
    .order_by(Match.total.desc(), Match.id.desc()),
    key={"total": 1e9, "id": LAST_ID},
)


class MatchRepository(TenantRepository[Match]):
    """Matches of the organization."""

    model = Match

    async def page(self, requisition_id: UUID, limit: int, cursor: str | None) -> RowPage:
        """Read a page of a requisition's ranking, best first."""
        return await _LIST.page(self.session, limit, cursor, requisition_id=requisition_id)

    async def detail(self, requisition_id: UUID, candidate_id: UUID) -> dict[str, object]:
        """Return one candidate's match with its evidence and the text that it quotes.

        Raises:
            NotFoundError: The candidate is not in the ranking.
        """
        statement = (
            select(
                *_SUMMARY,
                Match.requisition_id,
                Match.result,
                Resume.masked_text,
                (Requisition.requirements_version != Match.requirements_version).label("outdated"),
            )
            .join(Candidate, _on_candidate)
            .join(Resume, (Resume.organization_id == Match.organization_id) & (Resume.id == Match.resume_id))
            .join(
                Requisition,
                (Requisition.organization_id == Match.organization_id) & (Requisition.id == Match.requisition_id),
            )
            .where(
                Match.organization_id == self.organization_id,
                Match.deleted_at.is_(None),
                Requisition.deleted_at.is_(None),
                Match.requisition_id == requisition_id,
                Match.candidate_id == candidate_id,
                _considered,
            )
        )
        row = (await self.session.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("This candidate is not in the ranking of this requisition. Match it first.")
        return dict(row)

    async def replace(self, requisition_id: UUID, matches: Sequence[dict[str, object]]) -> None:
        """Put a new ranking in the place of the former one.

        A ranking is computed from what is stored and can be computed again, so the former rows are removed.

        Args:
            requisition_id: Whose ranking.
            matches: Columns of the new rows.
        """
        await self.session.execute(
            delete(Match).where(Match.organization_id == self.organization_id, Match.requisition_id == requisition_id)
        )
        rows = [
            {"id": new_id(), "organization_id": self.organization_id, "requisition_id": requisition_id, **match}
            for match in matches
        ]
        if rows:
            await self.session.execute(insert(Match), rows)
