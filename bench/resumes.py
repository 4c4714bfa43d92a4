"""How well the fields of resumes are read: labelled resumes, nine layouts of one resume, and speed."""

import gzip
import json
import re
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bench.figures import Figure, data_folder, print_figures
from talentflux.ai.documents import read_document
from talentflux.ai.resume import parse_resume
from talentflux.schemas.document import Document, DocumentKind
from talentflux.schemas.resume import ParsedResume

TODAY = date(2026, 11, 21)  # "present" in the resumes; any day after them gives the same figures
FIELDS = {
    "e-mail": ("Email Address", 0.98),
    "name": ("Name", 0.85),
    "employer": ("Companies worked at", 0.50),
    "title": ("Designation", 0.50),
    "degree": ("Degree", 0.55),
    "institution": ("College Name", 0.55),
}
_NETWORK_HOSTS = {"LinkedIn": "linkedin.com/in/", "GitHub": "github.com/"}


def tokens(text: str) -> set[str]:
    """Return the words of a text in lower case."""
    return set(re.findall(r"\w+", text.lower()))


def matches(predicted: str, labelled: str) -> bool:
    """Say whether two strings share at least half of the words of the longer one."""
    first, second = tokens(predicted), tokens(labelled)
    return bool(first and second) and 2 * len(first & second) >= max(len(first), len(second))


def distinct(strings: Iterable[str]) -> list[str]:
    """Return the strings that differ in their words, in order."""
    found = {" ".join(re.findall(r"\w+", text.lower())): text for text in strings}
    return [text for key, text in found.items() if key]


def predictions(parsed: ParsedResume) -> dict[str, list[str]]:
    """Return what the parser gives for each labelled field; a degree includes its field of study, as the labels do."""
    degrees = [
        f"{one.degree.value} {one.field.value if one.field else ''}"
        for one in parsed.education
        if one.degree is not None
    ]
    titles = [one.title.value for one in parsed.positions if one.title is not None]
    return {
        "e-mail": [one.value for one in parsed.emails],
        "name": [parsed.name.value] if parsed.name else [],
        "employer": [one.employer.value for one in parsed.positions if one.employer is not None],
        "title": titles + ([parsed.headline.value] if parsed.headline else []),
        "degree": degrees,
        "institution": [one.institution.value for one in parsed.education if one.institution is not None],
    }


def score(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 of each field over all resumes, strings counted once per resume."""
    counts = {name: [0, 0, 0, 0] for name in FIELDS}  # right, predicted, found, labelled
    for row in rows:
        found = predictions(parse_resume(as_document(row["text"]), today=TODAY))
        for name, (label, _) in FIELDS.items():
            labelled = distinct(row["text"][start:end] for start, end, kind in row["spans"] if kind == label)
            predicted = distinct(found[name])
            count = counts[name]
            count[0] += sum(any(matches(one, other) for other in labelled) for one in predicted)
            count[1] += len(predicted)
            count[2] += sum(any(matches(other, one) for other in predicted) for one in labelled)
            count[3] += len(labelled)
    result = {}
    for name, (right, predicted_total, hit, labelled_total) in counts.items():
        precision, recall = right / max(1, predicted_total), hit / max(1, labelled_total)
        result[name] = (precision, recall, 2 * precision * recall / max(1e-9, precision + recall))
    return result


def as_document(text: str) -> Document:
    """Wrap a text as the document of a text file."""
    return Document(name="resume.txt", kind=DocumentKind.TEXT, sha256="0" * 64, size=len(text.encode()), text=text)


def labelled_rows(folder: Path) -> list[dict[str, Any]]:
    """Read the labelled resumes."""
    with gzip.open(folder / "resumes_dotin" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def expected_fields(cv: dict[str, Any]) -> list[tuple[str, str]]:
    """List the structured fields of a rendercv file: path and value."""
    found = [("name", cv["name"]), ("location", cv["location"]), ("email", cv["email"]), ("link", cv["website"])]
    found += [("link", _NETWORK_HOSTS[one["network"]] + one["username"]) for one in cv["social_networks"]]
    for number, entry in enumerate(cv["sections"]["education"]):
        found += [
            (f"education.{number}.{key}", str(entry[key]))
            for key in ("institution", "area", "degree", "start_date", "end_date")
        ]
    for number, entry in enumerate(cv["sections"]["experience"]):
        found += [
            (f"experience.{number}.{key}", str(entry[key]))
            for key in ("company", "position", "start_date", "end_date", "location")
        ]
    return found


def missed_fields(cv: dict[str, Any], parsed: ParsedResume) -> list[str]:
    """List the fields of a rendercv file that the parser did not give exactly, entry by entry in order."""
    got: dict[str, str | None] = {
        "name": parsed.name.value if parsed.name else None,
        "location": parsed.location.value if parsed.location else None,
        "email": parsed.emails[0].value if parsed.emails else None,
    }
    for number, course in enumerate(parsed.education):
        values = (course.institution, course.field, course.degree, course.start, course.end)
        for key, found in zip(("institution", "area", "degree", "start_date", "end_date"), values, strict=True):
            got[f"education.{number}.{key}"] = found.value if found else None
    for number, job in enumerate(parsed.positions):
        values = (job.employer, job.title, job.start, job.end, job.location)
        for key, found in zip(("company", "position", "start_date", "end_date", "location"), values, strict=True):
            got[f"experience.{number}.{key}"] = found.value if found else None
        if job.current:
            got[f"experience.{number}.end_date"] = "present"
    links = {re.sub(r"^(https?://)?(www\.)?", "", link.url).rstrip("/") for link in parsed.links}
    missed = []
    for path, value in expected_fields(cv):
        if path == "link":
            right = re.sub(r"^(https?://)?(www\.)?", "", value).rstrip("/") in links
        else:
            right = got.get(path) == value
        if not right:
            missed.append(f"{path}={value!r} got {got.get(path)!r}")
    return missed


def layouts(folder: Path, *, explain: bool = False) -> list[Figure]:
    """Measure the share of fields found in each layout."""
    cv = yaml.safe_load((folder / "pdf" / "rendercv_John_Doe.yaml").read_text(encoding="utf-8"))["cv"]
    total = len(expected_fields(cv))
    figures = []
    for path in sorted((folder / "pdf").glob("rendercv_*.pdf")):
        missed = missed_fields(cv, parse_resume(read_document(path.read_bytes(), path.name), today=TODAY))
        if explain:
            print(path.name, *missed, sep="\n   ", file=sys.stderr)
        figures.append(Figure(f"resume fields, layout {path.stem[9:-5]}", (total - len(missed)) / total, 0.95))
    return figures


def seconds_for(pages: Sequence[Document]) -> float:
    """Return the seconds of CPU that parsing some texts takes."""
    start = time.process_time()
    for page in pages:
        parse_resume(page, today=TODAY)
    return time.process_time() - start


def run() -> list[Figure]:
    """Measure fields on labelled resumes and layouts, and the time of a one-page text."""
    folder = data_folder()
    rows = labelled_rows(folder)
    figures = [
        Figure(f"resume fields, {name} F1 on resumes_dotin", f1, FIELDS[name][1])
        for name, (_, _, f1) in score(rows).items()
    ]
    figures += layouts(folder)
    pages = [as_document(row["text"][:3500]) for row in rows if len(row["text"]) > 2000]
    spent = min(seconds_for(pages) for _ in range(3)) * 1000 / len(pages)
    figures.append(Figure("resume parser, CPU per one-page text", spent, 3.0, higher_is_better=False, unit=" ms"))
    return figures


if __name__ == "__main__":
    sys.exit(0 if print_figures(run()) else 1)
