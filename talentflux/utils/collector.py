"""The collector of cyclic garbage in processes that serve many short requests."""

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 100)  # new objects before a look at the youngest; looks before one at older ones


def settle() -> None:
    """Let the collector leave alone what was imported, and look for garbage once in many requests.

    A page of fifty rows makes so many objects that the collector would otherwise look at some of them in each request,
    and now and then at all that was imported.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
