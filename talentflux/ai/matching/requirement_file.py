"""Requirements as a YAML file that people edit."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from talentflux.core.errors import InvalidInputError
from talentflux.schemas.requirement import JobDescription, Necessity, Requirement, RequirementKind
from talentflux.schemas.resume import EducationLevel, LanguageLevel

MAX_CHARACTERS = 500_000
MAX_REQUIREMENTS = 200
_HEADER = """\
# What this job asks for. Edit it, then screen with this file in place of the description.
#
# kind        skill, years, title, education, language, certificate, location or other
# necessity   must or should
# text        the requirement as a person would say it
# weight      share among requirements of the same necessity, 1 unless said otherwise
# skill_ids   skills of the lexicon; any one of them satisfies
# terms       words to look for where the lexicon has no entry; any one satisfies
# years       least number of years, of the skill_ids or the title where given, else in all
# education   {education}
# language    two-letter code such as en, de, fr; level: {levels}
#
# Where a person lives never counts; a location is shown as a question to ask.
"""
# Fields in the order in which a person reads them; the span points into the description and is not written.
_ORDER = [
    *("id", "kind", "necessity", "text", "weight", "skill_ids", "terms", "years", "title", "education", "fields"),
    *("language", "level", "location"),
]
_ADVICE = {
    "kind": f"use one of {', '.join(RequirementKind)}",
    "necessity": f"use {' or '.join(Necessity)}",
    "education": f"use one of {', '.join(EducationLevel)}",
    "level": f"use one of {', '.join(LanguageLevel)}",
    "weight": "use a number above 0 and at most 10",
    "years": "use a number from 0 to 60",
    "language": "use a code of two or three small letters such as en",
    "id": "use r and a number, such as r1, or leave it out",
    "skill_ids": "use a list such as [python, sql]",
    "terms": "use a list such as [Zephyr]",
    "fields": "use a list such as [nursing, medicine]",
    "text": "write the requirement in 1 to 500 characters",
}


_STRANGE = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\xa0\ufeff]")


class _Lines(dict[str, int]):
    """Line of each field of one requirement, counted from 1."""

    start = 1


def dump_requirements(job: JobDescription) -> str:
    """Write the requirements of a job as YAML with comments for the person who edits it.

    Args:
        job: A job as read from its description.

    Returns:
        A text that `load_requirements` reads back.
    """
    header = _HEADER.format(education=", ".join(EducationLevel), levels=", ".join(LanguageLevel))
    blocks = []
    for requirement in job.requirements:
        data = requirement.model_dump(mode="json", exclude_none=True)
        shown = {
            name: data[name]
            for name in _ORDER
            if data.get(name) not in (None, []) and (name, data[name]) != ("weight", 1.0)
        }
        lines = [line for name, value in shown.items() for line in _field(name, value)]
        blocks.append("".join(f"{'  ' if number else '- '}{line}\n" for number, line in enumerate(lines)))
    title = yaml.safe_dump({"title": job.title}, allow_unicode=True) if job.title else ""
    body = "requirements:\n" + "\n".join(blocks) if blocks else "requirements: []\n"
    return f"{header}\n{title}{body}"


def _field(name: str, value: object) -> list[str]:
    """Write one field; a list stays on its line."""
    flow = isinstance(value, list)
    data = value if flow else {name: value}
    # Line separators other than the newline would be folded away; escapes keep them.
    strange = _STRANGE.search("".join(value) if isinstance(value, list) else str(value)) is not None
    written = yaml.safe_dump(
        data, allow_unicode=not strange, width=100_000, default_flow_style=flow, default_style='"' if strange else None
    )
    return [f"{name}: {written.strip()}"] if flow else written.rstrip("\n").split("\n")


def load_requirements(text: str, file_name: str) -> list[Requirement]:
    """Read requirements from YAML.

    Args:
        text: A list of requirements, or an object with the field `requirements`.
        file_name: Named in errors.

    Returns:
        Requirements; those without an id get the next free one.

    Raises:
        InvalidInputError: If it cannot be read; the message names file, line and field and says what to do.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidInputError(f"{file_name}: longer than {MAX_CHARACTERS:,} characters. Keep only the requirements.")
    data, lines = _parse(text, file_name)
    if len(data) > MAX_REQUIREMENTS:
        raise InvalidInputError(f"{file_name}: {len(data)} requirements; at most {MAX_REQUIREMENTS} count.")
    requirements: list[Requirement] = []
    taken = {entry["id"] for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str)}
    numbers = (f"r{number}" for number in range(1, len(data) + len(taken) + 2))
    free = (name for name in numbers if name not in taken)
    seen: dict[str, int] = {}
    for number, (entry, where) in enumerate(zip(data, lines, strict=True), start=1):
        if not isinstance(entry, dict):
            raise InvalidInputError(
                f"{file_name}, line {where.start}: requirement {number} is no object; write 'kind:' and "
                f"'text:' lines under a '-'."
            )
        requirement = _read_one({"id": next(free), **entry} if "id" not in entry else entry, where, file_name)
        if requirement.id in seen:
            raise InvalidInputError(
                f"{file_name}, line {where.start}: the id '{requirement.id}' stands in line "
                f"{seen[requirement.id]} already; give it another."
            )
        seen[requirement.id] = where.start
        requirements.append(requirement)
    return requirements


