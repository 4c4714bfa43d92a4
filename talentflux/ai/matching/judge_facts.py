"""Verdicts on titles, degrees, languages, certificates and places."""

from talentflux.ai.matching.held import NEAR_ROLE, SAME_ROLE, held_trades, quotes_of, role_likeness, wanted_roles
from talentflux.ai.matching.judge_skill import Finding, Likeness, asked_for, judge_words
from talentflux.ai.matching.phrases import find_phrase
from talentflux.ai.matching.roles import read_role, seniority_gap
from talentflux.ai.matching.trades import trades
from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words
from talentflux.ai.taxonomy import SkillMatcher
from talentflux.ai.taxonomy.text import fold
from talentflux.schemas.features import EducationFacts
from talentflux.schemas.match import Verdict
from talentflux.schemas.requirement import Requirement
from talentflux.schemas.resume import EducationLevel, LanguageLevel

_PARTLY_LEVEL = 0.5
_DEGREES = {
    EducationLevel.SECONDARY: "a school-leaving certificate",
    EducationLevel.VOCATIONAL: "a vocational qualification",
    EducationLevel.ASSOCIATE: "an associate degree",
    EducationLevel.BACHELOR: "a bachelor's degree",
    EducationLevel.MASTER: "a master's degree",
    EducationLevel.DOCTORATE: "a doctorate",
}


def judge_title(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare the role asked for with the roles held."""
    wanted = wanted_roles(requirement.title or requirement.text)
    best = max(
        (
            (role_likeness(wanted, p, view), -seniority_gap(wanted[0], read_role(p.title)), n)
            for n, p in enumerate(view.features.positions)
            if p.title
        ),
        default=None,
    )
    if best is None or best[0] < NEAR_ROLE:
        return _same_trade(requirement, view) or _title_in_text(requirement, view)
    share, gap, number = best
    position = view.features.positions[number]
    quotes = quotes_of(view, [position.title_span])
    if share >= SAME_ROLE and gap == 0:
        return Finding(Verdict.MET, 1.0, 0.9, f"Held the role '{position.title}'.", quotes, "title")
    if share >= SAME_ROLE:
        return Finding(Verdict.PARTLY, 0.7, 0.7, f"Held the role '{position.title}', at a lower rank.", quotes, "title")
    return Finding(Verdict.PARTLY, 0.5, 0.6, f"Held a related role, '{position.title}'.", quotes, "title")


def _same_trade(requirement: Requirement, view: ResumeView) -> Finding | None:
    """Look for a title of the same trade in other words, as in another language."""
    wanted = trades(requirement.title or requirement.text)
    for position in view.features.positions:
        if wanted and not wanted.isdisjoint(held_trades(position, view)):
            quotes = quotes_of(view, [position.title_span])
            reason = f"Held a role of the same trade, '{position.title}'."
            return Finding(Verdict.PARTLY, 0.5, 0.6, reason, quotes, "title")
    return None


def _title_in_text(requirement: Requirement, view: ResumeView) -> Finding:
    """Look for the role's words anywhere, as in a headline."""
    hit = find_phrase(requirement.title or requirement.text, view)
    if hit and hit.share >= 1.0:
        quotes = quotes_of(view, [view.features.windows[hit.window].span])
        return Finding(
            Verdict.PARTLY, 0.6, 0.5, "The role is named, but no dated position with it was read.", quotes, "words"
        )
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.7, f"No position as '{requirement.title}' is shown.", [], "title")


