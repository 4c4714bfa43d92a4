"""Writing across organizations is refused by the database, reading by repositories too.

What every table must have is tried in tests/security/test_row_security.py.
"""

from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from talentflux.core.database import Database, Scope
from talentflux.core.errors import NotFoundError
from talentflux.models import Application, Base, Candidate, Organization, Requisition
from talentflux.repositories.base import TenantRepository
from talentflux.repositories.candidate_filter import CandidateFilter
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.candidate import CandidateQuery
from talentflux.schemas.candidate_filter import CandidateFilters
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

OTHER = UUID("01936c00-0000-7000-8000-0000000000aa")
LOCAL = Scope(LOCAL_ORGANIZATION_ID)


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
    admin_connection: psycopg.Connection, database: Database
) -> None:
    admin_connection.execute("alter table candidate disable row level security")
    async with database.read_session(LOCAL) as session:
        page = await CandidateRepository(session).page(CandidateQuery(), CandidateFilter(CandidateFilters()))
        rows = (await session.scalars(CandidateRepository(session).live())).all()
    assert (page.items, rows) == ([], [])
    assert issubclass(CandidateRepository, TenantRepository)


async def test_repository_finds_no_foreign_row_by_its_id_even_without_row_security(
    admin_connection: psycopg.Connection, database: Database
) -> None:
    admin_connection.execute("alter table candidate disable row level security")
    found = admin_connection.execute("select id from candidate where organization_id = %s", [OTHER]).fetchone()
    assert found is not None
    async with database.read_session(LOCAL) as session:
        with pytest.raises(NotFoundError):
            await CandidateRepository(session).get(found[0])
    admin_connection.execute("update candidate set deleted_at = now()")
    async with database.write_session(LOCAL) as writing:
        with pytest.raises(NotFoundError):
            await CandidateRepository(writing).get_deleted(found[0])
