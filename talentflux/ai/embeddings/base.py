"""What every embedder offers, and the one error it raises."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from talentflux.core.errors import ConfigurationError, DependencyError

Vectors = NDArray[np.float32]


class EmbedderConfigurationError(ConfigurationError):
    """An embedder cannot be made from what was given: unknown name, missing key, extra or file."""

    code = "embedder_not_configured"


class EmbedderUnavailableError(DependencyError):
    """A remote embedding service did not answer, or answered with something that is no embedding."""

    code = "embedder_unavailable"


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors whose inner product is their similarity.

    Vectors of two embedders are never comparable: store `name` beside each vector and compare only equal names.

    Attributes:
        name: Stable identity with the version of the weights, at most 120 characters.
        dimensions: Length of each vector.
    """

    @property
    def name(self) -> str:
        """Stable identity with the version of the weights."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text.

        Args:
            texts: Texts of any length, possibly none.

        Returns:
            A float32 array of shape (len(texts), dimensions). Rows have length 1 (L2), but an empty text and one
            without any known word give a row of zeros, which is similar to nothing.

        Raises:
            EmbedderUnavailableError: If a remote service fails.
        """
        ...


def normalise_rows(vectors: Vectors) -> Vectors:
    """Scale each row to length 1 (L2) in place; rows of zeros stay as they are.

    Args:
        vectors: Rows to scale; changed in place.

    Returns:
        The same array.
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0] = 1.0
    vectors /= lengths[:, None]
    return vectors
