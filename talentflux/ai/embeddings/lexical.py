"""Similarity by spelling: tf-idf over the character sequences of each word."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from talentflux.ai.embeddings.base import Vectors

SHORTEST, LONGEST = 3, 5
"""Lengths of the character sequences; words are padded with a space on both sides."""


def character_sequences(text: str) -> Iterator[str]:
    """Yield each word and its overlapping sequences of 3 to 5 characters, in lower case.

    Args:
        text: Any text; hyphens and slashes separate words.

    Yields:
        Sequences, with repetition; whole words are marked by a leading `#`.
    """
    for word in text.lower().replace("/", " ").replace("-", " ").split():
        yield f"#{word}"
        padded = f" {word} "
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


class SpellingIndex:
    """Cosine of tf-idf vectors; tf = 1 + ln(count), idf = ln((1 + n) / (1 + df)) + 1 (smoothed, as in scikit-learn).

    Args:
        texts: The texts to compare queries with.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        vocabulary: dict[str, int] = {}
        counts = [Counter(character_sequences(text)) for text in texts]
        terms = np.fromiter((vocabulary.setdefault(t, len(vocabulary)) for t in chain.from_iterable(counts)), np.intp)
        rows = np.repeat(np.arange(len(texts)), [len(entry) for entry in counts])
        frequency = np.fromiter(chain.from_iterable(entry.values() for entry in counts), np.float32)
        df = np.bincount(terms, minlength=len(vocabulary))
        self._idf = (np.log((1 + len(texts)) / (1 + df)) + 1).astype(np.float32)
        weights = (1 + np.log(frequency)) * self._idf[terms]
        lengths = np.sqrt(np.bincount(rows, weights**2, minlength=len(texts)))
        order = np.argsort(terms, kind="stable")
        self._vocabulary = vocabulary
        self._size = len(texts)
        self._rows: NDArray[np.intp] = rows[order]
        self._weights: Vectors = (weights / lengths[rows])[order].astype(np.float32)
        self._ends = np.cumsum(df)

    def scores(self, query: str) -> Vectors:
        """Return the similarity of a query to each text.

        Args:
            query: Any text.

        Returns:
            A float32 array with one number from 0 to 1 per text.
        """
        counts = Counter(character_sequences(query))
        known = [(term, count) for text, count in counts.items() if (term := self._vocabulary.get(text)) is not None]
        total = np.zeros(self._size, dtype=np.float32)
        if not known:
            return total
        # a sequence that no text has counts towards the length of the query, with the greatest idf
        unknown = len(counts) - len(known)
        norm = unknown * (np.log(1 + self._size) + 1) ** 2
        for term, count in known:
            weight = (1 + np.log(count)) * self._idf[term]
            norm += weight**2
            start = self._ends[term - 1] if term else 0
            total[self._rows[start : self._ends[term]]] += weight * self._weights[start : self._ends[term]]
        total /= np.sqrt(norm)
        return total
