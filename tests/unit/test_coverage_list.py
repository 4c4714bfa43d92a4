"""The list of files whose every line must be run by a test names files that exist, and none of trust is missing."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def listed() -> list[str]:
    """Return the paths that `make coverage` asks every line of."""
    said = subprocess.run(["make", "-n", "coverage"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = re.search(r"--fail-under=100 --include='([^']+)'", said)
    assert found is not None, said
    return found[1].split(",")


def test_every_path_is_there() -> None:
    assert [path for path in listed() if not list(ROOT.glob(path))] == []


def test_all_that_proves_who_somebody_is_or_keeps_something_secret_is_listed() -> None:
    covered = {path for pattern in listed() for path in ROOT.glob(pattern)}
    trusted = {
        *(ROOT / "talentflux/core/security").glob("*.py"),
        *(ROOT / "talentflux/services").glob("*session*.py"),
        *(ROOT / "talentflux/services").glob("*encryption*.py"),
        *(ROOT / "talentflux/services").glob("*password*.py"),
    }
    assert trusted <= covered
