"""A parsed resume: what was read, where it stands, how sure the reader is. What could not be read is absent."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from talentflux.schemas.base import Confidence, Found, Schema, Span
from talentflux.schemas.skill import SkillMention

PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""A date as far as it is known: `2019`, `2019-03` or `2019-03-14`."""


class SectionKind(StrEnum):
    """What a section of a resume is about."""

    HEADER = "header"
    SUMMARY = "summary"
    EXPERIENCE = "experience"
    EDUCATION = "education"
    SKILLS = "skills"
    LANGUAGES = "languages"
    CERTIFICATES = "certificates"
    PROJECTS = "projects"
    PUBLICATIONS = "publications"
    AWARDS = "awards"
    VOLUNTEERING = "volunteering"
    INTERESTS = "interests"
    REFERENCES = "references"
    PERSONAL = "personal"
    OTHER = "other"


class Section(Schema):
    """A section with its heading."""

    kind: SectionKind
    heading: Span | None
    span: Span = Field(description="The whole section, heading included.")


class Position(Schema):
    """One job held."""

    title: Found[str] | None = None
    employer: Found[str] | None = None
    location: Found[str] | None = None
    start: Found[PartialDate] | None = None
    end: Found[PartialDate] | None = Field(default=None, description="Null when unknown or still held, see `current`.")
    current: bool = False
    description: Found[str] | None = None
    span: Span | None = None
    confidence: Confidence


class EducationLevel(StrEnum):
    """Level of a degree, lowest to highest; comparable by `rank`."""

    SECONDARY = "secondary"
    VOCATIONAL = "vocational"
    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"

    @property
    def rank(self) -> int:
        """Place in the order from 0 (secondary) to 5 (doctorate)."""
        return list(EducationLevel).index(self)


class Education(Schema):
    """One course of study."""

    institution: Found[str] | None = None
    degree: Found[str] | None = None
    field: Found[str] | None = None
    level: EducationLevel | None = None
    start: Found[PartialDate] | None = None
    end: Found[PartialDate] | None = None
    span: Span | None = None
    confidence: Confidence


class LanguageLevel(StrEnum):
    """Level of a language in the Common European Framework; `native` stands above C2."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"
    NATIVE = "native"

    @property
    def rank(self) -> int:
        """Place in the order from 0 (A1) to 6 (native)."""
        return list(LanguageLevel).index(self)


class SpokenLanguage(Schema):
    """A language the person says they know."""

    code: str = Field(pattern=r"^[a-z]{2,3}$", description="ISO 639-1, or 639-3 where there is no two-letter code.")
    name: Found[str]
    level: LanguageLevel | None = None
    confidence: Confidence


class Certificate(Schema):
    """A certificate or licence."""

    name: Found[str]
    issuer: Found[str] | None = None
    date: Found[PartialDate] | None = None


class Link(Schema):
    """A web address of the person."""

    url: str
    network: str | None = Field(
        default=None, description="linkedin, github, … in lower case; null for a plain website."
    )
    span: Span | None = None


class PersonalKind(StrEnum):
    """Details that never enter a score."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    ADDRESS = "address"
    BIRTH = "birth"
    AGE = "age"
    GENDER = "gender"
    NATIONALITY = "nationality"
    MARITAL_STATUS = "marital_status"
    PHOTO = "photo"
    SCHOOL = "school"
    GRADUATION_YEAR = "graduation_year"


class PersonalDetail(Schema):
    """A stretch of text to mask before anything is scored or shown blind."""

    kind: PersonalKind
    span: Span


class ParsedResume(Schema):
    """A resume as read. All spans refer to `Document.text`."""

    language: str | None = Field(default=None, description="ISO 639-1 of the text; null when it cannot be told.")
    name: Found[str] | None = None
    headline: Found[str] | None = None
    emails: list[Found[str]] = Field(default_factory=list)
    phones: list[Found[str]] = Field(
        default_factory=list, description="E.164 where the country can be told, else as written."
    )
    links: list[Link] = Field(default_factory=list)
    location: Found[str] | None = None
    summary: Found[str] | None = None
    positions: list[Position] = Field(default_factory=list)
    education: list[Education] = Field(default_factory=list)
    skills: list[SkillMention] = Field(default_factory=list)
    languages: list[SpokenLanguage] = Field(default_factory=list)
    certificates: list[Certificate] = Field(default_factory=list)
    total_years: float | None = Field(
        default=None, ge=0, description="Years in work, from merged intervals; null without dates."
    )
    sections: list[Section] = Field(default_factory=list)
    personal: list[PersonalDetail] = Field(default_factory=list, description="What is masked.")
    warnings: list[str] = Field(default_factory=list)
