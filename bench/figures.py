"""How every benchmark states its figures, and where the evaluation data lies."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured figure beside the floor it has to reach.

    Attributes:
        name: What was measured, on which data.
        value: The measurement.
        floor: The least (or, with `higher_is_better` false, the greatest) acceptable value; None for information only.
        higher_is_better: Which side of the floor is good.
        unit: Printed after the value.
    """

    name: str
    value: float
    floor: float | None
    higher_is_better: bool = True
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether the value reaches the floor."""
        if self.floor is None:
            return True
        return self.value >= self.floor if self.higher_is_better else self.value <= self.floor


def data_folder() -> Path:
    """Return the folder of third-party evaluation data, or stop with a sentence that says how to give it.

    Returns:
        The folder named by TALENTFLUX_DATA, by default `../shared/data` beside the checkout.
    """
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("TALENTFLUX_DATA", default))
    if not (folder / "README.md").is_file():
        print(
            f"No evaluation data at {folder}. Set TALENTFLUX_DATA to the folder that holds it.",
            file=sys.stderr,
        )
        sys.exit(2)
    return folder


def print_figures(figures: Iterable[Figure]) -> bool:
    """Print one line per figure and return whether all floors are reached."""
    complete = True
    for figure in figures:
        bound = (
            "" if figure.floor is None else f"{'≥' if figure.higher_is_better else '≤'} {figure.floor:g}{figure.unit}"
        )
        verdict = "" if figure.floor is None else ("ok" if figure.met else "SHORT")
        print(f"{figure.name:<68} {figure.value:>12.4g}{figure.unit:<6} {bound:<14} {verdict}", flush=True)
        complete &= figure.met
    return complete
