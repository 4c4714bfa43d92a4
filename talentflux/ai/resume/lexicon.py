"""The word lists of the resume parser: small text files beside this module that people can review and extend."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

_ACCENTS = str.maketrans(
    "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿğışčćžšđřňěůťďľĺŕąęłńóśźżőűăâîșțß",
    "aaaaaaceeeeiiiinoooooouuuuyygiscczsdrneutdllraelnoszzouaaists",
)


def fold(text: str) -> str:
    """Return `text` in lower case without the accents of European languages; the length stays."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    if len(lowered) != len(text):  # the Turkish capital I with a dot becomes two characters
        lowered = text.replace("İ", "I").lower()
    return lowered.translate(_ACCENTS)


def letters(text: str) -> str:
    """Return only the letters of `text`, folded: the form in which headings are compared."""
    return "".join(filter(str.isalpha, fold(text)))


@cache
def groups(name: str) -> dict[str, tuple[str, ...]]:
    """Read a word list.

    Args:
        name: File name without its ending, such as `headings`.

    Returns:
        The words by their key, in the order of the file; a key given twice collects both lines.
    """
    found: dict[str, list[str]] = {}
    text = (files(__package__) / "data" / f"{name}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#") or ":" not in line:
            continue
        key, _, words = line.partition(":")
        found.setdefault(key.strip(), []).extend(word.strip() for word in words.split(";") if word.strip())
    return {key: tuple(words) for key, words in found.items()}


@cache
def words(name: str, *keys: str) -> frozenset[str]:
    """Return the words of some keys of a list, folded.

    Args:
        name: File name without its ending.
        keys: The keys wanted; all of them where none is given.

    Returns:
        The folded words.
    """
    listed = groups(name)
    return frozenset(fold(word) for key in (keys or listed) for word in listed[key])


@cache
def index(name: str, *keys: str) -> dict[str, str]:
    """Return the key of every folded word of a list; of a word under two keys the first counts.

    Args:
        name: File name without its ending.
        keys: The keys wanted; all of them where none is given.

    Returns:
        Key by folded word.
    """
    listed = groups(name)
    found: dict[str, str] = {}
    for key in keys or listed:
        for word in listed[key]:
            found.setdefault(fold(word), key)
    return found


def one_of(listed: Iterable[str]) -> str:
    """Return a regular expression that matches the longest of some words.

    Words with the same beginning share it, which a long plain alternation does not: each place of a text is then tried
    once per first letter and not once per word.

    Args:
        listed: The words, taken literally.

    Returns:
        The pattern, as a group without number.
    """
    tree: dict[str, Any] = {}
    for word in listed:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branch(tree)


def _branch(tree: dict[str, Any]) -> str:
    branches = [re.escape(letter) + _branch(rest) for letter, rest in sorted(tree.items()) if letter]
    if not branches:
        return ""
    joined = "|".join(branches)
    if "" in tree:
        return f"(?:{joined})?"
    return joined if len(branches) == 1 else f"(?:{joined})"
