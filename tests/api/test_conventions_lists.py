"""Lists: declared orders, cursors bound to what gave them, deleted rows, following by time of change."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id
from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, imported, requisition, resume_text
from tests.factories.people import add_organization, add_person

LISTS = ("requisitions", "candidates", "applications", "resumes")
REQUISITIONS = "/api/v1/requisitions"


def insert(connection: psycopg.Connection, title: str, organization_id: UUID = LOCAL_ORGANIZATION_ID) -> UUID:
    row_id = new_id()
    connection.execute(
        "insert into requisition (id, organization_id, title, description, requirements, warnings) "
        "values (%s, %s, %s, 'x', '[]', '{}')",
        [row_id, organization_id, title],
    )
    return row_id


async def walk(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    """Read a list to its end."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = await client.get(REQUISITIONS, params=asked)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if not (cursor := answer.json()["next_cursor"]):
            return rows
        asked["cursor"] = cursor


async def settled(connection: psycopg.Connection) -> None:
    """Wait until all that was changed up to now has left the second of its change."""
    await asyncio.sleep(1.05)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"sort": "name"}, "query.sort"),
        ({"unknown": "1"}, "query.unknown"),
        ({"limit": "0"}, "query.limit"),
        ({"limit": "201"}, "query.limit"),
        ({"cursor": "x" * 501}, "query.cursor"),
        ({"cursor": "\0"}, "query.cursor"),
        ({"updated_since": "yesterday"}, "query.updated_since"),
        ({"updated_since": "2026-11-21T09:00:00"}, "query.updated_since"),
        ({"deleted": "maybe"}, "query.deleted"),
        ({"updated_since": "2026-11-21T09:00:00Z", "deleted": "true"}, "query"),
        ({"updated_since": "2026-11-21T09:00:00Z", "sort": "created_at"}, "query"),
        ({"organization_id": UNKNOWN}, "query.organization_id"),
    ],
)
async def test_what_a_list_does_not_know_is_refused(
    client: httpx.AsyncClient, name: str, asked: dict[str, str], field: str
) -> None:
    assert_problem(await client.get(f"/api/v1/{name}", params=asked), 422, "invalid_input", field)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INTERVIEWER, Role.HIRING_MANAGER])
async def test_deleted_rows_are_for_those_who_may_delete(
    app: FastAPI, anonymous: httpx.AsyncClient, role: Role
) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role)
    for name in LISTS[:3]:
        answer = await anonymous.get(f"/api/v1/{name}", params={"deleted": "true"}, headers=person.headers)
        assert_problem(answer, 403, "forbidden")


async def test_a_cursor_is_refused_by_other_lists_orders_filters_and_organizations(
    app: FastAPI, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    stranger = await add_person(resources.database, resources.tokens, await add_organization(resources.database))
    for number in range(3):
        insert(admin_connection, f"Title {number}")
    cursor = (await client.get(REQUISITIONS, params={"limit": 1})).json()["next_cursor"]
    assert (await client.get(REQUISITIONS, params={"limit": 2, "cursor": cursor})).status_code == 200
    changed: list[dict[str, Any]] = [
        {"sort": "created_at"},
        {"sort": "-updated_at"},
        {"status": "open"},
        {"deleted": True},
        {"updated_since": "2026-01-01T00:00:00Z"},
    ]
    for asked in changed:
        answer = await client.get(REQUISITIONS, params={"cursor": cursor, **asked})
        assert_problem(answer, 422, "invalid_input", "query.cursor")
    for name in LISTS[1:]:
        answer = await client.get(f"/api/v1/{name}", params={"cursor": cursor})
        assert_problem(answer, 422, "invalid_input", "query.cursor")
    answer = await anonymous.get(REQUISITIONS, params={"cursor": cursor}, headers=stranger.headers)
    assert_problem(answer, 422, "invalid_input", "query.cursor")


async def test_a_cursor_holds_after_a_restart(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    for number in range(2):
        insert(admin_connection, f"Title {number}")
    cursor = (await client.get(REQUISITIONS, params={"limit": 1})).json()["next_cursor"]
    resources: Resources = app.state.resources
    keyring = type(resources.database.keyring).for_tests()
    assert keyring.sign("x") != resources.database.keyring.sign("x"), "one that has not read the keys knows none"
    resources.database.keyring = keyring
    async with app.router.lifespan_context(app):
        assert (await client.get(REQUISITIONS, params={"limit": 1, "cursor": cursor})).status_code == 200


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "updated_at", "-updated_at"])
async def test_lists_are_in_the_order_that_is_asked_for(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, sort: str
) -> None:
    made = [insert(admin_connection, f"Title {number}") for number in range(7)]
    for row_id in (made[5], made[1], made[3]):
        admin_connection.execute("update requisition set title = 'Changed' where id = %s", [row_id])
    changed = [made[0], made[2], made[4], made[6], made[5], made[1], made[3]]
    wanted = [str(row_id) for row_id in (changed if sort.endswith("updated_at") else made)]
    rows = await walk(client, sort=sort, limit=2)
    assert [row["id"] for row in rows] == (wanted[::-1] if sort.startswith("-") else wanted)


