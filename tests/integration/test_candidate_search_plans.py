"""Filters and words are found through indexes under row-level security, and no other organization is read for them."""

from collections.abc import Mapping
from itertools import product
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest

from talentflux.core.database import Database, Scope
from talentflux.repositories import candidate_repository
from talentflux.repositories import candidate_search_repository as repository_of_search
from talentflux.repositories.base import LAST_ID
from talentflux.repositories.candidate_filter import CandidateFilter
from talentflux.repositories.candidate_search_repository import CandidateSearchRepository, Measured, compiled
from talentflux.schemas.application import Stage
from talentflux.schemas.candidate_filter import CandidateFilters
from talentflux.schemas.consent import Consent
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.search_query import parse

OTHER = UUID("01936c00-0000-7000-8000-0000000000bb")
EACH = 3000
NO_FILTER: Final = CandidateFilter(CandidateFilters())
ASKED: Final = {"organization_id": LOCAL_ORGANIZATION_ID}
_FILL = """
insert into file (id, organization_id, media_type, size, key)
    select gen_random_uuid(), %(org)s, '', 1, 'f' || n from generate_series(1, %(rows)s) n;
insert into candidate (id, organization_id, consent, do_not_contact)
    select gen_random_uuid(), %(org)s, case when n %% 500 = 0 then 'given' else 'unknown' end, n %% 700 = 0
    from generate_series(1, %(rows)s) n;
insert into resume (id, organization_id, file_id, candidate_id, status, total_years, masked_text)
    select gen_random_uuid(), %(org)s, f.id, c.id, 'parsed', c.n %% 40,
        'Built services with postgresql' || case when c.n %% 300 = 0 then ' and zerspanung' else '' end
    from (select id, row_number() over () n from candidate where organization_id = %(org)s) c
    join (select id, row_number() over () n from file where organization_id = %(org)s) f on f.n = c.n;
update candidate set current_resume_id = resume.id from resume
    where resume.candidate_id = candidate.id and candidate.organization_id = %(org)s;
insert into resume_skill (organization_id, skill_id, resume_id)
    select organization_id, case when total_years = 39 then 'cobol' else 'sql' end, id
    from resume where organization_id = %(org)s;
insert into requisition (id, organization_id, title, description, requirements, warnings)
    select gen_random_uuid(), %(org)s, '', '', '[]', '{}' from generate_series(1, 20);
insert into application (id, organization_id, requisition_id, candidate_id, stage)
    select gen_random_uuid(), %(org)s, r.id, c.id, case when c.n %% 100 = 0 then 'offer' else 'applied' end
    from (select id, row_number() over () n from candidate where organization_id = %(org)s) c
    join (select id, row_number() over () n from requisition where organization_id = %(org)s) r on r.n = c.n %% 20 + 1;
insert into tag (id, organization_id, name, folded)
    select gen_random_uuid(), %(org)s, 't' || n, 't' || n from generate_series(1, 20) n;
insert into candidate_tag (organization_id, tag_id, candidate_id)
    select c.organization_id, t.id, c.id from candidate c join tag t on t.organization_id = c.organization_id
    where c.organization_id = %(org)s;
insert into talent_pool (id, organization_id, name)
    select gen_random_uuid(), %(org)s, 'p' || n from generate_series(1, 20) n;
insert into talent_pool_member (id, organization_id, talent_pool_id, candidate_id)
    select gen_random_uuid(), c.organization_id, p.id, c.id from candidate c
    join talent_pool p on p.organization_id = c.organization_id
    where c.organization_id = %(org)s;
insert into candidate_name_token (organization_id, token, candidate_id)
    select organization_id, decode(lpad(to_hex((random() * 200)::int), 64, '0'), 'hex'), id
    from candidate where organization_id = %(org)s;
"""


