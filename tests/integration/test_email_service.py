"""The outbox: what is refused, what is stored, who sees it and how long it is kept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import jinja2
import pytest

from talentflux.core.database import Scope
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.schemas.email import EmailQuery, EmailState
from talentflux.services import email_service
from tests.factories.outbox import (
    LINK,
    ORGANIZATION,
    OTHER,
    PLATFORM,
    TENANT,
    Outbox,
    invite,
    outbox,
    smtp_settings,
    verify,
    written,
)
from tests.factories.smtp_server import SmtpServer, answer

__all__ = ["outbox"]


@pytest.mark.parametrize(
    "address",
    [
        "", "ada", "@example.org", "ada@", "ada@@example.org", "ada@example.org\r\nBcc: b@example.org",
        "ada@example.org, bob@example.org", "Ada <ada@example.org>", "ada lovelace@example.org", "a\x00da@example.org",
        "ada@exam\u200bple.org", f"{'a' * 65}@example.org", f"ada@{'e' * 250}.org", "ada@example.org\n",
    ],
)  # fmt: skip
async def test_address_that_is_none_is_refused(outbox: Outbox, address: str) -> None:
    async with outbox.database.write_session(PLATFORM) as session:
        with pytest.raises(InvalidInputError):
            await verify(session, address)
    assert outbox.jobs() == 0


@pytest.mark.parametrize(
    ("template", "values", "error"),
    [
        ("no_such_template", {"link": LINK}, ValueError),
        ("verify_email", {}, LookupError),
        ("invitation", {"link": LINK}, jinja2.UndefinedError),
        ("verify_email", {"link": "javascript:alert(1)"}, InvalidInputError),
        ("verify_email", {"link": f"{LINK}\r\nBcc: x"}, InvalidInputError),
        ("invitation", {"link": LINK, "organization": "Acme\r\nBcc: all@example.org"}, InvalidInputError),
        ("invitation", {"link": LINK, "organization": "Acme\u2028To: all@example.org"}, InvalidInputError),
        ("invitation", {"link": LINK, "organization": "Acme\ud800"}, InvalidInputError),
    ],
)
async def test_email_that_cannot_be_written_is_refused_where_it_is_caused(
    outbox: Outbox, template: str, values: dict[str, str], error: type[Exception]
) -> None:
    async with outbox.database.write_session(TENANT) as session:
        with pytest.raises(error):
            await email_service.send(session, template, to="ada@example.org", **values)
    assert outbox.jobs() == 0


async def test_email_of_a_rolled_back_transaction_does_not_exist(outbox: Outbox) -> None:
    async def fail() -> None:
        async with outbox.database.write_session(PLATFORM) as session:
            await verify(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert outbox.jobs() == 0
    assert outbox.admin.execute("select count(*) from email_message").fetchone() == (0,)


async def test_nothing_personal_is_readable_in_the_store(outbox: Outbox) -> None:
    ids = [await written(outbox, PLATFORM), await written(outbox, TENANT)]
    stored = str([outbox.row(each) for each in ids]).lower()
    stored += str(outbox.admin.execute("select args::text from procrastinate_jobs").fetchall())
    assert "canary" not in stored
    assert outbox.row(ids[0])["recipient_index"] != outbox.row(ids[1])["recipient_index"]


async def test_email_about_an_account_belongs_to_no_organization(outbox: Outbox) -> None:
    user = uuid4()
    outbox.admin.execute(
        "insert into user_account (id, email_index, wrapped_key, profile) values (%s, 'x', 'x', 'x')", [user]
    )
    async with outbox.database.write_session(Scope(ORGANIZATION, user)) as session:
        mine = await email_service.send(session, "password_changed", to="ada@example.org")
        theirs = await invite(session)
    assert (outbox.row(mine)["organization_id"], outbox.row(mine)["user_id"]) == (None, user)
    assert outbox.row(theirs)["organization_id"] == ORGANIZATION
    async with outbox.database.read_session(TENANT) as session:
        with pytest.raises(NotFoundError):
            await email_service.get(session, mine)
        page = await email_service.page(session, EmailQuery())
    assert [row["id"] for row in page.items] == [theirs]


async def test_other_organization_neither_sees_nor_resends_nor_claims(outbox: Outbox) -> None:
    email = await written(outbox, TENANT)
    async with outbox.database.write_session(Scope(OTHER)) as session:
        page = await email_service.page(session, EmailQuery(recipient="canary@example.org"))
        assert page.items == []
        for call in (email_service.get, email_service.resend):
            with pytest.raises(NotFoundError):
                await call(session, email)
    for scope in (Scope(OTHER), PLATFORM):
        async with outbox.database.write_session(scope) as session:
            assert await email_service.claim(session, email, "example.org", timedelta(1)) is None
    assert outbox.state(email) == ("queued", None, 0)


async def test_list_shows_recipients_and_what_can_be_sent_again(outbox: Outbox) -> None:
    failed = await written(outbox, TENANT)
    async with SmtpServer(on_mail=[answer("550 no")]) as server:
        await outbox.work(smtp_settings(server))
    async with outbox.database.write_session(TENANT) as session:
        queued = await invite(session, "Other@example.org")

    async def listed(**filters: Any) -> list[dict[str, Any]]:
        async with outbox.database.read_session(TENANT) as session:
            return (await email_service.page(session, EmailQuery(**filters))).items

    rows = await listed()
    assert [(row["id"], row["recipient"], row["resendable"]) for row in rows] == [
        (queued, "Other@example.org", False),
        (failed, "canary@example.org", True),
    ]
    assert [row["next_attempt_at"] is None for row in rows] == [False, True]
    assert [row["id"] for row in await listed(state=EmailState.FAILED)] == [failed]
    assert [row["id"] for row in await listed(recipient="other@EXAMPLE.org")] == [queued]
    assert await listed(recipient="nobody@example.org") == []


async def test_sweep_finds_emails_whose_job_was_lost(outbox: Outbox) -> None:
    emails = [await written(outbox, TENANT), await written(outbox, PLATFORM), await written(outbox, TENANT)]
    async with outbox.database.write_session(TENANT) as session:
        await email_service.claim(session, emails[2], "example.org", timedelta(minutes=1))
    outbox.admin.execute("delete from procrastinate_jobs")
    outbox.pass_time("20 minutes")
    async with SmtpServer() as server:
        for scope in (TENANT, PLATFORM):
            async with outbox.database.write_session(scope) as session:
                await email_service.schedule_sweep(session)
                await email_service.schedule_sweep(session)
        assert outbox.jobs("email.sweep") == 2
        outbox.pass_time("1 hour")
        await outbox.work(smtp_settings(server))
    assert [outbox.state(each)[0] for each in emails] == ["sent", "sent", "unclear"]
    assert outbox.jobs("email.sweep") == 2  # as long as there is any e-mail


async def test_sweep_drops_texts_and_then_rows(outbox: Outbox) -> None:
    email = await written(outbox, TENANT)
    async with SmtpServer(on_mail=[answer("550 no")]) as server:
        settings = smtp_settings(server)
        await outbox.work(settings)
        outbox.pass_time("8 days")
        await outbox.work(settings)
        assert outbox.row(email)["content"] is None
        async with outbox.database.write_session(TENANT) as session:
            with pytest.raises(ConflictError, match="not kept"):
                await email_service.resend(session, email)
        outbox.pass_time("90 days")
        await outbox.work(settings)
    assert outbox.admin.execute("select count(*) from email_message").fetchone() == (0,)
    assert outbox.jobs("email.sweep") == 0


async def test_emails_about_accounts_are_kept_for_a_week(outbox: Outbox) -> None:
    await written(outbox, PLATFORM)
    async with SmtpServer() as server:
        await outbox.work(smtp_settings(server))
        outbox.pass_time("8 days")
        await outbox.work(smtp_settings(server))
    assert outbox.admin.execute("select count(*) from email_message").fetchone() == (0,)
