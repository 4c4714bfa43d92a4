"""Verdicts on skills and on requirements in free words."""

from dataclasses import dataclass, field

from talentflux.ai.matching.masking import MASK
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
_WHAT = 90  # characters of a requirement, and of the line nearest to it, in a reason
_NEAREST = 110
_WORTH_TELLING = 0.4
_LIST_ITEM = 5  # content words of a window that is an item of a list rather than prose
# Calibrated on job descriptions paired with resumes: at these likenesses nine in ten are shown in other words.
LIKE = 0.8
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
            return _or_words(finding, requirement, view)
        denied = finding
    for skill_id in requirement.skill_ids:
        implied_by = view.implied.get(skill_id)
        if implied_by is not None:
            finding = _implied(requirement, view, skill_id, implied_by.name, implied_by.span)
            return _or_words(finding, requirement, view)
    return denied or judge_words(requirement, view, like)


def _or_words(finding: Finding, requirement: Requirement, view: ResumeView) -> Finding:
    """Prefer the requirement's own words where the lexicon found it in a title or as a part only."""
    if finding.method not in {"title", "implication", "education"} or finding.verdict is Verdict.MET:
        return finding
    words = judge_words(requirement, view)
    return words if words.verdict is Verdict.MET else finding


def _named(view: ResumeView, mention: SkillMention, standing: float) -> Finding:
    """Judge the best mention of a skill."""
    name, quotes = mention.name, [view.evidence(mention.span, supports=standing > 0)]
    if standing == 0.0:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.8, f"The resume says that '{name}' is lacking.", quotes, "lexicon")
    if standing < 1.0:
        return Finding(Verdict.PARTLY, 0.5, 0.8, f"'{name}' is named as basic or being learnt.", quotes, "lexicon")
    if view.in_heading(mention.span):
        return Finding(Verdict.PARTLY, 0.7, 0.45, f"Only the title of a position names '{name}'.", quotes, "title")
    if mention.section == SectionKind.EDUCATION.value:
        return Finding(Verdict.PARTLY, 0.6, 0.45, f"Only a course of study names '{name}'.", quotes, "education")
    used = f", in positions of {mention.years:g} {'year' if mention.years == 1 else 'years'}" if mention.years else ""
    return Finding(Verdict.MET, 1.0, mention.confidence, f"'{name}' is named{used}.", quotes, "lexicon")


def _implied(requirement: Requirement, view: ResumeView, skill_id: str, name: str, span: Span) -> Finding:
    """Judge a skill that another one includes; a special form of it, such as a version, is included only in part."""
    quotes = [view.evidence(span)]
    special = requirement.terms and key(requirement.terms[0]) != key(view.lexicon.skills[skill_id].name)
    if special or view.in_heading(span):
        reason = f"'{name}' is named, which includes part of '{asked_for(requirement)}'."
        return Finding(Verdict.PARTLY, 0.5, 0.45, reason, quotes, "implication")
    return Finding(
        Verdict.MET,
        1.0,
        0.75,
        f"'{name}' is named, which includes '{view.lexicon.skills[skill_id].name}'.",
        quotes,
        "implication",
    )


def judge_words(requirement: Requirement, view: ResumeView, like: Likeness | None = None) -> Finding:
    """Look for the content words of the requirement in one window, then for its meaning."""
    phrases = requirement.terms or [requirement.text]
    what = asked_for(requirement)
    hits = [hit for phrase in phrases if (hit := find_phrase(phrase, view))]
    hit = max(hits, key=lambda each: (each.share, not each.heading, not each.fuzzy), default=None)
    by_meaning = _by_meaning(view, like, hit, what)
    if hit is None:
        return by_meaning or Finding(Verdict.NOT_SHOWN, 0.0, 0.75, f"Nothing in the resume shows '{what}'.")
    if hit.share >= (1.0 if hit.size <= 3 else _MOST):
        return _whole(requirement, view, hit)
    if by_meaning is not None:
        return by_meaning
    nearest = shorten(view.features.windows[hit.window].span.of(view.features.text), _NEAREST)
    if hit.share >= (_HALF if requirement.kind is RequirementKind.OTHER else _MANY):
        quotes = [view.evidence(view.features.windows[hit.window].span)]
        reason = f"Only part of '{what}' is named, in “{nearest}”."
        return Finding(Verdict.PARTLY, 0.3, 0.45, reason, quotes)
    near = f"'{what}' is not shown; the nearest line is “{nearest}”."
    return Finding(
        Verdict.NOT_SHOWN, 0.0, 0.65, near if hit.share >= _WORTH_TELLING else f"Nothing in the resume shows '{what}'."
    )


def asked_for(requirement: Requirement) -> str:
    """Return what a requirement looks for, as short as it was written."""
    return shorten((requirement.terms or [requirement.text])[0], _WHAT)


def shorten(text: str, most: int) -> str:
    """Return a text in one line, cut between words where it is longer than `most` characters."""
    words = " ".join(text.replace(MASK, " ").split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def _whole(requirement: Requirement, view: ResumeView, hit: PhraseHit) -> Finding:
    """Judge a window that holds all words of the requirement."""
    window = view.features.windows[hit.window]
    standing = _standing(view, window.span)
    quotes = [view.evidence(window.span, supports=standing > 0)]
    what = asked_for(requirement)
    if standing == 0.0:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.6, f"The resume says that '{what}' is lacking.", quotes)
    if standing < 1.0:
        return Finding(Verdict.PARTLY, 0.5, 0.7, f"'{what}' is named as basic or being learnt.", quotes)
    if hit.heading:
        return Finding(Verdict.PARTLY, 0.6, 0.45, f"Only the title of a position names '{what}'.", quotes, "title")
    if window.section == SectionKind.EDUCATION.value:
        return Finding(Verdict.PARTLY, 0.6, 0.45, f"Only a course of study names '{what}'.", quotes, "education")
    item = len(view.words[hit.window]) <= _LIST_ITEM or window.section == SectionKind.SKILLS.value
    written = (requirement.terms or [requirement.text])[0]
    if hit.size == 1 and not item and not any(sign.isupper() for sign in written[1:]):
        return Finding(Verdict.PARTLY, 0.6, 0.45, f"'{what}' is named only in passing, within a sentence.", quotes)
    return Finding(
        Verdict.MET, 1.0, 0.65 if hit.fuzzy else 0.8, f"All words of '{what}' stand together in one line.", quotes
    )


def _by_meaning(view: ResumeView, like: Likeness | None, hit: PhraseHit | None, what: str) -> Finding | None:
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
        return Finding(Verdict.MET, 1.0, 0.6, f"The resume says '{what}' in other words.", quotes, "similarity")
    return Finding(Verdict.PARTLY, 0.5, 0.6, f"The resume says something close to '{what}'.", quotes, "similarity")


def _standing(view: ResumeView, span: Span) -> float:
    """Tell whether a window begins by denying or weakening what it names."""
    end = min(span.end, span.start + 40)
    return view.standing(Span(start=end, end=span.end)) if span.end - span.start > 8 else 1.0
