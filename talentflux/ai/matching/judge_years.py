"""Verdicts on years of work."""

import re

from talentflux.ai.matching import vocabulary
from talentflux.ai.matching.dates import MONTHS
from talentflux.ai.matching.held import NEAR_ROLE, SAME_ROLE, held_trades, quotes_of, role_likeness, wanted_roles
from talentflux.ai.matching.judge_skill import Finding
from talentflux.ai.matching.phrases import find_phrase
from talentflux.ai.matching.roles import Role
from talentflux.ai.matching.trades import trades
from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words
from talentflux.ai.resume.dates import merged_months
from talentflux.schemas.base import Span
from talentflux.schemas.features import PositionFacts
from talentflux.schemas.match import Verdict
from talentflux.schemas.requirement import Requirement
from talentflux.schemas.skill import SkillKind

# Two months short of the years asked for is still the years asked for.
_TOLERANCE_MONTHS = 2
# What time in the field but in another branch of it is worth, and the most it can give.
_WIDER = 0.5
_WIDER_MOST = 0.7
_BRANCH = re.compile(r"\w\s+(?:in|im|in der|en|dans|nel|nella|em|op)\s+(?P<branch>\S.*)$", re.IGNORECASE)
_OR_BRANCH = re.compile(r"\s*,\s*|\s*/\s*|\s+(?:or|oder|ou|o|of)\s+", re.IGNORECASE)


