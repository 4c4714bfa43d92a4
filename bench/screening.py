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
TEXTS, PDFS, SAMPLE = 1000, 600, 5


def resume_texts() -> list[str]:
    """Return 1,000 resumes of some 650 words: the labelled resumes again and again, each time with another mark."""
    with gzip.open(data_folder() / "resumes_dotin" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [f"{texts[number % len(texts)]}\nFile {number}" for number in range(TEXTS)]


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


def minilm_seconds(texts: list[str], *options: str) -> float:
    """Return the seconds MiniLM in PyTorch takes to encode the texts, from a fifth of them, its loading not counted."""
    if not TRAINING_PYTHON.is_file():
        raise SystemExit(
            f"No PyTorch at {TRAINING_PYTHON}: run `make training` first, or set TALENTFLUX_TRAINING_PYTHON."
        )
    command = [str(TRAINING_PYTHON), "-m", "training.speed", *options]
    sample = json.dumps(texts[::SAMPLE])
    answer = subprocess.run(command, input=sample, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(answer.stdout) * SAMPLE


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
    whole, beginning = minilm_seconds(texts, "--whole"), minilm_seconds(texts)
    return [
        Figure(f"screen of {ranked} text resumes, times faster than MiniLM", whole / text_seconds, 10.0, unit="×"),
        Figure("  against MiniLM on the first 256 tokens only", beginning / text_seconds, None, unit="×"),
        Figure("  screen, wall time", text_seconds, None, unit=" s"),
        Figure("  MiniLM in PyTorch on the whole texts, wall time", whole, None, unit=" s"),
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
