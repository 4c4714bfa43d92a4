"""The local embedder: one int8 vector per WordPiece, added up over the text."""

import json
import os
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from talentflux.ai.embeddings.base import EmbedderConfigurationError, Vectors, normalise_rows

MODEL_FOLDER = Path(__file__).with_name("model")
"""Where the weights that come with the package lie."""

REMEMBERED_WORDS = 16_384
"""Distinct words whose summed vectors are kept: 16 MiB at 256 dimensions, of which only touched pages are used."""

LONGEST_WORD = 64
"""Longer runs without a space are cut into parts of this many characters, so that no word can fill the memory."""


PLURALS = frozenset({"##s", "##es"})
"""Word continuations of English plurals."""


class _WordMemory:
    """Vectors of the words seen so far; rows are written before their word becomes visible and never change."""

    def __init__(self, dimensions: int) -> None:
        self.rows: dict[str, int] = {}
        self.vectors: Vectors = np.empty((REMEMBERED_WORDS, dimensions), dtype=np.float32)


class StaticEmbedder:
    """A text is the sum of its WordPieces' vectors, scaled to length 1; how much a piece weighs is its vector's length.

    WordPiece never looks across white space, so the sum of a word's pieces is computed once and remembered: a resume
    costs one dictionary look-up per word. Instances may be shared between threads.

    Args:
        folder: Holds `tokenizer.json`, `weights.npy` (int8, one row per token), `scales.npy` (float32, one per row) and
            `config.json` (name).

    Raises:
        EmbedderConfigurationError: If a file is missing or does not fit the others.
    """

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        # Batches here are lists of short words, where threads cost more than they give, and workers are forked.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._weights: NDArray[np.int8] = np.load(folder / "weights.npy", mmap_mode="r", allow_pickle=False)
            self._scales: Vectors = np.load(folder / "scales.npy", allow_pickle=False)
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises bare Exception for a missing or broken file
            raise EmbedderConfigurationError(
                f"The local embedding model in {folder.name}/ cannot be read ({type(error).__name__}): "
                "reinstall the package."
            ) from error
        if not self._tokenizer.get_vocab_size() == len(self._weights) == len(self._scales):
            raise EmbedderConfigurationError(
                f"The local embedding model in {folder.name}/ is inconsistent: its files differ in length."
            )
        self._name = str(config["name"])
        self._memory = _WordMemory(self.dimensions)
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Identity of these weights."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return int(self._weights.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text; see `Embedder.encode`.

        Args:
            texts: Texts of any length.

        Returns:
            A float32 array of shape (len(texts), dimensions), rows of length 1 or all zero.
        """
        vectors: Vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            words = _words(text)
            for start in range(0, len(words), REMEMBERED_WORDS):
                counts = Counter(words[start : start + REMEMBERED_WORDS])
                rows, remembered = self._look_up(counts)
                vectors[row] += np.array(list(counts.values()), dtype=np.float32) @ remembered[rows]
        return normalise_rows(vectors)

    def fragmentation(self, texts: Sequence[str]) -> Vectors:
        """Return how far the vocabulary has to spell out a text instead of knowing its words.

        Args:
            texts: Texts of any length.

        Returns:
            A float32 array with the share of word continuations among the pieces of each text, plurals not counted:
            about 0.05 for English job titles, 0.6 for German or Spanish ones.
        """
        shares = np.zeros(len(texts), dtype=np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            spelt = sum(piece.startswith("##") and piece not in PLURALS for piece in encoding.tokens)
            shares[row] = spelt / max(len(encoding.tokens), 1)
        return shares

    def _look_up(self, words: Collection[str]) -> tuple[list[int], Vectors]:
        """Return the row of each word and the array that the rows belong to."""
        memory = self._memory
        rows = [row for row in map(memory.rows.get, words) if row is not None]
        if len(rows) < len(words):
            memory = self._learn(words)
            rows = [memory.rows[word] for word in words]
        return rows, memory.vectors

    def _learn(self, words: Collection[str]) -> _WordMemory:
        """Compute the words not yet remembered and return a memory that holds all of `words`."""
        with self._lock:
            memory = self._memory
            fresh = [word for word in dict.fromkeys(words) if word not in memory.rows]
            if len(memory.rows) + len(fresh) > REMEMBERED_WORDS:
                memory = _WordMemory(self.dimensions)
                fresh = list(dict.fromkeys(words))
            first = len(memory.rows)
            encodings = self._tokenizer.encode_batch_fast(fresh, add_special_tokens=False)
            for row, encoding in enumerate(encodings, start=first):
                pieces = np.array(encoding.ids, dtype=np.intp)
                memory.vectors[row] = self._scales[pieces] @ self._weights[pieces].astype(np.float32)
            memory.rows.update(zip(fresh, range(first, first + len(fresh)), strict=True))
            self._memory = memory
            return memory


def _words(text: str) -> list[str]:
    """Split at white space, cutting runs that are too long to be words."""
    words = text.lower().split()
    if len(text) > LONGEST_WORD and max(map(len, words), default=0) > LONGEST_WORD:
        return [word[i : i + LONGEST_WORD] for word in words for i in range(0, len(word), LONGEST_WORD)]
    return words


@lru_cache(maxsize=1)
def packaged_static_embedder() -> StaticEmbedder:
    """Return the embedder of the package, loaded once per process."""
    return StaticEmbedder()
