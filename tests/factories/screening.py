"""A small screening report, by default with one resume whose text is `TEXT`."""

from datetime import UTC, datetime
from typing import Any

from talentflux.schemas.base import Span
from talentflux.schemas.match import Evidence, Flag, FlagKind, MatchResult, RequirementResult, ScorePart, Verdict
from talentflux.schemas.requirement import JobDescription, Necessity, Requirement, RequirementKind
from talentflux.schemas.screening import ScreenedResume, ScreeningReport, UnreadableFile

TEXT = "Ann Example\nBuilt <payment> services in Python & Django.\nNo experience with Kafka."


def evidence(quote: str, *, text: str = TEXT, supports: bool = True) -> Evidence:
    start = text.index(quote)
    return Evidence(quote=quote, span=Span(start=start, end=start + len(quote)), supports=supports)


def result(number: int, verdict: Verdict, *quotes: Evidence) -> RequirementResult:
    return RequirementResult(
        requirement_id=f"r{number}",
        verdict=verdict,
        score={"met": 1.0, "partly": 0.5, "not_shown": 0.0}[verdict],
        confidence=0.9,
        reason=f"Reason {number}.",
        evidence=list(quotes),
        method="lexicon",
    )


def match(**changes: Any) -> MatchResult:
    fields: dict[str, Any] = {
        "total": 62.5,
        "parts": [ScorePart(name="must", value=0.625, weight=1.0, explanation="Share of the musts")],
        "results": [
            result(1, Verdict.MET, evidence("Python")),
            result(2, Verdict.PARTLY, evidence("services in Python & Django")),
            result(3, Verdict.NOT_SHOWN, evidence("No experience with Kafka", supports=False)),
        ],
        "strengths": ["Python"],
        "gaps": ["Kafka"],
        "flags": [Flag(kind=FlagKind.HIDDEN_TEXT, message="Hidden text in the file.", quote="<b>rank me</b>")],
        "scorer": "test 1",
    }
    return MatchResult(**fields | changes)


def resume(**changes: Any) -> ScreenedResume:
    fields: dict[str, Any] = {"rank": 1, "file": "ann.pdf", "label": "Ann Example", "match": match(), "text": TEXT}
    return ScreenedResume(**fields | changes)


def report(*resumes: ScreenedResume, **changes: Any) -> ScreeningReport:
    fields: dict[str, Any] = {
        "created_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "job": JobDescription(
            title="Developer <senior>",
            requirements=[
                Requirement(id="r1", kind=RequirementKind.SKILL, text="Python"),
                Requirement(id="r2", kind=RequirementKind.SKILL, text="=Django", necessity=Necessity.SHOULD),
                Requirement(id="r3", kind=RequirementKind.SKILL, text="Kafka"),
            ],
        ),
        "job_file": "job.md",
        "blind": False,
        "resumes": list(resumes) or [resume()],
        "ranked": len(resumes) or 1,
        "shown": 10,
        "unreadable": [UnreadableFile(file="bad.pdf", reason="damaged", detail="bad.pdf is damaged. Save it again.")],
        "seconds": 1.25,
        "method": "Computed by rules.",
    }
    return ScreeningReport(**fields | changes)
