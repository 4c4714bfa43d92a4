"""Finding the skills of the lexicon in a text."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from talentflux.ai.taxonomy.lexicon import Form, Lexicon
from talentflux.ai.taxonomy.text import Tokens, tokenize
from talentflux.schemas.base import Span
from talentflux.schemas.skill import MentionMethod, SkillMention

CONTEXT_WORDS = 12
_CONFIDENCE = {MentionMethod.NAME: 0.95, MentionMethod.CONTEXT: 0.8, MentionMethod.LISTED: 0.7}
_ALIAS_CONFIDENCE = 0.9
_VERSION = re.compile(r"^([a-z]{3,}?)(?:v?\d{1,2}|\+)$")
_ADDRESS = re.compile(
    r"(?<!\S)\S+@\S+|(?:https?://|www\.)\S+|(?<![\w-])[\w-]+\.(?:com|org|io|dev|de|fr|es|nl|pt|it|eu|uk)\b\S*"
)
# What divides the items of a list, with the numbers and bullets before an item.
_DIVIDER = re.compile(r"[\s,;|/•·▪●◦‣*\-()\[\]:.\d]*[,;|/•·▪●◦‣*\n:][\s,;|/•·▪●◦‣*\-()\[\]:.\d]*")
_EDGE = re.compile(r"[,;|/•·▪●◦‣*\n:()\[\]]")


@dataclass(slots=True)
class _Hit:
    """A form found at words `first` to `last`; `method` is None until an ambiguous one is decided."""

    first: int
    last: int
    form: Form
    method: MentionMethod | None


class SkillMatcher:
    """Finds mentions of the lexicon's skills, longest name first.

    An ambiguous form counts only with one of the entry's context words within 12 words, or as an item of a list
    beside an item that is certain.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def extract(self, text: str) -> list[SkillMention]:
        """Find the skills that a text names.

        Args:
            text: Any text; spans of the result refer to it.

        Returns:
            Mentions in order of their place, never overlapping.
        """
        tokens = tokenize(text)
        hits = self._scan(text, tokens)
        _decide_lists(tokens, hits)
        return [self._mention(tokens, hit) for hit in hits if hit.method is not None]

    def _scan(self, text: str, tokens: Tokens) -> list[_Hit]:
        """Collect certain hits and undecided ambiguous ones."""
        lengths, table, words, count = self.lexicon.lengths, self.lexicon.forms, tokens.words, len(tokens.words)
        blocked = _address_words(text, tokens)
        hits: list[_Hit] = []
        position = 0
        while position < count:
            word = words[position]
            sizes = lengths.get(word)
            if sizes is None and (word[-1] in "0123456789+") and (match := _VERSION.match(word)):
                word = match[1]
                sizes = (1,) if word in lengths else None
            step = 1
            if sizes is not None and position not in blocked:
                for size in sizes:
                    forms = table.get(word if size == 1 else " ".join(words[position : position + size]))
                    if forms is None or position + size > count:
                        continue
                    hit = self._decide(text, tokens, position, position + size - 1, forms)
                    if hit is None:
                        continue
                    hits.append(hit)
                    if hit.method is not None:
                        step = size
                        break
            position += step
        return hits

    def _decide(self, text: str, tokens: Tokens, first: int, last: int, forms: tuple[Form, ...]) -> _Hit | None:
        """Return the form that words `first` to `last` are, certain before ambiguous."""
        if last > first and not tokens.joined(first, last):
            return None
        if tokens.words[first] == ".net" and first and tokens.ends[first - 1] == tokens.starts[first]:
            return None  # the ending of an address
        written = text[tokens.starts[first] : tokens.ends[last]]
        undecided: list[Form] = []
        for form in forms:
            if form.exact is not None and " ".join(written.split()) != form.exact:
                continue
            if form.plain is not None and tokens.plain[first] != form.plain:
                continue
            if not form.ambiguous:
                return _Hit(first, last, form, MentionMethod.NAME)
            if self._has_context(tokens, first, last, form.skill_id):
                return _Hit(first, last, form, MentionMethod.CONTEXT)
            undecided.append(form)
        # Two meanings and no context: a list cannot tell which.
        return _Hit(first, last, undecided[0], None) if len(undecided) == 1 else None

    def _has_context(self, tokens: Tokens, first: int, last: int, skill_id: str) -> bool:
        """Tell whether one of the entry's context words stands near."""
        wanted = self.lexicon.context.get(skill_id)
        if not wanted:
            return False
        low = max(0, first - CONTEXT_WORDS)
        near = tokens.words[low:first] + tokens.words[last + 1 : last + 1 + CONTEXT_WORDS]
        if not wanted.isdisjoint(near):
            return True
        phrases = [phrase for phrase in wanted if " " in phrase]
        return bool(phrases) and any(f" {phrase} " in f" {' '.join(near)} " for phrase in phrases)

    def _mention(self, tokens: Tokens, hit: _Hit) -> SkillMention:
        """Make the public record of a decided hit."""
        method = hit.method or MentionMethod.NAME
        sure = _CONFIDENCE[method] if method is not MentionMethod.NAME or hit.form.is_name else _ALIAS_CONFIDENCE
        # Built without validation: every value is made here, and a resume has hundreds.
        return SkillMention.model_construct(
            skill_id=hit.form.skill_id,
            name=self.lexicon.skills[hit.form.skill_id].name,
            span=Span.model_construct(start=tokens.starts[hit.first], end=tokens.ends[hit.last]),
            method=method,
            confidence=sure,
        )


def _address_words(text: str, tokens: Tokens) -> set[int]:
    """Return the words inside e-mail and web addresses; a name in one is no skill."""
    blocked: set[int] = set()
    if "@" in text or "." in text:
        for match in _ADDRESS.finditer(text):
            low, high = bisect_left(tokens.starts, match.start()), bisect_left(tokens.starts, match.end())
            blocked.update(range(low, high))
    return blocked


def _decide_lists(tokens: Tokens, hits: list[_Hit]) -> None:
    """Accept ambiguous hits that are an item of a list beside a certain one, spreading in both directions."""
    taken = [hit for hit in hits if hit.method is not None]
    covered = {word for hit in taken for word in range(hit.first, hit.last + 1)}
    for order in (hits, hits[::-1]):
        neighbour: _Hit | None = None
        for hit in order:
            if hit.method is None and not covered.intersection(range(hit.first, hit.last + 1)):
                if neighbour is None or not _is_item(tokens, hit):
                    continue
                left, right = sorted((neighbour, hit), key=lambda each: each.first)
                between = tokens.folded[tokens.ends[left.last] : tokens.starts[right.first]]
                if not _DIVIDER.fullmatch(between):
                    continue
                hit.method = MentionMethod.LISTED
                covered.update(range(hit.first, hit.last + 1))
            if hit.method is not None:
                neighbour = hit


def _is_item(tokens: Tokens, hit: _Hit) -> bool:
    """Tell whether a hit fills an item of a list: dividers or the text's edge on both sides."""
    before = tokens.folded[tokens.ends[hit.first - 1] if hit.first else 0 : tokens.starts[hit.first]]
    following = hit.last + 1
    end = tokens.starts[following] if following < len(tokens.words) else len(tokens.folded)
    after = tokens.folded[tokens.ends[hit.last] : end]
    opens = not hit.first or bool(_EDGE.search(before)) or tokens.words[hit.first - 1] == "and"
    closes = following >= len(tokens.words) or bool(_EDGE.search(after)) or tokens.words[following] == "and"
    return opens and (closes or after.startswith("."))
