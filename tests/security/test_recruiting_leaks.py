"""A confidential requisition and who applied to it: what colleagues outside of its team get to see and to change."""

import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.conftest import Work
from tests.factories.canaries import tenant_tables
from tests.factories.recruiting import Story, add_story, example_of, words

SECRET, NAME = "Zyqokavu", "Vorzelquim"
OUTSIDERS = (Role.HIRING_MANAGER, Role.INTERVIEWER)
"""Roles that see what their own teams look after, and nothing else."""
OF_THE_REQUISITION = (
    "requisition_id", "application_id", "job_id", "tracking_link_id", "approval_id", "opening_id", "note_id",
    "referral_id", "application_task_id", "data_import_id",
)  # fmt: skip
OWN = {"idempotency_key", "user_session", "audit_event", "audit_head", "event", "api_key", "member"}
"""Tables in which whoever asks leaves traces of their own."""


@pytest.fixture
async def story(app: FastAPI, work: Work) -> Story:
    return await add_story(app, work, SECRET, NAME)


def rows(connection: psycopg.Connection) -> dict[str, list[str]]:
    return {
        table: sorted(row[0] for row in connection.execute(f"select t::text from {table} t").fetchall())
        for table in tenant_tables(connection)
        if table not in OWN
    }


async def test_those_outside_of_the_team_read_neither_the_requisition_nor_who_applied(story: Story) -> None:
    seen = []
    for role in OUTSIDERS:
        person = await story.tenant.person(role)
        for method, path, described in story.operations({"GET"}):
            told = words(await story.tenant.call(person, method, path, params={"include_total": "true"}))
            seen += [(role, described["operationId"]) for word in (SECRET, NAME) if word.lower() in told]
            seen += [(role, path) for name in OF_THE_REQUISITION if story.ids[name] in told and name not in path]
    assert seen == []


async def test_recruiters_outside_of_the_team_read_of_the_candidate_and_nothing_of_the_requisition(
    story: Story,
) -> None:
    seen, of_candidate = [], set()
    for role in (Role.RECRUITER, Role.VIEWER):
        person = await story.tenant.person(role)
        for method, path, described in story.operations({"GET"}):
            told = words(await story.tenant.call(person, method, path))
            seen += [(role, described["operationId"])] if SECRET.lower() in told else []
            of_candidate |= {described["operationId"]} if NAME.lower() in told else set()
    assert seen == []
    assert {"get_candidate", "list_candidates"} <= of_candidate


async def test_the_owner_reads_both(story: Story) -> None:
    told = [words(await story.tenant.call(story.owner, method, path)) for method, path, _ in story.operations({"GET"})]
    for word in (SECRET, NAME):
        assert sum(word.lower() in each for each in told) >= 20


@pytest.mark.timeout(180)
async def test_nobody_outside_of_the_team_changes_anything_of_it(
    story: Story, admin_connection: psycopg.Connection
) -> None:
    before = rows(admin_connection)
    done, tried = [], 0
    for role in (*OUTSIDERS, Role.RECRUITER):
        person = await story.tenant.person(role)
        mine = (
            set(story.ids.values()) - {story.ids["requisition_template_id"]}
            if role in OUTSIDERS
            else {story.ids[name] for name in OF_THE_REQUISITION}
        )
        for method, path, described in story.operations({"POST", "PUT", "PATCH", "DELETE"}):
            if not any(part in mine for part in path.split("/")):
                continue
            answer = await story.tenant.call(person, method, path, example_of(story, described))
            tried += 1
            if answer.is_success or answer.status_code >= 500 or SECRET.lower() in words(answer):
                done.append((str(role), described["operationId"], answer.status_code, answer.text[:200]))
    assert done == []
    assert tried > 150
    after = rows(admin_connection)
    assert [table for table, kept in before.items() if kept != after[table]] == []
