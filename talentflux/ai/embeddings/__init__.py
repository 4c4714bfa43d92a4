"""Texts to vectors: a local static model by default, OpenAI-compatible endpoints and MiniLM beside it.

`get_embedder` is the one way in; `titles` and `linking` hold what is built on it.
"""

from pathlib import Path

from talentflux.ai.embeddings.base import (
    Embedder,
    EmbedderConfigurationError,
    EmbedderUnavailableError,
    Vectors,
)
from talentflux.ai.embeddings.static import packaged_static_embedder

__all__ = [
    "Embedder",
    "EmbedderConfigurationError",
    "EmbedderUnavailableError",
    "Vectors",
    "get_embedder",
]


def get_embedder(spec: str = "static", *, api_key: str | None = None, base_url: str | None = None) -> Embedder:
    """Return the embedder that a setting names.

    Args:
        spec: `static` (in the package, no network), `openai:MODEL` or `openai:MODEL@DIMENSIONS` (any endpoint of
            that protocol), or `minilm:FOLDER` (extra `onnx`; FOLDER holds `model.onnx` and `tokenizer.json`).
        api_key: Key of the endpoint, for `openai:` only.
        base_url: Root of the endpoint up to `/v1`, for `openai:` only.

    Returns:
        The embedder; the static one is loaded once per process.

    Raises:
        EmbedderConfigurationError: If the name is unknown or a key, an extra or a file is missing.
    """
    kind, _, argument = spec.strip().partition(":")
    if kind == "static" and not argument:
        return packaged_static_embedder()
    if kind == "openai":
        from talentflux.ai.embeddings.remote import OpenAIEmbedder  # noqa: PLC0415  # only where it is used

        return OpenAIEmbedder(argument, api_key=api_key, base_url=base_url)
    if kind == "minilm":
        from talentflux.ai.embeddings.minilm import MiniLMEmbedder  # noqa: PLC0415  # only where it is used

        return MiniLMEmbedder(Path(argument))
    raise EmbedderConfigurationError(f"There is no embedder '{spec}': use static, openai:MODEL or minilm:FOLDER.")
