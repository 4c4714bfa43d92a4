"""Skills of the lexicon and their mentions in a text."""

from enum import StrEnum

from pydantic import Field

from talentflux.schemas.base import Confidence, Schema, Span


class SkillKind(StrEnum):
    """What sort of thing a skill is."""

    TOOL = "tool"
    KNOWLEDGE = "knowledge"
    SKILL = "skill"
    SOFT = "soft"
    LANGUAGE = "language"
    CERTIFICATE = "certificate"


class Skill(Schema):
    """An entry of the lexicon."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Immutable slug.")
    name: str
    kind: SkillKind
    aliases: list[str] = Field(default_factory=list, description="Other written forms, in any language.")
    implies: list[str] = Field(default_factory=list, description="Ids of skills that whoever has this one has too.")
    uris: list[str] = Field(
        default_factory=list, description="Entries of imported taxonomies (ESCO, O*NET) that mean the same."
    )


class MentionMethod(StrEnum):
    """How a mention was recognised."""

    NAME = "name"  # the lexicon's name or an unambiguous alias
    CONTEXT = "context"  # an ambiguous alias with a context word near it
    LISTED = "listed"  # an ambiguous alias in a list of certain skills


class SkillMention(Schema):
    """A place in a text that names a skill."""

    skill_id: str
    name: str = Field(description="The lexicon's name of the skill.")
    span: Span
    section: str | None = Field(default=None, description="Kind of the section of the resume where it stands.")
    years: float | None = Field(
        default=None, ge=0, description="Years of use, from the dates of the positions that name it."
    )
    method: MentionMethod
    confidence: Confidence
