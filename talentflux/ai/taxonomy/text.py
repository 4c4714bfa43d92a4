"""Folding and splitting of text for the lexicon: the same rules for its forms and for the texts searched."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def _fold_table() -> NDArray[np.uint16]:
    """Map each character of the basic plane to its bare lower-case letter, one for one."""
    table = np.arange(0x10000, dtype=np.uint16)
    for code in (*range(0x600), *range(0x1E00, 0x2000)):
        lower = chr(code).lower()
        base = unicodedata.normalize("NFD", lower)[0]
        # Accents go where a plain Latin letter is left; elsewhere they are part of the letter.
        letter = base if base.isascii() and base.isalpha() else lower
        if len(letter) == 1:
            table[code] = ord(letter)
    for signs, plain in (
        ("øØ", "o"),
        ("łŁ", "l"),
        ("đĐ", "d"),
        ("ı", "i"),
        ("’", "'"),
        ("‐‑‒–−", "-"),
        ("\u00a0\u202f\u2009", " "),
    ):
        for sign in signs:
            table[ord(sign)] = ord(plain)
    return table


_FOLD = _fold_table()
_LIGATURES = {"ß": "ss", "æ": "ae", "œ": "oe"}
_HAS_LIGATURE = re.compile("[ßæœ]")
# A word, with the sign that is part of names such as C++, C#, A+; ".net" is a word of its own; "&" reads as "and".
_WORD = re.compile(r"\.net(?!\w)|[^\W_]+(?:\+\+|#|\+(?![\w+]))?|&")
# As the index of resumes takes texts apart.
_INDEXED = re.compile(r"(?<![^\W_])[a-z](?:\+\+|#)|[^\W_]+")
# What may stand between two words of one name.
_GLUE = frozenset({"", " ", "-", "/", ".", "'", "\n", "-\n", "  ", " / ", "/ ", " /", ". ", " -", "\t"})


def fold(text: str) -> str:
    """Lower-case `text` and drop accents, keeping its length so that offsets stay valid.

    Args:
        text: Any text.

    Returns:
        The folded text, as long as `text`.
    """
    if text.isascii():
        return text.lower()
    try:
        codes = np.frombuffer(text.encode("utf-16-le"), dtype=np.uint16)
    except UnicodeEncodeError:  # half a surrogate pair, as a broken file may hold
        return fold(text.encode("utf-8", "replace").decode("utf-8"))
    return _FOLD[codes].tobytes().decode("utf-16-le")


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


def indexed_words(text: str) -> list[str]:
    """Return the words of a text as the index of resumes has them: letters and digits, and C++ and C#.

    Args:
        text: Any text.

    Returns:
        Folded words in order.
    """
    return _INDEXED.findall(expand_ligatures(fold(unicodedata.normalize("NFKC", text))))


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
        if line.isalpha():
            found.append(singular(line) if line[-1] == "s" else line)
            continue
        words = _WORD.findall(line)
        found.append(" ".join([("and" if w == "&" else w) if w[-1] != "s" else singular(w) for w in words]))
    return found
