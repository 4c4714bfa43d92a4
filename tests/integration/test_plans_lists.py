"""No list that a recruiter reads looks through a large table, whatever it is filtered by.

Under row-level security, with tables filled and analyzed, and without settings that would talk the planner into it.
"""

from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest

from talentflux.core.database import Database, Scope
from talentflux.repositories import (
    application_repository,
    application_screening_repository,
    candidate_duplicate_repository,
    candidate_repository,
    event_repository,
    resume_repository,
)
from talentflux.repositories.base import LAST_ID, ListQuery
from talentflux.repositories.candidate_filter import CandidateFilter
from talentflux.schemas.candidate_filter import CandidateFilters
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

OTHER = UUID("01936c00-0000-7000-8000-0000000000bb")
LARGE = ("application", "application_answer", "application_screening", "candidate", "event", "resume")
_FILL = """
insert into requisition (id, organization_id, title, description, requirements, warnings)
    select gen_random_uuid(), %(org)s, '', '', '[]', '{}' from generate_series(1, 40);
insert into candidate (id, organization_id, total_years)
    select gen_random_uuid(), %(org)s, n %% 40 from generate_series(1, 4000) n;
insert into application (id, organization_id, requisition_id, candidate_id, stage)
    select gen_random_uuid(), %(org)s, r.id, c.id, case when c.n %% 50 = 0 then 'offer' else 'rejected' end
    from (select id, row_number() over () n from candidate where organization_id = %(org)s) c
    join (select id, row_number() over () n from requisition where organization_id = %(org)s) r on r.n = c.n %% 40 + 1;
insert into file (id, organization_id, media_type, size, key)
    select gen_random_uuid(), %(org)s, '', 1, 'f' || n from generate_series(1, 4000) n;
insert into resume (id, organization_id, file_id, candidate_id, status)
    select gen_random_uuid(), %(org)s, f.id, c.id, 'parsed'
    from (select id, row_number() over () n from candidate where organization_id = %(org)s) c
    join (select id, row_number() over () n from file where organization_id = %(org)s) f using (n);
insert into application_screening
        (id, organization_id, application_id, requisition_id, candidate_id, state, total, result)
    select gen_random_uuid(), %(org)s, id, requisition_id, candidate_id, 'done', random() * 100, '{"flags": []}'
    from application where organization_id = %(org)s;
insert into application_answer (id, organization_id, application_id, candidate_id, requisition_id, job_id, flagged)
    select gen_random_uuid(), %(org)s, id, candidate_id, requisition_id, gen_random_uuid(), random() < 0.1
    from application where organization_id = %(org)s;
insert into event (id, organization_id, type, actor, candidate_id, requisition_id, application_id, data)
    select gen_random_uuid(), %(org)s, 'application.created', 'system', candidate_id, requisition_id, id, '{}'
    from application where organization_id = %(org)s;
"""


@pytest.fixture
def filled(admin_connection: psycopg.Connection) -> None:
    """Fill two organizations."""
    admin_connection.execute("insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER])
    admin_connection.execute("set session_replication_role = replica")
    for organization in (LOCAL_ORGANIZATION_ID, OTHER):
        for statement in _FILL.split(";\n"):
            if statement.strip():
                admin_connection.execute(statement.encode(), {"org": organization})
    admin_connection.execute("reset session_replication_role")
    admin_connection.execute("analyze")


async def _plan(database: Database, query: ListQuery, values: dict[str, Any], level: Any) -> str:
    """Return how the database reads the first page of a list with filters."""
    scope = Scope(LOCAL_ORGANIZATION_ID, user_id=OTHER, requisitions=level)
    parameters = {"organization_id": LOCAL_ORGANIZATION_ID, "rows": 51, **values}
    parameters |= {f"after_{part}": value for part, value in query.key.items()}
    statement = query.ready({**dict.fromkeys(query.optional), **values})
    async with database.read_session(scope) as session:
        driver = await session.driver()
        sql = f"explain (costs off) {statement.sql}".encode()
        rows = await (await driver.execute(sql, {**statement.constants, **parameters}, prepare=False)).fetchall()
    return "\n".join(str(row[0]) for row in rows)


def _candidates(**asked: Any) -> tuple[ListQuery, dict[str, Any]]:
    wanted = CandidateFilter(CandidateFilters(**asked))
    return candidate_repository._list(wanted.shape()).view(), dict(wanted.values)


def _applications(**asked: Any) -> tuple[ListQuery, dict[str, Any]]:
    return application_repository._list(frozenset(asked)).view(), asked


def _lists() -> list[tuple[ListQuery, dict[str, Any]]]:
    events, screenings = event_repository._LIST, application_screening_repository._LIST
    return [
        _candidates(),
        _candidates(min_years=39),
        _candidates(stage="offer"),
        _candidates(requisition_id=OTHER),
        _candidates(talent_pool_id=OTHER),
        (candidate_repository._list(()).view(deleted=True), {}),
        _applications(),
        _applications(requisition_id=OTHER),
        _applications(candidate_id=OTHER),
        _applications(stage="offer"),
        _applications(over_age=True),
        _applications(overdue=True),
        _applications(flagged_answers=True),
        (application_repository._list(frozenset()).view(deleted=True), {}),
        (resume_repository._LIST.view(), {}),
        (resume_repository._LIST.view(), {"candidate_id": OTHER}),
        (events, {}),
        (events, {"type": "candidate.merged"}),
        (events, {"candidate_id": OTHER}),
        (events, {"requisition_id": OTHER}),
        (events, {"application_id": OTHER}),
        (screenings, {}),
        (screenings, {"requisition_id": OTHER}),
        (screenings, {"state": "failed"}),
        (screenings, {"flagged": True}),
    ]


@pytest.mark.usefixtures("filled")
async def test_flagged_screenings_are_found_by_the_index_of_them_alone(database: Database) -> None:
    for level in ("all", "open"):
        plan = await _plan(database, application_screening_repository._LIST, {"flagged": True}, level)
        assert "application_screening_flagged_idx" in plan, plan


@pytest.mark.usefixtures("filled")
async def test_no_list_of_a_recruiter_looks_through_a_large_table(database: Database) -> None:
    for (query, values), level in product(_lists(), ("all", "open")):
        plan = await _plan(database, query, values, level)
        for table in LARGE:
            assert f"Seq Scan on {table}" not in plan, f"{values}\n{plan}"


async def test_pairs_are_planned_for_the_organization_that_asks() -> None:
    assert candidate_duplicate_repository._LIST.ready({}).anew
    assert candidate_duplicate_repository._LIST.ready({"min_score": 0.9}).anew


async def test_a_filter_that_is_not_given_is_no_part_of_the_statement() -> None:
    query = event_repository._LIST
    assert "event.type =" not in query.ready({}).sql
    assert "event.type = %(type)s" in query.ready({"type": "candidate.merged"}).sql
    assert query.ready({"type": "a"}) is query.ready({"type": "b"})
    assert query.ready({"type": "a"}).anew
    assert not query.ready({}).anew
    assert query.key == {"id": LAST_ID}
