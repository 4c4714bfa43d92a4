"""Which word pieces the static model has, and the vectors it starts from."""

import json
import re
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.esco import Esco
from training.minilm import weights_folder

LEAST_USES = 3
"""A word that ESCO uses so often becomes one piece."""


def pieces_of_teacher() -> list[str]:
    """Return MiniLM's pieces in ASCII, the most frequent first; the rest of its vocabulary is other scripts."""
    config = json.loads((weights_folder() / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = config["model"]["vocab"]
    ordered = sorted(vocabulary, key=vocabulary.__getitem__)
    return [piece for piece in ordered if piece.isascii() and not piece.startswith("[unused")]


def words_of_esco(esco: Esco, known: set[str]) -> list[str]:
    """Return the words that ESCO uses and MiniLM spells out, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in (*esco.names, *esco.descriptions):
        counts.update(re.findall(r"[a-z0-9]+", text.lower()))
    return [word for word, uses in counts.most_common() if uses >= LEAST_USES and len(word) > 2 and word not in known]


def make_tokenizer(pieces: list[str]) -> Tokenizer:
    """Return MiniLM's tokenizer with another vocabulary and no special tokens."""
    config: dict[str, Any] = json.loads((weights_folder() / "tokenizer.json").read_text(encoding="utf-8"))
    config.update({"truncation": None, "padding": None, "post_processor": None, "added_tokens": []})
    config["model"]["vocab"] = {piece: number for number, piece in enumerate(pieces)}
    return Tokenizer.from_str(json.dumps(config))


def initial_vectors(
    encoded: NDArray[np.float32], used: NDArray[np.int64], dimensions: int, rarity: float
) -> NDArray[np.float32]:
    """Reduce the teacher's vectors of the pieces by PCA and weigh them by rarity.

    Args:
        encoded: MiniLM's vector of each piece by itself.
        used: How often each piece occurs in ESCO's descriptions.
        dimensions: Of the result.
        rarity: The constant a of smooth inverse frequency a / (a + p) (Arora et al. 2017), where p is the mean of the
            probability in ESCO and of Zipf's law over MiniLM's ordering of its vocabulary.
    """
    centred = encoded - encoded.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    reduced = centred @ axes[:dimensions].T
    zipf = 1.0 / (np.arange(len(encoded)) + 1000.0)
    probability = 0.5 * zipf / zipf.sum() + 0.5 * used / used.sum()
    weights = rarity / (rarity + probability)
    vectors: NDArray[np.float32] = reduced / np.linalg.norm(reduced, axis=1, keepdims=True) * weights[:, None]
    return vectors.astype(np.float32)
