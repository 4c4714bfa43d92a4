"""What the columns of an import can be read as: their names in several languages, and what their cells must be."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from talentflux.schemas.data_import import Cells, ImportKind, RowProblem

_EMAIL: Final = re.compile(r"[^@\s<>(),;:\"\\]{1,64}@[^@\s<>(),;:\"\\]{1,190}\.[^@\s<>(),;:\"\\.]{2,63}")
_ESCAPED: Final = re.compile(r"'(?=[=+\-@\t\r])")
_YES: Final = frozenset({"1", "true", "yes", "y", "x", "ja", "oui", "si", "sim", "sí", "tak"})
_NO: Final = frozenset({"0", "false", "no", "n", "", "nein", "non", "nee", "nao", "não", "nie"})


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field that a column can be read as.

    Attributes:
        names: How headers call it, in small letters without accents, spaces and signs.
        longest: Most characters of a cell.
        read: Turns a cell that is not empty into the value; raises ValueError with what to do.
    """

    names: frozenset[str]
    longest: int = 200
    read: Callable[[str], object] = str


def _email(cell: str) -> str:
    address = cell.removeprefix("mailto:").strip()
    if not _EMAIL.fullmatch(address):
        raise ValueError("is no e-mail address. Write it as name@example.org, or leave the cell empty.")
    return address.lower()


def _phone(cell: str) -> str:
    if sum(sign.isdigit() for sign in cell) < 3:
        raise ValueError("is no telephone number. Write it with its country, as +49 30 1234567.")
    return cell


