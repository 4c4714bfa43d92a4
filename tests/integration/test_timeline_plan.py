"""A timeline reads the rows that it tells of, and not all events of the organization."""

from uuid import UUID

import psycopg
import pytest

from talentflux.core.database import Database, Scope
from talentflux.schemas.timeline import TimelineQuery
from talentflux.services import candidate_service, event_service, timeline_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

_MANY = """
insert into event (id, organization_id, type, actor, candidate_id, data)
select gen_random_uuid(), %s, 'candidate.updated', 'system', gen_random_uuid(), '{}' from generate_series(1, 20000)
"""
_READ = """
select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname = 'event'
"""


@pytest.mark.parametrize("merged", [False, True])
async def test_a_timeline_is_looked_up_among_all_events_by_its_candidates(
    database: Database,
    admin_connection: psycopg.Connection,
    merged: bool,  # noqa: FBT001 -- by pytest
) -> None:
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        one = await candidate_service.enter(session, {"name": "Mara Lindqvist"})
        other = await candidate_service.enter(session, {"name": "M. Lindqvist"})
        event_service.emit(session, "candidate.updated", candidate_id=other.id)
    admin_connection.execute(_MANY, [LOCAL_ORGANIZATION_ID])
    if merged:
        admin_connection.execute(
            "insert into candidate_merge (id, organization_id, candidate_id, other_id) values (%s, %s, %s, %s)",
            [UUID(int=1), LOCAL_ORGANIZATION_ID, one.id, other.id],
        )
    admin_connection.execute("analyze event")
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        found = await timeline_service.page(session, one.id, TimelineQuery())
        counted = await (await session.driver()).execute(_READ)
        row = await counted.fetchone()
    assert len(found.items) == (3 if merged else 1)
    assert row is not None
    assert 0 < row[0] < 100
