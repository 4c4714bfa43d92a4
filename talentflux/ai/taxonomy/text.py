"""Folding and splitting of text for the lexicon: the same rules for its forms and for the texts searched."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


def _fold_table() -> dict[int, str]:
    """Map each accented Latin letter to its bare lower-case letter, one character for one."""
    table = {ord("ø"): "o", ord("Ø"): "o", ord("ł"): "l", ord("Ł"): "l", ord("đ"): "d", ord("Đ"): "d", ord("ı"): "i"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    table[ord("’")] = "'"
    for dash in "‐‑‒–−":
        table[ord(dash)] = "-"
    table[0xA0] = table[0x202F] = table[0x2009] = " "
    return table


_FOLD = _fold_table()
_LIGATURES = {"ß": "ss", "æ": "ae", "œ": "oe"}
_HAS_LIGATURE = re.compile("[ßæœ]")
# A word, with the sign that is part of names such as C++, C#, A+; ".net" is a word of its own; "&" reads as "and".
_WORD = re.compile(r"\.net(?!\w)|[^\W_]+(?:\+\+|#|\+(?![\w+]))?|&")
# What may stand between two words of one name.
_GLUE = frozenset({"", " ", "-", "/", ".", "'", "\n", "-\n", "  ", " / ", "/ ", " /", ". ", " -", "\t"})


def fold(text: str) -> str:
    """Lower-case `text` and drop accents, keeping its length so that offsets stay valid.

    Args:
        text: Any text.

    Returns:
        The folded text, as long as `text`.
    """
    return text.lower() if text.isascii() else text.translate(_FOLD).lower()


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """Return a folded word without its English plural ending.

    Args:
        word: A folded word.

    Returns:
        The word as both sides of a comparison write it; not always an English word.
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


@dataclass(slots=True)
class Tokens:
    """The words of a text.

    Attributes:
        words: Folded, plural endings dropped.
        plain: Folded, as written.
        starts: Offset of each word's first character.
        ends: Offset behind each word's last character.
        folded: The folded text.
    """

    words: list[str]
    plain: list[str]
    starts: list[int]
    ends: list[int]
    folded: str

    def joined(self, first: int, last: int) -> bool:
        """Tell whether only spaces, hyphens and the like stand between the words from `first` to `last`."""
        return all(self.folded[self.ends[i] : self.starts[i + 1]] in _GLUE for i in range(first, last))


def tokenize(text: str) -> Tokens:
    """Split a text into folded words with their offsets.

    Args:
        text: Any text.

    Returns:
        The words in order.
    """
    folded = fold(text)
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _WORD.finditer(folded):
        plain.append(match[0])
        starts.append(match.start())
        ends.append(match.end())
    if _HAS_LIGATURE.search(folded):
        plain = [expand_ligatures(word) for word in plain]
    plain = ["and" if word == "&" else word for word in plain]
    words = [singular(word) if word[-1] == "s" else word for word in plain]
    return Tokens(words, plain, starts, ends, folded)


def expand_ligatures(word: str) -> str:
    """Write ß, æ and œ with two letters.

    Args:
        word: A folded word.

    Returns:
        The word in plain letters.
    """
    for sign, letters in _LIGATURES.items():
        word = word.replace(sign, letters)
    return word


def key(form: str) -> str:
    """Return what two written forms of the same name have in common.

    Args:
        form: A name such as `Node.js` or `data structures`.

    Returns:
        Its folded words without plural endings, divided by one space; empty where the form has no word.
    """
    return " ".join(tokenize(form).words)


def keys(forms: list[str]) -> list[str]:
    """Return `key` of many forms, in one pass over all of them.

    Args:
        forms: Names without line breaks.

    Returns:
        One key per form, in order.
    """
    folded = fold("\n".join(forms))
    if _HAS_LIGATURE.search(folded):
        folded = expand_ligatures(folded)
    found = []
    for line in folded.split("\n"):
        words = line.split() if line.isalpha() else _WORD.findall(line)
        found.append(
            " ".join([("and" if w == "&" else w) if w[-1] != "s" else singular(w) for w in words])  # one name each
        )
    return found
