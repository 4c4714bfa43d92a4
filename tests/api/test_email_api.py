"""E-mails over the API: who sees them, and what a person may send again."""

from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.config import Environment, Settings
from talentflux.core.database import Database, Scope
from talentflux.dependencies import Resources
from talentflux.services import email_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.database import TestDatabase
from tests.factories.outbox import Outbox, smtp_settings
from tests.factories.people import Person
from tests.factories.smtp_server import SmtpServer, accept, answer, drop

LINK = "https://jobs.example.org/invitation?token=secret-canary"


@pytest.fixture
def outbox(test_database: TestDatabase, database: Database, admin_connection: psycopg.Connection) -> Outbox:
    return Outbox(test_database, database, admin_connection)


async def invite(outbox: Outbox, to: str = "sam.okoro@example.org") -> UUID:
    async with outbox.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        return await email_service.send(session, "invitation", to=to, link=LINK, organization="Acme")


async def test_nobody_reads_emails_without_a_log_in(anonymous: httpx.AsyncClient) -> None:
    assert_problem(await anonymous.get("/api/v1/emails"), 401, "unauthenticated")
    assert_problem(await anonymous.post(f"/api/v1/emails/{UNKNOWN}/resend"), 401, "unauthenticated")


@pytest.mark.parametrize("path", [f"/api/v1/emails/{UNKNOWN}", "/api/v1/emails/no-id"])
async def test_unknown_email_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    expected = (404, "not_found") if UNKNOWN in path else (422, "invalid_input")
    assert_problem(await client.get(path), *expected)
    assert_problem(await client.post(f"{path}/resend"), *expected)


@pytest.mark.parametrize(
    "query", ["state=lost", "limit=0", "limit=201", "cursor=x", "unknown=1", f"recipient={'a' * 300}"]
)
async def test_list_refuses_what_it_does_not_know(client: httpx.AsyncClient, query: str) -> None:
    assert_problem(await client.get(f"/api/v1/emails?{query}"), 422, "invalid_input")


async def test_emails_about_accounts_are_in_no_list(client: httpx.AsyncClient, outbox: Outbox, owner: Person) -> None:
    async with outbox.database.write_session(Scope(identity=True)) as session:
        mine = await email_service.send(session, "password_changed", to="owner@example.org", user_id=owner.user_id)
    assert (await client.get("/api/v1/emails")).json()["items"] == []
    assert_problem(await client.get(f"/api/v1/emails/{mine}"), 404, "not_found")


async def test_list_is_read_page_by_page_and_filtered(client: httpx.AsyncClient, outbox: Outbox) -> None:
    ids = [str(await invite(outbox, f"number{number}@example.org")) for number in range(5)]
    found: list[str] = []
    answer = await client.get("/api/v1/emails", params={"limit": 2, "include_total": True})
    assert answer.json()["total"] == 5
    while True:
        found += [item["id"] for item in answer.json()["items"]]
        if not (cursor := answer.json()["next_cursor"]):
            break
        answer = await client.get("/api/v1/emails", params={"limit": 2, "cursor": cursor, "include_total": True})
    assert found == ids[::-1]
    one = await client.get("/api/v1/emails", params={"recipient": "NUMBER3@example.org", "state": "queued"})
    assert [item["id"] for item in one.json()["items"]] == [ids[3]]
    single = await client.get(f"/api/v1/emails/{ids[3]}")
    assert single.json() == one.json()["items"][0]
    assert "canary" not in answer.text + single.text
    assert (
        await client.get(f"/api/v1/emails/{ids[3]}", headers={"If-None-Match": single.headers["etag"]})
    ).status_code == 304


