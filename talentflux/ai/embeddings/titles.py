"""Ranks job titles by how alike the jobs are, not how alike the words."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from talentflux.ai.embeddings.base import Embedder, Vectors, normalise_rows
from talentflux.ai.embeddings.lexical import SpellingIndex
from talentflux.ai.embeddings.static import StaticEmbedder

NEIGHBOURS = 5
"""Nearest titles whose mean is added to a query (pseudo-relevance feedback, Rocchio 1971 with equal weights)."""

FAMILIAR, FOREIGN = 0.3, 0.6
"""Share of word continuations up to which an embedder knows the language of a title, and from which it does not."""

SPELLING_WEIGHT = 0.6
"""Weight of the spelling's z-score in a language that the embedder does not know."""


class TitleIndex:
    """Scores titles for queries in weighted z-scores of meaning and spelling.

    A query is first moved towards its nearest titles, which brings in the other names of the same work. Spelling counts
    only as far as the embedder does not know the language of query and titles; among known words it would reward the
    wrong ones ("project manager" for "product manager").

    Args:
        titles: The titles to rank.
        embedder: Embeds titles now and queries later.
    """

    def __init__(self, titles: Sequence[str], embedder: Embedder) -> None:
        self._titles = list(titles)
        self._embedder = embedder
        self._vectors = embedder.encode(self._titles)

    @cached_property
    def _spelling(self) -> SpellingIndex:
        return SpellingIndex(self._titles)

    @cached_property
    def _fragmentation(self) -> float:
        """Mean share of word continuations in the titles."""
        assert isinstance(self._embedder, StaticEmbedder)
        return float(self._embedder.fragmentation(self._titles).mean())

    def scores(self, queries: Sequence[str]) -> Vectors:
        """Return how well each title fits each query.

        Args:
            queries: Job titles.

        Returns:
            A float32 array of shape (len(queries), titles): z-scores within each row, so comparable within a row only.
        """
        if not self._titles:
            return np.zeros((len(queries), 0), dtype=np.float32)
        scores = _z_scores(self._expanded(self._embedder.encode(queries)) @ self._vectors.T)
        for row, weight in enumerate(self._spelling_weights(queries)):
            if weight > 0:
                spelling = _z_scores(self._spelling.scores(queries[row])[None, :])[0]
                scores[row] = (1 - weight) * scores[row] + weight * spelling
        return scores

    def _expanded(self, vectors: Vectors) -> Vectors:
        """Add to each query the mean of its nearest titles, weighted by their similarity."""
        near = min(NEIGHBOURS, len(self._titles))
        expanded = vectors.copy()
        for row, similarity in enumerate(vectors @ self._vectors.T):
            top = np.argpartition(-similarity, near - 1)[:near]
            expanded[row] += similarity[top].clip(min=0) @ self._vectors[top] / near
        return normalise_rows(expanded)

    def _spelling_weights(self, queries: Sequence[str]) -> Vectors:
        """Return the weight of spelling for each query; an embedder that tells nothing is trusted."""
        if not isinstance(self._embedder, StaticEmbedder) or self._fragmentation <= FAMILIAR:
            return np.zeros(len(queries), dtype=np.float32)
        # a rare word in a known language is no foreign title: the list as a whole has to be foreign too
        share = np.minimum(self._embedder.fragmentation(queries), self._fragmentation)
        foreign = (share - FAMILIAR) / (FOREIGN - FAMILIAR)
        weights: Vectors = (SPELLING_WEIGHT * foreign.clip(0, 1)).astype(np.float32)
        return weights


def title_similarity(queries: Sequence[str], titles: Sequence[str], embedder: Embedder) -> Vectors:
    """Return how well each title fits each query; see `TitleIndex`, which keeps what is reused between calls.

    Args:
        queries: Job titles to find alternatives for.
        titles: Job titles to choose from.
        embedder: Any embedder.

    Returns:
        A float32 array of shape (len(queries), len(titles)), z-scores within each row.
    """
    return TitleIndex(titles, embedder).scores(queries)


def _z_scores(scores: Vectors) -> Vectors:
    """Centre each row and divide it by its standard deviation; a constant row becomes zeros."""
    spread = scores.std(axis=1, keepdims=True)
    spread[spread < np.finfo(np.float32).eps] = 1.0
    standardised: Vectors = ((scores - scores.mean(axis=1, keepdims=True)) / spread).astype(np.float32)
    return standardised
