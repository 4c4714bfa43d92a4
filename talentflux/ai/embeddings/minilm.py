"""MiniLM and other sentence encoders of the BERT family over onnxruntime, for those who want quality before speed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from talentflux.ai.embeddings.base import EmbedderConfigurationError, Vectors, normalise_rows

TEXTS_PER_BATCH = 32
LONGEST_SEQUENCE = 256
"""Tokens read of a text, as all-MiniLM-L6-v2 was trained; the rest is not seen."""


class MiniLMEmbedder:
    """Mean of the last hidden states of an ONNX encoder.

    Args:
        folder: Holds `tokenizer.json` and `model.onnx` (inputs input_ids, attention_mask and possibly token_type_ids;
            first output the hidden states of shape (batch, tokens, dimensions)).
        threads: Threads of one inference; 0 lets onnxruntime decide.

    Raises:
        EmbedderConfigurationError: If onnxruntime or a file is missing.
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        try:
            import onnxruntime  # noqa: PLC0415  # an extra
        except ImportError as error:
            raise EmbedderConfigurationError(
                "The embedder minilm needs onnxruntime: pip install 'talentflux[onnx]'."
            ) from error
        for file in ("model.onnx", "tokenizer.json"):
            if not (folder / file).is_file():
                raise EmbedderConfigurationError(
                    f"The embedder minilm finds no {file} in '{folder}': name its folder as minilm:FOLDER "
                    "(training/README.md says how to make one)."
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._dimensions = int(self._session.get_outputs()[0].shape[-1])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST_SEQUENCE)
        self._tokenizer.enable_padding()

    @property
    def name(self) -> str:
        """Identity of the weights."""
        return "minilm:all-MiniLM-L6-v2"

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text; see `Embedder.encode`.

        Args:
            texts: Texts; only the first 256 tokens of each are read.

        Returns:
            A float32 array of shape (len(texts), dimensions), rows of length 1 or all zero.
        """
        vectors: Vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        # texts of like length share a batch, so that little is padded
        order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: len(texts[i]))
        for start in range(0, len(order), TEXTS_PER_BATCH):
            batch = order[start : start + TEXTS_PER_BATCH]
            vectors[batch] = self._pooled([texts[i] for i in batch])
        return normalise_rows(vectors)

    def _pooled(self, texts: list[str]) -> Vectors:
        """Run the encoder and average over the tokens that are no padding."""
        encodings = self._tokenizer.encode_batch(texts)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        weights = mask[:, :, None].astype(np.float32)
        pooled: Vectors = ((hidden * weights).sum(axis=1) / weights.sum(axis=1)).astype(np.float32)
        return pooled
