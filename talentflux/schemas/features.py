"""What scoring needs of a resume: facts with spans, and the stretches of masked text that count."""

from pydantic import Field

from talentflux.schemas.base import Confidence, Schema, Span
from talentflux.schemas.match import Flag
from talentflux.schemas.resume import EducationLevel, LanguageLevel
from talentflux.schemas.skill import SkillMention


class Window(Schema):
    """A sentence, line or list item that counts as evidence; it holds no personal detail and no header line."""

    span: Span
    section: str | None = Field(default=None, description="Kind of the section where it stands.")


class PositionFacts(Schema):
    """One job held, with its time in whole months."""

    title: str | None = None
    title_span: Span | None = None
    span: Span | None = None
    start: int | None = Field(default=None, description="First month, counted as 12 × year + month − 1.")
    end: int | None = Field(default=None, description="Month behind the last one, counted likewise.")


class EducationFacts(Schema):
    """A degree without school and year."""

    level: EducationLevel | None = None
    degree: str | None = None
    field: str | None = None
    span: Span | None = Field(default=None, description="Where the degree or, without one, the field stands.")


class LanguageFacts(Schema):
    """A language the person says they know."""

    code: str = Field(pattern=r"^[a-z]{2,3}$")
    level: LanguageLevel | None = None
    span: Span | None = None
    confidence: Confidence


class CertificateFacts(Schema):
    """A certificate by its name."""

    name: str
    span: Span | None = None


class ResumeFeatures(Schema):
    """A resume as scoring sees it; nothing in it tells who the person is."""

    version: int = Field(default=1, description="Of this form; features of another version are made again.")
    text: str = Field(description="The masked text; all spans refer to it.")
    language: str | None = Field(default=None, description="ISO 639-1 of the text.")
    windows: list[Window] = Field(default_factory=list)
    skills: list[SkillMention] = Field(default_factory=list)
    positions: list[PositionFacts] = Field(default_factory=list)
    education: list[EducationFacts] = Field(default_factory=list)
    languages: list[LanguageFacts] = Field(default_factory=list)
    certificates: list[CertificateFacts] = Field(default_factory=list)
    total_years: float | None = Field(
        default=None, ge=0, description="Years in work, from merged intervals; null without dates."
    )
    flags: list[Flag] = Field(default_factory=list)