@pytest.fixture
def filled(admin_connection: psycopg.Connection) -> None:
    """Candidates with resumes in two organizations."""
    admin_connection.execute("insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER])
    for organization in (LOCAL_ORGANIZATION_ID, OTHER):
        for statement in _FILL.split(";\n"):
            if statement.strip():
                given = {"org": organization, "rows": EACH}
                admin_connection.execute(
                    statement.encode(), {k: v for k, v in given.items() if f"%({k})s" in statement}
                )
    admin_connection.execute("vacuum analyze")


async def _explained(database: Database, sql: str, values: Mapping[str, Any], words: str = "") -> str:
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID, requisitions="open")) as session:
        if (query := parse(words)) is not None:
            await CandidateSearchRepository(session).say(query)
        driver = await session.driver()
        await driver.execute("set local enable_seqscan = off")
        sql = f"explain (analyze, costs off, timing off, summary off) {sql}"
        rows = await (await driver.execute(sql.encode(), {**values, **ASKED}, prepare=False)).fetchall()
    return "\n".join(row[0] for row in rows)


async def _plan(database: Database, wanted: CandidateFilter) -> str:
    """Return how the database finds those who meet filters."""
    return await _explained(database, compiled(wanted.shape()), wanted.values)


async def _list_plan(database: Database, wanted: CandidateFilter, words: str = "") -> str:
    """Return how the database finds the first page of those who meet filters."""
    statement = candidate_repository._list(wanted.shape()).view().ready(wanted.moving)
    values = {**statement.constants, **wanted.values, **wanted.moving, "rows": 51, "after_id": LAST_ID}
    return await _explained(database, statement.sql, values, words)


def _saying(word: str, *, common: bool) -> CandidateFilter:
    return CandidateFilter(CandidateFilters(), text=f"'{word}'", common=common)


async def _read(
    database: Database, words: str, wanted: CandidateFilter = NO_FILTER
) -> tuple[list[Measured], dict[str, int]]:
    """Return what a search finds, and how many rows of each table the database read for it."""
    counted = b"select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables"
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID, requisitions="open")) as session:
        driver = await session.driver()
        before = dict(await (await driver.execute(counted)).fetchall())  # of transactions just before, too
        repository = CandidateSearchRepository(session)
        found = await repository.find(await repository.begin(parse(words)), wanted, None, "", strict=True)
        after = await (await driver.execute(counted)).fetchall()
    return found, {table: rows - before.get(table, 0) for table, rows in after}


@pytest.mark.usefixtures("filled")
async def test_each_filter_is_an_index_condition(database: Database) -> None:
    token = bytes(31) + b"\x07"
    none = CandidateFilters()
    for wanted, condition in (
        (CandidateFilter(CandidateFilters(skills="cobol")), "skill_id = 'cobol'"),
        (CandidateFilter(CandidateFilters(min_years=39)), "total_years >= "),
        (CandidateFilter(CandidateFilters(consent=Consent.GIVEN)), "consent = 'given'"),
        (CandidateFilter(CandidateFilters(source_id=OTHER)), "source_id = "),
        (CandidateFilter(CandidateFilters(requisition_id=OTHER)), "requisition_id = "),
        (CandidateFilter(CandidateFilters(stage=Stage.OFFER)), "stage = 'offer'"),
        (CandidateFilter(CandidateFilters(tags=str(OTHER))), "tag_id = "),
        (CandidateFilter(CandidateFilters(talent_pool_id=OTHER)), "talent_pool_id = "),
        (CandidateFilter(none, name_tokens=[token]), "token = "),
        (CandidateFilter(none, place_tokens=[token]), "token = "),
        (CandidateFilter(none, email_index=token), "email_index = "),
        (CandidateFilter(none, phone_index=token), "phone_index = "),
    ):
        plan = await _plan(database, wanted)
        assert any("Index Cond" in line and condition in line for line in plan.splitlines()), f"{condition}\n{plan}"
        assert "Seq Scan" not in plan.replace("Seq Scan on requisition", ""), plan


