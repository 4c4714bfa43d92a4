"""Webhooks over the API: refusals first, then what receivers on loopback get."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.config import Settings
from talentflux.core.permissions import Role
from tests.api.conftest import Work
from tests.api.support import assert_problem
from tests.factories.tenants import add_tenant
from tests.factories.webhook_receiver import Message, Receiver, webhook_receiver

PATH = "/api/v1/webhooks"
JOB = {"description": "Required:\n- Python"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    return settings.model_copy(update={"outbound_allowed": f"127.0.0.1:{receiver.port}"})


async def made(client: httpx.AsyncClient, receiver: Receiver, **given: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json={"url": receiver.url, **given})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def happen(client: httpx.AsyncClient, times: int = 1) -> None:
    """Let something happen that endpoints are told of."""
    (endpoint,) = (await client.get(PATH)).json()["items"]
    for _ in range(times):
        answer = await client.post(f"{PATH}/{endpoint['id']}/ping")
        assert answer.status_code == 202, answer.text


async def log(client: httpx.AsyncClient, webhook: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"{PATH}/{webhook['id']}/deliveries", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def hasten(admin: psycopg.Connection) -> None:
    """Let what waits for another attempt be due now."""
    admin.execute("update webhook_delivery set next_attempt_at = now() where status = 'pending'")
    admin.execute("update procrastinate_jobs set scheduled_at = now() where status = 'todo'")


def signed_by(secret: str, message: Message) -> bool:
    """Check a message as the specification of Standard Webhooks says, written anew."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode() + message.body
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return expected in message.headers["webhook-signature"].split(" ")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://10.0.0.8/x", "https://169.254.169.254/latest", "https://[::1]/x",
        "https://[::ffff:10.1.1.1]/x", "http://hooks.example.org/x", "ftp://hooks.example.org/x",
        "https://user:secret@hooks.example.org/x", "not a url at all",
    ],
)  # fmt: skip
async def test_refuses_addresses_that_lead_inside(client: httpx.AsyncClient, url: str) -> None:
    answer = await client.post(PATH, json={"url": url})
    assert_problem(answer, 422, "address_refused")
    assert "body.url" in answer.text


@pytest.mark.parametrize("events", [["application"], ["*"], ["Application.moved"], ["a.b.c"], ["application.*", ""]])
async def test_refuses_patterns_that_are_none(client: httpx.AsyncClient, events: list[str]) -> None:
    given = {"url": "https://hooks.example.org/x", "events": events}
    assert_problem(await client.post(PATH, json=given), 422, "invalid_input")


