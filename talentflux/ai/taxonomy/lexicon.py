"""The skill lexicon: entries with their written forms and what they imply, read from CSV files."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from talentflux.ai.taxonomy.text import key, keys
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.skill import Skill, SkillKind

LEXICON_FOLDER = Path(__file__).parent / "lexicon"
COLUMNS = ["id", "name", "kind", "aliases", "implies", "context"]
_KINDS = {kind.value: kind for kind in SkillKind}
_ID_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
# Plural names of things a person does; a product name such as Windows is not "window".
_COUNTABLE = (SkillKind.SKILL, SkillKind.KNOWLEDGE, SkillKind.SOFT)
_COUNTABLE_LENGTH = 7


class Form(NamedTuple):
    """One written form of a skill.

    Attributes:
        skill_id: The entry it names.
        ambiguous: Whether it counts only with a context word or in a list of certain skills.
        exact: The letters as they must stand in the text, or None where case does not matter.
        plain: The folded word that must stand in the text although plural endings are folded, or None.
        is_name: Whether it is the entry's name.
    """

    skill_id: str
    ambiguous: bool
    exact: str | None
    plain: str | None
    is_name: bool


@dataclass
class Lexicon:
    """All skills and their written forms.

    Attributes:
        skills: Entries by id.
        forms: Written forms by their key (see `text.key`).
        lengths: For each first word of a form, the numbers of words of such forms, longest first.
        context: For each entry with ambiguous forms, the words that make them certain.
        sources: File and line of each entry, for messages.
        unlinked: Ids of imported entries that no entry of ours means.
    """

    skills: dict[str, Skill]
    forms: dict[str, list[Form]]
    lengths: dict[str, tuple[int, ...]]
    context: dict[str, frozenset[str]]
    sources: dict[str, str] = field(default_factory=dict)
    unlinked: frozenset[str] = frozenset()
    _closure: dict[str, frozenset[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.skills)

    def __contains__(self, skill_id: object) -> bool:
        return skill_id in self.skills

    def implied(self, skill_id: str) -> frozenset[str]:
        """Return every skill that whoever has this one has too, near and far, without itself.

        Args:
            skill_id: Id of an entry; an unknown id implies nothing.

        Returns:
            Ids of implied entries.
        """
        known = self._closure.get(skill_id)
        if known is None:
            found: set[str] = set()
            waiting = [skill_id]
            while waiting:
                entry = self.skills.get(waiting.pop())
                new = [other for other in (entry.implies if entry else ()) if other not in found]
                found.update(new)
                waiting.extend(new)
            known = self._closure[skill_id] = frozenset(found - {skill_id})
        return known

    def lookup(self, name: str) -> list[Skill]:
        """Return the entries that a name means when it stands alone, as in a list of wanted skills.

        Args:
            name: A written form, in any case, singular or plural.

        Returns:
            The entries; the one of that name comes alone, else those whose unambiguous form it is.
        """
        forms = self.forms.get(key(name), [])
        certain = [form for form in forms if not form.ambiguous and form.exact is None]
        named = [form for form in certain if form.is_name]
        ids = dict.fromkeys(form.skill_id for form in named or certain or forms)
        return [self.skills[skill_id] for skill_id in ids]


class _Row(NamedTuple):
    """One line of a lexicon file."""

    skill: Skill
    aliases: list[str]
    context: list[str]
    source: str


def load_lexicon(overlay: Path | None = None) -> Lexicon:
    """Return the lexicon of this package, read once per process.

    Args:
        overlay: A file written by `import_taxonomy` whose links and entries are added.

    Returns:
        The lexicon.

    Raises:
        InvalidInputError: If a file has a bad row (the message names file and line) or the overlay cannot be read.
    """
    if overlay is None:
        return _load(None, 0)
    try:
        changed = overlay.stat().st_mtime_ns
    except OSError as error:
        raise InvalidInputError(
            f"{overlay}: the overlay cannot be read ({error.strerror}); write it with `talentflux taxonomy import`."
        ) from error
    return _load(overlay, changed)


@lru_cache(maxsize=4)
def _load(overlay: Path | None, _changed: int) -> Lexicon:
    """Read files and overlay; `_changed` makes a new version of the overlay a new key of the cache."""
    rows = list(read_rows(sorted(LEXICON_FOLDER.glob("*.csv"))))
    added = read_overlay(overlay) if overlay else None
    if added:
        rows = _with_overlay(rows, added)
    return build(rows, frozenset(entry.skill.id for entry in added.entries) if added else frozenset())


def load_files(paths: Iterable[Path]) -> Lexicon:
    """Read a lexicon from given files.

    Args:
        paths: CSV files with the columns id, name, kind, aliases, implies, context.

    Returns:
        The lexicon.

    Raises:
        InvalidInputError: If a row is bad; the message names file and line.
    """
    return build(list(read_rows(paths)))


def read_rows(paths: Iterable[Path]) -> Iterator[_Row]:
    """Yield the rows of lexicon files in order; see `load_files`."""
    seen: dict[str, str] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            if header != COLUMNS:
                raise InvalidInputError(f"{path.name}, line 1: the columns must be {', '.join(COLUMNS)}.")
            for cells in reader:
                if not cells:
                    continue
                source = f"{path.name}, line {reader.line_num}"
                row = _read_row(cells, source)
                if row.skill.id in seen:
                    raise InvalidInputError(
                        f"{source}: the id '{row.skill.id}' is taken already ({seen[row.skill.id]})."
                    )
                seen[row.skill.id] = source
                yield row


def _read_row(cells: list[str], source: str) -> _Row:
    """Check one row and make an entry of it."""
    if len(cells) != len(COLUMNS):
        raise InvalidInputError(
            f"{source}: {len(cells)} cells instead of {len(COLUMNS)}; quote a cell that holds a comma."
        )
    skill_id, name, kind, aliases, implies, context = (cell.strip() for cell in cells)
    if not skill_id or not _ID_LETTERS.issuperset(skill_id) or "--" in f"-{skill_id}-":
        raise InvalidInputError(f"{source}: '{skill_id}' is no id; use small letters, digits and single hyphens.")
    if not name:
        raise InvalidInputError(f"{source}: the name is empty.")
    if kind not in _KINDS:
        raise InvalidInputError(f"{source}: '{kind}' is no kind; use one of {', '.join(_KINDS)}.")
    marked = _split(aliases)
    # Values are checked above; model_construct keeps loading of thousands of rows within milliseconds.
    skill = Skill.model_construct(
        id=skill_id,
        name=name,
        kind=_KINDS[kind],
        aliases=[alias.lstrip("?=") for alias in marked],
        implies=_split(implies),
        uris=[],
    )
    return _Row(skill, marked, _split(context), source)


def _split(cell: str) -> list[str]:
    """Return the non-empty parts of a cell."""
    return [part for part in map(str.strip, cell.split(";")) if part] if cell else []


def build(rows: list[_Row], unlinked: frozenset[str] = frozenset()) -> Lexicon:
    """Index rows by their written forms.

    Args:
        rows: Entries with marked aliases.
        unlinked: Ids that come from an imported taxonomy only.

    Returns:
        The lexicon.
    """
    written: list[str] = []
    meant: list[Form] = []
    for row in rows:
        for alias, form in _forms(row):
            written.append(alias)
            meant.append(form)
    forms: dict[str, list[Form]] = {}
    lengths: dict[str, set[int]] = {}
    for form_key, form in zip(keys(written), meant, strict=True):
        known = forms.get(form_key)
        if known is None:
            forms[form_key] = [form]
            words = form_key.split(" ")
            lengths.setdefault(words[0], set()).add(len(words))
        elif all(other.skill_id != form.skill_id or other.exact for other in known):
            known.append(form)
    forms.pop("", None)
    lengths.pop("", None)
    return Lexicon(
        skills={row.skill.id: row.skill for row in rows},
        forms=forms,
        lengths={word: tuple(sorted(counts, reverse=True)) for word, counts in lengths.items()},
        context={row.skill.id: frozenset(keys(row.context)) for row in rows if row.context},
        sources={row.skill.id: row.source for row in rows},
        unlinked=unlinked,
    )


def _forms(row: _Row) -> Iterator[tuple[str, Form]]:
    """Yield each written form of an entry; one with a hyphen also written together."""
    skill, countable = row.skill, row.skill.kind in _COUNTABLE
    marked = [alias.lstrip("?=") for alias in row.aliases if alias[0] in "?="]
    if skill.name not in marked:
        yield from _variants(skill.name, Form(skill.id, False, None, None, True), countable=countable)
    for alias in row.aliases:
        name = alias.lstrip("?=")
        marks = alias[: len(alias) - len(name)]
        exact = name if "=" in marks else None
        yield from _variants(name, Form(skill.id, "?" in marks, exact, None, name == skill.name), countable=countable)


def _variants(name: str, form: Form, *, countable: bool) -> Iterator[tuple[str, Form]]:
    """Yield a form, bound to its plural where a singular would mean something else, and without its hyphens."""
    if name[-1] in "sS" and name.isalpha() and not (countable and len(name) >= _COUNTABLE_LENGTH):
        form = form._replace(plain=name.lower())
    yield name, form
    if "-" in name and form.exact is None and len(name) > 5:
        yield name.replace("-", ""), form


@dataclass
class Overlay:
    """What an imported taxonomy adds.

    Attributes:
        uris: Addresses of concepts that mean one of our entries, by its id.
        aliases: Further written forms of our entries, by id.
        entries: Concepts that none of our entries means.
    """

    uris: dict[str, list[str]]
    aliases: dict[str, list[str]]
    entries: list[_Row]


def read_overlay(path: Path) -> Overlay:
    """Read a file written by `import_taxonomy`.

    Args:
        path: The JSON file.

    Returns:
        Its content.

    Raises:
        InvalidInputError: If it is no such file.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        entries = [
            _Row(
                Skill(
                    id=entry["id"],
                    name=entry["name"],
                    kind=SkillKind(entry["kind"]),
                    aliases=[alias.lstrip("?=") for alias in entry["aliases"]],
                    uris=entry["uris"],
                ),
                list(entry["aliases"]),
                [],
                entry["source"],
            )
            for entry in data["entries"]
        ]
        return Overlay(dict(data["uris"]), dict(data["aliases"]), entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"{path}: not an overlay of the lexicon; write it again with `talentflux taxonomy import`."
        ) from error


def _with_overlay(rows: list[_Row], overlay: Overlay) -> list[_Row]:
    """Add links, further forms and further entries to the package's rows."""
    merged = []
    for row in rows:
        skill_id = row.skill.id
        more = overlay.aliases.get(skill_id, [])
        skill = row.skill.model_copy(
            update={"uris": overlay.uris.get(skill_id, []), "aliases": [*row.skill.aliases, *more]}
        )
        merged.append(row._replace(skill=skill, aliases=[*row.aliases, *more]))
    return [*merged, *overlay.entries]
