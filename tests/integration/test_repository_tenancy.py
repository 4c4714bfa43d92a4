"""Tables as the migrations make them: as the models say, tenant by tenant, and without drift."""

from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from talentflux.core.database import Database, Scope
from talentflux.models import Application, Base, Candidate, Organization, Requisition
from talentflux.repositories.base import TenantRepository
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.database import TestDatabase

OTHER = UUID("01936c00-0000-7000-8000-0000000000aa")
LOCAL = Scope(LOCAL_ORGANIZATION_ID)
TABLES = sorted(Base.metadata.tables)


async def _write(database: Database, row: Base) -> None:
    async with database.write_session(LOCAL) as session:
        session.add(row)
        await session.flush()


@pytest.fixture(autouse=True)
def other_organization(admin_connection: psycopg.Connection) -> None:
    """A second tenant with one candidate."""
    admin_connection.execute("insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER])
    admin_connection.execute(
        "insert into candidate (id, organization_id, name) values (%s, %s, 'Canary')", [uuid4(), OTHER]
    )


def test_tables_are_as_the_models_say(test_database: TestDatabase) -> None:
    engine = sa.create_engine(sa.make_url(test_database.owner_url).set(drivername="postgresql+psycopg"))
    ours = {
        "include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables,
        "compare_type": True,
    }
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata)
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_forced_row_security_both_ways(admin_connection: psycopg.Connection, table: str) -> None:
    row = admin_connection.execute(
        "select relrowsecurity, relforcerowsecurity from pg_class where oid = %s::regclass", [table]
    ).fetchone()
    assert row == (True, True)
    policies = admin_connection.execute(
        "select cmd, qual is not null, with_check is not null from pg_policies where tablename = %s", [table]
    ).fetchall()
    assert policies == [("ALL", True, True)]


@pytest.mark.parametrize("table", [table for table in TABLES if table != "organization"])
def test_keys_between_tenant_tables_carry_the_organization(table: str) -> None:
    for key in Base.metadata.tables[table].foreign_key_constraints:
        assert "organization_id" in key.column_keys, key.name


@pytest.mark.parametrize("table", TABLES)
async def test_another_organization_and_none_see_no_rows(database: Database, table: str) -> None:
    column = "id" if table == "organization" else "organization_id"
    for scope in (LOCAL, Scope()):
        async with database.read_session(scope) as session:
            seen = await session.scalars(sa.text(f"select distinct {column} from {table}"))
            assert set(seen) <= {scope.organization_id}


async def test_a_row_of_another_organization_cannot_be_written(database: Database) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await _write(database, Candidate(organization_id=OTHER))


async def test_an_organization_cannot_be_added_from_within(database: Database) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await _write(database, Organization(slug="mine", name="Mine"))


async def test_a_key_cannot_point_into_another_organization(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    row = admin_connection.execute("select id from candidate where organization_id = %s", [OTHER]).fetchone()
    assert row is not None
    wanted = Requisition(
        organization_id=LOCAL_ORGANIZATION_ID, title="", description="", requirements=[], warnings=[], id=uuid4()
    )
    await _write(database, wanted)
    foreign = Application(organization_id=LOCAL_ORGANIZATION_ID, requisition_id=wanted.id, candidate_id=row[0])
    with pytest.raises(DBAPIError, match="foreign key"):
        await _write(database, foreign)


async def test_repository_refuses_to_work_without_an_organization(database: Database) -> None:
    async with database.read_session(Scope()) as session:
        with pytest.raises(LookupError):
            CandidateRepository(session)


async def test_repository_scopes_even_where_row_security_would_not(
    test_database: TestDatabase, admin_connection: psycopg.Connection, database: Database
) -> None:
    admin_connection.execute("alter table candidate disable row level security")
    async with database.read_session(LOCAL) as session:
        page = await CandidateRepository(session).page(50, None, None)
        rows = (await session.scalars(CandidateRepository(session).live())).all()
    assert (page.items, rows) == ([], [])
    assert issubclass(CandidateRepository, TenantRepository)