@pytest.mark.usefixtures("filled")
async def test_words_are_found_by_their_index_in_the_own_organization_alone(database: Database) -> None:
    plan = await _list_plan(database, _saying("zerspanung", common=False), "zerspanung")
    condition = next(line for line in plan.splitlines() if "Index Cond" in line and "words @@" in line)
    assert "organization_id = " in condition
    assert "candidate_text_words_idx" in plan
    scan = next(line for line in plan.splitlines() if "Bitmap Heap Scan on candidate_text" in line)
    assert f"actual rows={EACH // 300}" in scan, plan


@pytest.mark.usefixtures("filled")
async def test_of_words_that_all_have_the_newest_are_read_until_a_page_is_full(database: Database) -> None:
    plan = await _list_plan(database, _saying("postgresql", common=True), "postgresql")
    scan = next(line for line in plan.splitlines() if "on candidate " in line)
    assert "Index Scan Backward" in scan, plan
    assert "actual rows=51." in scan, plan


@pytest.mark.usefixtures("filled")
async def test_of_a_large_talent_pool_no_more_candidates_are_read_than_a_page_shows(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    asked = "select id from talent_pool where organization_id = %s limit 1"
    row = admin_connection.execute(asked, [LOCAL_ORGANIZATION_ID]).fetchone()
    assert row is not None
    plan = await _list_plan(database, CandidateFilter(CandidateFilters(talent_pool_id=row[0])))
    scan = next(line for line in plan.splitlines() if "on candidate " in line)
    assert "Index Scan Backward" in scan, plan
    assert "actual rows=51." in scan, plan


@pytest.mark.usefixtures("filled")
async def test_a_search_reads_no_more_resumes_than_its_words_or_filters_ask_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at, ranked = 100, 80
    for name, value in {"LOOKED_AT": looked_at, "COMMON": 5, "MOST_WORDED": ranked}.items():
        monkeypatch.setattr(repository_of_search, name, value)
    found, read = await _read(database, "postgresql")
    assert len(found) == ranked
    assert all(each.cut and each.worded for each in found)
    assert read["resume"] <= looked_at + 2 * ranked + 1
    assert read["candidate_text"] == 0
    found, read = await _read(database, "zerspanung")
    assert len(found) == EACH // 300
    assert read["candidate_text"] == EACH // 300
    assert read["resume"] <= looked_at + EACH // 300
    cobol = EACH // 40
    found, read = await _read(database, "postgresql", CandidateFilter(CandidateFilters(skills="cobol")))
    assert len(found) == cobol
    assert read["resume"] <= looked_at + 2 * cobol
    assert read["candidate_text"] == 0


@pytest.mark.usefixtures("filled")
async def test_words_find_the_same_people_in_whatever_way_they_are_looked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = (
        NO_FILTER,
        CandidateFilter(CandidateFilters(skills="cobol")),
        CandidateFilter(CandidateFilters(min_years=20, stage=Stage.APPLIED)),
    )
    searches = ("postgresql", "zerspanung", "zerspanung OR built", "-zerspanung", "nowhere")
    for words, wanted in product(searches, filters):
        ways = []
        for common, few in product((1, EACH), (0, EACH)):
            monkeypatch.setattr(repository_of_search, "COMMON", common)
            monkeypatch.setattr(repository_of_search, "FEW", few)
            found, _ = await _read(database, words, wanted)
            ways.append(sorted((each.candidate_id, each.rank, each.worded, each.cut) for each in found))
        assert all(way == ways[0] for way in ways), words
        assert wanted != NO_FILTER or bool(ways[0]) == (words != "nowhere")


@pytest.mark.usefixtures("filled")
async def test_what_is_said_holds_for_its_transaction_alone(database: Database) -> None:
    async def seen(session: Any) -> int:
        driver = await session.driver()
        row = await (await driver.execute("select count(*) from candidate_text")).fetchone()
        return int(row[0])

    scope = Scope(LOCAL_ORGANIZATION_ID)
    async with database.read_session(scope) as session:
        query = parse("zerspanung -postgresql")
        assert query is not None
        await CandidateSearchRepository(session).say(query)
        assert await seen(session) == 0
    for _ in range(6):
        async with database.read_session(scope) as session:
            assert await seen(session) == EACH
