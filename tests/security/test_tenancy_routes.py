"""Every route called with ids of another organization: nothing of it is seen and nothing of it changes.

The list of routes comes from the application. A route whose path, body or filter is not known here fails the test.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql

from talentflux.core.database import Scope
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import OTHER_ORGANIZATION
from tests.api.support import requisition, resume_text

REQUIREMENT = {"id": "r1", "kind": "skill", "text": "Python", "skill_ids": ["python"]}
BODIES: dict[str, dict[str, Any]] = {
    "create_requisition": {"json": {"description": "Required:\n- Python"}},
    "create_requisition_from_file": {"files": {"file": ("job.md", b"Required:\n- Python\n- SQL")}},
    "edit_requirements": {"json": {"version": 1, "requirements": [REQUIREMENT]}},
    "match_requisition": {"json": {}},
    "update_application": {"json": {"stage": "hired"}},
    "update_candidate": {"json": {"name": "Taken Over"}},
    "upload_resumes": {"files": [("files", ("mine.txt", resume_text()))]},
}
IN_PATH = {
    "application_id": "application",
    "candidate_id": "candidate",
    "requisition_id": "requisition",
    "resume_id": "resume",
    "task_id": "task",
}
Rows = dict[str, list[tuple[Any, ...]]]


def tenant_tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'public' "
        "and column_name = 'organization_id' order by 1"
    )
    return [row[0] for row in rows.fetchall()]


@pytest.fixture
def canaries(foreign: dict[str, UUID], admin_connection: psycopg.Connection) -> dict[str, UUID]:
    """Rows of another organization in every table that has tenants."""
    foreign["match"] = UUID(int=OTHER_ORGANIZATION.int + 22)
    admin_connection.execute(
        "insert into match (id, organization_id, requisition_id, candidate_id, resume_id, task_id, "
        "requirements_version, total, result, scorer) values (%s, %s, %s, %s, %s, %s, 1, 99, %s, 'canary')",
        [
            foreign["match"],
            OTHER_ORGANIZATION,
            *(foreign[name] for name in ("requisition", "candidate", "resume", "task")),
            json.dumps({"total": 99, "strengths": ["canary"], "gaps": [], "flags": []}),
        ],
    )
    admin_connection.execute(
        "insert into resume_skill (organization_id, skill_id, resume_id) values (%s, 'python', %s)",
        [OTHER_ORGANIZATION, foreign["resume"]],
    )
    admin_connection.execute("update resume set status = 'parsed', masked_text = 'canary Python', features = '{}'")
    for table, found in foreign_rows(admin_connection).items():
        assert found, f"{table} has no canary: add one here"
    return foreign


def foreign_rows(connection: psycopg.Connection) -> Rows:
    return {
        table: connection.execute(
            sql.SQL("select * from {} where organization_id = %s").format(sql.Identifier(table)), [OTHER_ORGANIZATION]
        ).fetchall()
        for table in tenant_tables(connection)
    }


def calls(app: FastAPI, ids: dict[str, UUID]) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Yield method, path, arguments, and whether the path holds a foreign id."""
    for path, methods in app.openapi()["paths"].items():
        given = {name: str(ids[table]) for name, table in IN_PATH.items() if f"{{{name}}}" in path}
        for method, operation in methods.items():
            arguments = dict(BODIES[operation["operationId"]]) if "requestBody" in operation else {}
            arguments["params"] = filters(operation.get("parameters", []), ids)
            yield method, path.format(**given), arguments, bool(given)
    for top in ("", "?top=50", "?blind=true"):
        yield "get", f"/requisitions/{ids['requisition']}/shortlist{top}", {}, True
    yield "get", "/", {}, False


def filters(parameters: list[dict[str, Any]], ids: dict[str, UUID]) -> dict[str, str]:
    known = {
        **{name: str(ids[table]) for name, table in IN_PATH.items()},
        "email": "canary@example.org",
        "limit": "200",
        "q": "canary",
        "top": "50",
        "blind": "false",
        "status": "",
        "stage": "",
    }
    wanted = [each["name"] for each in parameters if each["in"] == "query" and each["name"] != "cursor"]
    return {name: known[name] for name in wanted if known[name]}


def cursors(ids: dict[str, UUID]) -> list[str]:
    """Return cursors as the lists make them, that would lead to foreign rows."""
    keys: list[list[object]] = [[str(UUID(int=ids["application"].int + 1))], [100.0, str(UUID(int=2**128 - 1))]]
    return [base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=") for key in keys]


@pytest.mark.parametrize("row_security", [True, False])
async def test_no_route_shows_or_changes_rows_of_another_organization(
    app: FastAPI,
    client: httpx.AsyncClient,
    canaries: dict[str, UUID],
    admin_connection: psycopg.Connection,
    *,
    row_security: bool,
) -> None:
    if not row_security:  # then the filters of the repositories hold alone
        for table in tenant_tables(admin_connection):
            admin_connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))
    before = foreign_rows(admin_connection)
    seen = 0
    for method, path, arguments, is_foreign in calls(app, canaries):
        answer = await client.request(method, path, **arguments)
        seen += 1
        assert "canary" not in answer.text.lower(), (method, path)
        assert str(OTHER_ORGANIZATION) not in answer.text, (method, path)
        lists = path.endswith(("/matches", "/applications"))
        assert answer.status_code == 404 if is_foreign and not lists else answer.status_code < 500, (method, path)
    assert seen > 20
    assert foreign_rows(admin_connection) == before


async def test_cursors_lead_nowhere_else(app: FastAPI, client: httpx.AsyncClient, canaries: dict[str, UUID]) -> None:
    mine = await requisition(client)
    lists = 0
    for path, methods in app.openapi()["paths"].items():
        if "cursor" not in [each["name"] for each in methods.get("get", {}).get("parameters", [])]:
            continue
        lists += 1
        for cursor in cursors(canaries):
            answer = await client.get(path.format(requisition_id=mine["id"]), params={"cursor": cursor})
            assert answer.status_code in (200, 422), path
            assert "canary" not in answer.text.lower(), path
    assert lists >= 5


async def test_files_and_upload_cannot_name_a_foreign_requisition(
    client: httpx.AsyncClient, canaries: dict[str, UUID], admin_connection: psycopg.Connection
) -> None:
    answer = await client.post(
        "/api/v1/resumes",
        files={"files": ("a.txt", resume_text())},
        data={"requisition_id": str(canaries["requisition"])},
    )
    assert answer.status_code == 404
    kept = admin_connection.execute("select count(*) from resume where organization_id <> %s", [OTHER_ORGANIZATION])
    assert kept.fetchone() == (0,)


async def test_each_policy_alone_hides_the_rows_of_its_table(
    app: FastAPI, canaries: dict[str, UUID], admin_connection: psycopg.Connection
) -> None:
    async def seen(table: str) -> set[UUID]:
        async with app.state.resources.database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
            driver = await session.driver()
            rows = await driver.execute(sql.SQL("select organization_id from {}").format(sql.Identifier(table)))
            return {row[0] for row in await rows.fetchall()}

    for table in tenant_tables(admin_connection):
        assert OTHER_ORGANIZATION not in await seen(table), table
        admin_connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))
        assert OTHER_ORGANIZATION in await seen(table), f"{table}: something else hides the row, this proves nothing"
