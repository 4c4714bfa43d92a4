"""Ranks the entries of a vocabulary (skills, occupations) for a sentence that may speak of several of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentflux.ai.embeddings.base import Embedder, Vectors

LONGEST_WINDOW = 6
"""Words of the longest part of a sentence that is compared by itself; most skills are named in fewer."""

WINDOWS_AT_ONCE = 64
"""Windows compared in one step, so that a very long sentence needs time but no memory."""

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
        score_of_label, window_of_label = self._best_windows([window.text for window in windows])
        score_of_entry = np.maximum.reduceat(score_of_label, self._starts)
        limit = min(limit, len(self._keys))
        top = np.argpartition(-score_of_entry, limit - 1)[:limit]
        top = top[np.argsort(-score_of_entry[top], kind="stable")]
        ranked = []
        for entry in top.tolist():
            end = self._starts[entry + 1] if entry + 1 < len(self._starts) else len(self._labels)
            label = int(self._starts[entry] + score_of_label[self._starts[entry] : end].argmax())
            window = windows[window_of_label[label]]
            ranked.append(LinkedEntry(self._keys[entry], self._labels[label], float(score_of_label[label]), window))
        return ranked

    def _best_windows(self, texts: list[str]) -> tuple[Vectors, NDArray[np.intp]]:
        """Return for each label its greatest similarity to a window and which window that is."""
        best: Vectors = np.full(len(self._labels), -np.inf, dtype=np.float32)
        chosen = np.zeros(len(self._labels), dtype=np.intp)
        for start in range(0, len(texts), WINDOWS_AT_ONCE):
            scores = self._vectors @ self._embedder.encode(texts[start : start + WINDOWS_AT_ONCE]).T
            window = scores.argmax(axis=1)
            score = np.take_along_axis(scores, window[:, None], axis=1)[:, 0]
            better = score > best
            best[better] = score[better]
            chosen[better] = start + window[better]
        return best, chosen
