"""What becomes of rows that tell of people: who is known, who is new, what changes. Pure: no transaction is touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.schemas.data_import import Cells, ImportOptions, RowProblem, RowVerdict, Verdict
from talentflux.services import candidate_profile, import_fields
from talentflux.services.candidate_profile import Profile
from talentflux.utils.ids import new_id

_UNKNOWABLE: Final = (
    "has neither an external id, an e-mail address nor a telephone number with its country (+49 …), so a second import "
    "would not know this person again. Add one of them."
)
_TWO_PEOPLE: Final = "belongs to another candidate than the external id. Correct one of them or merge the two."
_OTHER_ID: Final = "belongs to a candidate with another external id. Correct one of them or merge the two."


@dataclass(slots=True)
class Row:
    """One row of an import.

    Attributes:
        number: In the file, from 1.
        cells: Values by field.
        problems: What is wrong with it.
    """

    number: int
    cells: Cells
    problems: list[RowProblem]


@dataclass(slots=True)
class Person:
    """A candidate as known so far.

    Attributes:
        id: Theirs, or the one that they will have.
        profile: The personal fields.
        external_id: Of the system that they come from.
        wrapped_key: Of those who are here; None for those who are not.
        changed: By rows of this import.
    """

    id: UUID
    profile: Profile
    external_id: str | None = None
    wrapped_key: bytes | None = None
    changed: bool = False


@dataclass(slots=True)
class Planned:
    """What becomes of a row.

    Attributes:
        row: Which.
        verdict: What.
        person: Of whom it tells; None where it is refused.
    """

    row: Row
    verdict: RowVerdict
    person: Person | None = None


@dataclass(slots=True)
class People:
    """People by all that they are known by.

    Args:
        keys: Of the organization.
    """

    keys: Keys
    by_email: dict[bytes, Person] = field(default_factory=dict)
    by_external_id: dict[str, Person] = field(default_factory=dict)
    by_phone: dict[tuple[bytes, str], Person] = field(default_factory=dict)

    def lookups(self, rows: Iterable[Row]) -> tuple[set[bytes], set[str], set[bytes]]:
        """Return the blind indexes and external ids by which the people of rows are looked up."""
        emails, ids, phones = set(), set(), set()
        for row in rows:
            if email := row.cells.get("email"):
                emails.add(candidate_profile.email_index(self.keys, email))
            if external_id := row.cells.get("external_id"):
                ids.add(external_id)
            phone = row.cells.get("phone")
            if phone and (index := candidate_profile.phone_index(self.keys, phone)):
                phones.add(index)
        return emails, ids, phones

    def learn(self, found: Iterable[dict[str, Any]]) -> None:
        """Take in candidates as the database has them; those whose key was destroyed are passed over."""
        for row in found:
            if row["wrapped_key"] is None:
                continue
            profile = candidate_profile.open_profile(self.keys, row["id"], row["wrapped_key"], row["profile"])
            self.know(Person(row["id"], profile, row["external_id"], row["wrapped_key"]))

    def know(self, person: Person) -> None:
        """Let a person be found by address, external id and number."""
        email, phone = person.profile.get("email"), person.profile.get("phone")
        if email:
            self.by_email[candidate_profile.email_index(self.keys, email)] = person
        if person.external_id:
            self.by_external_id[person.external_id] = person
        if phone and (index := candidate_profile.phone_index(self.keys, phone)):
            self.by_phone.setdefault((index, _plain(person.profile)), person)

    def meant(self, cells: Cells, stated: Profile) -> Person | None:
        """Return whom a row means; None for somebody new.

        Raises:
            ValueError: It means two people, or nobody who could be known again; with the field and what to do.
        """
        external_id, email, phone = cells.get("external_id"), stated.get("email"), stated.get("phone")
        by_id = self.by_external_id.get(external_id) if external_id else None
        by_email = self.by_email.get(candidate_profile.email_index(self.keys, email)) if email else None
        if by_id and by_email and by_id is not by_email:
            raise ValueError("email", _TWO_PEOPLE)
        if by_email and external_id and by_email.external_id not in {None, external_id}:
            raise ValueError("external_id", _OTHER_ID)
        if by_id or by_email or external_id or email:
            return by_id or by_email
        index = candidate_profile.phone_index(self.keys, phone) if phone else None
        if index is None:
            raise ValueError("", _UNKNOWABLE)
        return self.by_phone.get((index, _plain(stated)))


def plan(people: People, rows: Sequence[Row], options: ImportOptions) -> list[Planned]:
    """Return what becomes of each row; who is new or changed is known to later rows.

    Args:
        people: Who is known.
        rows: In the order of the file.
        options: How rows are taken.
    """
    return [_planned(people, row, options) for row in rows]


def _planned(people: People, row: Row, options: ImportOptions) -> Planned:
    stated = import_fields.profile_of(row.cells)
    if not row.problems:
        try:
            person = people.meant(row.cells, stated)
        except ValueError as error:
            name, detail = error.args
            row.problems.append(RowProblem(field=name, detail=detail))
    if row.problems:
        return Planned(row, RowVerdict(row=row.number, verdict=Verdict.ERROR, problems=row.problems))
    external_id = row.cells.get("external_id")
    if person is None:
        person = Person(new_id(), stated, external_id)
        people.know(person)
        return Planned(row, RowVerdict(row=row.number, verdict=Verdict.CREATE, id=person.id), person)
    changes = {name: value for name, value in stated.items() if person.profile.get(name) != value}
    differs = bool(changes) or (external_id is not None and person.external_id != external_id)
    if not differs or not options.update_existing:
        return Planned(row, RowVerdict(row=row.number, verdict=Verdict.DUPLICATE, id=person.id), person)
    person.profile = person.profile | changes
    person.external_id = external_id or person.external_id
    person.changed = True
    people.know(person)
    return Planned(row, RowVerdict(row=row.number, verdict=Verdict.UPDATE, id=person.id), person)


def sealed(keys: Keys, person: Person) -> dict[str, Any]:
    """Return the columns of a candidate."""
    columns = candidate_profile.columns(keys, person.id, person.profile, person.wrapped_key)
    return {"id": person.id, "external_id": person.external_id, **columns}


def _plain(profile: Profile) -> str:
    return " ".join((profile.get("name") or "").casefold().split())
