"""Verdicts on years, titles, degrees, languages, certificates and places."""

import re

from talentflux.ai.matching import vocabulary
from talentflux.ai.matching.dates import MONTHS, merged_months
from talentflux.ai.matching.judge_skill import Finding, Likeness, judge_words
from talentflux.ai.matching.phrases import find_phrase
from talentflux.ai.matching.roles import Role, names_trade, read_role, read_words, seniority_gap, similarity
from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words
from talentflux.schemas.base import Span
from talentflux.schemas.features import PositionFacts
from talentflux.schemas.match import Evidence, Verdict
from talentflux.schemas.requirement import Requirement
from talentflux.schemas.resume import LanguageLevel

_OR = re.compile(r"\s+(?:or|oder|ou|o|of)\s+", re.IGNORECASE)
SAME_ROLE = 0.75
NEAR_ROLE = 0.5
# Two months short of the years asked for is still the years asked for.
_TOLERANCE_MONTHS = 2
_PARTLY_LEVEL = 0.5


def _evidence(view: ResumeView, spans: list[Span | None]) -> list[Evidence]:
    """Quote the places that are known, three at most."""
    return [view.evidence(span) for span in spans if span is not None][:3]


def judge_title(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare the role asked for with the roles held."""
    wanted = _roles(requirement.title or requirement.text)
    best = max(
        (
            (_likeness(wanted, p, view), -seniority_gap(wanted[0], read_role(p.title)), n)
            for n, p in enumerate(view.features.positions)
            if p.title
        ),
        default=None,
    )
    if best is None or best[0] < NEAR_ROLE:
        return _title_in_text(requirement, view)
    share, gap, number = best
    position = view.features.positions[number]
    quotes = _evidence(view, [position.title_span])
    if share >= SAME_ROLE and gap == 0:
        return Finding(Verdict.MET, 1.0, 0.9, f"Held the role '{position.title}'.", quotes, "title")
    if share >= SAME_ROLE:
        return Finding(Verdict.PARTLY, 0.7, 0.7, f"Held the role '{position.title}', at a lower rank.", quotes, "title")
    return Finding(Verdict.PARTLY, 0.5, 0.6, f"Held a related role, '{position.title}'.", quotes, "title")


def _roles(title: str) -> list[Role]:
    """Return the role asked for, and each of several divided by `or`."""
    parts = [part for part in _OR.split(title) if names_trade(read_words(part))]
    return [read_role(title), *(read_words(part) for part in parts if len(parts) > 1)]


def _likeness(wanted: list[Role], position: PositionFacts, view: ResumeView) -> float:
    """Compare roles with a position's title, or with the whole line where the title was read too short."""
    title = max(similarity(role, read_role(position.title or "")) for role in wanted)
    if title >= SAME_ROLE or position.title_span is None:
        return title
    window = view.window_of(position.title_span)
    if window is None:
        return title
    end = min(view.heading_end(position.title_span) or position.title_span.end, position.title_span.start + 120)
    line = view.features.text[position.title_span.start : end]
    return max(title, *(similarity(role, read_words(line)) for role in wanted))


def _title_in_text(requirement: Requirement, view: ResumeView) -> Finding:
    """Look for the role's words anywhere, as in a headline."""
    hit = find_phrase(requirement.title or requirement.text, view)
    if hit and hit.share >= 1.0:
        quotes = _evidence(view, [view.features.windows[hit.window].span])
        return Finding(
            Verdict.PARTLY, 0.6, 0.5, "The role is named, but no dated position with it was read.", quotes, "words"
        )
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.7, f"No position as '{requirement.title}' is shown.", [], "title")


