"""The command `screen` as a whole process: against MiniLM in PyTorch, on PDF files, and its memory."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, data_folder, print_figures

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).with_name("talentflux")
TRAINING_PYTHON = Path(os.environ.get("TALENTFLUX_TRAINING_PYTHON", ROOT / "training" / ".venv" / "bin" / "python"))
TEXTS, PDFS = 1000, 600


def resume_texts() -> list[str]:
    """Return 1,000 resume texts: the matching and the degraded one of every row, the first ones again with a mark."""
    with gzip.open(data_folder() / "jobs_resumes_rjdb" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row[key] for row in rows for key in ("Resume-matched", "Resume-unmatched")]
    return [*texts, *(f"{text}\nReferences on request." for text in texts)][:TEXTS]


def screen_seconds(job: Path, resumes: Path, out: Path) -> tuple[float, float, int]:
    """Run `screen` and return wall seconds, MiB of the largest of its processes, and how many resumes were ranked."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "screen", job, resumes, "--format", "json", "--out", out], stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"`talentflux screen` ended with {process.returncode}; run it by hand to see why.")
    return seconds, usage.ru_maxrss / 1024, len(json.loads(out.read_text(encoding="utf-8"))["resumes"])


def minilm_seconds(texts: list[str]) -> float:
    """Return the seconds MiniLM in PyTorch takes to encode the texts, its loading not counted."""
    if not TRAINING_PYTHON.is_file():
        raise SystemExit(
            f"No PyTorch at {TRAINING_PYTHON}: run `make training` first, or set TALENTFLUX_TRAINING_PYTHON."
        )
    answer = subprocess.run(
        [TRAINING_PYTHON, "-m", "training.speed"],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return float(answer.stdout)


def run() -> list[Figure]:
    """Measure and return the figures."""
    texts = resume_texts()
    pdfs = sorted((data_folder() / "pdf").glob("*.pdf"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = ROOT / "examples" / "jobs" / "senior-backend-engineer.md"
        for part in ("texts", "pdfs"):
            (folder / part).mkdir()
        for number, text in enumerate(texts):
            (folder / "texts" / f"{number}.txt").write_text(text, encoding="utf-8")
        for number in range(PDFS):
            (folder / "pdfs" / f"{number}.pdf").write_bytes(pdfs[number % len(pdfs)].read_bytes())
        text_seconds, text_memory, ranked = screen_seconds(job, folder / "texts", folder / "texts.json")
        pdf_seconds, pdf_memory, pdf_ranked = screen_seconds(job, folder / "pdfs", folder / "pdfs.json")
    baseline = minilm_seconds(texts)
    return [
        Figure(
            f"screen of {ranked} text resumes, times faster than MiniLM encoding",
            baseline / text_seconds,
            10.0,
            unit="×",
        ),
        Figure("  screen, wall time", text_seconds, None, unit=" s"),
        Figure("  MiniLM in PyTorch, wall time", baseline, None, unit=" s"),
        Figure(f"screen of {pdf_ranked} PDF resumes", pdf_ranked / pdf_seconds, 60.0, unit="/s"),
        Figure(
            "peak memory of the largest process",
            max(text_memory, pdf_memory),
            400.0,
            higher_is_better=False,
            unit=" MiB",
        ),
    ]


if __name__ == "__main__":
    print_figures(run())
