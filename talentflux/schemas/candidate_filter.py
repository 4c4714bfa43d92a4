"""Filters on candidates, as the list, the search and saved searches take them."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field

from talentflux.schemas.application import Stage
from talentflux.schemas.base import Schema
from talentflux.schemas.consent import Consent

MOST_VALUES: Final = 10
Years = Annotated[float, Field(ge=0, le=100)]


def _values(given: str) -> str:
    """Return values that are separated by commas, each once.

    Raises:
        ValueError: There are too many, or none.
    """
    found = dict.fromkeys(value.strip() for value in given.split(",") if value.strip())
    if not 1 <= len(found) <= MOST_VALUES:
        raise ValueError(f"give 1 to {MOST_VALUES} values, separated by commas")
    return ",".join(found)


def _ids(given: str) -> str:
    try:
        return ",".join(str(UUID(value)) for value in _values(given).split(","))
    except ValueError as error:
        raise ValueError(f"give 1 to {MOST_VALUES} ids, separated by commas") from error


def _without_nul(given: str) -> str:
    if "\0" in given:
        raise ValueError("leave out the character U+0000")
    return given


Values = Annotated[str, AfterValidator(_without_nul), AfterValidator(_values)]
SkillIds = Annotated[Values, AfterValidator(str.lower)]
Ids = Annotated[str, AfterValidator(_ids)]
Words = Annotated[str, AfterValidator(_without_nul)]


class CandidateFilters(Schema):
    """Which candidates. All that is given must hold."""

    skills: SkillIds | None = Field(
        default=None,
        max_length=1000,
        description="Ids of skills (`GET /api/v1/skills`), separated by commas: the current resume shows all of them.",
    )
    min_years: Years | None = Field(default=None, description="At least so many years of experience.")
    max_years: Years | None = Field(default=None, description="At most so many years of experience.")
    place: Words | None = Field(
        default=None, min_length=1, max_length=100, description="All these words are in the place where they live."
    )
    tags: Ids | None = Field(
        default=None, max_length=1000, description="Ids of tags, separated by commas: the candidate has all of them."
    )
    talent_pool_id: UUID | None = Field(default=None, description="Only those in this talent pool.")
    source_id: UUID | None = Field(default=None, description="Only those who came from this source.")
    requisition_id: UUID | None = Field(default=None, description="Only those who applied to this requisition.")
    stage: Stage | None = Field(
        default=None, description="Only those with an application in a stage of this kind, to the requisition if given."
    )
    consent: Consent | None = Field(
        default=None, description="`given` leaves out those who gave it for a time that is over."
    )
    do_not_contact: bool | None = None

    @property
    def skill_ids(self) -> list[str]:
        """The skills that are asked for."""
        return self.skills.split(",") if self.skills else []

    @property
    def tag_ids(self) -> list[UUID]:
        """The tags that are asked for."""
        return [UUID(tag) for tag in self.tags.split(",")] if self.tags else []


FILTERS: Final = frozenset(CandidateFilters.model_fields)
"""Names of the filters."""
