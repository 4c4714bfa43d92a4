"""Verdicts on skills and on requirements in free words."""

from dataclasses import dataclass, field

from talentflux.ai.matching.phrases import PhraseHit, find_phrase
from talentflux.ai.matching.view import ResumeView
from talentflux.ai.taxonomy.text import key
from talentflux.schemas.base import Span
from talentflux.schemas.match import Evidence, Verdict
from talentflux.schemas.requirement import Requirement, RequirementKind
from talentflux.schemas.resume import SectionKind
from talentflux.schemas.skill import SkillMention

_MOST = 0.8
_MANY = 0.6
_HALF = 0.5
_LIST_ITEM = 5  # content words of a window that is an item of a list rather than prose
# Calibrated on job descriptions paired with resumes: at these likenesses nine in ten are shown in other words.
LIKE = 0.75
LIKE_WITH_WORDS = 0.5
VERY_LIKE = 0.85


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


@dataclass(frozen=True)
class Likeness:
    """The window most like a requirement in meaning.

    Attributes:
        window: Its number.
        value: Inner product of the two normalised vectors.
        fresh: The largest such product over the windows that say something for the first time.
    """

    window: int
    value: float
    fresh: float


def judge_skill(requirement: Requirement, view: ResumeView, like: Likeness | None = None) -> Finding:
    """Look for a skill: named, implied by another, in words, or in meaning."""
    denied: Finding | None = None
    found = view.best_mention(requirement.skill_ids)
    if found:
        mention, standing = found
        finding = _named(view, mention, standing)
        if finding.score > 0:
            return finding
        denied = finding
    for skill_id in requirement.skill_ids:
        implied_by = view.implied.get(skill_id)
        if implied_by is not None:
            return _implied(requirement, view, skill_id, implied_by.name, implied_by.span)
    return denied or judge_words(requirement, view, like)


def _named(view: ResumeView, mention: SkillMention, standing: float) -> Finding:
    """Judge the best mention of a skill."""
    name, quotes = mention.name, [view.evidence(mention.span, supports=standing > 0)]
    if standing == 0.0:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.8, f"The resume says that '{name}' is lacking.", quotes, "lexicon")
    if standing < 1.0:
        return Finding(Verdict.PARTLY, 0.5, 0.8, f"'{name}' is named as basic or being learnt.", quotes, "lexicon")
    if view.in_heading(mention.span):
        return Finding(Verdict.PARTLY, 0.7, 0.45, f"Only a position's title names '{name}'.", quotes, "title")
    used = f", in positions of {mention.years:g} years" if mention.years else ""
    return Finding(Verdict.MET, 1.0, mention.confidence, f"'{name}' is named{used}.", quotes, "lexicon")


def _implied(requirement: Requirement, view: ResumeView, skill_id: str, name: str, span: Span) -> Finding:
    """Judge a skill that another one includes; a special form of it, such as a version, is included only in part."""
    quotes = [view.evidence(span)]
    special = requirement.terms and key(requirement.terms[0]) != key(view.lexicon.skills[skill_id].name)
    if special or view.in_heading(span):
        reason = f"'{name}' is named, which includes it in part."
        return Finding(Verdict.PARTLY, 0.5, 0.45, reason, quotes, "implication")
    return Finding(Verdict.MET, 1.0, 0.75, f"'{name}' is named, which includes it.", quotes, "implication")


def judge_words(requirement: Requirement, view: ResumeView, like: Likeness | None = None) -> Finding:
    """Look for the content words of the requirement in one window, then for its meaning."""
    phrases = requirement.terms or [requirement.text]
    hits = [hit for phrase in phrases if (hit := find_phrase(phrase, view))]
    hit = max(hits, key=lambda each: (each.share, not each.heading, not each.fuzzy), default=None)
    by_meaning = _by_meaning(view, like, hit)
    if hit is None:
        return by_meaning or Finding(Verdict.NOT_SHOWN, 0.0, 0.75, "Nothing in the resume shows it.")
    if hit.share >= (1.0 if hit.size <= 3 else _MOST):
        return _whole(requirement, view, hit)
    if by_meaning is not None:
        return by_meaning
    if hit.share >= (_HALF if requirement.kind is RequirementKind.OTHER else _MANY):
        quotes = [view.evidence(view.features.windows[hit.window].span)]
        return Finding(Verdict.PARTLY, 0.3, 0.45, "Part of its words stand together in the resume.", quotes)
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.65, "Nothing in the resume shows it as a whole.")


def _whole(requirement: Requirement, view: ResumeView, hit: PhraseHit) -> Finding:
    """Judge a window that holds all words of the requirement."""
    window = view.features.windows[hit.window]
    standing = _standing(view, window.span)
    quotes = [view.evidence(window.span, supports=standing > 0)]
    if standing == 0.0:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.6, "The resume names it as something that is lacking.", quotes)
    if standing < 1.0:
        return Finding(Verdict.PARTLY, 0.5, 0.7, "The resume names it as basic or being learnt.", quotes)
    if hit.heading:
        return Finding(Verdict.PARTLY, 0.6, 0.45, "Only a position's title names it.", quotes, "title")
    if window.section == SectionKind.EDUCATION.value:
        return Finding(Verdict.PARTLY, 0.6, 0.45, "Only a course of study names it.", quotes, "education")
    item = len(view.words[hit.window]) <= _LIST_ITEM or window.section == SectionKind.SKILLS.value
    written = (requirement.terms or [requirement.text])[0]
    if hit.size == 1 and not item and not any(sign.isupper() for sign in written[1:]):
        return Finding(Verdict.PARTLY, 0.6, 0.45, "Its one word stands within a sentence of the resume.", quotes)
    return Finding(Verdict.MET, 1.0, 0.65 if hit.fuzzy else 0.8, "All its words stand together in the resume.", quotes)


def _by_meaning(view: ResumeView, like: Likeness | None, hit: PhraseHit | None) -> Finding | None:
    """Judge by likeness in meaning, which alone shows a requirement in part at most unless it is very high."""
    if like is None:
        return None
    words = hit is not None and hit.share >= _MANY
    if like.value < (LIKE_WITH_WORDS if words else LIKE):
        return None
    window = view.features.windows[like.window]
    if _standing(view, window.span) < 1.0 or like.window in view.headings:
        return None
    quotes = [view.evidence(window.span)]
    if like.value >= VERY_LIKE:
        return Finding(Verdict.MET, 1.0, 0.6, "The resume says it in other words.", quotes, "similarity")
    return Finding(Verdict.PARTLY, 0.5, 0.6, "The resume says something close to it.", quotes, "similarity")


def _standing(view: ResumeView, span: Span) -> float:
    """Tell whether a window begins by denying or weakening what it names."""
    end = min(span.end, span.start + 40)
    return view.standing(Span(start=end, end=span.end)) if span.end - span.start > 8 else 1.0