async def test_only_flagged_emails_can_be_sent_again_and_once_per_key(
    client: httpx.AsyncClient, outbox: Outbox, admin_connection: psycopg.Connection
) -> None:
    email = await invite(outbox)
    path = f"/api/v1/emails/{email}/resend"
    assert_problem(await client.post(path), 409, "conflict")
    async with SmtpServer(on_data=[drop, accept]) as server:
        await outbox.work(smtp_settings(server))
        listed = (await client.get("/api/v1/emails", params={"state": "unclear"})).json()["items"]
        assert [(item["last_error"], item["resendable"]) for item in listed] == [("connection_lost", True)]
        headers = {"Idempotency-Key": "again-1"}
        answers = [await client.post(path, headers=headers) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 200]
        assert answers[0].json()["state"] == "queued"
        await outbox.work(smtp_settings(server))
    assert len(server.received) == 2
    sent = (await client.get(f"/api/v1/emails/{email}")).json()
    assert (sent["state"], sent["attempts"], sent["resendable"]) == ("sent", 2, False)
    events = admin_connection.execute("select count(*) from audit_event where action = 'email.resend'").fetchone()
    assert events == (1,)


async def test_email_whose_text_is_gone_is_not_sent_again(client: httpx.AsyncClient, outbox: Outbox) -> None:
    email = await invite(outbox)
    async with SmtpServer(on_mail=[answer("550 no")]) as server:
        await outbox.work(smtp_settings(server))
    outbox.admin.execute("update email_message set content = null")
    assert (await client.get(f"/api/v1/emails/{email}")).json()["resendable"] is False
    assert_problem(await client.post(f"/api/v1/emails/{email}/resend"), 409, "conflict")


async def test_api_goes_on_while_the_mail_server_is_down(client: httpx.AsyncClient, outbox: Outbox) -> None:
    email = await invite(outbox)
    async with SmtpServer() as server:
        pass
    await outbox.work(smtp_settings(server))
    made = await client.post("/api/v1/requisitions", json={"description": "Backend developer\n\nRequired:\n- Python"})
    assert made.status_code == 201
    stands = (await client.get(f"/api/v1/emails/{email}")).json()
    assert (stands["state"], stands["last_error"]) == ("queued", "not_reached")
    assert stands["next_attempt_at"] is not None


async def get_outbox(
    app: FastAPI, *, peer: str = "127.0.0.1", host: str = "127.0.0.1", **headers: str
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return await client.get("/outbox", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "given",
    [
        {"peer": "10.0.0.7"},
        {"peer": "unknown"},
        {"host": "testserver"},
        {"X_Forwarded_For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
)
async def test_outbox_is_shown_to_nobody_elsewhere(app: FastAPI, given: dict[str, str]) -> None:
    assert (await get_outbox(app, **given)).status_code == 404


@pytest.mark.parametrize("setting", [{"smtp_host": "mail.example.org"}, {"environment": Environment.PRODUCTION}])
async def test_outbox_is_shown_in_development_without_a_mail_server_only(
    app: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch, setting: dict[str, object]
) -> None:
    resources: Resources = app.state.resources
    monkeypatch.setattr(resources, "settings", settings.model_copy(update=setting))
    assert (await get_outbox(app)).status_code == 404


async def test_newcomer_finds_the_link_in_the_outbox(app: FastAPI, outbox: Outbox, settings: Settings) -> None:
    empty = await get_outbox(app)
    assert empty.status_code == 200
    assert "Nothing was sent yet" in empty.text
    async with outbox.database.write_session(Scope(identity=True)) as session:
        await email_service.send(session, "verify_email", to="ada@example.org", link=f"{LINK}&purpose=x")
    await outbox.work(settings)
    shown = await get_outbox(app)
    assert f'href="{LINK}&amp;purpose=x"' in shown.text
    assert "to ada@example.org" in shown.text
    assert "Confirm your e-mail address" in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]


async def test_hostile_file_in_the_outbox_is_shown_as_text(app: FastAPI, settings: Settings) -> None:
    folder = settings.data_folder / "outbox"
    folder.mkdir()
    (folder / "a.eml").write_bytes(
        b"Subject: <script>alert(1)</script>\r\n\r\n<img src=x onerror=alert(1)> javascript:x\r\n"
    )
    (folder / "b.eml").write_bytes(b"Content-Type: text/html\r\n\r\n<b>html only</b>")
    shown = await get_outbox(app)
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert "<img src=x" not in shown.text
    assert "html only" not in shown.text
