"""The skill lexicon: entries with their written forms and what they imply, read from CSV files."""

import csv
import gc
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from talentflux.ai.taxonomy.text import fold, key, keys
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


class Row(NamedTuple):
    """One line of a lexicon file.

    Attributes:
        id: Of the entry.
        name: Of the entry.
        kind: Of the entry.
        aliases: Further written forms with their marks.
        implies: Ids of implied entries.
        context: Words that decide about ambiguous forms.
        source: File and line.
        uris: Concepts of imported taxonomies that mean the same.
    """

    id: str
    name: str
    kind: SkillKind
    aliases: list[str]
    implies: list[str]
    context: list[str]
    source: str
    uris: list[str]


class SkillTable(Mapping[str, Skill]):
    """Entries by id, each made when it is first asked for: most processes ask for few of thousands."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = {row.id: row for row in rows}
        self._made: dict[str, Skill] = {}

    def __getitem__(self, skill_id: str) -> Skill:
        made = self._made.get(skill_id)
        if made is None:
            row = self._rows[skill_id]
            made = self._made[skill_id] = Skill(
                id=row.id,
                name=row.name,
                kind=row.kind,
                aliases=[alias.lstrip("?=") for alias in row.aliases],
                implies=row.implies,
                uris=row.uris,
            )
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, skill_id: object) -> bool:
        return skill_id in self._rows

    def source(self, skill_id: str) -> str:
        """Return file and line of an entry."""
        return self._rows[skill_id].source


@dataclass
class Lexicon:
    """All skills and their written forms.

    Attributes:
        skills: Entries by id.
        forms: Written forms by their key (see `text.key`).
        lengths: For each first word of a form, the numbers of words of such forms, longest first.
        context: For each entry with ambiguous forms, the words that make them certain.
        unlinked: Ids of imported entries that no entry of ours means.
    """

    skills: SkillTable
    forms: dict[str, tuple[Form, ...]]
    lengths: dict[str, tuple[int, ...]]
    context: dict[str, frozenset[str]]
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
        forms = self.forms.get(key(name), ())
        certain = [form for form in forms if not form.ambiguous and form.exact is None]
        named = [form for form in certain if form.is_name]
        ids = dict.fromkeys(form.skill_id for form in named or certain or forms)
        return [self.skills[skill_id] for skill_id in ids]


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
    # Tens of thousands of small objects are made and all are kept: looking for garbage among them doubles the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        rows = list(read_rows(sorted(LEXICON_FOLDER.glob("*.csv"))))
        added = read_overlay(overlay) if overlay else None
        if added:
            rows = _with_overlay(rows, added)
        return build(rows, frozenset(entry.id for entry in added.entries) if added else frozenset())
    finally:
        if collecting:
            gc.enable()


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


def read_rows(paths: Iterable[Path]) -> Iterator[Row]:
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
                if row.id in seen:
                    raise InvalidInputError(f"{source}: the id '{row.id}' is taken already ({seen[row.id]}).")
                seen[row.id] = source
                yield row


def _read_row(cells: list[str], source: str) -> Row:
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
    if not all(map(_bare, marked)):
        raise InvalidInputError(f"{source}: an alias is nothing but marks; write the name behind '?' or '='.")
    return Row(skill_id, name, _KINDS[kind], marked, _split(implies), _split(context), source, [])


def _bare(alias: str) -> str:
    """Return an alias without its marks."""
    return alias.lstrip("?=")


def _split(cell: str) -> list[str]:
    """Return the non-empty parts of a cell."""
    return [part for part in map(str.strip, cell.split(";")) if part] if cell else []


def build(rows: list[Row], unlinked: frozenset[str] = frozenset()) -> Lexicon:
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
        _add_forms(row, written, meant)
    forms: dict[str, tuple[Form, ...]] = {}
    for form_key, form in zip(keys(written), meant, strict=True):
        known = forms.get(form_key)
        if known is None:
            forms[form_key] = (form,)
        elif all(other.skill_id != form.skill_id or other.exact for other in known):
            forms[form_key] = (*known, form)
    forms.pop("", None)
    lengths: dict[str, set[int]] = {}
    for form_key in forms:
        first, _, rest = form_key.partition(" ")
        lengths.setdefault(first, set()).add(rest.count(" ") + 2 if rest else 1)
    return Lexicon(
        skills=SkillTable(rows),
        forms=forms,
        lengths={word: tuple(sorted(counts, reverse=True)) for word, counts in lengths.items()},
        context=_contexts(rows),
        unlinked=unlinked,
    )


def _contexts(rows: list[Row]) -> dict[str, frozenset[str]]:
    """Return the context words of each entry that has some; the same few words serve many entries."""
    words = list({word for row in rows for word in row.context})
    folded = dict(zip(words, keys(words), strict=True)) if words else {}
    return {row.id: frozenset(folded[word] for word in row.context) for row in rows if row.context}


def _add_forms(row: Row, written: list[str], meant: list[Form]) -> None:
    """Append each written form of an entry with what it means."""
    countable = row.kind in _COUNTABLE
    plain = Form(row.id, ambiguous=False, exact=None, plain=None, is_name=False)
    # A name that is marked among the aliases is no certain form.
    if {f"?{row.name}", f"={row.name}", f"?={row.name}", f"=?{row.name}"}.isdisjoint(row.aliases):
        _variants(row.name, plain._replace(is_name=True), written, meant, countable=countable)
    for alias in row.aliases:
        form = plain
        if alias[0] in "?=":
            name = alias.lstrip("?=")
            marks = alias[: len(alias) - len(name)]
            form = Form(row.id, "?" in marks, name if "=" in marks else None, None, name == row.name)
            alias = name  # noqa: PLW2901 - the marks have been read
        if "-" in alias or alias[-1] in "sS":
            _variants(alias, form, written, meant, countable=countable)
        else:
            written.append(alias)
            meant.append(form)


def _variants(name: str, form: Form, written: list[str], meant: list[Form], *, countable: bool) -> None:
    """Append a form, bound to its plural where a singular would mean something else, and without its hyphens."""
    if name[-1] in "sS" and name.isalpha() and not (countable and len(name) >= _COUNTABLE_LENGTH):
        form = form._replace(plain=fold(name))
    written.append(name)
    meant.append(form)
    if "-" in name and form.exact is None and len(name) > 5:
        written.append(name.replace("-", ""))
        meant.append(form)


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
    entries: list[Row]


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
            Row(
                entry["id"],
                entry["name"],
                SkillKind(entry["kind"]),
                list(entry["aliases"]),
                [],
                [],
                entry["source"],
                list(entry["uris"]),
            )
            for entry in data["entries"]
        ]
        return Overlay(dict(data["uris"]), dict(data["aliases"]), entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"{path}: not an overlay of the lexicon; write it again with `talentflux taxonomy import`."
        ) from error


def _with_overlay(rows: list[Row], overlay: Overlay) -> list[Row]:
    """Add links, further forms and further entries to the package's rows."""
    merged = [
        row._replace(uris=overlay.uris.get(row.id, []), aliases=[*row.aliases, *overlay.aliases.get(row.id, [])])
        for row in rows
    ]
    return [*merged, *overlay.entries]
