"""The registry of encrypted columns: nothing of bytes escapes it, and it names nothing that is not there."""

import pytest
from sqlalchemy import LargeBinary

from talentflux.models import Base
from talentflux.services.sealed_columns import HASHED, INDEXED, SEALED, TOKENS, WRAPPED

TABLES = Base.metadata.tables
BYTES = {
    (name, column.name)
    for name, table in TABLES.items()
    for column in table.columns
    if isinstance(column.type, LargeBinary)
}
KNOWN = (
    [(table, "wrapped_key") for table in WRAPPED]
    + [(table, column) for table, columns in SEALED.items() for column in columns]
    + [(table, column) for table, columns in INDEXED.items() for column in columns]
    + [(table, "token") for table in TOKENS]
    + [(table, column) for table, columns in HASHED.items() for column in columns]
)


def test_every_column_of_bytes_is_registered_once() -> None:
    assert sorted(BYTES - set(KNOWN)) == [], "enter these in services/sealed_columns.py"
    assert len(KNOWN) == len(set(KNOWN))


def test_nothing_is_registered_that_no_model_has() -> None:
    assert sorted(set(KNOWN) - BYTES) == []


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in SEALED for column in SEALED[table]])
def test_the_row_leads_to_its_key(table: str, column: str) -> None:
    sealed, columns = SEALED[table][column], TABLES[table].columns
    assert sealed.row_id in columns
    assert sealed.by in columns
    if sealed.key in WRAPPED:
        assert "wrapped_key" in TABLES[sealed.key].columns
        assert sealed.by != "id" or sealed.key == table