async def test_the_total_is_given_when_asked_for(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    for number in range(3):
        insert(admin_connection, f"Title {number}")
    assert (await client.get(REQUISITIONS)).json()["total"] is None
    for asked, total in (({}, 3), ({"status": "closed"}, 0), ({"updated_since": "2000-01-01T00:00:00Z"}, 0)):
        answer = await client.get(REQUISITIONS, params={"limit": 1, "include_total": True, **asked})
        assert answer.json()["total"] == total, asked


@pytest.mark.parametrize(("deleted", "left"), [(2, 1), (3, 0)])
async def test_the_total_is_given_where_nothing_is_left_behind_the_cursor(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, deleted: int, left: int
) -> None:
    made = [insert(admin_connection, f"Title {number}") for number in range(3)]
    asked = {"limit": 1, "sort": "created_at", "include_total": True}
    first = (await client.get(REQUISITIONS, params=asked)).json()
    second = (await client.get(REQUISITIONS, params=asked | {"cursor": first["next_cursor"]})).json()
    assert (first["total"], second["total"]) == (3, 3)
    admin_connection.execute("update requisition set deleted_at = now() where id = any(%s)", [made[3 - deleted :]])
    answer = await client.get(REQUISITIONS, params=asked | {"cursor": second["next_cursor"]})
    assert (answer.json()["items"], answer.json()["total"]) == ([], left)


async def test_a_deleted_row_is_listed_as_such_and_comes_back_whole(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()}, made["id"])
    address = f"{REQUISITIONS}/{made['id']}"
    await client.post(f"{address}/match")
    await work()
    ranking = (await client.get(f"{address}/matches")).json()
    assert len(ranking["items"]) == 1
    assert_problem(await client.post(f"{address}/restore"), 404, "not_found")
    assert (await client.delete(address)).status_code == 204
    assert (await client.get("/api/v1/applications")).json()["items"] == []
    gone = (await client.get(REQUISITIONS, params={"deleted": True})).json()["items"]
    assert [row["id"] for row in gone] == [made["id"]]
    assert gone[0]["deleted_at"] is not None
    assert_problem(await client.post(f"{address}/restore", headers={"If-Match": '"0.0"'}), 412, "precondition_failed")
    back = await client.post(f"{address}/restore")
    assert back.status_code == 200, back.text
    assert back.json()["deleted_at"] is None
    assert back.headers["etag"] == (await client.get(address)).headers["etag"]
    assert len((await client.get("/api/v1/applications")).json()["items"]) == 1
    assert (await client.get(f"{address}/matches")).json() == ranking


async def test_a_deleted_candidate_comes_back_with_resumes_and_applications(
    client: httpx.AsyncClient, work: Work
) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()}, made["id"])
    found = (await client.get("/api/v1/candidates")).json()["items"][0]
    address = f"/api/v1/candidates/{found['id']}"
    before = (await client.get(address)).json()
    await client.delete(address)
    after = await client.post(f"{address}/restore")
    assert after.status_code == 200, after.text
    assert after.json() | {"updated_at": 0} == before | {"updated_at": 0}
    assert len((await client.get("/api/v1/applications")).json()["items"]) == 1
    assert (await client.get("/api/v1/candidates", params={"email": found["email"]})).json()["items"] != []


async def test_a_candidate_does_not_come_back_where_the_same_file_came_in_again(
    client: httpx.AsyncClient, work: Work
) -> None:
    await imported(client, work, {"mara.txt": resume_text()})
    found = (await client.get("/api/v1/candidates")).json()["items"][0]
    await client.delete(f"/api/v1/candidates/{found['id']}")
    await imported(client, work, {"mara.txt": resume_text()})
    assert_problem(await client.post(f"/api/v1/candidates/{found['id']}/restore"), 409, "conflict")


