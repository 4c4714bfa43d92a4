"""The list of files whose every line must be run by a test names files that exist, and none of trust is missing."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TENANTS = (
    "talentflux/core/database.py",
    "talentflux/core/foreseeing.py",
    "talentflux/core/leasing.py",
    "talentflux/core/scope.py",
    "talentflux/core/sessions.py",
    "talentflux/db/row_security.py",
)
"""What opens transactions, and says whose rows they see."""
PRIVATE = (
    "talentflux/api/v1/note.py",
    "talentflux/repositories/note_repository.py",
    "talentflux/services/note_service.py",
    "talentflux/services/private_fields.py",
)
"""What some colleagues may read and others may not."""


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
        *(ROOT / "talentflux/services").glob("*cipher*.py"),
        *(ROOT / "talentflux/services").glob("*sealed*.py"),
        *(ROOT / "talentflux/core").glob("*keyring*.py"),
        *(ROOT / path for path in TENANTS),
        *(ROOT / path for path in PRIVATE),
    }
    assert trusted <= covered
