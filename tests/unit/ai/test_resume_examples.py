"""The resumes of the demonstration are read as their sources say: every format, layout and language."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from talentflux.ai.documents import read_document
from talentflux.ai.resume import parse_resume
from talentflux.ai.resume.lexicon import fold, index
from talentflux.schemas.resume import Education, ParsedResume, Position, SpokenLanguage

TODAY = date(2026, 11, 21)
_EXAMPLES = Path(__file__).parents[3] / "examples"
_LEVELS = {
    "fluent": "C1", "courant": "C1", "nativo": "native", "madrelingua": "native", "moedertaal": "native",
    "Muttersprache": "native", "langue maternelle": "native",
}  # fmt: skip


def _sources() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((_EXAMPLES / "source").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, list):
            found.update({one["file"]: one for one in content})
    return found


SOURCES = _sources()


@cache
def _parsed(file: str) -> ParsedResume:
    path = _EXAMPLES / "resumes" / file
    return parse_resume(read_document(path.read_bytes(), path.name), today=TODAY)


def _value(found: Any) -> str:
    return found.value if found is not None else ""


def _plain(text: object) -> str:
    return " ".join(re.findall(r"\w+", fold(str(text))))


def _position_fields(number: int, source: dict[str, Any], got: Position | None) -> dict[str, tuple[Any, Any]]:
    end = None if got is None else "present" if got.current else _value(got.end)
    return {
        f"position {number} title": (_plain(source["title"]), _plain(_value(got.title)) if got else None),
        f"position {number} employer": (_plain(source["employer"]), _plain(_value(got.employer)) if got else None),
        f"position {number} start": (source["start"], _value(got.start) if got else None),
        f"position {number} end": (source["end"], end),
    }


def _course_fields(number: int, source: dict[str, Any], got: Education | None) -> dict[str, tuple[Any, Any]]:
    return {
        f"course {number} {key}": (_plain(source[key]), _plain(_value(getattr(got, key))) if got else None)
        for key in ("degree", "institution")
        if key in source
    }


def _language_fields(source: dict[str, Any], got: list[SpokenLanguage]) -> dict[str, tuple[Any, Any]]:
    code = index("languages")[fold(source["name"])]
    one = next((one for one in got if one.code == code), None)
    fields: dict[str, tuple[Any, Any]] = {f"language {code}": (code, one.code if one else None)}
    if "level" in source:
        level = source["level"]
        fields[f"level {code}"] = (_LEVELS.get(level, level), one.level.value if one and one.level else None)
    return fields


def _fields(source: dict[str, Any], parsed: ParsedResume) -> dict[str, tuple[Any, Any]]:
    """Pair every field of a source with what was read."""
    digits = re.sub(r"\D", "", source["phone"])
    fields: dict[str, tuple[Any, Any]] = {
        "name": (source["name"], _value(parsed.name)),
        "e-mail": (source["email"], _value(next(iter(parsed.emails), None))),
        "phone": (digits, re.sub(r"\D", "", _value(next(iter(parsed.phones), None)))),
        "headline": (_plain(source["headline"]), _plain(_value(parsed.headline))),
    }
    for number, job in enumerate(source["positions"]):
        fields |= _position_fields(number, job, parsed.positions[number] if number < len(parsed.positions) else None)
    for number, course in enumerate(source.get("education", [])):
        fields |= _course_fields(number, course, parsed.education[number] if number < len(parsed.education) else None)
    for language in source.get("languages", []):
        fields |= _language_fields(language, parsed.languages)
    return fields


def _missed(file: str) -> tuple[list[str], int]:
    fields = _fields(SOURCES[file], _parsed(file))
    return [f"{file}: {key}: {want!r}, got {got!r}" for key, (want, got) in fields.items() if want != got], len(fields)


def test_every_example_has_a_source() -> None:
    assert set(SOURCES) == {path.name for path in (_EXAMPLES / "resumes").iterdir()}


@pytest.mark.parametrize("file", sorted(SOURCES))
def test_reads_most_fields_of_each_example(file: str) -> None:
    missed, total = _missed(file)
    assert len(missed) <= 0.2 * total, "\n".join(missed)
    assert len(_parsed(file).positions) == len(SOURCES[file]["positions"])


def test_reads_nearly_all_fields_of_all_examples() -> None:
    results = [_missed(file) for file in sorted(SOURCES)]
    missed = [one for lines, _ in results for one in lines]
    assert len(missed) <= 0.05 * sum(total for _, total in results), "\n".join(missed)
