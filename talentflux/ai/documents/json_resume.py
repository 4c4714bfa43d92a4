"""JSON Resume 1.0.0: the object is kept, and written out as a text that reads like a resume."""

from collections.abc import Iterator
from typing import Any

import orjson

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.plain import decode
from talentflux.ai.documents.problems import problem

_SECTIONS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    # key: heading, fields of the first line, fields of further lines
    "work": ("Experience", ("position", "name", "company", "location"), ("description", "summary")),
    "volunteer": ("Volunteering", ("position", "organization"), ("summary",)),
    "education": ("Education", ("studyType", "area", "institution"), ("score",)),
    "awards": ("Awards", ("title", "awarder"), ("summary",)),
    "certificates": ("Certificates", ("name", "issuer"), ()),
    "publications": ("Publications", ("name", "publisher"), ("summary",)),
    "skills": ("Skills", ("name", "level"), ()),
    "languages": ("Languages", ("language", "fluency"), ()),
    "interests": ("Interests", ("name",), ()),
    "references": ("References", ("name",), ("reference",)),
    "projects": ("Projects", ("name", "entity", "type"), ("description",)),
}
_PLACE = ("address", "postalCode", "city", "region", "countryCode")
_DATES = ("date", "releaseDate")
_LISTS = ("highlights", "courses", "keywords", "roles")
_DEEPEST = 32  # JSON Resume itself needs five levels


def parts(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """Return the resumes of a file, each with its name: several where it is a list of JSON Resume objects.

    Args:
        data: Any file.
        name: Its name; a file that is not called `.json` is one resume.

    Returns:
        The file itself, or `name/1.json`, `name/2.json` and so on.
    """
    if not name.lower().endswith(".json") or not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return [(name, data)]
    try:
        resumes = orjson.loads(decode(data).lstrip("\ufeff"))
    except (orjson.JSONDecodeError, UnicodeError):
        return [(name, data)]  # whoever reads it says what is wrong
    if not resumes or len(resumes) > LIMITS.archive_files or not all(isinstance(each, dict) for each in resumes):
        return [(name, data)]
    return [(f"{name}/{number}.json", orjson.dumps(each)) for number, each in enumerate(resumes, 1)]


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read a JSON Resume file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives the object, and its text with one section per list.

    Raises:
        UnreadableFileError: With reason damaged or unknown_type.
    """
    try:
        resume = orjson.loads(decode(data).lstrip("\ufeff"))
    except (orjson.JSONDecodeError, UnicodeError) as error:
        at = f" ({error.lineno}:{error.colno})" if isinstance(error, orjson.JSONDecodeError) else ""
        raise problem("damaged", name, f"is not valid JSON{at}. Check it with a JSON validator.") from error
    if not isinstance(resume, dict) or not ({"basics"} | _SECTIONS.keys()) & resume.keys():
        raise problem("unknown_type", name, "is JSON but not a JSON Resume (jsonresume.org): it has no “basics”.")
    if _depth(resume) > _DEEPEST:
        raise problem("damaged", name, f"is nested deeper than {_DEEPEST} levels. Keep to the fields of JSON Resume.")
    builder.json_resume = resume
    basics = resume.get("basics")
    if isinstance(basics, dict):
        _write_basics(basics, builder)
    for key, (heading, first, further) in _SECTIONS.items():
        entries = [entry for entry in _list(resume.get(key)) if isinstance(entry, dict)]
        if entries:
            builder.gap()
            builder.line(heading, heading=True)
            for entry in entries:
                _write_entry(entry, first, further, builder)


def _depth(value: Any) -> int:
    """Return how deep lists and objects lie in one another, level by level and so without recursion."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _write_basics(basics: dict[str, Any], builder: DocumentBuilder) -> None:
    """Write name, label, contacts and summary."""
    builder.line(_text(basics.get("name")), heading=True)
    builder.line(_text(basics.get("label")))
    location = basics.get("location")
    place = location if isinstance(location, dict) else {}
    address = ", ".join(filter(None, (_text(place.get(key)) for key in _PLACE)))
    contacts = (_text(basics.get("email")), _text(basics.get("phone")), address, _url(basics, builder))
    builder.line("\t".join(part for part in contacts if part))
    for profile in _list(basics.get("profiles")):
        if isinstance(profile, dict):
            parts = (_text(profile.get("network")), _text(profile.get("username")), _url(profile, builder))
            builder.line("\t".join(part for part in parts if part))
    builder.gap()
    builder.line(_text(basics.get("summary")))


def _write_entry(
    entry: dict[str, Any], first: tuple[str, ...], further: tuple[str, ...], builder: DocumentBuilder
) -> None:
    """Write one entry of a section: a line with its dates, then what it says."""
    keywords = ", ".join(_strings(entry.get("keywords")))
    title = ", ".join(part for part in (_text(entry.get(key)) for key in first) if part)
    builder.line("\t".join(part for part in (title, _period(entry)) if part))
    if keywords:
        builder.line(keywords)
    for key in further:
        builder.line(_text(entry.get(key)))
    builder.line(_url(entry, builder))
    for key in _LISTS:
        if key != "keywords":
            for item in _strings(entry.get(key)):
                builder.line(f"• {item}")
    builder.gap()


def _period(entry: dict[str, Any]) -> str:
    start, end = _text(entry.get("startDate")), _text(entry.get("endDate"))
    if start or end:
        return f"{start} – {end or 'present'}" if start else end
    return next((_text(entry.get(key)) for key in _DATES if entry.get(key)), "")


def _url(entry: dict[str, Any], builder: DocumentBuilder) -> str:
    address = _text(entry.get("url"))
    builder.link(address)
    return address


def _text(value: object) -> str:
    """Return a string or number as text; anything else is no text."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> Iterator[str]:
    yield from filter(None, map(_text, _list(value)))
