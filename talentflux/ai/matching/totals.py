"""The total of a match: declared weights over parts that are stored with it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from talentflux.schemas.match import ScorePart

SCORER = "evidence-1"


@dataclass(frozen=True)
class Weights:
    """What each part of a total weighs.

    Attributes:
        must: Weight of the coverage of what must be met.
        should: Weight of the coverage of what should be met.
        lexical: Weight of one standard deviation of shared words above the background.
        dense: Weight of one standard deviation of likeness in meaning above the background.
    """

    must: float = 0.60
    should: float = 0.12
    lexical: float = 0.015
    dense: float = 0.03


@dataclass(frozen=True)
class Background:
    """What a resume and a job that do not belong together have in common.

    The constants belong to the scorer's version and do not depend on who else applied.

    Attributes:
        lexical_mean: Mean share of the job's words.
        lexical_deviation: Its standard deviation.
        dense_mean: Mean likeness in meaning.
        dense_deviation: Its standard deviation.
    """

    lexical_mean: float = 0.065
    lexical_deviation: float = 0.045
    dense_mean: float = 0.22
    dense_deviation: float = 0.08


DEFAULT_WEIGHTS = Weights()
DEFAULT_BACKGROUND = Background()
# A likeness beyond this many standard deviations adds nothing more.
LARGEST_Z = 8.0


def z_score(value: float, mean: float, deviation: float) -> float:
    """Return how far a value lies above the background, in standard deviations, cut at 8 either way."""
    return max(-LARGEST_Z, min(LARGEST_Z, (value - mean) / deviation))


def recompute_total(parts: Iterable[ScorePart]) -> float:
    """Compute a total from its parts.

    Args:
        parts: As stored with a match.

    Returns:
        100 × the sum of weight × value, clipped to 0 to 100.
    """
    return min(100.0, max(0.0, 100.0 * math.fsum(part.weight * part.value for part in parts)))
