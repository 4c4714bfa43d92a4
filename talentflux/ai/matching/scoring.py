"""How a resume meets a job: one verdict per requirement, and a total made of declared parts."""

import math
from collections.abc import Callable, Sequence

from talentflux.ai.embeddings import Embedder
from talentflux.ai.matching.judge_facts import (
    judge_certificate,
    judge_education,
    judge_language,
    judge_location,
    judge_title,
)
from talentflux.ai.matching.judge_skill import Finding, Likeness, judge_skill, judge_words
from talentflux.ai.matching.judge_years import judge_years
from talentflux.ai.matching.likeness import JobPhrases, compare
from talentflux.ai.matching.totals import (
    DEFAULT_BACKGROUND,
    DEFAULT_WEIGHTS,
    SCORER,
    Background,
    Weights,
    recompute_total,
    z_score,
)
from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words
from talentflux.ai.taxonomy import Lexicon
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.match import MatchResult, RequirementResult, ScorePart, Verdict
from talentflux.schemas.requirement import JobDescription, Necessity, Requirement, RequirementKind

_FACTS: dict[RequirementKind, Callable[[Requirement, ResumeView], Finding]] = {
    RequirementKind.YEARS: judge_years,
    RequirementKind.TITLE: judge_title,
    RequirementKind.EDUCATION: judge_education,
    RequirementKind.LANGUAGE: judge_language,
    RequirementKind.LOCATION: judge_location,
}
_PHRASES: dict[RequirementKind, Callable[[Requirement, ResumeView, Likeness | None], Finding]] = {
    RequirementKind.SKILL: judge_skill,
    RequirementKind.CERTIFICATE: judge_certificate,
    RequirementKind.OTHER: judge_words,
}
_STRENGTHS = 5
_BATCH = 200  # resumes whose windows and vectors are held at once, some 10 MB


class Scorer:
    """Compares resumes with jobs.

    Attributes:
        lexicon: Skills and what they imply.
        embedder: Compares in meaning; without one only words and facts count.
        weights: What each part of the total weighs.
        background: Constants of the scorer's version.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        embedder: Embedder | None = None,
        weights: Weights = DEFAULT_WEIGHTS,
        background: Background = DEFAULT_BACKGROUND,
    ) -> None:
        self.lexicon = lexicon
        self.embedder = embedder
        self.weights = weights
        self.background = background

    def match(self, job: JobDescription, features: ResumeFeatures) -> MatchResult:
        """Compare one resume with a job.

        Args:
            job: Requirements, and the description they were read from.
            features: The resume, as `features.analyse` made it.

        Returns:
            Verdicts with evidence, and a total that `recompute_total` gives again from its parts.
        """
        return self.match_many(job, [features])[0]

    def match_many(self, job: JobDescription, resumes: Sequence[ResumeFeatures]) -> list[MatchResult]:
        """Compare many resumes with a job; each result is what `match` gives.

        Args:
            job: Requirements, and the description they were read from.
            resumes: The resumes.

        Returns:
            One result per resume, in order.
        """
        wanted = _job_words(job)
        phrases = JobPhrases(job.requirements, self.embedder) if self.embedder is not None else None
        results: list[MatchResult] = []
        for start in range(0, len(resumes), _BATCH):
            views = [ResumeView(features, self.lexicon) for features in resumes[start : start + _BATCH]]
            likenesses: list[dict[int, Likeness]] = [{} for _ in views]
            if self.embedder is not None and phrases is not None:
                likenesses = compare(views, phrases, self.embedder)
            results += [self._match(job, wanted, *each) for each in zip(views, likenesses, strict=True)]
        return results

    def _match(
        self, job: JobDescription, wanted: frozenset[str], view: ResumeView, likeness: dict[int, Likeness]
    ) -> MatchResult:
        """Judge each requirement and add up."""
        results = [
            _result(requirement, _judge(requirement, view, likeness.get(number)))
            for number, requirement in enumerate(job.requirements)
        ]
        parts = [*_coverage(job.requirements, results, self.weights), self._lexical(wanted, view)]
        if self.embedder is not None and likeness:
            parts.append(self._dense(likeness, results))
        return MatchResult(
            total=recompute_total(parts),
            parts=parts,
            results=results,
            strengths=_strengths(job.requirements, results),
            gaps=_gaps(job.requirements, results),
            flags=view.features.flags,
            scorer=SCORER,
            embedder=self.embedder.name if self.embedder is not None else None,
        )

    def _dense(self, likeness: dict[int, Likeness], results: list[RequirementResult]) -> ScorePart:
        """Average the likeness of each requirement to the window most like it; what is denied is not like at all."""
        values = [_closeness(results[number], each.fresh) for number, each in sorted(likeness.items())]
        mean = round(math.fsum(values) / len(values), 4)
        known = self.background
        return ScorePart(
            name="dense",
            value=z_score(mean, known.dense_mean, known.dense_deviation),
            weight=self.weights.dense,
            explanation=f"Likeness in meaning {mean:.2f}; {known.dense_mean:.2f} is usual for a resume that does not "
            f"belong "
            "to the job.",
        )

    def _lexical(self, wanted: frozenset[str], view: ResumeView) -> ScorePart:
        """Measure the share of the job's words that the resume has; a word counts once."""
        share = sum(word in view.places for word in wanted) / len(wanted) if wanted else 0.0
        value = z_score(share, self.background.lexical_mean, self.background.lexical_deviation) if wanted else 0.0
        return ScorePart(
            name="lexical",
            value=value,
            weight=self.weights.lexical,
            explanation=f"{share:.0%} of the job's words are in the resume; "
            f"{self.background.lexical_mean:.0%} are in one that does not belong to it.",
        )


