"""What an archive holds: every table of a tenant or a reason, in an order in which rows can be written."""

import psycopg
import pytest

from talentflux.models import Base
from talentflux.services.archive_tables import LEFT_OUT, MADE_HERE, plans, unopened
from talentflux.services.sealed_columns import TOKENS
from tests.factories.canaries import guarded_tables

FORMER = frozenset(
    {"name", "email", "phone", "location", "headline", "sha256", "errors", "document", "parsed", "failure_detail"}
)
"""Plain columns of the version before encryption, which hold nothing any more."""


def test_every_table_of_a_tenant_is_exported_or_left_out_with_a_reason(admin_connection: psycopg.Connection) -> None:
    found = admin_connection.execute(
        "select table_name from information_schema.columns "
        "where table_schema = 'public' and column_name = 'organization_id' order by 1"
    ).fetchall()
    tenant = {row[0] for row in found} & set(guarded_tables(admin_connection))

    assert sorted(tenant - set(LEFT_OUT) - {plan.name for plan in plans()}) == []


@pytest.mark.parametrize("table", sorted(LEFT_OUT))
def test_what_is_left_out_exists_and_has_a_reason(table: str) -> None:
    assert table in Base.metadata.tables
    assert len(LEFT_OUT[table]) > 5


def test_every_column_of_bytes_can_be_opened_or_made_again() -> None:
    assert unopened() == []
    assert all(parent in {plan.name for plan in plans()} and name in LEFT_OUT for name, (parent, _) in TOKENS.items())
    assert all(set(columns) <= set(Base.metadata.tables[table].columns.keys()) for table, columns in MADE_HERE.items())


def test_keys_of_sealed_columns_are_in_the_archive_before_them() -> None:
    names = [plan.name for plan in plans()]
    for plan in plans():
        for sealed in plan.sealed.values():
            assert sealed.key == "organization" or names.index(sealed.key) <= names.index(plan.name)


def test_what_is_emptied_or_set_later_may_be_empty_before() -> None:
    for plan in plans():
        columns = Base.metadata.tables[plan.name].columns
        for name in plan.emptied | plan.later:
            assert columns[name].nullable, f"{plan.name}.{name}"


def test_every_column_of_the_database_is_in_its_model(admin_connection: psycopg.Connection) -> None:
    for plan in plans():
        rows = admin_connection.execute(
            "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s",
            [plan.name],
        ).fetchall()
        columns = {row[0] for row in rows}
        missing = columns - set(Base.metadata.tables[plan.name].columns.keys())
        assert missing <= FORMER, plan.name