def _moment(cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError("is no date. Write it as 2026-11-21 or 2026-11-21T09:30:00Z.") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _flag(cell: str) -> bool:
    plain = cell.casefold()
    if plain not in _YES | _NO:
        raise ValueError("is neither yes nor no.")
    return plain in _YES


def _count(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", cell) or not 1 <= int(cell) <= 200:
        raise ValueError("is no whole number from 1 to 200.")
    return int(cell)


def _uuid(cell: str) -> UUID:
    try:
        return UUID(cell)
    except ValueError:
        raise ValueError("is no id of a requisition. Copy it from the requisition's address.") from None


def _list(cell: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"[,;|]", cell)]
    if any(len(part) > 60 for part in parts):
        raise ValueError("has a tag of more than 60 characters. Divide tags by commas.")
    return list(dict.fromkeys(part for part in parts if part))


def _field(names: str, longest: int = 200, read: Callable[[str], object] = str) -> ImportField:
    return ImportField(frozenset(names.split()), longest, read)


_CANDIDATE: Final = {
    "name": _field(
        "name fullname candidate candidatename kandidat bewerber vollername nom nomcomplet nombre nombrecompleto "
        "nome nomecompleto naam volledigenaam imieinazwisko namn navn"
    ),
    "first_name": _field("firstname givenname forename vorname prenom primernombre voornaam imie fornamn fornavn"),
    "last_name": _field(
        "lastname surname familyname nachname familienname nomdefamille apellido apellidos sobrenome cognome "
        "achternaam nazwisko efternamn etternavn"
    ),
    "email": _field(
        "email emailaddress mail emailadresse mailadresse courriel adresseemail adressemail correo "
        "correoelectronico enderecodeemail indirizzoemail emailadres epost adresemail",
        254,
        _email,
    ),
    "phone": _field(
        "phone phonenumber telephone mobile mobilephone cell telefon telefonnummer handy mobil mobiltelefon "
        "numerodetelephone telefono movil telemovel telefone cellulare telefoonnummer mobielnummer numertelefonu",
        40,
        _phone,
    ),
    "location": _field(
        "location city place town residence ort wohnort stadt ville lieu ciudad ubicacion cidade localidade citta "
        "luogo plaats woonplaats miasto ortstad by"
    ),
    "headline": _field(
        "headline title jobtitle position currenttitle currentposition role berufsbezeichnung funktion titre poste "
        "intitule puesto cargo titolo functie stanowisko befattning",
        300,
    ),
    "external_id": _field(
        "externalid id candidateid reference ref externeid kandidatennummer bewerbernummer identifiant "
        "identifiantexterne referencia idexterno identificador riferimento kandidaatnummer numerkandydata"
    ),
    "tags": _field("tags tag labels label keywords schlagworte stichworte etiquettes etiquetas etichette", 1000, _list),
}
_APPLICATION: Final = {
    "requisition_id": _field("requisitionid requisition jobid stelleid vacancyid", 60, _uuid),
    "requisition_external_id": _field(
        "requisitionexternalid requisitionreference jobreference stellennummer vacancyreference",
    ),
    "application_external_id": _field(
        "applicationid applicationexternalid applicationreference bewerbungsnummer bewerbungid",
    ),
    "applied_at": _field(
        "appliedat applied applicationdate dateapplied bewerbungsdatum beworbenam datedecandidature fechadesolicitud "
        "datadecandidatura datacandidatura sollicitatiedatum",
        40,
        _moment,
    ),
}
_REQUISITION: Final = {
    "title": _field(
        "title jobtitle position requisition job titel stelle stellenbezeichnung intitule poste puesto cargo "
        "vacature functie",
    ),
    "description": _field(
        "description jobdescription text beschreibung stellenbeschreibung descripcion descricao descrizione "
        "omschrijving",
        10_000,
    ),
    "department": _field("department team abteilung bereich departement service departamento reparto afdeling"),
    "external_id": _field(
        "externalid id requisitionid reference ref externeid stellennummer identifiant referencia riferimento "
        "referentie",
    ),
    "headcount": _field(
        "headcount openings seats positions anzahl stellen postes vacantes vagas posti aantal",
        3,
        _count,
    ),
    "confidential": _field("confidential vertraulich confidentiel confidencial riservato vertrouwelijk", 10, _flag),
}

FIELDS: Final[dict[ImportKind, dict[str, ImportField]]] = {
    ImportKind.CANDIDATES: _CANDIDATE,
    ImportKind.APPLICATIONS: _CANDIDATE | _APPLICATION,
    ImportKind.REQUISITIONS: _REQUISITION,
}
"""Fields by the kind of import, in the order in which they are offered."""


def suggest(kind: ImportKind, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str | None]:
    """Return what each column is taken for: by its name, else by its cells; each field once.

    Args:
        kind: Of the import.
        header: Names of the columns.
        rows: The first rows.
    """
    fields = FIELDS[kind]
    taken: list[str | None] = []
    for number, name in enumerate(header):
        plain = _plain(name)
        found = next((field for field, known in fields.items() if plain in known.names or plain == _plain(field)), None)
        if found is None and plain.startswith("column"):
            found = _by_cells(fields, [row[number] for row in rows if row[number]])
        taken.append(None if found in taken else found)
    return taken


def _by_cells(fields: dict[str, ImportField], cells: Sequence[str]) -> str | None:
    if cells and "email" in fields and all(_EMAIL.fullmatch(cell) for cell in cells):
        return "email"
    return None


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in letters if sign.isalnum())


def read_row(kind: ImportKind, mapping: Sequence[str | None], row: Sequence[str]) -> tuple[Cells, list[RowProblem]]:
    """Return the values of a row by field, and what is wrong with its cells.

    What exports of ours put before a cell that a spreadsheet would run is taken off again.

    Args:
        kind: Of the import.
        mapping: Per column the field; None passes it over.
        row: The cells.
    """
    cells: Cells = {}
    problems: list[RowProblem] = []
    for field, given in zip(mapping, row, strict=False):
        cell = given[1:] if _ESCAPED.match(given) else given
        if field is None or not cell:
            continue
        known = FIELDS[kind][field]
        if len(cell) > known.longest:
            detail = f"has {len(cell)} characters; at most {known.longest} are taken. Shorten it."
            problems.append(RowProblem(field=field, detail=detail))
            continue
        try:
            cells[field] = known.read(cell)
        except ValueError as error:
            problems.append(RowProblem(field=field, detail=str(error)))
    return cells, problems


def profile_of(cells: Cells) -> dict[str, str | None]:
    """Return the personal fields that a row states, without those that it leaves empty."""
    parts = [cells[part] for part in ("first_name", "last_name") if part in cells]
    name = cells.get("name") or " ".join(parts)
    stated = {field: cells.get(field) for field in ("email", "phone", "location", "headline")}
    return {field: value for field, value in {"name": name or None, **stated}.items() if value}
