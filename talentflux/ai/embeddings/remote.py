"""Embeddings from OpenAI or any endpoint of the same protocol (vLLM, Ollama, LiteLLM)."""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from talentflux.ai.embeddings.base import (
    EmbedderConfigurationError,
    EmbedderUnavailableError,
    Vectors,
    normalise_rows,
)
from talentflux.core.observing import observed

if TYPE_CHECKING:
    from openai import OpenAI

KNOWN_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
"""Lengths that need no probing request."""

TEXTS_PER_REQUEST = 256
CHARACTERS_PER_REQUEST = 200_000
"""OpenAI refuses requests beyond 300,000 tokens; other endpoints stop earlier."""

LONGEST_TEXT = 24_000
"""Characters kept of a text: about 6,000 English tokens, below the usual limit of 8,191."""


class OpenAIEmbedder:
    """Asks an OpenAI-compatible endpoint; empty texts are never sent.

    Args:
        model: Name of the model, with `@N` at its end to request N dimensions (`text-embedding-3-small@512`).
        api_key: Key of the endpoint; by default the environment's OPENAI_API_KEY. An endpoint given by `base_url`
            may do without.
        base_url: Root of the endpoint up to `/v1`; by default the environment's OPENAI_BASE_URL or OpenAI itself.
        timeout: Seconds for one request.
        retries: Repetitions after a failure that may pass (connection, 408, 409, 429, 5xx), with growing pauses.

    Raises:
        EmbedderConfigurationError: If the model's name, the key or the `openai` package is missing.
    """

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
    ) -> None:
        self._model, _, wanted = model.partition("@")
        if not self._model or (wanted and not (wanted.isdecimal() and int(wanted) > 0)):
            raise EmbedderConfigurationError(
                f"'openai:{model}' names no model: write openai:MODEL or openai:MODEL@DIMENSIONS."
            )
        self._wanted = int(wanted) if wanted else None
        base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        api_key = api_key or os.environ.get("OPENAI_API_KEY") or ("none" if base_url else None)
        if api_key is None:
            raise EmbedderConfigurationError(
                "The embedder openai needs a key: set api_key, or base_url for an endpoint that asks for none."
            )
        if base_url is not None and not base_url.startswith(("http://", "https://")):
            raise EmbedderConfigurationError("base_url of the embedder must start with http:// or https://.")
        self._client = _client(api_key, base_url, timeout, retries)

    @property
    def name(self) -> str:
        """The model, and the requested dimensions where there are any."""
        return f"openai:{self._model}" + (f"@{self._wanted}" if self._wanted else "")

    @cached_property
    def dimensions(self) -> int:
        """Length of each vector; a model that is not known is asked once for one vector.

        Raises:
            EmbedderUnavailableError: If the endpoint had to be asked and failed.
        """
        known = self._wanted or KNOWN_DIMENSIONS.get(self._model)
        return known or len(self._request(["dimensions"])[0])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text; see `Embedder.encode`.

        Args:
            texts: Texts of any length; only the first 24,000 characters of each are sent.

        Returns:
            A float32 array of shape (len(texts), dimensions), rows of length 1 or all zero.

        Raises:
            EmbedderUnavailableError: If the endpoint refuses, times out or answers with something else.
        """
        present = [(i, text.strip()[:LONGEST_TEXT]) for i, text in enumerate(texts) if text.strip()]
        vectors: Vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for batch in _batches(present):
            answer = self._request([text for _, text in batch])
            if answer.shape[1] != self.dimensions:
                raise EmbedderUnavailableError(
                    f"The endpoint of {self.name} gave {answer.shape[1]} dimensions instead of {self.dimensions}."
                )
            vectors[[i for i, _ in batch]] = answer
        return normalise_rows(vectors)

    def _request(self, texts: list[str]) -> Vectors:
        """Send one request and check that the answer fits it."""
        from openai import OpenAIError, omit  # noqa: PLC0415  # takes most of a second to import

        try:
            with observed("embedder"):
                answer = self._client.embeddings.create(model=self._model, input=texts, dimensions=self._wanted or omit)
            ordered = sorted(answer.data, key=lambda entry: entry.index)
            vectors = np.array([entry.embedding for entry in ordered], dtype=np.float32)
        except OpenAIError as error:
            status = getattr(error, "status_code", None)
            raise EmbedderUnavailableError(
                f"The endpoint of {self.name} failed: {type(error).__name__}" + (f" (HTTP {status})" if status else "")
            ) from error
        except (AttributeError, TypeError, ValueError) as error:
            raise EmbedderUnavailableError(f"The endpoint of {self.name} gave no list of vectors.") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise EmbedderUnavailableError(
                f"The endpoint of {self.name} gave {len(vectors)} vectors for {len(texts)} texts, or broken ones."
            )
        return vectors


def _client(api_key: str, base_url: str | None, timeout: float, retries: int) -> "OpenAI":
    """Make the client of the openai package, or say how to install it."""
    try:
        from openai import OpenAI  # noqa: PLC0415  # takes most of a second to import
    except ImportError as error:
        raise EmbedderConfigurationError(
            "The embedder openai needs the openai package: pip install 'talentflux[openai]'."
        ) from error
    return OpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=retries)


def _batches(texts: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Group texts so that no request exceeds the limits."""
    batch: list[tuple[int, str]] = []
    size = 0
    for entry in texts:
        if batch and (len(batch) == TEXTS_PER_REQUEST or size + len(entry[1]) > CHARACTERS_PER_REQUEST):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += len(entry[1])
    if batch:
        yield batch