def judge_years(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare the years asked for with the dates of the positions that count."""
    needed = requirement.years or 0.0
    positions, what = _counting(requirement, view)
    ranges = [(p.start, p.end) for p in positions if p.start is not None and p.end is not None]
    quotes = _evidence(view, [p.title_span or p.span for p in positions])
    if ranges:
        months = merged_months(ranges)
        have = round(months / MONTHS, 1)
        if months + _TOLERANCE_MONTHS >= needed * MONTHS:
            return Finding(Verdict.MET, 1.0, 0.9, f"{have:g} years {what}, {needed:g} asked for.", quotes, "dates")
        share = months / (needed * MONTHS)
        return Finding(
            Verdict.PARTLY, share, 0.85, f"{have:g} of the {needed:g} years asked for {what}.", quotes, "dates"
        )
    stated = _stated_years(requirement, view)
    if stated:
        return stated
    if positions:
        return Finding(Verdict.PARTLY, 0.5, 0.5, f"Worked {what}, but no dates were read.", quotes, "title")
    return _undated(requirement, view, what)


def _counting(requirement: Requirement, view: ResumeView) -> tuple[list[PositionFacts], str]:
    """Return the positions whose time counts, and how to call them."""
    positions = view.features.positions
    if requirement.title:
        wanted = _roles(requirement.title)
        return _in_role(positions, wanted, view), f"as '{requirement.title}'"
    if requirement.skill_ids:
        spans = _uses(requirement.skill_ids, view)
        named = _with_terms(requirement.terms, view)
        held = [
            p for p in positions if p in named or (p.span and any(p.span.start <= s.start < p.span.end for s in spans))
        ]
        return held, "with it"
    if requirement.terms:
        return _with_terms(requirement.terms, view), f"in {requirement.terms[0]}"
    return [p for p in positions if p.start is not None], "of work"


def _uses(skill_ids: list[str], view: ResumeView) -> list[Span]:
    """Return where any of some skills, or one that includes it, is named and not denied."""
    wanted = set(skill_ids)
    return [
        mention.span
        for skill_id, mentions in view.mentions.items()
        if skill_id in wanted or not wanted.isdisjoint(view.lexicon.implied(skill_id))
        for mention in mentions
        if view.standing(mention.span) > 0
    ]


def _in_role(positions: list[PositionFacts], wanted: list[Role], view: ResumeView) -> list[PositionFacts]:
    """Return the positions in a role; where none has the same name, those with a near one."""
    scored = [(_likeness(wanted, p, view), p) for p in positions if p.title]
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
                view.words[n]
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
        quotes = _evidence(view, [window.span])
        if have >= needed:
            return Finding(
                Verdict.MET,
                0.9,
                0.6,
                f"The resume states {have:g} years; its dates do not show them.",
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
            "It is named, but in no dated position.",
            _evidence(view, [found[0].span]),
            "lexicon",
        )
    phrase = requirement.title or (requirement.terms[0] if requirement.terms else "")
    hit = find_phrase(phrase, view) if phrase else None
    if hit and hit.share >= 1.0:
        span = view.features.windows[hit.window].span
        return Finding(
            Verdict.PARTLY, 0.3, 0.5, "It is named, but in no dated position.", _evidence(view, [span]), "words"
        )
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.75, f"No time {what} is shown.", [], "dates")


def judge_education(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare degrees by level and field; schools and years never count."""
    needed = requirement.education
    courses = [course for course in view.features.education if course.level is not None]
    if needed is None or not courses:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.6, "No degree of a known level is shown.", [], "education")
    fields = [set(content_words(field)) for field in requirement.fields]
    fields = [field for field in fields if field]

    def fits(text: str) -> bool:
        return not fields or any(field & set(content_words(text)) for field in fields)

    ranked = sorted(
        courses, key=lambda c: (c.level.rank if c.level else 0, fits(f"{c.degree or ''} {c.field or ''}")), reverse=True
    )
    enough = [c for c in ranked if c.level and c.level.rank >= needed.rank]
    fitting = [c for c in enough if fits(f"{c.degree or ''} {c.field or ''}")]
    best = (fitting or enough or ranked)[0]
    quotes = _evidence(view, [best.span])
    level = best.level.value if best.level else ""
    if fitting:
        return Finding(
            Verdict.MET, 1.0, 0.9, f"Has a degree of level {level}; {needed.value} asked for.", quotes, "education"
        )
    if enough:
        return Finding(
            Verdict.PARTLY,
            0.6,
            0.6,
            f"Has a degree of level {level}, in another field than asked for.",
            quotes,
            "education",
        )
    return Finding(
        Verdict.PARTLY,
        0.3,
        0.7,
        f"Highest degree shown is of level {level}; {needed.value} asked for.",
        quotes,
        "education",
    )


def judge_language(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare levels of a spoken language."""
    spoken = [each for each in view.features.languages if each.code == requirement.language]
    wanted = requirement.level
    if spoken:
        best = max(spoken, key=lambda each: each.level.rank if each.level else -1)
        quotes = _evidence(view, [best.span])
        if best.level is None:
            sure = wanted is None or wanted.rank <= LanguageLevel.B1.rank
            verdict = Verdict.MET if sure else Verdict.PARTLY
            return Finding(
                verdict, 1.0 if sure else 0.7, 0.6, "The language is named without a level.", quotes, "language"
            )
        if wanted is None or best.level.rank >= wanted.rank:
            asked = f"; {wanted.value} asked for" if wanted else ""
            return Finding(Verdict.MET, 1.0, 0.9, f"Speaks it at level {best.level.value}{asked}.", quotes, "language")
        return Finding(
            Verdict.PARTLY,
            _PARTLY_LEVEL,
            0.85,
            f"Speaks it at level {best.level.value}; {wanted.value} asked for.",
            quotes,
            "language",
        )
    if requirement.language is not None and requirement.language == view.features.language:
        return Finding(Verdict.PARTLY, 0.6, 0.5, "The resume is written in it; no level is given.", [], "language")
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.8, "The language is not named.", [], "language")


def judge_certificate(requirement: Requirement, view: ResumeView, like: Likeness | None = None) -> Finding:
    """Look for a certificate by its entry in the lexicon, by its name, or by its words."""
    found = view.best_mention(requirement.skill_ids) if requirement.skill_ids else None
    if found and found[1] == 1.0:
        return Finding(Verdict.MET, 1.0, 0.9, f"Holds '{found[0].name}'.", _evidence(view, [found[0].span]), "lexicon")
    for term in requirement.terms or [requirement.text]:
        wanted = set(content_words(term))
        for certificate in view.features.certificates:
            if wanted and wanted <= set(content_words(certificate.name)):
                return Finding(
                    Verdict.MET,
                    1.0,
                    0.85,
                    f"Holds '{certificate.name}'.",
                    _evidence(view, [certificate.span]),
                    "certificate",
                )
    return judge_words(requirement, view, like)


def judge_location(requirement: Requirement, view: ResumeView) -> Finding:
    """Look for a stated willingness; where the person lives is masked and never looked at."""
    hit = find_phrase(requirement.location or requirement.text, view)
    if hit and hit.share >= 1.0:
        quotes = _evidence(view, [view.features.windows[hit.window].span])
        return Finding(
            Verdict.PARTLY,
            0.5,
            0.4,
            "The place is named in the resume. It does not count; ask the person.",
            quotes,
            "words",
        )
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.3, "Where a person lives is not looked at. Ask the person.", [], "words")