async def test_answers_403_to_a_recruiter_and_404_to_another_organization(
    app: FastAPI, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    webhook = await made(client, receiver)
    other = await add_tenant(app)
    recruiter = await other.person(Role.RECRUITER)
    assert (await other.call(recruiter, "GET", "/webhooks")).status_code == 403
    stranger = await other.person()
    for method, path in (
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/ping"), ("POST", "/rotate-secret"),
        ("POST", "/replay"), ("GET", "/deliveries"),
    ):  # fmt: skip
        body = {"since": "2026-01-01T00:00:00Z"} if path == "/replay" else {} if method in {"PATCH", "POST"} else None
        answer = await other.call(stranger, method, f"/webhooks/{webhook['id']}{path}", body)
        assert answer.status_code == 404, (method, path, answer.text)


async def test_a_name_that_resolves_inside_is_refused_at_connect_time(
    app: FastAPI, client: httpx.AsyncClient, work: Work
) -> None:
    answer = await client.post(PATH, json={"url": "https://localhost:1/x"})
    webhook = answer.json()
    assert answer.status_code == 201, answer.text
    await happen(client)
    await work()
    (delivery,) = await log(client, webhook)
    assert delivery["status"] == "pending"
    assert delivery["attempts"][0]["error"] == "address_refused"


async def test_receivers_get_signed_events_of_the_types_that_they_want(
    client: httpx.AsyncClient, receiver: Receiver, work: Work
) -> None:
    webhook = await made(client, receiver, events=["webhook.ping"])
    await client.post("/api/v1/requisitions", json=JOB)
    await happen(client)
    await work()
    (message,) = receiver.messages
    assert message.path == "/hooks?token=canary-url-secret"
    body = json.loads(message.body)
    assert body["type"] == "webhook.ping"
    assert signed_by(webhook["secret"], message)
    assert not signed_by("whsec_" + base64.b64encode(b"x" * 32).decode(), message)
    (delivery,) = await log(client, webhook)
    assert (delivery["status"], delivery["attempts"][0]["status"]) == ("delivered", 204)
    assert delivery["event_id"] == message.headers["webhook-id"]
    event = (await client.get(f"/api/v1/events/{delivery['event_id']}")).json()
    assert (event["type"], event["actor"].partition(":")[0]) == ("webhook.ping", "user")


async def test_what_fails_is_sent_again_with_the_same_id_until_it_arrives(
    client: httpx.AsyncClient, receiver: Receiver, work: Work, admin_connection: psycopg.Connection
) -> None:
    webhook = await made(client, receiver)
    receiver.status = 503
    await happen(client)
    await work()
    await work()
    assert len(receiver.messages) == 1, "it waits before it tries again"
    assert (await client.get(f"{PATH}/{webhook['id']}")).json()["failing_since"] is not None
    receiver.status = 200
    hasten(admin_connection)
    await work()
    assert receiver.ids[0] == receiver.ids[1]
    assert receiver.messages[0].body == receiver.messages[1].body
    (delivery,) = await log(client, webhook)
    assert [each["status"] for each in delivery["attempts"]] == [503, 200]
    assert delivery["status"] == "delivered"
    assert (await client.get(f"{PATH}/{webhook['id']}")).json()["failing_since"] is None


async def test_after_ten_attempts_over_three_days_the_endpoint_is_stopped(
    client: httpx.AsyncClient, receiver: Receiver, work: Work, admin_connection: psycopg.Connection
) -> None:
    webhook = await made(client, receiver)
    receiver.status = 500
    await happen(client)
    for _ in range(9):
        await work()
        hasten(admin_connection)
    admin_connection.execute("update webhook_endpoint set failing_since = now() - interval '3 days'")
    await work()
    await work()
    assert len(receiver.messages) == 10
    (delivery,) = await log(client, webhook)
    assert (delivery["status"], delivery["next_attempt_at"]) == ("failed", None)
    read = (await client.get(f"{PATH}/{webhook['id']}")).json()
    assert (read["enabled"], read["disabled_reason"]) == (False, "failing")


async def test_waits_grow_over_days(
    client: httpx.AsyncClient, receiver: Receiver, work: Work, admin_connection: psycopg.Connection
) -> None:
    await made(client, receiver)
    receiver.status = 500
    await happen(client)
    waits = []
    for _ in range(9):
        await work()
        row = admin_connection.execute(
            "select extract(epoch from next_attempt_at - now()) from webhook_delivery"
        ).fetchone()
        assert row is not None
        waits.append(float(row[0]))
        hasten(admin_connection)
    assert waits == sorted(waits)
    assert 3 * 86400 < sum(waits) < 4 * 86400


async def test_a_receiver_that_asks_for_patience_gets_it(
    client: httpx.AsyncClient, receiver: Receiver, work: Work, admin_connection: psycopg.Connection
) -> None:
    await made(client, receiver)
    receiver.status, receiver.headers = 429, {"Retry-After": "7200"}
    await happen(client)
    await work()
    row = admin_connection.execute(
        "select extract(epoch from next_attempt_at - now()) from webhook_delivery"
    ).fetchone()
    assert row is not None
    assert 7000 < float(row[0]) < 8000


async def test_an_endpoint_that_is_gone_is_stopped_and_can_be_let_go_on(
    client: httpx.AsyncClient, receiver: Receiver, work: Work
) -> None:
    webhook = await made(client, receiver)
    receiver.status = 410
    await happen(client, 2)
    await work()
    read = (await client.get(f"{PATH}/{webhook['id']}")).json()
    assert (read["enabled"], read["disabled_reason"]) == (False, "gone")
    assert_problem(await client.post(f"{PATH}/{webhook['id']}/ping"), 409, "webhook_disabled")
    assert {each["status"] for each in await log(client, webhook)} <= {"failed", "cancelled"}
    receiver.status = 200
    answer = await client.patch(f"{PATH}/{webhook['id']}", json={"enabled": True}, headers={"If-Match": "*"})
    assert answer.json()["enabled"]
    replayed = await client.post(f"{PATH}/{webhook['id']}/replay", json={"since": "2026-01-01T00:00:00Z"})
    assert replayed.json() == {"deliveries": 2, "more": False, "next_since": None}
    receiver.messages.clear()
    await work()
    assert len(set(receiver.ids)) == 2


async def test_redirects_are_not_followed(client: httpx.AsyncClient, receiver: Receiver, work: Work) -> None:
    webhook = await made(client, receiver)
    receiver.status, receiver.headers = 307, {"Location": "http://169.254.169.254/latest"}
    await happen(client)
    await work()
    (delivery,) = await log(client, webhook)
    assert delivery["attempts"][0]["status"] == 307
    assert delivery["status"] == "pending"


async def test_a_slow_receiver_is_let_go_and_what_waits_behind_it_is_not_tried_in_vain(
    client: httpx.AsyncClient, receiver: Receiver, work: Work
) -> None:
    webhook = await made(client, receiver)
    receiver.delay_seconds = 6.0
    since = "2026-01-01T00:00:00Z"
    await happen(client, 8)
    await client.patch(f"{PATH}/{webhook['id']}", json={"enabled": False}, headers={"If-Match": "*"})
    await client.patch(f"{PATH}/{webhook['id']}", json={"enabled": True}, headers={"If-Match": "*"})
    await client.post(f"{PATH}/{webhook['id']}/replay", json={"since": since})  # eight in one job
    await work()
    waiting = await log(client, webhook, status="pending")
    tried = [each for each in waiting if each["attempts"]]
    assert (len(waiting), len(tried), len(receiver.messages)) == (8, 5, 5)
    assert {each["attempts"][0]["error"] for each in tried} == {"no_answer"}


async def test_both_secrets_sign_while_receivers_change_over(
    client: httpx.AsyncClient, receiver: Receiver, work: Work, admin_connection: psycopg.Connection
) -> None:
    webhook = await made(client, receiver)
    changed = (await client.post(f"{PATH}/{webhook['id']}/rotate-secret", json={"overlap_hours": 1})).json()
    assert changed["secret"] != webhook["secret"]
    await happen(client)
    await work()
    assert signed_by(webhook["secret"], receiver.messages[0])
    assert signed_by(changed["secret"], receiver.messages[0])
    admin_connection.execute("update webhook_endpoint set previous_until = now()")
    await happen(client)
    await work()
    assert not signed_by(webhook["secret"], receiver.messages[1])
    assert signed_by(changed["secret"], receiver.messages[1])


async def test_secrets_and_addresses_are_shown_once_or_to_admins_and_stored_for_nobody(
    client: httpx.AsyncClient, receiver: Receiver, admin_connection: psycopg.Connection
) -> None:
    webhook = await made(client, receiver)
    assert "secret" not in (await client.get(f"{PATH}/{webhook['id']}")).json()
    (listed,) = (await client.get(PATH)).json()["items"]
    assert listed["url"] == receiver.url
    raw = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    row = admin_connection.execute("select url, secret from webhook_endpoint").fetchone()
    assert row is not None
    assert b"canary-url-secret" not in row[0]
    assert raw not in row[1]


async def test_one_delivery_can_be_sent_again(client: httpx.AsyncClient, receiver: Receiver, work: Work) -> None:
    webhook = await made(client, receiver)
    await happen(client)
    await work()
    (first,) = await log(client, webhook)
    again = await client.post(f"{PATH}/{webhook['id']}/deliveries/{first['id']}/replay")
    assert again.status_code == 202
    assert again.json()["id"] != first["id"]
    await work()
    assert receiver.ids[0] == receiver.ids[1] == first["event_id"]
    assert {each["status"] for each in await log(client, webhook, event_id=first["event_id"])} == {"delivered"}


async def test_a_deleted_webhook_is_told_of_nothing(client: httpx.AsyncClient, receiver: Receiver, work: Work) -> None:
    webhook = await made(client, receiver)
    await happen(client)
    assert (await client.delete(f"{PATH}/{webhook['id']}")).status_code == 204
    await work()
    assert receiver.messages == []
    assert (await client.post(f"{PATH}/{webhook['id']}/restore")).status_code == 200
    await happen(client)
    await work()
    assert len(receiver.messages) == 1
