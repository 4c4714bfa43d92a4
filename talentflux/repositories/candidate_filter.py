"""Filters on candidates as conditions that indexes serve under row-level security.

A condition that is not asked for is left out of the statement: a parameter that may be null would hide from the planner
what the others could be found by. Each that looks at another table is a semi-join over an index of that table, and each
value of a list one of its own, so that the rarest leads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from talentflux.models import (
    Application,
    Candidate,
    CandidateNameToken,
    CandidateTag,
    CandidateText,
    Resume,
    ResumeSkill,
    TalentPoolMember,
)
from talentflux.repositories.base import parameter
from talentflux.schemas.candidate_filter import CandidateFilters
from talentflux.schemas.consent import Consent

Shape = tuple[tuple[str, int], ...]
"""Which filters are given, with the number of their values: what a statement depends on."""
_PLAIN = ("source_id", "consent", "do_not_contact")
_SINGLE = (*_PLAIN, "min_years", "max_years", "talent_pool_id", "requisition_id", "stage")
_INDEXES = ("email_index", "phone_index")


@dataclass(frozen=True)
class CandidateFilter:
    """Filters with their blind indexes made.

    Attributes:
        asked: As they were given.
        email_index: Of an address.
        phone_index: Of a telephone number.
        name_tokens: All of which a name must have.
        place_tokens: All of which a place must have.
        text: What their current resumes must say, as PostgreSQL has it; the setting `app.words` says the same.
        common: Whether many resumes say it.
    """

    asked: CandidateFilters
    email_index: bytes | None = None
    phone_index: bytes | None = None
    name_tokens: Sequence[bytes] = ()
    place_tokens: Sequence[bytes] = ()
    text: str | None = None
    common: bool = False

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The parameters of the conditions."""
        asked = self.asked
        lists: dict[str, Sequence[object]] = {
            "skill": asked.skill_ids,
            "tag": asked.tag_ids,
            "name": self.name_tokens,
            "place": self.place_tokens,
        }
        found = {name: value for name in _SINGLE if (value := getattr(asked, name)) is not None}
        found |= {name: value for name in _INDEXES if (value := getattr(self, name)) is not None}
        for name, values in lists.items():
            found |= {f"{name}_{number}": value for number, value in enumerate(values)}
        return found

    @property
    def moving(self) -> Mapping[str, Any]:
        """Parameters that may be others on the next page: by which of two ways words are found."""
        return {} if self.text is None else {"common" if self.common else "rare": self.text}

    def shape(self) -> Shape:
        """Return what the statement depends on."""
        names = [name.rstrip("0123456789") for name in self.values]
        counted = {name: names.count(name) for name in names}
        return tuple(sorted(counted.items())) + ((("text", 1),) if self.text is not None else ())


def conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """Return the conditions on candidates.

    Args:
        shape: Which filters are given.
    """
    given = dict(shape)
    found: list[ColumnElement[bool]] = []
    found += [getattr(Candidate, name) == parameter(name, getattr(Candidate, name)) for name in _PLAIN if name in given]
    if "consent" in given:
        until = Candidate.consent_until
        found.append(
            or_(Candidate.consent != literal_column(f"'{Consent.GIVEN}'"), until.is_(None), until > func.now())
        )
    found += [getattr(Candidate, name) == _bytes(name) for name in _INDEXES if name in given]
    if "min_years" in given:
        found.append(Candidate.total_years >= parameter("min_years", Candidate.total_years))
    if "max_years" in given:
        found.append(Candidate.total_years <= parameter("max_years", Candidate.total_years))
    for number in range(given.get("skill_", 0)):
        shown = ResumeSkill.skill_id == parameter(f"skill_{number}", ResumeSkill.skill_id)
        found.append(Candidate.current_resume_id.in_(_of(ResumeSkill, ResumeSkill.resume_id, shown)))
    for number in range(given.get("tag_", 0)):
        tagged = CandidateTag.tag_id == parameter(f"tag_{number}", CandidateTag.tag_id)
        found.append(Candidate.id.in_(_of(CandidateTag, CandidateTag.candidate_id, tagged)))
    for name in ("name", "place"):
        for number in range(given.get(f"{name}_", 0)):
            token = CandidateNameToken.token == _bytes(f"{name}_{number}")
            found.append(Candidate.id.in_(_of(CandidateNameToken, CandidateNameToken.candidate_id, token)))
    if "talent_pool_id" in given:
        pooled = TalentPoolMember.talent_pool_id == parameter("talent_pool_id", TalentPoolMember.talent_pool_id)
        live = TalentPoolMember.deleted_at.is_(None)
        members = _of(TalentPoolMember, TalentPoolMember.candidate_id, pooled, live).scalar_subquery()
        # The index that has them in order holds for live rows alone, of which the planner does not take that none comes
        # twice: of a semi-join it would sort all. Of an array it reads candidates in order until the page is full.
        found.append(Candidate.id == any_(func.array(members, type_=ARRAY(Candidate.id.type))))
    applied = [
        getattr(Application, name) == parameter(name, getattr(Application, name))
        for name in ("requisition_id", "stage")
        if name in given
    ]
    if applied:
        live = Application.deleted_at.is_(None)
        found.append(Candidate.id.in_(_of(Application, Application.candidate_id, *applied, live)))
    return found + (_words() if "text" in given else [])


def matching(shape: Shape) -> Select[Any]:
    """Return a select of the ids of live candidates who meet filters.

    Args:
        shape: Which filters are given; none on words.
    """
    return _of(Candidate, Candidate.id, Candidate.deleted_at.is_(None), *conditions(shape))


def _words() -> list[ColumnElement[bool]]:
    """Return conditions on the words of the current resume, of which one is given.

    Rare words are found by the index of `candidate_text`, whose policy knows them. Common ones are looked for in one
    resume after the other: the planner knows from statistics how soon a page is full.
    """
    common, rare = (bindparam(name, type_=Text()) for name in ("common", "rare"))
    has = Resume.words.op("@@")(cast(common, TSQUERY)), Resume.words != literal_column("''")
    return [
        or_(common.is_(None), Candidate.current_resume_id.in_(_of(Resume, Resume.id, *has))),
        or_(rare.is_(None), Candidate.id.in_(_of(CandidateText, CandidateText.candidate_id))),
    ]


def _of(model: Any, column: Any, *where: ColumnElement[bool]) -> Select[Any]:
    """Return the ids that another table of the organization has."""
    organization = parameter("organization_id", Candidate.organization_id)
    return select(column).where(model.organization_id == organization, *where)


def _bytes(name: str) -> ColumnElement[Any]:
    """Return a parameter of bytes: the driver does not say of what type bytes are."""
    return cast(bindparam(name, type_=LargeBinary()), LargeBinary())
