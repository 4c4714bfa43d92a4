"""How fast files are read, and whether the text of one resume is found in nine layouts of it."""

import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import yaml

from bench.figures import Figure, data_folder, print_figures
from talentflux.ai.documents import ReaderPool, read_document

_WORKERS = 2
_REPEATS = 12
_TEXTS = 1_000
# Fields of the YAML that say how to print, or that layouts rewrite: dates have a form of their own in each.
_NOT_PRINTED = {"date", "start_date", "end_date", "network", "website", "url", "photo", "doi"}
_SEVENTY_WORDS = "Led a team that moved payments to Python and PostgreSQL; cut costs by a third. "


def _leaves(value: object, key: str = "") -> Iterator[str]:
    """Yield the printed strings of the YAML, without Markdown."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif value is not None and key not in _NOT_PRINTED:
        # YAML folds a nested Markdown list into one string.
        for line in re.split(r"\n|\s-\s(?=[A-Z])", str(value)):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
            plain = re.sub(r"\*+|^\s*-\s+", "", plain).strip()
            if plain:
                yield plain


def _folded(text: str) -> str:
    """Return a text for comparison: one space between words, plain quotes and dashes, lower case."""
    for fancy, plain in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"), ("•", " ")):
        text = text.replace(fancy, plain)
    return " ".join(text.split()).lower().replace("---", "-").replace("--", "-")


def _layouts(folder: Path) -> Iterator[Figure]:
    """Yield the share of the YAML's strings that stand in the text of each layout."""
    source = yaml.safe_load((folder / "rendercv_John_Doe.yaml").read_text(encoding="utf-8"))["cv"]
    headings = [str(name).replace("_", " ") for name in source["sections"]]
    fields = [_folded(field) for field in (*_leaves(source), *headings)]
    for path in sorted(folder.glob("rendercv_*.pdf")):
        text = _folded(read_document(path.read_bytes(), path.name).text)
        found = [field in text for field in fields]
        layout = path.stem.removeprefix("rendercv_").removesuffix("Theme")
        yield Figure(f"fields of the YAML found, layout {layout}", sum(found) / len(found), 0.95)


def _columns(folder: Path) -> Figure:
    """Return the share of neighbouring lines of each column that follow each other in the text read."""
    single = read_document((folder / "resumematcher_single-column.pdf").read_bytes(), "single.pdf").text
    double = _folded(read_document((folder / "resumematcher_two-column.pdf").read_bytes(), "two.pdf").text)
    # Sentences of the single-column twin have to stand unbroken in the other; so do the headings in their order.
    parts = re.split(r"\n•|\n(?=[A-Z &]{5,}\n)|(?<=[.])\s", single)
    sentences = [_folded(part) for part in parts if len(part) > 60 and "\t" not in part]
    whole = [_without_place(sentence) in double for sentence in sentences]
    order = ["summary", "experience", "projects", "education", "skills", "links"]
    places = [double.find(f" {heading} ") for heading in order]
    in_order = [0 <= first < second for first, second in pairwise(places)]
    checks = whole + in_order
    return Figure("two columns: sentences whole and sections in order", sum(checks) / len(checks), 0.95)


def _without_place(sentence: str) -> str:
    """Return the first words of a sentence: the twins differ in what follows it."""
    return " ".join(sentence.split()[:8])


def _speed(folder: Path) -> Iterator[Figure]:
    """Yield files per second over a warm pool of two children."""
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.pdf"))] * _REPEATS
    texts = [(f"{number}.txt", (f"Person {number}\n" + _SEVENTY_WORDS * 40).encode()) for number in range(_TEXTS)]
    with ReaderPool(_WORKERS) as pool:
        list(pool.map(files[: 2 * _WORKERS]))
        for label, items, floor in (("PDF resumes", files, 60.0), ("text resumes", texts, 700.0)):
            start = time.perf_counter()
            outcomes = list(pool.map(items))
            seconds = time.perf_counter() - start
            assert all(outcome.error is None for outcome in outcomes)
            yield Figure(f"{label} read on {_WORKERS} cores", len(items) / seconds, floor, unit="/s")


def run() -> list[Figure]:
    """Return all figures about reading files."""
    folder = data_folder() / "pdf"
    return [*_speed(folder), *_layouts(folder), _columns(folder)]


if __name__ == "__main__":
    raise SystemExit(0 if print_figures(run()) else 1)
