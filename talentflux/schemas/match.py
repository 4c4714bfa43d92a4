"""How a resume meets a job: verdicts with quoted evidence, and a total that can be computed again from its parts."""

from enum import StrEnum

from pydantic import Field

from talentflux.schemas.base import Confidence, Schema, Span


class Verdict(StrEnum):
    """How far a requirement is met by what the resume shows."""

    MET = "met"
    PARTLY = "partly"
    NOT_SHOWN = "not_shown"


class Evidence(Schema):
    """A quoted stretch of the resume that supports or contradicts a requirement."""

    quote: str = Field(description="Exactly as it stands in the masked text.")
    span: Span
    section: str | None = None
    supports: bool = True


class RequirementResult(Schema):
    """The finding on one requirement."""

    requirement_id: str
    verdict: Verdict
    score: float = Field(ge=0, le=1, description="What enters the total: 1 met, 0 not shown.")
    confidence: Confidence
    reason: str = Field(description="One plain sentence.")
    evidence: list[Evidence] = Field(default_factory=list)
    method: str = Field(description="What found it: lexicon, implication, words, dates, similarity, …")


class ScorePart(Schema):
    """One addend of the total: `weight * value`."""

    name: str
    value: float
    weight: float
    explanation: str


class FlagKind(StrEnum):
    """What a recruiter should look at before trusting a resume."""

    HIDDEN_TEXT = "hidden_text"
    INSTRUCTION = "instruction"  # text addressed to the reader's software
    KEYWORD_STUFFING = "keyword_stuffing"
    OVERLAPPING_DATES = "overlapping_dates"
    UNREADABLE_PART = "unreadable_part"


class Flag(Schema):
    """Something noticed that never changes the score."""

    kind: FlagKind
    message: str
    quote: str | None = None


class MatchResult(Schema):
    """How one resume meets one job."""

    total: float = Field(ge=0, le=100, description="100 × the sum of weight × value over `parts`, clipped to 0 to 100.")
    parts: list[ScorePart]
    results: list[RequirementResult]
    strengths: list[str] = Field(description="The best met requirements, most weighty first, each with its quote.")
    gaps: list[str] = Field(description="What is not shown, most weighty first.")
    flags: list[Flag] = Field(default_factory=list)
    scorer: str = Field(description="Name and version of the scoring, so that a stored total can be computed again.")
    embedder: str | None = Field(default=None, description="Name of the embedding model, null when none was used.")
    language_model: str | None = Field(default=None, description="Name of the language model, null when none was used.")
