"""SQL of pairs of candidates who may be one person."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    LargeBinary,
    Select,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from talentflux.models import (
    Candidate,
    CandidateContact,
    CandidateDuplicate,
    CandidateLink,
    CandidateNameToken,
    File,
    Resume,
)
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, of_tenant, parameter
from talentflux.schemas.candidate_duplicate import ContactKind, DuplicateQuery, DuplicateState
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id

MOST_FOUND: Final = 50
"""Candidates with a like name, or with a contact in common, who are looked at."""
_ABOVE: Final = 2.0  # no score is as high
_One, _Other = aliased(Candidate), aliased(Candidate)
_Pair = CandidateDuplicate


def _pairs() -> Select[*tuple[Any, ...]]:
    """Return the select of pairs with both sides, of whom neither is deleted."""
    return (
        select(
            _Pair.id, _Pair.score, _Pair.reasons, _Pair.state, _Pair.created_at, _Pair.updated_at,
            _Pair.candidate_id,
            _One.wrapped_key.label("candidate_wrapped_key"),
            _One.profile.label("candidate_profile"),
            _Pair.other_id,
            _Other.wrapped_key.label("other_wrapped_key"),
            _Other.profile.label("other_profile"),
        )
        .join(_One, (_One.organization_id == _Pair.organization_id) & (_One.id == _Pair.candidate_id))
        .join(_Other, (_Other.organization_id == _Pair.organization_id) & (_Other.id == _Pair.other_id))
        .where(_One.deleted_at.is_(None), _Other.deleted_at.is_(None))
    )  # fmt: skip


# The driver does not say of what type a number is, and a null alone does not tell.
_least: ColumnElement[Any] = cast(parameter("min_score", _Pair.score), Double())
_LIST: Final = ListQuery(
    _pairs()
    .where(
        *of_tenant(_Pair),
        _Pair.state == DuplicateState.OPEN,
        or_(_least.is_(None), _Pair.score >= _least),
        tuple_(_Pair.score, _Pair.id) < tuple_(parameter("after_score", _Pair.score), parameter("after_id", _Pair.id)),
    )
    .order_by(_Pair.score.desc(), _Pair.id.desc()),
    key={"score": _ABOVE, "id": LAST_ID},
    filtered=True,  # planned for the organization: most have so few pairs that one plan for all would sort them
)


class CandidateDuplicateRepository(TenantRepository[CandidateDuplicate]):
    """Pairs of candidates of the organization."""

    model = CandidateDuplicate

    async def page(self, asked: DuplicateQuery) -> RowPage:
        """Read a page of open pairs, the surest first; both sides are still encrypted."""
        return await _LIST.asked(self.session, asked, min_score=asked.min_score)

    async def of_candidate(self, candidate_id: UUID) -> list[dict[str, Any]]:
        """Return the open pairs that a candidate is one of, the surest first."""
        statement = _pairs().where(
            _Pair.organization_id == self.organization_id,
            or_(_Pair.candidate_id == candidate_id, _Pair.other_id == candidate_id),
            _Pair.state == DuplicateState.OPEN,
            _Pair.deleted_at.is_(None),
        )
        statement = statement.order_by(_Pair.score.desc(), _Pair.id.desc()).limit(2 * MOST_FOUND)
        return [dict(row) for row in (await self.session.execute(statement)).mappings()]

    async def row(self, pair_id: UUID) -> dict[str, Any] | None:
        """Return one pair as lists show it; None where one of the two is deleted."""
        statement = _pairs().where(_Pair.organization_id == self.organization_id, _Pair.id == pair_id)
        found = (await self.session.execute(statement)).mappings().first()
        return None if found is None else dict(found)

    async def set_state(self, one: UUID, other: UUID, state: DuplicateState, decided_by: UUID | None) -> None:
        """Say of a pair what a person decided, if there is such a pair."""
        low, high = sorted((one, other))
        statement = self.live().where(_Pair.candidate_id == low, _Pair.other_id == high)
        pair = await self.session.scalar(statement.with_for_update(key_share=True))
        if pair is not None:
            pair.state, pair.decided_by = state, decided_by
            await self.session.flush()

    async def put(self, candidate_id: UUID, found: Mapping[UUID, tuple[float, list[str]]]) -> None:
        """Let these be the open pairs of a candidate; what a person decided stays.

        Args:
            candidate_id: Whose.
            found: Score and reasons by the other candidate.
        """
        mine = or_(_Pair.candidate_id == candidate_id, _Pair.other_id == candidate_id)
        others = [*found]
        await self.session.execute(
            delete(_Pair).where(
                _Pair.organization_id == self.organization_id,
                mine,
                _Pair.state == DuplicateState.OPEN,
                ~(_Pair.candidate_id.in_(others) | _Pair.other_id.in_(others)),
            )
        )
        rows = [
            {
                "id": new_id(), "organization_id": self.organization_id, "candidate_id": min(candidate_id, other),
                "other_id": max(candidate_id, other), "score": score, "reasons": reasons,
            }
            for other, (score, reasons) in sorted(found.items())
        ]  # fmt: skip
        if not rows:
            return
        new = insert(_Pair).values(rows)
        await self.session.execute(
            new.on_conflict_do_update(
                index_elements=["organization_id", "candidate_id", "other_id"],
                set_={"score": new.excluded.score, "reasons": new.excluded.reasons},
                where=(_Pair.state == DuplicateState.OPEN)
                & ((_Pair.score != new.excluded.score) | (_Pair.reasons != new.excluded.reasons)),
            )
        )


class ContactRepository:
    """What the search for duplicates looks at.

    Args:
        repository: Of pairs, in the same transaction.
    """

    def __init__(self, repository: CandidateDuplicateRepository) -> None:
        self._session, self._organization_id = repository.session, repository.organization_id

    async def candidates(self, candidate_ids: Sequence[UUID]) -> list[Candidate]:
        """Return the live candidates with these ids."""
        statement = select(Candidate).where(
            Candidate.organization_id == self._organization_id,
            Candidate.id.in_(candidate_ids),
            Candidate.deleted_at.is_(None),
        )
        return list(await self._session.scalars(statement))

    async def read_resumes(self, candidate_ids: Sequence[UUID], most: int) -> list[tuple[Resume, File]]:
        """Return live resumes of candidates that were read, the newest first."""
        statement = (
            select(Resume, File)
            .join(File, (File.organization_id == Resume.organization_id) & (File.id == Resume.file_id))
            .where(
                Resume.organization_id == self._organization_id,
                Resume.candidate_id.in_(candidate_ids),
                Resume.deleted_at.is_(None),
                Resume.content.is_not(None),
            )
            .order_by(Resume.id.desc())
            .limit(most)
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def links(self, candidate_id: UUID) -> list[CandidateLink]:
        """Return the live links of a candidate."""
        statement = select(CandidateLink).where(
            CandidateLink.organization_id == self._organization_id,
            CandidateLink.candidate_id == candidate_id,
            CandidateLink.deleted_at.is_(None),
        )
        return list(await self._session.scalars(statement))

    async def put(self, candidate_id: UUID, contacts: Mapping[bytes, ContactKind]) -> None:
        """Let these be the contacts of a candidate, beside those that came with a merge."""
        mine = (
            CandidateContact.organization_id == self._organization_id,
            CandidateContact.candidate_id == candidate_id,
            CandidateContact.merged_from.is_(None),
        )
        await self._session.execute(
            delete(CandidateContact).where(*mine, CandidateContact.contact.not_in([*contacts])),
        )
        rows = [
            {
                "organization_id": self._organization_id, "candidate_id": candidate_id, "contact": contact,
                "kind": kind,
            }
            for contact, kind in sorted(contacts.items())
        ]  # fmt: skip
        if rows:
            await self._session.execute(insert(CandidateContact).values(rows).on_conflict_do_nothing())

    async def with_contacts(self, candidate_id: UUID) -> dict[UUID, set[ContactKind]]:
        """Return who has a contact in common with a candidate, and of which kinds.

        Who was not looked at yet is found by their main address and number.
        """
        mine = select(CandidateContact.contact, CandidateContact.kind).where(
            CandidateContact.organization_id == self._organization_id, CandidateContact.candidate_id == candidate_id
        )
        own = {row[0]: row[1] for row in await self._session.execute(mine)}
        if not own:
            return {}
        contacts = list(own)
        shared = select(CandidateContact.candidate_id, CandidateContact.contact).where(
            CandidateContact.organization_id == self._organization_id, CandidateContact.contact.in_(contacts)
        )
        addressed = select(Candidate.id, Candidate.email_index).where(
            Candidate.organization_id == self._organization_id, Candidate.email_index.in_(contacts)
        )
        called = select(Candidate.id, Candidate.phone_index).where(
            Candidate.organization_id == self._organization_id, Candidate.phone_index.in_(contacts)
        )
        found: dict[UUID, set[ContactKind]] = {}
        for statement in (shared, addressed, called):
            for other, contact in await self._session.execute(statement.limit(4 * MOST_FOUND)):
                if contact in own and other != candidate_id and (other in found or len(found) < MOST_FOUND):
                    found.setdefault(other, set()).add(ContactKind(own[contact]))
        return found

    async def with_tokens(self, candidate_id: UUID, long: Sequence[bytes], all_tokens: Sequence[bytes]) -> list[UUID]:
        """Return who has a like name.

        Args:
            candidate_id: Whose name it is.
            long: Beginnings of which one must be shared.
            all_tokens: Beginnings of which three must be shared, or all where there are fewer.
        """
        token, whose = CandidateNameToken.token, CandidateNameToken.candidate_id
        of_organization = CandidateNameToken.organization_id == self._organization_id
        # One pass over the index: of a join the planner thinks little where many were just imported and not counted.
        statement = (
            select(whose)
            .where(of_organization, token == func.any(_bytes(all_tokens)), whose != candidate_id)
            .group_by(whose)
            .having(func.count() >= min(3, len(all_tokens)), func.bool_or(token == func.any(_bytes(long))))
            .order_by(func.count().desc(), whose.desc())
            .limit(MOST_FOUND)
        )
        return list(await self._session.scalars(statement))


def _bytes(values: Sequence[bytes]) -> Any:
    return cast(literal(list(values), ARRAY(LargeBinary)), ARRAY(LargeBinary))
