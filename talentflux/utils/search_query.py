"""A language of searches: words, phrases, AND, OR, NOT and parentheses. Whatever is typed means something.

Words beside each other must all be there. `"…"` asks for words in this order, `OR` (or `|`) for either side, `NOT` (or
a `-` at the beginning of a word) for what must not be there, a `*` at the end for every word that begins so. AND binds
closer than OR. Operators are in capitals, so that "and" and "or" stay words. Quotation marks and dashes may be those
that telephones and word processors set. What does not fit is left out: an operator without a side, a dash between
words, a parenthesis without its other half, a quotation mark that is not closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

MOST_TERMS: Final = 40
_DEEPEST: Final = 20
_QUOTES: Final = '"“”„‟«»‹›〝〞＂'
_DASHES: Final = "-‐‑‒–—−"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<quote>[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)([{_QUOTES}]|$))
  | (?P<open>\()
  | (?P<close>\))
  | (?P<either>\|)
  | (?P<lone>[{_DASHES}]+(?=\s|$))
  | (?P<word>[^\s{_QUOTES}()|]+)
    """,
    re.VERBOSE,
)
_HAS_SIGN: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or the words of a phrase.

    Attributes:
        text: As typed, without what marks it.
        phrase: Whether it was in quotation marks.
        begins: Whether any word will do that begins with the last one.
    """

    text: str
    phrase: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class All:
    """Parts that must all be there.

    Attributes:
        parts: The parts.
        stated: Whether somebody typed AND; words that merely stand beside each other mean the same less strictly.
    """

    parts: tuple["Query", ...]
    stated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """Parts of which one must be there."""

    parts: tuple["Query", ...]


Query = Term | Not | All | Either


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str = ""


def parse(text: str) -> Query | None:
    """Return what a search means; None where it asks for nothing.

    Args:
        text: As typed. Beyond `MOST_TERMS` words or phrases, and 20 parentheses inside each other, it is cut.
    """
    return _Reader(list(_tokens(text))).read()


def terms(query: Query | None, *, wanted: bool = True) -> list[Term]:
    """Return the terms of a search that are asked for, in order; with `wanted` false, those that must not be there.

    Args:
        query: What `parse` returned.
        wanted: Which of the two.
    """
    if query is None:
        return []
    if isinstance(query, Term):
        return [query] if wanted else []
    if isinstance(query, Not):
        return terms(query.part, wanted=not wanted)
    return [term for part in query.parts for term in terms(part, wanted=wanted)]


def is_plain(query: Query | None) -> bool:
    """Return whether a search is of words alone: no phrase, no operator, no beginning of a word."""
    parts = query.parts if isinstance(query, All) else (query,)
    stated = isinstance(query, All) and query.stated
    return not stated and all(isinstance(part, Term) and not part.phrase and not part.begins for part in parts)


def _tokens(text: str) -> Iterator[_Token]:
    found = 0
    for match in _TOKEN.finditer(text):
        if match["quote"] is not None:
            new = [_Token("term", f'"{match["phrase"]}')] if _HAS_SIGN.search(match["phrase"]) else []
        elif match["word"] is not None:
            new = list(_word(match["word"]))
        elif match["space"] is not None or match["lone"] is not None:
            continue
        else:
            new = [_Token({"(": "open", ")": "close", "|": "or"}[match[0]])]
        for token in new:
            found += token.kind == "term"
            if found <= MOST_TERMS:
                yield token


def _word(word: str) -> Iterator[_Token]:
    """Give the tokens of what stands between spaces."""
    if word in {"AND", "&", "&&"}:
        yield _Token("and")
        return
    if word == "OR":
        yield _Token("or")
        return
    bare = "" if word == "NOT" else word.lstrip(_DASHES)
    if word == "NOT" or (len(word) - len(bare)) % 2:
        yield _Token("not")
    if _HAS_SIGN.search(bare):
        yield _Token("term", bare)


class _Reader:
    """Reads tokens by descent.

    Args:
        tokens: What is read.
    """

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def read(self) -> Query | None:
        """Read to the end; parentheses that close nothing are passed over."""
        found = []
        while self._place < len(self._tokens):
            part = self._either(0)
            if part is not None:
                found.append(part)
            if self._next() == "close":
                self._place += 1
        return _joined(All, found)

    def _next(self) -> str:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else ""

    def _either(self, depth: int) -> Query | None:
        found = [self._all(depth)]
        while self._next() == "or":
            self._place += 1
            found.append(self._all(depth))
        return _joined(Either, [part for part in found if part is not None])

    def _all(self, depth: int) -> Query | None:
        found = []
        stated = False
        while self._next() not in {"", "or", "close"}:
            if self._next() == "and":
                self._place += 1
                stated = True
                continue
            part = self._one(depth)
            if part is not None:
                found.append(part)
        joined = _joined(All, found)
        return replace(joined, stated=joined.stated or stated) if isinstance(joined, All) else joined

    def _one(self, depth: int) -> Query | None:
        negated = False
        while self._next() == "not":
            negated = not negated
            self._place += 1
        token = self._tokens[self._place] if self._place < len(self._tokens) else _Token("")
        part: Query | None = None
        if token.kind == "term":
            self._place += 1
            part = _term(token.text)
        elif token.kind == "open":
            self._place += 1
            if depth < _DEEPEST:
                part = self._either(depth + 1)
                if self._next() == "close":
                    self._place += 1
        if part is None or not negated:
            return part
        return part.part if isinstance(part, Not) else Not(part)


def _term(text: str) -> Term:
    if text.startswith('"'):
        return Term(text[1:].strip(), phrase=True)
    bare = text.rstrip("*")
    return Term(bare, begins=bare != text)


def _joined(kind: type[All | Either], parts: list[Query]) -> Query | None:
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    if len(flat) < 2:
        return flat[0] if flat else None
    if kind is Either:
        return Either(tuple(flat))
    return All(tuple(flat), any(isinstance(part, All) and part.stated for part in parts))
