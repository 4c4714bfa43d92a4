"""Verdicts on skills and on requirements in free words."""

from dataclasses import dataclass, field

from talentflux.ai.matching.phrases import find_phrase
from talentflux.ai.matching.view import ResumeView
from talentflux.schemas.base import Span
from talentflux.schemas.match import Evidence, Verdict
from talentflux.schemas.requirement import Requirement, RequirementKind

_ALL = 1.0
_MOST = 0.5


@dataclass(frozen=True)
class Finding:
    """A verdict with its reason, before it carries the requirement's id.

    Attributes:
        verdict: How far the requirement is met.
        score: What enters the total.
        confidence: How sure.
        reason: One plain sentence.
        evidence: Quotes.
        method: What found it.
    """

    verdict: Verdict
    score: float
    confidence: float
    reason: str
    evidence: list[Evidence] = field(default_factory=list)
    method: str = "words"


def judge_skill(requirement: Requirement, view: ResumeView) -> Finding:
    """Look for a skill: named, implied by another, or in words."""
    denied: Finding | None = None
    found = view.best_mention(requirement.skill_ids)
    if found:
        mention, standing = found
        if standing == 1.0:
            years = f", used for {mention.years:g} years" if mention.years else ""
            return Finding(
                Verdict.MET, 1.0, mention.confidence, f"'{mention.name}' is named{years}.", [view.evidence(mention.span)], "lexicon"
            )
        weak = standing > 0
        quotes = [view.evidence(mention.span, supports=weak)]
        if weak:
            return Finding(Verdict.PARTLY, 0.5, 0.8, f"'{mention.name}' is named as basic or being learnt.", quotes, "lexicon")
        denied = Finding(Verdict.NOT_SHOWN, 0.0, 0.8, f"The resume says that '{mention.name}' is lacking.", quotes, "lexicon")
    for skill_id in requirement.skill_ids:
        implied_by = view.implied.get(skill_id)
        if implied_by is not None:
            return Finding(
                Verdict.MET, 1.0, 0.8, f"'{implied_by.name}' is named, which includes it.", [view.evidence(implied_by.span)], "implication"
            )
    return denied or judge_words(requirement, view)


def judge_words(requirement: Requirement, view: ResumeView) -> Finding:
    """Look for all content words of the requirement in one window."""
    phrases = requirement.terms or [requirement.text]
    hits = [(hit, phrase) for phrase in phrases if (hit := find_phrase(phrase, view))]
    if not hits:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.7, "Nothing in the resume shows it.")
    hit, _ = max(hits, key=lambda each: (each[0].share, not each[0].fuzzy))
    window = view.features.windows[hit.window]
    standing = _standing(view, window.span)
    needed = _ALL if requirement.terms else 0.8
    if hit.share >= needed and standing == 0.0:
        quotes = [view.evidence(window.span, supports=False)]
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.6, "The resume names it as something that is lacking.", quotes)
    quotes = [view.evidence(window.span)]
    if hit.share >= needed and standing == 1.0:
        sure = 0.65 if hit.fuzzy else 0.8
        return Finding(Verdict.MET, 1.0, sure, "All its words stand together in the resume.", quotes)
    if hit.share >= _MOST and requirement.kind is RequirementKind.OTHER or hit.share >= needed:
        return Finding(Verdict.PARTLY, 0.5, 0.5, "Part of its words stand together in the resume.", quotes)
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.6, "Nothing in the resume shows it as a whole.")


def _standing(view: ResumeView, span: Span) -> float:
    """Tell whether a window begins by denying or weakening what it names."""
    end = min(span.end, span.start + 40)
    return view.standing(Span(start=end, end=span.end)) if span.end - span.start > 8 else 1.0
