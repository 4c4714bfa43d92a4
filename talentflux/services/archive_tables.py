"""Which tables an archive holds, in which order, and how each column is written.

Everything comes from the models and from the registry of encrypted columns. A table of a tenant is exported unless it
is named here with a reason; a test holds both against the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sqlalchemy import ForeignKeyConstraint, LargeBinary, Table

from talentflux.models import Base
from talentflux.services.sealed_columns import INDEXED, SEALED, TOKENS, WRAPPED, Sealed

LEFT_OUT: Final[dict[str, str]] = {
    "api_key": "secrets of programs that know this install",
    "audit_event": "a chain that proves what happened in this install; it can be exported by itself",
    "audit_head": "as above",
    "candidate_contact": "hashes under the organization's key; the search for duplicates makes them again",
    "candidate_name_token": "hashes under the organization's key, made again from the names",
    "candidate_text": "an index of the resumes' words; a trigger makes it again",
    "data_export": "files that are destroyed after a day",
    "data_import": "files that are destroyed after a week",
    "data_import_batch": "as above",
    "email_message": "an outbox: an import must not send anything again",
    "idempotency_key": "answers kept for a day",
    "identity_provider": "trust in a provider that knows this install's address; with a secret",
    "invitation": "links into this install",
    "job_card": "what is public of jobs, with the organization's name in addresses of this install; rendered anew",
    "organization_key": "keys under this install's master key; an import makes new ones",
    "sign_on_state": "log-ins on their way",
    "user_identity": "who somebody is at a provider of this install",
    "user_session": "log-ins",
    "webhook_delivery": "what was sent to others; an import must not send anything again",
    "webhook_endpoint": "addresses and secrets of receivers that know this install",
}
"""Tables of tenants that no archive holds, with the reason."""

MADE_HERE: Final[dict[str, dict[str, str]]] = {
    "file": {"key": "where the original lies in the file store"},
}
"""Columns that an import sets itself, because their values belong to an install."""

_NEVER: Final = frozenset({"organization", "user_account"})


@dataclass(frozen=True, slots=True)
class TablePlan:
    """How one table is written and read.

    Attributes:
        name: Of the table.
        columns: What a row of the archive holds, in order.
        order: The primary key without the organization.
        sealed: Encrypted columns: open in the archive.
        owned: Whether its rows have keys of their own.
        indexed: Blind indexes, made again.
        emptied: Columns that point to tables which are left out.
        later: Columns that point to tables which come later, or to itself; set when all rows are there.
        required: Columns that must hold something.
    """

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]
    sealed: dict[str, Sealed] = field(default_factory=dict)
    owned: bool = False
    indexed: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


@cache
def plans() -> tuple[TablePlan, ...]:
    """Return the plans of all tables in an archive, those that are pointed to before those that point to them."""
    tables = {
        table.name: table
        for table in Base.metadata.tables.values()
        if "organization_id" in table.columns and table.name not in LEFT_OUT
    }
    placed: list[str] = []
    while len(placed) < len(tables):
        waiting = sorted(set(tables) - set(placed))
        ready = [name for name in waiting if _needs(tables[name], tables, strict=False) <= {*placed, name}]
        ready = ready or [name for name in waiting if _needs(tables[name], tables, strict=True) <= {*placed, name}]
        if not ready:
            raise LookupError(f"no order can be found among {', '.join(waiting)}")
        placed.append(ready[0])
    return tuple(_plan(tables[name], placed) for name in placed)


def _plan(table: Table, placed: list[str]) -> TablePlan:
    name = table.name
    own = placed.index(name)
    emptied: set[str] = set()
    later: set[str] = set()
    for other, names in _references(table):
        if other in LEFT_OUT:
            emptied.update(names)
        elif other not in _NEVER and placed.index(other) >= own:
            later.update(names)
    made = {"organization_id", *MADE_HERE.get(name, {}), *INDEXED.get(name, {})}
    written = [column for column in table.columns if column.name not in made and column.computed is None]
    return TablePlan(
        name,
        tuple(column.name for column in written),
        tuple(column.name for column in table.primary_key if column.name != "organization_id"),
        SEALED.get(name, {}),
        name in WRAPPED,
        frozenset(INDEXED.get(name, {})),
        frozenset(emptied),
        frozenset(later),
        frozenset(column.name for column in written if not column.nullable),
    )


def _references(table: Table) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables that a table points to, with the columns that do."""
    for key in table.constraints:
        if isinstance(key, ForeignKeyConstraint):
            names = [column.name for column in key.columns if column.name != "organization_id"]
            if names:
                yield key.elements[0].target_fullname.partition(".")[0], names


def _needs(table: Table, tables: dict[str, Table], *, strict: bool) -> set[str]:
    """Return the tables that must come before; where it is strict, those that a row cannot do without."""
    return {
        other
        for other, names in _references(table)
        if other in tables and not (strict and all(table.columns[name].nullable for name in names))
    }


def unopened() -> list[str]:
    """Return columns of bytes that an archive could neither open nor make again; there must be none."""
    return [
        f"{plan.name}.{name}"
        for plan in plans()
        for name in plan.columns
        if isinstance(Base.metadata.tables[plan.name].columns[name].type, LargeBinary)
        and name not in plan.sealed
        and not (plan.owned and name == "wrapped_key")
    ]


def parents_of_tokens() -> dict[str, list[str]]:
    """Return the tables of tokens by the table whose rows they are made from."""
    found: dict[str, list[str]] = {}
    for name, (parent, _) in TOKENS.items():
        found.setdefault(parent, []).append(name)
    return found
