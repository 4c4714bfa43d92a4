"""The audit log over the API: who may read it, what is in it, and what cannot be got out of it."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.services import audit_keeper, audit_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import UNKNOWN
from tests.factories.accounts import add_owner, log_in
from tests.factories.people import Person, add_organization, add_person

EVENTS = "/api/v1/audit-events"
LOCAL = Scope(LOCAL_ORGANIZATION_ID)


async def entered(database: Database, count: int = 1, scope: Scope = LOCAL, **values: object) -> None:
    async with database.write_session(scope) as session:
        for number in range(count):
            after = {"number": number, **values}
            audit_service.record(session, "test.made", "test", UUID(int=number + 1), after=after)


async def written(app: FastAPI) -> None:
    resources: Resources = app.state.resources
    await audit_keeper.write_events(resources.database)


async def found(client: httpx.AsyncClient, **filters: str) -> list[dict[str, Any]]:
    answer = await client.get(EVENTS, params=filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize("path", ["", "/export", "/verification", f"/{UNKNOWN}"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_only_owners_read_the_log(app: FastAPI, anonymous: httpx.AsyncClient, role: Role, path: str) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role)
    answer = await anonymous.get(EVENTS + path, headers=person.headers)
    assert answer.status_code == 403


async def test_a_refusal_is_in_the_log_with_who_and_what(
    app: FastAPI, anonymous: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    asked = uuid4()
    answer = await anonymous.delete(f"/api/v1/candidates/{asked}", headers=person.headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
    await written(app)
    (event,) = await found(client, action="access.denied")
    assert event["actor"] == f"user:{person.user_id}"
    assert event["resource_id"] == str(asked)
    assert event["request_id"] == answer.headers["x-request-id"]
    assert event["changes"]["method"] == {"after": "DELETE"}
    assert event["changes"]["code"] == {"after": "forbidden"}


@pytest.mark.parametrize("wanted", ["other", "nonsense"])
async def test_naming_an_organization_of_others_is_in_the_log_of_the_platform(
    app: FastAPI, anonymous: httpx.AsyncClient, owner: Person, admin_connection: psycopg.Connection, wanted: str
) -> None:
    resources: Resources = app.state.resources
    other = await add_organization(resources.database)
    given = str(other) if wanted == "other" else wanted
    for headers, actor in (
        (owner.headers, f"user:{owner.user_id}"),
        ({"Authorization": "Bearer forged"}, None),
    ):
        answer = await anonymous.get("/api/v1/candidates", headers={**headers, "X-Organization-Id": given})
        assert answer.status_code == (401 if actor is None else 404 if wanted == "other" else 422)
    await written(app)
    rows = admin_connection.execute(
        "select actor, resource_id from audit_event where organization_id is null and action = 'access.denied'"
    ).fetchall()
    assert rows == ([(f"user:{owner.user_id}", other)] if wanted == "other" else [])


async def test_a_key_and_a_browser_that_name_an_organization_of_others_are_in_the_log_too(
    app: FastAPI, anonymous: httpx.AsyncClient, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    other = await add_organization(resources.database)
    given = {"label": "Site", "scopes": ["candidate:read"]}
    key = (await client.post("/api/v1/api-keys", json=given)).json()["key"]
    await add_owner(resources.database)
    assert (await log_in(anonymous, session="browser")).status_code == 200
    for headers in ({"Authorization": f"Bearer {key}"}, {}):
        answer = await anonymous.get("/api/v1/candidates", headers={**headers, "X-Organization-Id": str(other)})
        assert answer.status_code == 404, answer.text
    await written(app)
    rows = admin_connection.execute("select actor, resource_id from audit_event where action = 'access.denied'")
    assert rows.fetchall() == [("anonymous", other)] * 2


async def test_a_refusal_of_what_is_no_id_names_no_row(
    app: FastAPI, anonymous: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    assert (await anonymous.delete("/api/v1/candidates/x", headers=person.headers)).status_code == 403
    await written(app)
    (event,) = await found(client, action="access.denied")
    assert event["resource_id"] is None


async def test_unknown_filters_and_cursors_are_refused(client: httpx.AsyncClient) -> None:
    for filters in ({"colour": "red"}, {"cursor": "x"}, {"resource_id": "1"}, {"since": "yesterday"}, {"limit": "0"}):
        assert (await client.get(EVENTS, params=filters)).status_code == 422, filters


async def test_events_of_another_organization_are_not_found(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    other = await add_organization(resources.database)
    await entered(resources.database, scope=Scope(other))
    row = admin_connection.execute("select id from audit_event where organization_id = %s", [other]).fetchone()
    assert row is not None
    assert (await client.get(f"{EVENTS}/{row[0]}")).status_code == 404
    assert await found(client, resource="test") == []


async def test_the_list_is_read_page_by_page_and_filtered(app: FastAPI, client: httpx.AsyncClient) -> None:
    resources: Resources = app.state.resources
    await entered(resources.database, 7)
    first = (await client.get(EVENTS, params={"limit": 4, "resource": "test"})).json()
    second = (await client.get(EVENTS, params={"limit": 4, "resource": "test", "cursor": first["next_cursor"]})).json()
    sequences = [event["sequence"] for event in first["items"] + second["items"]]
    assert sequences == sorted(sequences, reverse=True)
    assert len(sequences) == 7
    assert second["next_cursor"] is None
    assert len(await found(client, resource_id=str(UUID(int=3)))) == 1
    assert len(await found(client, actor="system", action="test.made")) == 7
    assert await found(client, resource="test", until="2020-01-01T00:00:00Z") == []
    assert len(await found(client, resource="test", since="2020-01-01T00:00:00Z")) == 7
    one = await client.get(f"{EVENTS}/{first['items'][0]['id']}")
    assert one.json() == first["items"][0]


async def test_an_export_needs_a_recent_proof_of_identity(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, proven=False)
    answer = await anonymous.get(f"{EVENTS}/export", headers=person.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")


async def test_an_export_holds_all_events_and_is_an_event_itself(app: FastAPI, client: httpx.AsyncClient) -> None:
    resources: Resources = app.state.resources
    await entered(resources.database, 1203)
    answer = await client.get(f"{EVENTS}/export", params={"resource": "test"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert len(lines) == 1203
    assert lines[0].keys() == (await found(client, limit="1"))[0].keys()
    await written(app)
    (event,) = await found(client, action="audit.export")
    assert event["changes"]["resource"] == {"after": "test"}


async def test_cells_of_a_table_are_no_formulas(app: FastAPI, client: httpx.AsyncClient) -> None:
    resources: Resources = app.state.resources
    starts = "=+-@\t\r\n＝＋－＠"
    for start in starts:
        async with resources.database.write_session(LOCAL) as session:
            audit_service.record(session, f"{start}cmd|' /C calc'!A0", "test", None)
    answer = await client.get(f"{EVENTS}/export", params={"format": "csv", "resource": "test"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == len(starts)
    for row in rows:
        assert not any(cell.startswith(tuple(starts)) for cell in row.values())
    assert {row["action"][:2] for row in rows} == {f"'{start}" for start in starts}


async def test_what_people_wrote_begins_no_cell_where_semicolons_part_them(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    label = "payroll;=cmd|' /C calc'!A0;\t@SUM(1)\r\n=1+1"
    resources: Resources = app.state.resources
    await entered(resources.database, label=label)
    text = (await client.get(f"{EVENTS}/export", params={"format": "csv", "resource": "test"})).text
    assert not any(
        cell.strip("'\" \t\r\n").startswith(("=", "@")) for line in text.splitlines() for cell in line.split(";")
    )
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert orjson.loads(row["changes"])["label"] == {"after": label}


async def test_verification_names_the_first_bad_event(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    await entered(resources.database, 5)
    good = (await client.get(f"{EVENTS}/verification")).json()
    assert good["intact"]
    assert good["events"] >= 5
    bad = good["events"] - 2
    admin_connection.execute(
        "update audit_event set actor = 'user:nobody' where organization_id = %s and sequence = %s",
        [LOCAL_ORGANIZATION_ID, bad],
    )
    answer = (await client.get(f"{EVENTS}/verification")).json()
    assert (answer["intact"], answer["fault"], answer["sequence"]) == (False, "edited", bad)
