"""Where low parts of the program tell how long something took, whoever counts it; nothing is imported for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final, Literal

Part = Literal["parser", "embedder"]

listeners: Final[list[Callable[[Part, float, bool], None]]] = []
"""Called with the part, its seconds and whether it failed; from any thread."""


@contextmanager
def observed(part: Part) -> Iterator[None]:
    """Tell how long a block took.

    Args:
        part: `parser` for reading one file, `embedder` for one call of the embedding model.
    """
    began = perf_counter()
    failed = True
    try:
        yield
        failed = False
    finally:
        for listener in listeners:
            listener(part, perf_counter() - began, failed)
