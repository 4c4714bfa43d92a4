"""An import in whose midst every process is killed: each resume is there, read, and once."""

import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

from bench.faults import import_under_kills


def test_every_resume_of_an_import_under_kills_is_there_once() -> None:
    folder = Path(tempfile.gettempdir()) / f"talentflux-import-{uuid4().hex[:8]}"
    try:
        outcome = import_under_kills(folder, 60, {"TALENTFLUX_WORKER_STALLED_SECONDS": "2"})
    finally:
        shutil.rmtree(folder)
    assert (outcome.resumes, outcome.read, outcome.candidates, outcome.twice) == (60, 60, 60, 0)
    assert outcome.kills == 8
