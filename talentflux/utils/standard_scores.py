"""How far figures lie from their mean."""

import numpy as np
from numpy.typing import NDArray


def standard_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return figures in standard deviations from their mean; 0 for those that are not known, and where all are alike.

    Args:
        values: Not a number where one is not known.
    """
    known = values[~np.isnan(values)]
    deviation = known.std() if known.size else 0.0
    if deviation == 0.0:
        return np.zeros(len(values))
    scores: NDArray[np.float64] = np.nan_to_num((values - known.mean()) / deviation)
    return scores