def judge_education(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare degrees by level and field; schools and years never count."""
    needed = requirement.education
    courses = [course for course in view.features.education if course.level is not None]
    wanted = " or ".join(requirement.fields)
    asked = (_DEGREES[needed] if needed else "a degree") + (f" in {wanted}" if wanted else "")
    if needed is None or not courses:
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.6, f"No degree was read; {asked} is asked for.", [], "education")
    fitting = [_in_fields(course, requirement.fields, view) for course in courses]
    ranked = sorted(
        range(len(courses)), key=lambda n: (level.rank if (level := courses[n].level) else 0, fitting[n]), reverse=True
    )
    enough = [n for n in ranked if (level := courses[n].level) and level.rank >= needed.rank]
    chosen = ([n for n in enough if fitting[n]] or enough or ranked)[0]
    best = courses[chosen]
    quotes = quotes_of(view, [best.span])
    shown = _DEGREES[best.level] if best.level else "a degree"
    name = ", ".join(part for part in (best.degree, best.field) if part) or "The course named"
    if enough and fitting[chosen]:
        reason = f"'{name}' is {shown}; {asked} is asked for."
        return Finding(Verdict.MET, 1.0, 0.9, reason, quotes, "education")
    if enough:
        reason = f"'{name}' is {shown}, but in another field than {wanted}."
        return Finding(Verdict.PARTLY, 0.6, 0.6, reason, quotes, "education")
    reason = f"The highest degree shown, '{name}', is {shown}; {asked} is asked for."
    return Finding(Verdict.PARTLY, 0.3, 0.7, reason, quotes, "education")


def _in_fields(course: EducationFacts, fields: list[str], view: ResumeView) -> bool:
    """Tell whether a course is in one of some fields: by its words, by an entry of the lexicon, or by its trade."""
    if not any(content_words(field) for field in fields):
        return True
    text = f"{course.degree or ''}, {course.field or ''}"
    words = set(content_words(text))
    if any(words.intersection(content_words(field)) for field in fields):
        return True
    matcher = SkillMatcher(view.lexicon)
    studied = {mention.skill_id for mention in matcher.extract(text)}
    studied |= {skill.id for part in (course.degree, course.field) if part for skill in view.lexicon.lookup(part)}
    wanted = {mention.skill_id for mention in matcher.extract(", ".join(fields))}
    wanted |= {skill.id for field in fields for skill in view.lexicon.lookup(field)}
    if any(wanted & (view.lexicon.implied(skill) | {skill}) for skill in studied):
        return True
    return any(not trades(field).isdisjoint(trades(text)) for field in fields)


def judge_language(requirement: Requirement, view: ResumeView) -> Finding:
    """Compare levels of a spoken language."""
    spoken = [each for each in view.features.languages if each.code == requirement.language]
    wanted = requirement.level
    asked = f"; {wanted.value} asked for" if wanted else ""
    if spoken:
        best = max(spoken, key=lambda each: each.level.rank if each.level else -1)
        quotes = quotes_of(view, [best.span])
        name = best.span.of(view.features.text) if best.span else best.code
        if best.level is None:
            sure = wanted is None or wanted.rank <= LanguageLevel.B1.rank
            verdict = Verdict.MET if sure else Verdict.PARTLY
            return Finding(
                verdict, 1.0 if sure else 0.7, 0.6, f"'{name}' is named without a level{asked}.", quotes, "language"
            )
        reason = f"'{name}' is named at level {best.level.value}{asked}."
        if wanted is None or best.level.rank >= wanted.rank:
            return Finding(Verdict.MET, 1.0, 0.9, reason, quotes, "language")
        return Finding(Verdict.PARTLY, _PARTLY_LEVEL, 0.85, reason, quotes, "language")
    if requirement.language is not None and requirement.language == view.features.language:
        reason = f"The resume is written in the language of '{asked_for(requirement)}'; no level is given."
        return Finding(Verdict.PARTLY, 0.6, 0.5, reason, [], "language")
    reason = f"The language of '{asked_for(requirement)}' is not named."
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.8, reason, [], "language")


def judge_certificate(requirement: Requirement, view: ResumeView, like: Likeness | None = None) -> Finding:
    """Look for a certificate by its entry in the lexicon, by its name, or by its words."""
    found = view.best_mention(requirement.skill_ids) if requirement.skill_ids else None
    if found and found[1] == 1.0:
        return Finding(Verdict.MET, 1.0, 0.9, f"Holds '{found[0].name}'.", quotes_of(view, [found[0].span]), "lexicon")
    for term in requirement.terms or [requirement.text]:
        wanted = set(content_words(term))
        for certificate in view.features.certificates:
            if wanted and wanted <= set(content_words(certificate.name)):
                return Finding(
                    Verdict.MET,
                    1.0,
                    0.85,
                    f"Holds '{certificate.name}'.",
                    quotes_of(view, [certificate.span]),
                    "certificate",
                )
    by = next((view.implied[skill] for skill in requirement.skill_ids if skill in view.implied), None)
    if by is not None:
        reason = f"Holds '{by.name}', which includes '{asked_for(requirement)}'."
        return Finding(Verdict.MET, 1.0, 0.75, reason, quotes_of(view, [by.span]), "implication")
    finding = judge_words(requirement, view, like)
    if requirement.skill_ids and finding.score and not _stands_whole(requirement, view):
        # Small words tell certificates apart: immediate life support is not the advanced one.
        reason = f"'{asked_for(requirement)}' is not named; the line most like it names something else."
        return Finding(Verdict.NOT_SHOWN, 0.0, 0.65, reason)
    return finding


def _stands_whole(requirement: Requirement, view: ResumeView) -> bool:
    """Tell whether a certificate's name stands in the resume as it is written."""
    return any(" ".join(fold(name).split()) in view.folded for name in requirement.terms or [requirement.text])


def judge_location(requirement: Requirement, view: ResumeView) -> Finding:
    """Look for a stated willingness; where the person lives is masked and never looked at."""
    hit = find_phrase(requirement.location or requirement.text, view)
    if hit and hit.share >= 1.0:
        quotes = quotes_of(view, [view.features.windows[hit.window].span])
        return Finding(
            Verdict.PARTLY,
            0.5,
            0.4,
            "The place is named in the resume. It does not count; ask the person.",
            quotes,
            "words",
        )
    return Finding(Verdict.NOT_SHOWN, 0.0, 0.3, "Where a person lives is not looked at. Ask the person.", [], "words")
