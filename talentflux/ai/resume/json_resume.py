"""To and from JSON Resume 1.0.0 (jsonresume.org)."""

import re
from datetime import date
from typing import Any

from talentflux.ai.resume.classify import country_of
from talentflux.ai.resume.contacts import network_of, to_phone
from talentflux.ai.resume.dates import find_periods
from talentflux.ai.resume.degrees import degree_at
from talentflux.ai.resume.details import level_of
from talentflux.ai.resume.lexicon import fold, index
from talentflux.ai.resume.lines import working_text
from talentflux.ai.resume.values import Date, Text
from talentflux.schemas.base import Span
from talentflux.schemas.document import Document
from talentflux.schemas.resume import Certificate, Education, Link, ParsedResume, Position, SpokenLanguage

_DATE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_GIVEN = 1.0  # confidence of what the file states in a field of its own
_SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"


class Finder:
    """Finds the values of a file in its text, each after the one before."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cursor = 0

    def span(self, value: str) -> Span | None:
        """Return where a value stands, first after the last one found, then anywhere; None where it does not stand."""
        if not value:
            return None
        at = self.text.find(value, self.cursor)
        if at < 0:
            at = self.text.find(value)
        if at < 0:
            return None
        self.cursor = max(self.cursor, at)
        return Span(start=at, end=at + len(value))

    def found(self, value: object) -> Text | None:
        """Return a string of the file as a found value; None where it is no string or blank."""
        if not isinstance(value, str) or not value.strip():
            return None
        given = value.strip()
        return Text(value=given, span=self.span(given), confidence=_GIVEN)

    def date(self, value: object, today: date) -> Date | None:
        """Return a date of the file; one that is not ISO 8601 is read like a date of a text."""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            return None
        given = value.strip()
        if _DATE.fullmatch(given):
            return Date(value=given, span=self.span(given), confidence=_GIVEN)
        periods = find_periods(working_text(given), today)
        read = periods[0].first.value if periods else None
        return Date(value=read, span=self.span(given), confidence=0.9) if read else None


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def overlay(parsed: ParsedResume, resume: dict[str, Any], text: str, today: date) -> None:
    """Replace what was read from the rendered text by what the file states field by field.

    Args:
        parsed: The resume as read from the text; changed in place.
        resume: The parsed object of the file.
        text: The text that the reader made of the file.
        today: The present day.
    """
    finder = Finder(text)
    basics = resume.get("basics")
    _basics(parsed, basics if isinstance(basics, dict) else {}, finder)
    work = _objects(resume.get("work"))
    parsed.positions = [_position(one, finder, today) for one in work]
    parsed.education = [_education(one, finder, today) for one in _objects(resume.get("education"))]
    _spread(parsed.positions, text)
    _spread(parsed.education, text)
    parsed.certificates = []
    for one in _objects(resume.get("certificates")):
        name = finder.found(one.get("name"))
        if name is not None:
            issuer = finder.found(one.get("issuer"))
            parsed.certificates.append(Certificate(name=name, issuer=issuer, date=finder.date(one.get("date"), today)))
    parsed.languages = []
    for one in _objects(resume.get("languages")):
        language = _language(one, finder)
        if language is not None and all(language.code != other.code for other in parsed.languages):
            parsed.languages.append(language)


def _basics(parsed: ParsedResume, basics: dict[str, Any], finder: Finder) -> None:
    parsed.name = finder.found(basics.get("name"))
    parsed.headline = finder.found(basics.get("label"))
    email = finder.found(basics.get("email"))
    parsed.emails = [email] if email is not None else []
    place = basics.get("location")
    place = place if isinstance(place, dict) else {}
    named = [place.get(key) for key in ("address", "postalCode", "city", "region", "countryCode")]
    address = ", ".join(one.strip() for one in named if isinstance(one, str) and one.strip())
    parsed.location = finder.found(address)
    parsed.phones = []
    phone = finder.found(basics.get("phone"))
    if phone is not None:
        code = place.get("countryCode")
        region = code.upper() if isinstance(code, str) and re.fullmatch(r"[A-Za-z]{2}", code) else country_of(address)
        value, _ = to_phone(phone.value, region)
        parsed.phones = [Text(value=value, span=phone.span, confidence=_GIVEN)]
    parsed.links = []
    profiles = _objects(basics.get("profiles"))
    for url in (basics.get("url"), *(one.get("url") for one in profiles)):
        if isinstance(url, str) and url.strip() and all(url.strip() != link.url for link in parsed.links):
            parsed.links.append(Link(url=url.strip(), network=network_of(url.strip()), span=finder.span(url.strip())))
    parsed.summary = finder.found(basics.get("summary"))


def _position(entry: dict[str, Any], finder: Finder, today: date) -> Position:
    title, employer = finder.found(entry.get("position")), finder.found(entry.get("name") or entry.get("company"))
    start, end = finder.date(entry.get("startDate"), today), finder.date(entry.get("endDate"), today)
    location = finder.found(entry.get("location"))
    current = start is not None and end is None and not _closed(entry.get("endDate"))
    highlights = entry.get("highlights")
    lines = [entry.get("summary"), *(highlights if isinstance(highlights, list) else [])]
    said = [one.strip() for one in lines if isinstance(one, str) and one.strip()]
    spans = [span for span in map(finder.span, said) if span is not None]
    description = None
    if said:
        whole = Span(start=min(one.start for one in spans), end=max(one.end for one in spans)) if spans else None
        quoted = finder.text[whole.start : whole.end] if whole is not None else "\n".join(said)
        description = Text(value=quoted, span=whole, confidence=_GIVEN)
    return Position(
        title=title, employer=employer, location=location, start=start, end=end, current=current,
        description=description, span=_cover([title, employer, start, end, description]), confidence=_GIVEN,
    )  # fmt: skip


def _closed(value: object) -> bool:
    """Whether an end with digits is given, even one that could not be read; "present" in words is no end."""
    return isinstance(value, str) and any(map(str.isdigit, value))


def _education(entry: dict[str, Any], finder: Finder, today: date) -> Education:
    school, area = finder.found(entry.get("institution")), finder.found(entry.get("area"))
    degree = finder.found(entry.get("studyType"))
    known = degree_at(working_text(degree.value), 0, len(degree.value)) if degree is not None else None
    start, end = finder.date(entry.get("startDate"), today), finder.date(entry.get("endDate"), today)
    return Education(
        institution=school, degree=degree, field=area, level=known[2] if known else None, start=start, end=end,
        span=_cover([school, degree, area, start, end]), confidence=_GIVEN,
    )  # fmt: skip


def _cover(found: list[Text | Date | None]) -> Span | None:
    spans = [one.span for one in found if one is not None and one.span is not None]
    return Span(start=min(one.start for one in spans), end=max(one.end for one in spans)) if spans else None


def _spread(entries: list[Position] | list[Education], text: str) -> None:
    """Let each entry reach to the end of its last line, so that nothing on it is left out."""
    for entry in entries:
        if entry.span is not None:
            end = text.find("\n", entry.span.end)
            entry.span = Span(start=entry.span.start, end=end if end >= 0 else len(text))


def _language(entry: dict[str, Any], finder: Finder) -> SpokenLanguage | None:
    name = finder.found(entry.get("language"))
    if name is None:
        return None
    code = index("languages").get(fold(name.value)) or (
        name.value.lower() if name.value.lower() in set(index("languages").values()) else None
    )
    if code is None:
        return None
    fluency = entry.get("fluency")
    level = level_of(fluency) if isinstance(fluency, str) else None
    return SpokenLanguage(code=code, name=name, level=level, confidence=_GIVEN)


def to_json_resume(parsed: ParsedResume, document: Document) -> dict[str, Any]:
    """Write a parsed resume as a JSON Resume object.

    Args:
        parsed: The resume.
        document: The file it was read from; its name goes into `meta`.

    Returns:
        An object that is valid after the schema of JSON Resume 1.0.0; what was not read is left out.
    """
    location = {"address": _value(parsed.location)} if parsed.location else None
    profiles = [
        _filled(network=link.network, url=link.url, username=_username(link.url))
        for link in parsed.links
        if link.network is not None
    ]
    websites = [link.url for link in parsed.links if link.network is None]
    basics = _filled(
        name=_value(parsed.name), label=_value(parsed.headline),
        email=parsed.emails[0].value if parsed.emails else None,
        phone=parsed.phones[0].value if parsed.phones else None, url=_absolute(websites[0]) if websites else None,
        summary=_value(parsed.summary), location=location, profiles=profiles,
    )  # fmt: skip
    return _filled(
        **{"$schema": _SCHEMA},
        basics=basics,
        work=[_work(one) for one in parsed.positions],
        education=[_study(one) for one in parsed.education],
        certificates=[
            _filled(name=one.name.value, issuer=_value(one.issuer), date=_value(one.date))
            for one in parsed.certificates
        ],
        skills=[{"name": name} for name in dict.fromkeys(one.name for one in parsed.skills)],
        languages=[
            _filled(language=one.name.value, fluency=one.level.value if one.level else None) for one in parsed.languages
        ],
        meta={"version": "v1.0.0", "canonical": _SCHEMA, "source": document.name},
    )


def _work(one: Position) -> dict[str, Any]:
    return _filled(
        name=_value(one.employer), position=_value(one.title), location=_value(one.location),
        startDate=_value(one.start),
        endDate=_value(one.end), summary=_value(one.description),
    )  # fmt: skip


def _study(one: Education) -> dict[str, Any]:
    return _filled(
        institution=_value(one.institution), area=_value(one.field), studyType=_value(one.degree),
        startDate=_value(one.start), endDate=_value(one.end),
    )  # fmt: skip


def _value(found: Text | Date | None) -> str | None:
    return found.value if found is not None else None


def _filled(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, [], {})}


def _absolute(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _username(url: str) -> str | None:
    tail = url.rstrip("/").rsplit("/", 1)
    return tail[1] if len(tail) > 1 and "." not in tail[1] else None
