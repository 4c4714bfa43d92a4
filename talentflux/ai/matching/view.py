"""A resume made ready for many questions: words, skills and places looked up once."""

import re
from bisect import bisect_right
from functools import cached_property

from talentflux.ai.matching.words import content_words
from talentflux.ai.taxonomy import Lexicon
from talentflux.ai.taxonomy.text import fold
from talentflux.schemas.base import Span
from talentflux.schemas.features import ResumeFeatures, Window
from talentflux.schemas.match import Evidence
from talentflux.schemas.resume import SectionKind
from talentflux.schemas.skill import SkillMention

_MAX_QUOTE = 240
# Folded text just before a name that denies it; the stretch runs to the end of the clause.
_DENIAL = re.compile(
    r"(?<![\w-])(?:no|not|never|without|minus|except|excluding|disregarding|omitting|"
    r"absence of|lack of|lacks?|lacking|none|zero|haven't|hasn't|don't|"
    r"doesn't|kein\w*|nicht|ohne|nie|sans|"
    r"aucune?|pas d[e']|jamais|ningun\w*|sin|nunca|geen|zonder|niet|nooit|nenhum\w*|sem|nao|nessun\w*|senza|"
    r"non|mai)(?![\w-])"
    r"(?! only| just| limited| nur| solo)[^.;:!?\n()]{0,60}$"
)
_WEAK = re.compile(
    r"(?<!\w)(?:basics?|beginner|elementary|rudimentary|limited|little|some exposure|exposure to|(?:currently "
    r"|now |still )?learning|"
    r"interested in|interest in|eager to learn|willing to learn|want(?:ing)? to learn|studying|novice|"
    r"introductory|theoretical|"
    r"grundkenntnisse|anfanger|lerne|interesse an|grundlegend\w*|notions?|debutant|bases? (?:de|en)|en cours "
    r"d'apprentissage|"
    r"basic[oa]s?|principiante|nociones|aprendiendo|basiskennis|beginnend|leren|basicos?|iniciante|nocoes|aprendendo|"
    r"di base|base|elementare|imparando)(?!\w)[^.;:!?\n]{0,40}$"
)
_DENIED_AFTER = re.compile(
    r"\W{0,3}(?:\w+ )?(?:was|were|is|are|has|have)(?: been)? (?:not|never)\b|\W{0,4}(?:none|nicht vorhanden|keine)\b"
)
# The time of a position, which marks the line that names it.
_TIME = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*(?:[-–—/]|to|until|till|through|and|bis|a|al|au|tot)+\s*(?:\w{3,9}\.? )?(?:(?:19|"
    r"20)\d\d|present|current|"
    r"now|today|date|heute|actualidad|presente|heden|oggi|aujourd'hui)(?!\d)"
)
_WEAK_AFTER = re.compile(
    r"^\W{0,4}(?:basics?|beginner|elementary|novice|learning|grundkenntnisse|anfanger|notions|debutant|basico|"
    r"principiante|"
    r"basis|iniciante|base)(?!\w)"
)


class ResumeView:
    """Answers questions about one resume.

    Attributes:
        features: The facts of the resume.
        words: For each window, the stems of its words.
        places: For each stem, the numbers of the windows that hold it.
        mentions: For each skill named, its mentions.
        lexicon: Skills and what they imply.
        implied: For each skill that a named one implies, a mention of the one that implies it.
    """

    def __init__(self, features: ResumeFeatures, lexicon: Lexicon) -> None:
        self.features = features
        text = features.text
        self.words: list[list[str]] = []
        self.places: dict[str, list[int]] = {}
        for number, window in enumerate(features.windows):
            stems = content_words(text[window.span.start : window.span.end])
            self.words.append(stems)
            for word in set(stems):
                self.places.setdefault(word, []).append(number)
        self.mentions: dict[str, list[SkillMention]] = {}
        for mention in features.skills:
            self.mentions.setdefault(mention.skill_id, []).append(mention)
        self.lexicon = lexicon
        self._order = sorted(range(len(features.windows)), key=lambda n: features.windows[n].span.start)
        self._starts = [features.windows[n].span.start for n in self._order]

    @cached_property
    def implied(self) -> dict[str, SkillMention]:
        """Skills implied by named ones, each with the first mention that is neither denied nor weak."""
        found: dict[str, SkillMention] = {}
        for skill_id, mentions in self.mentions.items():
            beyond = self.lexicon.implied(skill_id)
            if not beyond:
                continue
            good = next((mention for mention in mentions if self.standing(mention.span) == 1.0), None)
            if good is not None:
                for other in beyond:
                    found.setdefault(other, good)
        return found

    @cached_property
    def headings(self) -> dict[int, int]:
        """Windows that name a position and its time, each with the offset where the telling of it begins."""
        found: dict[int, int] = {}
        titles = [p.title_span for p in self.features.positions if p.title_span]
        for number, window in enumerate(self.features.windows):
            low, high = window.span.start, window.span.end
            time = _TIME.search(self.folded, low, high)
            if time is None and not any(title.start < high and low < title.end for title in titles):
                continue
            ends = [title.end for title in titles if low <= title.start < high]
            after = max([*ends, time.end() if time else low])
            colon = self.folded.find(":", after, min(high, after + 80))
            found[number] = min(high, colon if colon >= 0 else high if high - after < 60 else after)
        return found

    def told_words(self, number: int) -> set[str]:
        """Return the stems of a window without the naming of a position in it."""
        begin = self.headings.get(number)
        if begin is None:
            return set(self.words[number])
        return set(content_words(self.features.text[begin : self.features.windows[number].span.end]))

    def in_heading(self, span: Span) -> bool:
        """Tell whether a span stands where a position is named, not where it is told."""
        number = self._number_of(span)
        return number is not None and span.start < self.headings.get(number, -1)

    def names_employer(self, span: Span) -> bool:
        """Tell whether a span belongs to the naming of a position but not to its title, as an employer's name does."""
        number = self._number_of(span)
        if number is None or span.start >= self.headings.get(number, -1):
            return False
        window = self.features.windows[number].span
        titles = [p.title_span for p in self.features.positions if p.title_span and p.title_span.start < window.end]
        inside = [title for title in titles if title.end > window.start]
        return bool(inside) and not any(title.start <= span.start < title.end for title in inside)

    def heading_end(self, span: Span) -> int | None:
        """Return where the naming of a position ends in the window of a span."""
        number = self._number_of(span)
        return self.headings.get(number) if number is not None else None

    @cached_property
    def folded(self) -> str:
        """The folded text, as long as the text."""
        return fold(self.features.text)

    def standing(self, span: Span) -> float:
        """Tell whether the words around a mention take it back.

        Args:
            span: Where something is named.

        Returns:
            1 where it stands, 0.5 where it is only basic or being learnt, 0 where it is denied.
        """
        line = self.folded.rfind("\n", 0, span.start) + 1
        before = self.folded[max(line, span.start - 90) : span.start]
        after = self.folded[span.end : span.end + 40]
        if _DENIAL.search(before) or _DENIED_AFTER.match(after):
            return 0.0
        if _WEAK.search(before) or _WEAK_AFTER.match(after):
            return 0.5
        return 1.0

    def window_of(self, span: Span) -> Window | None:
        """Return the window that holds a span."""
        number = self._number_of(span)
        return self.features.windows[number] if number is not None else None

    def _number_of(self, span: Span) -> int | None:
        """Return the number of the window that holds a span."""
        place = bisect_right(self._starts, span.start) - 1
        if place < 0:
            return None
        number = self._order[place]
        return number if span.end <= self.features.windows[number].span.end else None

    def evidence(self, span: Span, *, supports: bool = True) -> Evidence:
        """Quote the window around a span, or the span where it stands in none.

        Args:
            span: What was found.
            supports: False where it contradicts.

        Returns:
            A quote of at most 240 characters that holds the span.
        """
        window = self.window_of(span)
        start, end = (window.span.start, window.span.end) if window else (span.start, span.end)
        if end - start > _MAX_QUOTE:
            room = max(0, _MAX_QUOTE - (span.end - span.start)) // 2
            start, end = max(start, span.start - room), min(end, span.end + room)
            start = self._word_edge(start, -1)
            end = min(self._word_edge(end, 1), start + _MAX_QUOTE + 40)
        quoted = Span(start=start, end=end)
        return Evidence(
            quote=quoted.of(self.features.text),
            span=quoted,
            section=window.section if window else None,
            supports=supports,
        )

    def _word_edge(self, position: int, step: int) -> int:
        """Move out of the middle of a word."""
        text = self.features.text
        while 0 < position < len(text) and text[position - 1].isalnum() and text[position].isalnum():
            position += step
        return position

    def best_mention(self, skill_ids: list[str]) -> tuple[SkillMention, float] | None:
        """Return the mention of any of some skills that says most: standing first, then use in a job, then a list.

        Args:
            skill_ids: Skills of which any one will do.

        Returns:
            The mention and its standing (see `standing`), or None.
        """
        best: tuple[tuple[float, int], SkillMention, float] | None = None
        for skill_id in skill_ids:
            for mention in self.mentions.get(skill_id, ()):
                standing = self.standing(mention.span)
                studied = mention.section == SectionKind.EDUCATION.value
                told = not studied and not self.in_heading(mention.span)
                used = mention.section in {SectionKind.EXPERIENCE.value, SectionKind.PROJECTS.value}
                mark = (standing, 1 + used if told else 0)
                if best is None or mark > best[0]:
                    best = (mark, mention, standing)
                if mark == (1.0, 2):
                    break
        return (best[1], best[2]) if best else None