def judge_years(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare the years asked for with the dates of the positions that count."""
    needed = requirement.years or 0.0
    positions, wider, what = _counting(requirement, view)
    months = _months(positions)
    quotes = quotes_of(view, [p.title_span or p.span for p in positions])
    if months:
        have = f"{_years(months)} {what}"
        if months + _TOLERANCE_MONTHS >= needed * MONTHS:
            return Finding(Verdict.MET, 1.0, 0.9, f"{have}, {needed:g} asked for.", quotes, "dates")
        if _months(wider) <= months:
            share = months / (needed * MONTHS)
            return Finding(Verdict.PARTLY, share, 0.85, f"{have}, {needed:g} asked for.", quotes, "dates")
    if wider and (around := _months(wider)):
        share = min(_WIDER_MOST, (months + _WIDER * (around - months)) / (needed * MONTHS))
        part = _years(months) if months else "none"
        reason = f"{_years(around)} of {_subject(requirement, view)}, {part} of them {what}; {needed:g} asked for."
        quotes = quotes_of(view, [p.title_span or p.span for p in [*positions, *wider]])
        return Finding(Verdict.PARTLY, share, 0.7, reason, quotes, "dates")
    stated = _stated_years(requirement, view)
    if stated:
        return stated
    if positions:
        return Finding(Verdict.PARTLY, 0.5, 0.5, f"Worked {what}, but no dates were read.", quotes, "title")
    return _undated(requirement, view, what)


def _months(positions: list[PositionFacts]) -> int:
    """Return the months of some positions; what overlaps counts once."""
    return merged_months([(p.start, p.end) for p in positions if p.start is not None and p.end is not None])


def _years(months: int) -> str:
    """Write months as years."""
    have = round(months / MONTHS, 1)
    return f"{have:g} year" if have == 1 else f"{have:g} years"


def _subject(requirement: Requirement, view: ResumeView) -> str:
    """Name the skill or field that the years are asked of."""
    skills = [skill for skill_id in requirement.skill_ids if (skill := view.lexicon.skills.get(skill_id))]
    # What a person does is no proper name, as a product's is.
    names = [
        s.name[0].lower() + s.name[1:] if s.kind is SkillKind.SKILL and s.name[1:].islower() else s.name for s in skills
    ]
    return " or ".join(names) or (requirement.terms[0] if requirement.terms else "work")


def _counting(requirement: Requirement, view: ResumeView) -> tuple[list[PositionFacts], list[PositionFacts], str]:
    """Return the positions whose time counts, those of the wider field, and how to call the first."""
    positions = view.features.positions
    if requirement.title:
        return _in_role(positions, wanted_roles(requirement.title), view), [], f"as '{requirement.title}'"
    if requirement.skill_ids:
        held = _in_field(requirement, view)
        branch = _branch(requirement.terms[0] if requirement.terms else "")
        if branch:
            return [p for p in held if _names_any(branch, p, view)], held, f"in {branch}"
        subject = _subject(requirement, view)
        return held, [], f"{'in' if subject[0].islower() else 'with'} {subject}"
    if requirement.terms:
        fields = trades(requirement.terms[0])
        named = _with_terms(requirement.terms, view)
        held = [p for p in positions if p in named or not fields.isdisjoint(held_trades(p, view))]
        return held, [], f"in '{requirement.terms[0]}'"
    return [p for p in positions if p.start is not None], [], "of work"


def _in_field(requirement: Requirement, view: ResumeView) -> list[PositionFacts]:
    """Return the positions that use a skill, name its words, or bear a title of its trade."""
    wanted = set(requirement.skill_ids)
    spans = _uses(requirement.skill_ids, view)
    named = _with_terms(requirement.terms, view)
    return [
        p
        for p in view.features.positions
        if p in named
        or (p.span and any(p.span.start <= s.start < p.span.end for s in spans))
        or not wanted.isdisjoint(held_trades(p, view))
    ]


def _branch(term: str) -> str:
    """Return the branch of a field that a term asks for, such as `intensive care` in `nursing in intensive care`."""
    match = _BRANCH.search(term)
    return match["branch"].strip() if match else ""


def _names_any(branch: str, position: PositionFacts, view: ResumeView) -> bool:
    """Tell whether a position names one of the branches, by an entry of the lexicon or by all its words."""
    parts = [part for part in _OR_BRANCH.split(branch) if content_words(part)]
    ids = {skill.id for part in parts for skill in view.lexicon.lookup(part)}
    if position.span is None:
        return False
    low, high = position.span.start, position.span.end
    if any(low <= span.start < high for span in _uses(sorted(ids), view)):
        return True
    lines = [n for n, window in enumerate(view.features.windows) if low <= window.span.start < high]
    return any(set(view.words[n]).issuperset(content_words(part)) for part in parts for n in lines)


def _uses(skill_ids: list[str], view: ResumeView) -> list[Span]:
    """Return where any of some skills, or one that includes it, is named and not denied."""
    wanted = set(skill_ids)
    return [
        mention.span
        for skill_id, mentions in view.mentions.items()
        if skill_id in wanted or not wanted.isdisjoint(view.lexicon.implied(skill_id))
        for mention in mentions
        if not view.names_employer(mention.span) and view.standing(mention.span) > 0
    ]


def _in_role(positions: list[PositionFacts], wanted: list[Role], view: ResumeView) -> list[PositionFacts]:
    """Return the positions in a role; where none has the same name, those with a near one."""
    scored = [(role_likeness(wanted, p, view), p) for p in positions if p.title]
    best = max((share for share, _ in scored), default=0.0)
    least = SAME_ROLE if best >= SAME_ROLE else NEAR_ROLE + 0.1
    return [p for share, p in scored if share >= least]


def _with_terms(terms: list[str], view: ResumeView) -> list[PositionFacts]:
    """Return the positions whose title or description has all words of a term."""
    wanted = [set(content_words(term)) for term in terms]
    found = []
    for position in view.features.positions:
        words = set(content_words(position.title or ""))
        if position.span:
            inside = (
                view.told_words(n)
                for n, w in enumerate(view.features.windows)
                if position.span.start <= w.span.start < position.span.end
            )
            words.update(word for window in inside for word in window)
        if any(each and each <= words for each in wanted):
            found.append(position)
    return found


def _stated_years(requirement: Requirement, view: ResumeView) -> Finding | None:
    """Believe a number of years said in words only in part: it cannot be checked against dates."""
    wanted = {w for t in [requirement.title or "", *requirement.terms] for w in content_words(t)}
    for number, window in enumerate(view.features.windows):
        match = vocabulary.YEARS.search(view.folded, window.span.start, window.span.end)
        if match is None:
            continue
        inside = any(
            window.span.start <= m.span.start < window.span.end
            for s in requirement.skill_ids
            for m in view.mentions.get(s, ())
        )
        if not inside and (requirement.skill_ids or not wanted <= set(view.words[number])):
            continue
        have = float(match["digits"].replace(",", ".")) if match["digits"] else vocabulary.NUMBER_WORDS[match["word"]]
        needed = requirement.years or 0.0
        quotes = quotes_of(view, [window.span])
        if have >= needed:
            return Finding(
                Verdict.MET,
                0.9,
                0.6,
                f"The resume states {have:g} years; the dates of its positions do not show them.",
                quotes,
                "stated",
            )
        share = 0.9 * have / needed
        return Finding(
            Verdict.PARTLY,
            share,
            0.6,
            f"The resume states {have:g} of the {needed:g} years asked for.",
            quotes,
            "stated",
        )
    return None


def _undated(requirement: Requirement, view: ResumeView, what: str) -> Finding:
    """Give part of the credit where the skill or the field is shown without time."""
    found = view.best_mention(requirement.skill_ids) if requirement.skill_ids else None
    if found and found[1] > 0:
        return Finding(
            Verdict.PARTLY,
            0.4,
            0.6,
            f"'{_subject(requirement, view)}' is named, but in no dated position.",
            quotes_of(view, [found[0].span]),
            "lexicon",
        )
    phrase = requirement.title or (requirement.terms[0] if requirement.terms else "")
    hit = find_phrase(phrase, view) if phrase else None
    if hit and hit.share >= 1.0:
        span = view.features.windows[hit.window].span
        return Finding(
            Verdict.PARTLY,
            0.3,
            0.5,
            f"'{_subject(requirement, view)}' is named, but in no dated position.",
            quotes_of(view, [span]),
            "words",
        )
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.75, f"No position {what} is shown.", [], "dates")
