"""A POST with an `Idempotency-Key`: carried out once, answered alike, refused where the key says something else."""

import asyncio
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from talentflux.api.router import PREFIX
from talentflux.api.routing import ApiRoute
from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources, access_of
from talentflux.services import idempotency_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.support import JOB, assert_problem, requisition, resume_text, upload
from tests.factories.blocking import end_blocked, until_blocked
from tests.factories.people import Person, add_organization, add_person

REQUISITIONS = "/api/v1/requisitions"


def key(value: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": value or str(uuid4())}


async def create(client: httpx.AsyncClient, headers: dict[str, str], description: str = JOB) -> httpx.Response:
    return await client.post(REQUISITIONS, json={"description": description}, headers=headers)


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


async def login(app: FastAPI, role: Role = Role.OWNER, *, elsewhere: bool = False) -> Person:
    resources: Resources = app.state.resources
    organization = await add_organization(resources.database) if elsewhere else LOCAL_ORGANIZATION_ID
    return await add_person(resources.database, resources.tokens, organization, role)


@pytest.mark.parametrize("given", [b"", b"a b", b"a" * 256, "schlüssel".encode(), b"tab\there", b"\xff"])
async def test_a_key_of_another_form_is_refused(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, given: bytes
) -> None:
    answer = await client.post(REQUISITIONS, json={"description": JOB}, headers=[(b"Idempotency-Key", given)])
    assert_problem(answer, 422, "invalid_input", "header.Idempotency-Key")
    assert count(admin_connection, "requisition") == 0


async def test_two_keys_are_refused(client: httpx.AsyncClient) -> None:
    headers = [("Idempotency-Key", "one"), ("Idempotency-Key", "two")]
    answer = await client.post(REQUISITIONS, json={"description": JOB}, headers=headers)
    assert_problem(answer, 422, "invalid_input", "header.Idempotency-Key")


async def test_a_key_with_another_body_is_refused(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    headers = key()
    assert (await create(client, headers)).status_code == 201
    answer = await create(client, headers, "Another description")
    assert_problem(answer, 422, "idempotency_key_reused", "header.Idempotency-Key")
    assert count(admin_connection, "requisition") == 1


async def test_a_key_with_another_address_is_refused(client: httpx.AsyncClient) -> None:
    made = (await requisition(client))["id"]
    other = (await requisition(client))["id"]
    headers = key()
    first = await client.post(f"{REQUISITIONS}/{made}/match", headers=headers)
    assert first.status_code == 202, first.text
    answer = await client.post(f"{REQUISITIONS}/{other}/match", headers=headers)
    assert_problem(answer, 422, "idempotency_key_reused", "header.Idempotency-Key")


async def test_without_a_log_in_nothing_is_answered_from_a_key(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    headers = key()
    assert (await create(client, headers)).status_code == 201
    assert_problem(await create(anonymous, headers), 401, "unauthenticated")


async def test_who_has_lost_the_permission_gets_no_kept_answer(
    app: FastAPI, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    person = await login(app, Role.RECRUITER)
    headers = person.headers | key()
    assert (await create(anonymous, headers)).status_code == 201
    admin_connection.execute("update member set role = 'viewer' where id = %s", [person.member_id])
    assert_problem(await create(anonymous, headers), 403, "forbidden")


async def test_while_the_first_is_running_a_repeat_is_refused(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    await create(client, key())  # the organization's first work makes its keys, for which the second would wait
    headers = key()
    with admin_connection.transaction():
        admin_connection.execute("lock table requisition in exclusive mode")
        first = asyncio.create_task(create(client, headers))
        await until_blocked(admin_connection)
        answer = await create(client, headers)
        assert_problem(answer, 409, "idempotency_key_in_use")
        assert answer.headers["retry-after"] == "1"
    made = await first
    assert made.status_code == 201
    assert (await create(client, headers)).content == made.content
    assert count(admin_connection, "requisition") == 2


async def test_twenty_parallel_repeats_make_one_row_and_get_one_answer(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    headers = key()

    async def insist() -> httpx.Response:
        for _ in range(200):
            answer = await create(client, headers)
            if answer.status_code not in {409, 503}:  # 503: five connections for twenty
                break
            await asyncio.sleep(0.05)
        return answer

    answers = await asyncio.gather(*(insist() for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({(answer.headers["etag"], answer.headers["location"]) for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == ["", *["true"] * 19]
    assert count(admin_connection, "requisition") == 1


async def test_a_fault_at_the_commit_leaves_neither_work_nor_answer(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute(
        "create function fail() returns trigger language plpgsql as $$begin raise 'crash'; end$$;"
        "create constraint trigger crash after insert on idempotency_key deferrable initially deferred "
        "for each row execute function fail()"
    )
    headers = key()
    assert (await create(client, headers)).status_code == 500
    assert count(admin_connection, "requisition") == 0
    assert count(admin_connection, "idempotency_key") == 0
    admin_connection.execute("drop trigger crash on idempotency_key")
    answer = await create(client, headers)
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers
    assert count(admin_connection, "requisition") == 1


async def test_a_connection_lost_while_working_leaves_neither_work_nor_answer(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    headers = key()
    with admin_connection.transaction():
        admin_connection.execute("lock table requisition in exclusive mode")
        first = asyncio.create_task(create(client, headers))
        await end_blocked(admin_connection)
        assert (await first).status_code >= 500
    assert count(admin_connection, "idempotency_key") == 0
    assert (await create(client, headers)).status_code == 201
    assert count(admin_connection, "requisition") == 1


async def test_a_refusal_is_not_kept(client: httpx.AsyncClient) -> None:
    headers = key()
    assert (await create(client, headers, "")).status_code == 422
    assert (await create(client, headers)).status_code == 201


async def test_a_repeat_gets_the_same_answer(client: httpx.AsyncClient, admin_connection: psycopg.Connection) -> None:
    headers = key("~" * 255)
    first, second = await create(client, headers), await create(client, headers)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    for name in ("location", "etag", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert count(admin_connection, "requisition") == 1
    assert (await client.get(first.headers["location"])).json() == first.json()


async def test_a_repeated_task_is_enqueued_once(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = (await requisition(client))["id"]
    headers = key()
    answers = [await client.post(f"{REQUISITIONS}/{made}/match", headers=headers) for _ in range(3)]
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert count(admin_connection, "procrastinate_jobs") == 1


async def test_files_sent_again_are_the_same_request_and_other_bytes_are_not(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    client.headers["Idempotency-Key"] = "upload"
    files = {"a.txt": resume_text(), "b.txt": resume_text("Ida Berg", "ida@example.org")}
    first, second = await upload(client, files), await upload(client, files)
    assert first.status_code == second.status_code == 202, first.text
    assert first.content == second.content
    assert first.request.headers["content-type"] != second.request.headers["content-type"], "the boundary differs"
    assert count(admin_connection, "task") == 1
    for changed in ({"a.txt": files["a.txt"]}, files | {"a.txt": b"x"}, {"c.txt": files["a.txt"], "b.txt": b"y"}):
        assert_problem(await upload(client, changed), 422, "idempotency_key_reused", "header.Idempotency-Key")


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_the_same_key_of_somebody_else_is_another_request(
    app: FastAPI, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection, *, elsewhere: bool
) -> None:
    headers = key()
    answers = [
        await create(anonymous, (await login(app)).headers | headers),
        await create(anonymous, (await login(app, elsewhere=elsewhere)).headers | headers),
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert count(admin_connection, "requisition") == 2


async def test_without_a_key_each_request_is_carried_out(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    assert [(await create(client, {})).status_code for _ in range(2)] == [201, 201]
    assert count(admin_connection, "requisition") == 2
    assert count(admin_connection, "idempotency_key") == 0


async def test_the_table_shows_neither_key_nor_answer(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    await create(client, key("mara.canary@example.org"), "Canary description")
    row = admin_connection.execute("select idempotency_key::text, answer, key_index from idempotency_key").fetchone()
    assert row is not None
    stored = row[0].encode() + bytes(row[1]) + bytes(row[2])
    for canary in (b"canary", b"Canary", b"description"):
        assert canary not in stored
        assert canary.hex().encode() not in stored


async def test_after_24_hours_a_key_is_new_again(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    headers = key()
    first = await create(client, headers)
    kept = admin_connection.execute(
        "select extract(epoch from expires_at - created_at) from idempotency_key"
    ).fetchone()
    assert kept == (24 * 3600,)
    admin_connection.execute("update idempotency_key set expires_at = now() - interval '1 second'")
    second = await create(client, headers, "Another description")
    assert second.status_code == 201
    assert first.json()["id"] != second.json()["id"]
    assert count(admin_connection, "idempotency_key") == 1


async def test_purging_removes_expired_answers_only(
    client: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await create(client, key())
    await create(client, key("expired"))
    admin_connection.execute(
        "update idempotency_key set expires_at = now() - interval '1 second' "
        "where id = (select max(id::text) from idempotency_key)::uuid"
    )
    async with database.write_session(Scope(identity=True)) as session:
        assert await idempotency_service.purge(session) == 1
    assert count(admin_connection, "idempotency_key") == 1


def test_every_operation_of_the_api_goes_through_the_route_class(app: FastAPI) -> None:
    for found in iter_route_contexts(app.routes):
        route = found.route
        if str(found.path).startswith(PREFIX) and isinstance(route, APIRoute):
            assert isinstance(route, ApiRoute), f"{found.path}: give its router route_class=ApiRoute"


def test_every_guarded_post_says_that_it_takes_a_key(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    seen = 0
    for found in iter_route_contexts(app.routes):
        operation = paths.get(str(found.path_format), {}).get("post") if "POST" in (found.methods or ()) else None
        if operation is None:
            continue
        guarded = any(access.kind != "public" for access in access_of(found))
        named = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in named) is guarded, found.path
        assert not guarded or {"409", "422"} <= operation["responses"].keys(), found.path
        seen += guarded
    assert seen >= 5
