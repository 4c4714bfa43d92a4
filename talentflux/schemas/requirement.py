"""What a job asks for, in parts that can be checked one by one and edited by a person."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from talentflux.schemas.base import Schema, Span
from talentflux.schemas.resume import EducationLevel, LanguageLevel

# A bound also makes Pydantic refuse half characters (lone surrogates), which nothing can store.
ShortText = Annotated[str, Field(max_length=2_000)]


class RequirementKind(StrEnum):
    """What sort of thing is asked for."""

    SKILL = "skill"
    YEARS = "years"  # of a skill or a role where `skill_ids` or `title` is given, else in all
    TITLE = "title"
    EDUCATION = "education"
    LANGUAGE = "language"
    CERTIFICATE = "certificate"
    LOCATION = "location"
    OTHER = "other"


class Necessity(StrEnum):
    """Whether a candidate must or should meet it."""

    MUST = "must"
    SHOULD = "should"


class Requirement(Schema):
    """One thing asked for."""

    id: str = Field(pattern=r"^r[0-9]{1,6}$", description="Stable within its list: r1, r2, …")
    kind: RequirementKind
    necessity: Necessity = Necessity.MUST
    text: str = Field(
        min_length=1,
        max_length=500,
        description="As a person would say it; quoted from the description where possible.",
    )
    weight: float = Field(default=1.0, gt=0, le=10, description="Share among requirements of the same necessity.")
    skill_ids: list[ShortText] = Field(
        default_factory=list, max_length=1_000, description="Skills of the lexicon; any one of them satisfies."
    )
    terms: list[ShortText] = Field(
        default_factory=list,
        max_length=1_000,
        description="Words to look for where the lexicon has no entry; any one satisfies.",
    )
    years: float | None = Field(default=None, ge=0, le=60, description="Least number of years.")
    title: ShortText | None = Field(default=None, description="Role asked for.")
    education: EducationLevel | None = Field(default=None, description="Least level.")
    fields: list[ShortText] = Field(
        default_factory=list, max_length=1_000, description="Fields of study; any one satisfies."
    )
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$", description="ISO 639 code.")
    level: LanguageLevel | None = Field(default=None, description="Least level of the language.")
    location: ShortText | None = None
    span: Span | None = Field(default=None, description="Where it stands in the description.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            RequirementKind.YEARS: ("years", self.years),
            RequirementKind.TITLE: ("title", self.title),
            RequirementKind.EDUCATION: ("education", self.education),
            RequirementKind.LANGUAGE: ("language", self.language),
            RequirementKind.LOCATION: ("location", self.location),
        }.get(self.kind)
        if needed and needed[1] is None:
            raise ValueError(f"a requirement of kind {self.kind} needs the field '{needed[0]}'")
        return self


class JobDescription(Schema):
    """A job as read from its description, or as a person edited it."""

    title: str | None = None
    language: str | None = Field(default=None, description="ISO 639-1 of the text.")
    location: str | None = None
    text: str = Field(default="", description="The description as given; spans of the requirements refer to it.")
    requirements: list[Requirement] = Field(default_factory=list, max_length=200)
    warnings: list[str] = Field(default_factory=list)
