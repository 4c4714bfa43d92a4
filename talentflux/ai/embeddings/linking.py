"""Ranks the entries of a vocabulary (skills, occupations) for a sentence that may speak of several of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from talentflux.ai.embeddings.base import Embedder, Vectors

LONGEST_WINDOW = 6
"""Words of the longest part of a sentence that is compared by itself; most skills are named in fewer."""

_WORD = re.compile(r"[^\s,;:()\[\]|/]+")
_EDGES = "-–—•*·\"'!?…"


@dataclass(frozen=True)
class Window:
    """A part of a sentence.

    Attributes:
        text: Its words, single-spaced.
        start: Offset of its first character in the sentence.
        end: Offset after its last character.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class LinkedEntry:
    """An entry found for a sentence.

    Attributes:
        key: The entry's key as given to the index.
        label: The surface form that is most similar to the window.
        score: Cosine of surface form and window, at most 1.
        window: The part of the sentence that speaks of the entry.
    """

    key: str
    label: str
    score: float
    window: Window


def sentence_windows(sentence: str, longest: int = LONGEST_WINDOW) -> list[Window]:
    """Return the sentence and each run of 1 to `longest` of its words, the first of equal texts only.

    Args:
        sentence: Any text; very long ones give `longest` windows per word.
        longest: Words of the longest run.

    Returns:
        The windows; none for a text without words.
    """
    spans: list[tuple[int, int, str]] = []
    for match in _WORD.finditer(sentence):
        word = match.group().lstrip(_EDGES).rstrip(f".{_EDGES}")  # a leading dot may be part of a name: .NET
        if any(character.isalnum() for character in word):
            start = match.start() + match.group().index(word)
            spans.append((start, start + len(word), word))
    if not spans:
        return []
    found = {" ".join(word for _, _, word in spans): (spans[0][0], spans[-1][1])}
    for length in range(1, longest + 1):
        for first in range(len(spans) - length + 1):
            run = spans[first : first + length]
            found.setdefault(" ".join(word for _, _, word in run), (run[0][0], run[-1][1]))
    return [Window(text, start, end) for text, (start, end) in found.items()]


class LabelIndex:
    """Finds which entries a sentence speaks of: each window of the sentence against each surface form of each entry.

    Args:
        entries: Key and surface forms (label and alternative labels) of each entry; an entry has at least one.
        embedder: Embeds surface forms now and sentences later.

    Raises:
        ValueError: If an entry has no surface form.
    """

    def __init__(self, entries: Sequence[tuple[str, Sequence[str]]], embedder: Embedder) -> None:
        for key, labels in entries:
            if not labels:
                raise ValueError(f"entries: '{key}' has no label")
        self._embedder = embedder
        self._keys = [key for key, _ in entries]
        self._labels = [label for _, labels in entries for label in labels]
        sizes = [len(labels) for _, labels in entries]
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp) if sizes else np.empty(0, np.intp)
        self._vectors = embedder.encode(self._labels)

    def __len__(self) -> int:
        return len(self._keys)

    def rank(self, sentence: str, limit: int = 10) -> list[LinkedEntry]:
        """Return the entries that a sentence most likely speaks of.

        Args:
            sentence: Text of any length; one sentence or bullet works best.
            limit: Most entries returned.

        Returns:
            Entries by falling score, each once, with the window that speaks for it.
        """
        windows = sentence_windows(sentence)
        if not windows or not self._keys:
            return []
        scores = self._vectors @ self._embedder.encode([window.text for window in windows]).T
        best_of_label: Vectors = scores.max(axis=1)
        best_of_entry = np.maximum.reduceat(best_of_label, self._starts)
        limit = min(limit, len(self._keys))
        top = np.argpartition(-best_of_entry, limit - 1)[:limit]
        top = top[np.argsort(-best_of_entry[top], kind="stable")]
        return [self._linked(int(entry), best_of_label, scores, windows) for entry in top]

    def _linked(self, entry: int, best: Vectors, scores: Vectors, windows: list[Window]) -> LinkedEntry:
        """Describe one entry of the ranking."""
        start = int(self._starts[entry])
        end = int(self._starts[entry + 1]) if entry + 1 < len(self._starts) else len(self._labels)
        label = start + int(best[start:end].argmax())
        window = windows[int(scores[label].argmax())]
        return LinkedEntry(self._keys[entry], self._labels[label], float(best[label]), window)
