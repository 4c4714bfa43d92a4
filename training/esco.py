"""What is learned from: names, descriptions and links of ESCO's skills and occupations."""

import gzip
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WINDOW_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10)
WINDOWS_PER_DESCRIPTION = 4


def _records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Esco:
    """ESCO as numbered texts and concepts, skills first.

    Attributes:
        names: Distinct labels and alternative labels.
        descriptions: One for each concept.
        windows: Runs of 1 to 10 words cut from the descriptions.
        names_of: For each concept the numbers of its names.
        label_of: For each concept the number of its preferred label.
        skills: How many of the concepts are skills; occupations follow.
        links: Occupation and skill (as concept numbers) of each occupation–skill link.
        groups: Occupations that share a unit group of ISCO-08, groups of two or more.
    """

    names: list[str]
    descriptions: list[str]
    windows: list[str]
    names_of: list[list[int]]
    label_of: NDArray[np.int64]
    skills: int
    links: NDArray[np.int64]
    groups: list[list[int]]

    @property
    def texts(self) -> list[str]:
        """Names, then descriptions, then windows."""
        return [*self.names, *self.descriptions, *self.windows]


def _cut_windows(descriptions: list[str]) -> list[str]:
    chance = random.Random(7)
    windows: dict[str, None] = {}
    for text in descriptions:
        words = text.split()
        for _ in range(WINDOWS_PER_DESCRIPTION):
            length = chance.choice(WINDOW_LENGTHS)
            if len(words) > length:
                start = chance.randrange(len(words) - length)
                windows.setdefault(" ".join(words[start : start + length]).strip(".,;:()"))
    return [window for window in windows if window]


def load_esco(folder: Path) -> Esco:
    """Read ESCO from a folder.

    Args:
        folder: Holds `skills.jsonl.gz` and `occupations.jsonl.gz` (label, alt, desc, and isco for occupations) and
            `occ_skill.tsv.gz` (numbers of occupation and skill).
    """
    skills, occupations = _records(folder / "skills.jsonl.gz"), _records(folder / "occupations.jsonl.gz")
    numbers: dict[str, int] = {}
    names_of: list[list[int]] = []
    labels: list[int] = []
    for record in [*skills, *occupations]:
        names = [" ".join(name.split()) for name in (record["label"], *record["alt"])]
        rows = [numbers.setdefault(name, len(numbers)) for name in names]
        labels.append(rows[0])
        names_of.append(sorted(set(rows)))
    with gzip.open(folder / "occ_skill.tsv.gz", "rt", encoding="utf-8") as lines:
        pairs = [line.split("\t")[:2] for line in lines][1:]
    links = np.array(pairs, dtype=np.int64)
    links[:, 0] += len(skills)
    groups: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(occupations, start=len(skills)):
        groups[record["isco"]].append(number)
    descriptions = [" ".join(record["desc"].split()) for record in [*skills, *occupations]]
    return Esco(
        names=list(numbers),
        descriptions=descriptions,
        windows=_cut_windows(descriptions),
        names_of=names_of,
        label_of=np.array(labels),
        skills=len(skills),
        links=links,
        groups=[group for group in groups.values() if len(group) > 1],
    )