def _closeness(result: RequirementResult, likeness: float) -> float:
    """Return how close a resume comes to one requirement."""
    denied = any(not evidence.supports for evidence in result.evidence)
    return 0.0 if denied else max(0.0, likeness)


def _judge(requirement: Requirement, view: ResumeView, like: Likeness | None) -> Finding:
    """Ask the judge of the requirement's kind."""
    facts = _FACTS.get(requirement.kind)
    return facts(requirement, view) if facts else _PHRASES[requirement.kind](requirement, view, like)


def _job_words(job: JobDescription) -> frozenset[str]:
    """Return the words of a job: its description, or its requirements where there is none."""
    return frozenset(content_words(job.text or " ".join(r.text for r in job.requirements)))


def _result(requirement: Requirement, finding: Finding) -> RequirementResult:
    """Put the requirement's id to a finding."""
    return RequirementResult(
        requirement_id=requirement.id,
        verdict=finding.verdict,
        score=finding.score,
        confidence=finding.confidence,
        reason=finding.reason,
        evidence=finding.evidence,
        method=finding.method,
    )


def _coverage(requirements: list[Requirement], results: list[RequirementResult], weights: Weights) -> list[ScorePart]:
    """Average the scores of musts and shoulds; where there are none of one sort, the other takes its weight."""
    parts = []
    shares = {}
    for necessity in Necessity:
        counted = [
            (requirement.weight, result.score)
            for requirement, result in zip(requirements, results, strict=True)
            if requirement.necessity is necessity and requirement.kind is not RequirementKind.LOCATION
        ]
        if counted:
            total = math.fsum(weight for weight, _ in counted)
            shares[necessity] = (math.fsum(weight * score for weight, score in counted) / total, len(counted))
    declared = {Necessity.MUST: weights.must, Necessity.SHOULD: weights.should}
    for necessity, (share, count) in shares.items():
        weight = declared[necessity] if len(shares) > 1 else sum(declared.values())
        parts.append(
            ScorePart(
                name=necessity.value,
                value=share,
                weight=weight,
                explanation=f"{share:.0%} of what the {count} requirements of this sort ask for is shown.",
            )
        )
    return parts


def _ordered(requirements: list[Requirement]) -> list[int]:
    """Return the numbers of the requirements, most weighty first."""
    return sorted(
        range(len(requirements)),
        key=lambda n: (requirements[n].necessity is not Necessity.MUST, -requirements[n].weight),
    )


def _strengths(requirements: list[Requirement], results: list[RequirementResult]) -> list[str]:
    """Name the best met requirements, each with its quote."""
    met = [n for n in _ordered(requirements) if results[n].verdict is Verdict.MET]
    return [
        f"{requirements[n].text}: “{results[n].evidence[0].quote}”" if results[n].evidence else requirements[n].text
        for n in met[:_STRENGTHS]
    ]


def _gaps(requirements: list[Requirement], results: list[RequirementResult]) -> list[str]:
    """Name what is not shown."""
    return [
        requirements[n].text
        for n in _ordered(requirements)
        if results[n].verdict is Verdict.NOT_SHOWN and requirements[n].kind is not RequirementKind.LOCATION
    ]