def _parse(text: str, file_name: str) -> tuple[list[Any], list[_Lines]]:
    """Return the entries with their lines."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise InvalidInputError(
            f"{file_name}{line}: not valid YAML: {problem}. Check the indentation and quote texts that hold "
            f"': ' or '#'."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{file_name}: not valid YAML: a value or its nesting cannot be read.") from error
    if isinstance(data, dict) and isinstance(node, yaml.MappingNode):
        node = next((value for name, value in node.value if getattr(name, "value", None) == "requirements"), None)
        data = data.get("requirements")
    if not isinstance(data, list) or not isinstance(node, yaml.SequenceNode):
        raise InvalidInputError(
            f"{file_name}: no list of requirements. Write 'requirements:' and one '- kind: …' per entry."
        )
    if not data:
        raise InvalidInputError(f"{file_name}: the list of requirements is empty. Add at least one.")
    return data, [_lines_of(child) for child in node.value]


def _lines_of(node: yaml.Node) -> _Lines:
    """Return the line of each field of an entry."""
    lines = _Lines()
    lines.start = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for name, _ in node.value:
            lines[str(name.value)] = name.start_mark.line + 1
    return lines


def _read_one(entry: dict[Any, Any], where: _Lines, file_name: str) -> Requirement:
    """Check one entry."""
    try:
        return Requirement.model_validate(entry)
    except ValidationError as error:
        raise InvalidInputError(
            " ".join(_messages(error, where, file_name)),
            fields={str(each["loc"][0]) if each["loc"] else "kind": each["msg"] for each in error.errors()},
        ) from error


def _messages(error: ValidationError, where: _Lines, file_name: str) -> Iterator[str]:
    """Say for each fault where it is and what to do."""
    for each in error.errors():
        name = str(each["loc"][0]) if each["loc"] else ""
        place = f"{file_name}, line {where.get(name, where.start)}"
        if each["type"] == "extra_forbidden":
            yield f"{place}: '{name}' is no field of a requirement; the fields are {', '.join(_ORDER)}."
        elif each["type"] == "missing":
            yield f"{place}: the field '{name}' is missing; {_ADVICE.get(name, 'add it')}."
        elif name:
            yield (
                f"{place}: the field '{name}' has a value that does not fit; "
                f"{_ADVICE.get(name, 'see the comments in the file')}."
            )
        else:
            yield f"{place}: {each['msg'].removeprefix('Value error, ')}; add it."