async def test_what_two_deletions_hide_comes_back_with_the_second_restoration(
    client: httpx.AsyncClient, work: Work
) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()}, made["id"])
    person = (await client.get("/api/v1/candidates")).json()["items"][0]["id"]
    both = (f"/api/v1/candidates/{person}", f"{REQUISITIONS}/{made['id']}")
    for order in (both, both[::-1]):
        for address in order:
            assert (await client.delete(address)).status_code == 204
        for address in order:
            assert (await client.get("/api/v1/applications")).json()["items"] == []
            assert (await client.post(f"{address}/restore")).status_code == 200
        assert len((await client.get("/api/v1/applications")).json()["items"]) == 1


async def test_followers_see_changes_and_deletions_and_no_personal_data_of_the_deleted(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    await imported(client, work, {"mara.txt": resume_text(), "bo.txt": resume_text("Bo Ek", "bo@example.org")})
    since = datetime.now(UTC)
    person = next(
        row for row in (await client.get("/api/v1/candidates")).json()["items"] if row["name"] == "Mara Lindqvist"
    )
    await client.delete(f"/api/v1/candidates/{person['id']}")
    await settled(admin_connection)
    for name, private in (("candidates", ("name", "email", "phone", "headline")), ("resumes", ("file_name",))):
        asked = {"updated_since": since.isoformat()}
        rows = (await client.get(f"/api/v1/{name}", params=asked)).json()["items"]
        assert len(rows) == 1
        assert rows[0]["deleted_at"] is not None
        assert not any(rows[0][field] for field in private)
    everything = (await client.get("/api/v1/candidates", params={"updated_since": "2000-01-01T00:00:00Z"})).json()
    assert [row["name"] for row in everything["items"]] == ["Bo Ek", None]


async def test_the_time_given_is_included(client: httpx.AsyncClient, admin_connection: psycopg.Connection) -> None:
    insert(admin_connection, "Title")
    await settled(admin_connection)
    row = (await client.get(REQUISITIONS, params={"updated_since": "2000-01-01T00:00:00Z"})).json()["items"][0]
    again = await client.get(REQUISITIONS, params={"updated_since": row["updated_at"]})
    assert [each["id"] for each in again.json()["items"]] == [row["id"]]
    later = datetime.fromisoformat(row["updated_at"]) + timedelta(microseconds=1)
    assert (await client.get(REQUISITIONS, params={"updated_since": later.isoformat()})).json()["items"] == []


async def test_a_follower_never_passes_a_row_whose_transaction_is_still_running(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, test_database: Any
) -> None:
    start = datetime.now(UTC).isoformat()
    with psycopg.connect(test_database.admin_url) as slow:
        late = insert(slow, "Slow")
        await asyncio.sleep(1.1)  # others change later and are committed earlier
        quick = insert(admin_connection, "Quick")
        await settled(admin_connection)
        assert await walk(client, updated_since=start) == [], "what comes after a running change must wait for it"
        slow.commit()
    rows = await walk(client, updated_since=start)
    assert [row["id"] for row in rows] == [str(late), str(quick)]


async def test_a_follower_misses_no_row_that_changes_while_the_pages_are_read(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, test_database: Any
) -> None:
    """Rows are made, changed and deleted by three writers at a time; the copy ends up equal."""
    made = [insert(admin_connection, f"Title {number}") for number in range(30)]
    stop = asyncio.Event()

    async def write(number: int) -> None:
        async with await psycopg.AsyncConnection.connect(test_database.admin_url) as connection:
            round_number = 0
            while not stop.is_set():
                round_number += 1
                row_id = made[(number * 7 + round_number * 11) % len(made)]
                await connection.execute(
                    "update requisition set title = %s, deleted_at = case when random() < 0.3 then now() end "
                    "where id = %s",
                    [f"{number}.{round_number}", row_id],
                )
                await asyncio.sleep(0.02 * number)  # with the transaction open
                await connection.commit()

    copy: dict[str, tuple[str, bool]] = {}
    since = "2000-01-01T00:00:00+00:00"

    async def follow() -> None:
        nonlocal since
        rows = await walk(client, updated_since=since, limit=5)
        for row in rows:
            copy[row["id"]] = (row["title"], row["deleted_at"] is not None)
        since = max([since, *(row["updated_at"].replace("Z", "+00:00") for row in rows)])

    writers = [asyncio.create_task(write(number)) for number in range(3)]
    for _ in range(12):
        await follow()
        await asyncio.sleep(0.25)
    stop.set()
    await asyncio.gather(*writers)
    await settled(admin_connection)
    await follow()
    rows = admin_connection.execute("select id::text, title, deleted_at is not null from requisition").fetchall()
    assert copy == {row_id: (title, gone) for row_id, title, gone in rows}
