"""Linking the lexicon to downloads of ESCO and O*NET."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from talentflux.ai.taxonomy.lexicon import Lexicon
from talentflux.ai.taxonomy.text import key
from talentflux.core.errors import InvalidInputError, TooLargeError
from talentflux.schemas.skill import SkillKind

Progress = Callable[[int, int], None]

MAX_BYTES = 1_000_000_000
_MAX_ALIASES = 60
_LEAST_VOTES = 2
_ESCO_COLUMNS = {"conceptUri", "preferredLabel", "altLabels"}
_ONET_TOOLS = {"O*NET-SOC Code", "Example", "Commodity Title"}
_ONET_SKILLS = {"Element ID", "Element Name"}
_ONET_TITLES = {"O*NET-SOC Code", "Alternate Title"}
_ESCO_KINDS = {"knowledge": SkillKind.KNOWLEDGE, "skill/competence": SkillKind.SKILL}
_GLOSS = re.compile(r"\s*\([^()]*\)\s*$")
# What ESCO's verbs are called in the name of a skill; some add nothing to their object.
_NOUNS = {
    **dict.fromkeys(("perform", "conduct", "execute", "apply", "practise", "undertake"), ""),
    "manage": "management",
    "plan": "planning",
    "maintain": "maintenance",
    "repair": "repair",
    "operate": "operation",
    "install": "installation",
    "design": "design",
    "develop": "development",
    "analyse": "analysis",
    "coordinate": "coordination",
    "administer": "administration",
    "teach": "teaching",
}
# Shorter ones, such as "VATS", are too likely to mean something else.
_PLAINER_LENGTH = 4
_HELP = (
    "Give the folder or zip of the ESCO download in CSV (skills_en.csv, occupations_en.csv, …), or of the "
    "O*NET database "
    "as text (Technology Skills.txt, Skills.txt, Alternate Titles.txt)."
)


@dataclass
class ImportReport:
    """What an import did.

    Attributes:
        files: Files read, by name.
        concepts: Concepts found in them.
        linked: Concepts that one of our entries means.
        aliases: Written forms added to our entries.
        entries: Concepts without an entry of ours, kept as entries of their own.
        occupations: Occupations read; they are counted and linked where an entry bears their name.
        ambiguous: Concepts left out because their label means several of our entries.
    """

    files: list[str] = field(default_factory=list)
    concepts: int = 0
    linked: int = 0
    aliases: int = 0
    entries: int = 0
    occupations: int = 0
    ambiguous: int = 0


@dataclass
class _Concept:
    """A concept with its labels in all languages of the download."""

    uri: str
    name: str
    kind: SkillKind
    source: str
    labels: list[str] = field(default_factory=list)
    occupation: bool = False


def import_taxonomy(path: Path, lexicon: Lexicon, out: Path, progress: Progress | None = None) -> ImportReport:
    """Link a download of ESCO or O*NET to the lexicon and write what it adds.

    A concept is linked where one of its labels, folded, means exactly one of our entries. Its further labels become
    written forms of that entry unless they mean another one. The rest are kept as entries that imply nothing.

    Args:
        path: Folder or zip archive.
        lexicon: Our entries, loaded without an overlay.
        out: JSON file to write; `load_lexicon(out)` reads it.
        progress: Called with the number of concepts done and in all.

    Returns:
        Counts.

    Raises:
        InvalidInputError: If the folder holds neither, or a file lacks a column; the message says what to give.
        TooLargeError: If the files are larger than 1 GB unpacked.
    """
    report = ImportReport()
    concepts = _read(path, report)
    uris: dict[str, list[str]] = {}
    aliases: dict[str, list[str]] = {}
    entries: list[dict[str, object]] = []
    taken = set(lexicon.forms)
    used_ids = set(lexicon.skills)
    for number, concept in enumerate(concepts, start=1):
        targets = _targets(concept, lexicon)
        if len(targets) == 1:
            report.linked += 1
            uris.setdefault(targets[0], []).append(concept.uri)
            added = _new_labels(concept, taken)
            aliases.setdefault(targets[0], []).extend(added)
            report.aliases += len(added)
        elif targets:
            report.ambiguous += 1
        elif not concept.occupation:
            entries.append(_entry(concept, taken, used_ids))
            report.entries += 1
        if progress and (number % 500 == 0 or number == len(concepts)):
            progress(number, len(concepts))
    report.concepts = len(concepts)
    report.occupations = sum(concept.occupation for concept in concepts)
    data = {"version": 1, "uris": uris, "aliases": {k: v for k, v in aliases.items() if v}, "entries": entries}
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=0), encoding="utf-8")
    partial.replace(out)
    return report


def _targets(concept: _Concept, lexicon: Lexicon) -> list[str]:
    """Return our entries that the concept means: by its name, else by the entry most of its labels mean."""
    named = [skill.id for skill in lexicon.lookup(concept.name)]
    for name in () if named else _plainer(concept.name):
        forms = lexicon.forms.get(key(name), ())
        certain = dict.fromkeys(f.skill_id for f in forms if f.is_name or not (f.ambiguous or f.exact))
        if len(certain) == 1 and len(key(name)) >= _PLAINER_LENGTH:
            return list(certain)
    if named:
        return named
    votes: dict[str, int] = {}
    for label in concept.labels:
        forms = lexicon.forms.get(key(label), ())
        ids = {form.skill_id for form in forms if not form.ambiguous and form.exact is None}
        if len(ids) == 1:
            skill_id = ids.pop()
            votes[skill_id] = votes.get(skill_id, 0) + 1
    # An alternative label is broader than a name; one alone does not make two concepts the same.
    most = max(votes.values(), default=0)
    return [skill_id for skill_id, count in votes.items() if count == most] if most >= _LEAST_VOTES else []


def _plainer(name: str) -> Iterator[str]:
    """Yield a label without its gloss and in the words of a skill: `perform data analysis` is `data analysis`.

    ESCO words what is done as a verb with its object, and tells tools apart by a gloss in parentheses.
    """
    bare = _GLOSS.sub("", name).strip()
    if bare != name:
        yield bare
    verb, _, rest = bare.partition(" ")
    noun = _NOUNS.get(verb.lower())
    if noun is not None and rest:
        yield f"{rest} {noun}".strip()
        yield f"{noun} of {rest}" if noun else rest


def _new_labels(concept: _Concept, taken: set[str]) -> list[str]:
    """Return labels that mean nothing yet, and take them."""
    added: list[str] = []
    for label in (concept.name, *concept.labels):
        label_key = key(label)
        # One short word is too likely to mean something else.
        if label_key in taken or len(label_key) < 4 or len(added) >= _MAX_ALIASES or ";" in label or label[0] in "?=":
            continue
        taken.add(label_key)
        added.append(label)
    return added


def _entry(concept: _Concept, taken: set[str], used_ids: set[str]) -> dict[str, object]:
    """Make an entry of a concept that none of ours means; a name of one word counts only with company."""
    stem = "-".join(key(concept.name).replace("+", " plus").replace("#", " sharp").replace(".", " ").split())
    stem = "".join(sign for sign in stem if sign.isascii() and (sign.isalnum() or sign == "-")).strip("-") or "concept"
    prefix = concept.source.split(" ")[0].lower().replace("*", "")
    slug = unique = f"{prefix}-{stem[:80].strip('-')}"
    number = 2
    while unique in used_ids:
        unique = f"{slug}-{number}"
        number += 1
    used_ids.add(unique)
    labels = _new_labels(concept, taken)
    marked = [f"?{label}" if " " not in label.strip() else label for label in labels]
    return {
        "id": unique,
        "name": concept.name,
        "kind": concept.kind.value,
        "aliases": marked if concept.name in labels else [f"?{concept.name}", *marked],
        "uris": [concept.uri],
        "source": concept.source,
    }


def _read(path: Path, report: ImportReport) -> list[_Concept]:
    """Read every known file of a folder or archive."""
    concepts: dict[str, _Concept] = {}
    for name, text in sorted(_files(path), key=lambda each: (not each[0].endswith("_en.csv"), each[0])):
        lower = name.lower()
        known = True
        if lower.startswith(("skills_", "occupations_")) and lower.endswith(".csv"):
            _read_esco(name, text, concepts)
        elif lower == "technology skills.txt":
            _read_onet_tools(name, text, concepts)
        elif lower == "skills.txt":
            _read_onet_skills(name, text, concepts)
        elif lower == "alternate titles.txt":
            _read_onet_titles(name, text, concepts)
        else:
            known = False
        if known:
            report.files.append(name)
    if not report.files:
        raise InvalidInputError(f"{path}: neither ESCO nor O*NET files are there. {_HELP}")
    return list(concepts.values())


def _files(path: Path) -> Iterator[tuple[str, io.StringIO]]:
    """Yield the text files at a place by bare name, refusing more than a gigabyte in all."""
    left = MAX_BYTES
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in {".csv", ".txt"} and file.is_file():
                left -= file.stat().st_size
                yield file.name, _decoded(file.name, file.read_bytes(), left)
        return
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise InvalidInputError(f"{path}: no folder and no zip archive. {_HELP}")
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = PurePosixPath(member.filename).name
            if PurePosixPath(name).suffix.lower() in {".csv", ".txt"}:
                with archive.open(member) as stream:
                    # The declared size may lie, so the stream itself is counted.
                    data = stream.read(left + 1)
                left -= len(data)
                yield name, _decoded(name, data, left)


def _decoded(name: str, data: bytes, left: int) -> io.StringIO:
    """Decode a file, or say what is wrong with it."""
    if left < 0:
        raise TooLargeError(f"{name}: the files are larger than {MAX_BYTES // 1_000_000} MB. Give the download alone.")
    try:
        return io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"{name}: not UTF-8. Download the file again and do not save it from a spreadsheet."
        ) from error


def _rows(name: str, text: io.StringIO, columns: set[str], *, tabs: bool) -> Iterator[dict[str, str]]:
    """Yield rows as dictionaries after checking the header."""
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.DictReader(text)
    missing = columns - set(reader.fieldnames or ())
    if missing:
        raise InvalidInputError(f"{name}, line 1: the column {', '.join(sorted(missing))} is missing. {_HELP}")
    for row in reader:
        yield {column: value for column, value in row.items() if isinstance(column, str) and isinstance(value, str)}


def _read_esco(name: str, text: io.StringIO, concepts: dict[str, _Concept]) -> None:
    """Read an ESCO file; labels in further languages join the concept of the same address."""
    occupation = name.lower().startswith("occupations_")
    for row in _rows(name, text, _ESCO_COLUMNS, tabs=False):
        uri, label = row["conceptUri"].strip(), row["preferredLabel"].strip()
        if not uri or not label:
            continue
        concept = concepts.get(uri)
        if concept is None:
            kind = _ESCO_KINDS.get(row.get("skillType", "").strip(), SkillKind.SKILL)
            concept = concepts[uri] = _Concept(uri, label, kind, f"ESCO {name}", occupation=occupation)
        else:
            concept.labels.append(label)
        concept.labels += [other for other in map(str.strip, row.get("altLabels", "").splitlines()) if other]


def _read_onet_tools(name: str, text: io.StringIO, concepts: dict[str, _Concept]) -> None:
    """Read O*NET's examples of technology; each is a tool."""
    for row in _rows(name, text, _ONET_TOOLS, tabs=True):
        label = row["Example"].strip()
        if label:
            uri = f"onet:technology/{key(label).replace(' ', '-')}"
            concepts.setdefault(uri, _Concept(uri, label, SkillKind.TOOL, f"O*NET {name}"))


def _read_onet_skills(name: str, text: io.StringIO, concepts: dict[str, _Concept]) -> None:
    """Read O*NET's general skills, one row per occupation and scale."""
    for row in _rows(name, text, _ONET_SKILLS, tabs=True):
        uri = f"onet:element/{row['Element ID'].strip()}"
        concepts.setdefault(uri, _Concept(uri, row["Element Name"].strip(), SkillKind.SKILL, f"O*NET {name}"))


def _read_onet_titles(name: str, text: io.StringIO, concepts: dict[str, _Concept]) -> None:
    """Read O*NET's titles; those of one occupation are labels of one concept."""
    for row in _rows(name, text, _ONET_TITLES, tabs=True):
        code, label = row["O*NET-SOC Code"].strip(), row["Alternate Title"].strip()
        if not code or not label:
            continue
        uri = f"onet:occupation/{code}"
        concept = concepts.get(uri)
        if concept is None:
            concepts[uri] = _Concept(uri, label, SkillKind.SKILL, f"O*NET {name}", occupation=True)
        else:
            concept.labels.append(label)
