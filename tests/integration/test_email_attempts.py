"""Attempts to send an e-mail: what follows on each answer of a mail server, and that nothing is sent twice."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import structlog

from talentflux.core.database import Scope
from talentflux.core.errors import ConflictError
from talentflux.core.logging import get_logger
from talentflux.core.mailer import Delivery, Result
from talentflux.schemas.email import EmailState
from talentflux.services import email_service
from talentflux.workers.queue import Work
from talentflux.workers.tasks import email as email_tasks
from tests.factories.outbox import LINK, PLATFORM, TENANT, Outbox, outbox, smtp_settings, written
from tests.factories.smtp_server import SmtpServer, accept, answer, drop

__all__ = ["outbox"]


@pytest.mark.parametrize("scope", [TENANT, PLATFORM])
async def test_sent_email_keeps_no_text_and_is_not_sent_again(outbox: Outbox, scope: Scope) -> None:
    email = await written(outbox, scope)
    async with SmtpServer() as server:
        await outbox.work(smtp_settings(server))
        assert outbox.state(email) == ("sent", None, 1)
        outbox.admin.execute("update procrastinate_jobs set status = 'todo' where task_name = 'email.send'")
        await outbox.work(smtp_settings(server))
    assert len(server.received) == 1
    row = outbox.row(email)
    assert row["content"] is None
    assert row["sent_at"] is not None
    assert server.received[0]["Message-ID"] == row["message_id"] == f"<{email.hex}@example.org>"
    assert LINK in server.received[0].as_string().replace("=3D", "=").replace("=\n", "")


async def test_text_goes_out_in_the_language_that_was_asked_for(outbox: Outbox) -> None:
    async with outbox.database.write_session(PLATFORM) as session:
        for language in ("de", "xx"):
            await email_service.send(session, "verify_email", to="a@example.org", link=LINK, language=language)
    async with SmtpServer() as server:
        await outbox.work(smtp_settings(server))
    languages = {each["Content-Language"]: each["Subject"] for each in server.received}
    assert languages == {"de": "Bestätigen Sie Ihre E-Mail-Adresse", "en": "Confirm your e-mail address"}


async def test_refusal_for_now_is_followed_by_another_attempt_later(outbox: Outbox) -> None:
    email = await written(outbox)
    async with SmtpServer(on_recipient=[answer("451 later"), accept]) as server:
        settings = smtp_settings(server)
        await outbox.work(settings)
        assert outbox.state(email) == ("queued", "smtp_451", 1)
        await email_tasks.send(Work(outbox.database, settings, PLATFORM, 99, 1), email, 1)  # a second job comes early
        assert outbox.state(email)[2] == 1
        outbox.pass_time("70 seconds")
        await outbox.work(settings)
    assert outbox.state(email) == ("sent", None, 2)
    assert len(server.received) == 1


async def test_pauses_grow_until_patience_ends(outbox: Outbox) -> None:
    email = await written(outbox, TENANT)
    async with SmtpServer() as server:
        pass
    pauses = []
    for _ in range(60):
        await outbox.work(smtp_settings(server))
        row = outbox.row(email)
        if row["state"] != "queued":
            break
        pause = row["next_attempt_at"] - row["updated_at"]
        pauses.append(round(pause.total_seconds() / 60))
        outbox.pass_time(f"{pause.total_seconds() + 0.5} seconds")
    assert outbox.state(email)[:2] == ("failed", "not_reached")
    assert pauses[:6] == [1, 1, 2, 4, 8, 16]
    assert pauses == sorted(pauses)
    assert max(pauses) == 240
    assert 24 * 60 < sum(pauses) <= 48 * 60
    assert outbox.jobs() == 0


async def test_logs_know_ids_only(
    outbox: Outbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(email_service, "_log", get_logger("email"))  # one that no earlier test has used
    acts = [answer("550 canary@example.org unknown"), answer("451 canary"), accept]
    with structlog.testing.capture_logs() as lines:
        emails = [await written(outbox, PLATFORM) for _ in range(4)]
        async with SmtpServer(on_recipient=acts, on_data=[drop, accept]) as server:
            await outbox.work(smtp_settings(server))
    ours = [line for line in lines if line["event"] == "e-mail attempt"]
    assert {line["email_id"] for line in ours} == {str(each) for each in emails}
    assert {line["state"] for line in ours} == {"failed", "queued", "unclear", "sent"}
    of_server = {"mail.log", "mail.debug"}
    written_down = str(lines) + "".join(each.getMessage() for each in caplog.records if each.name not in of_server)
    assert "canary" not in written_down
    assert "example.org" not in written_down


async def test_link_that_is_good_for_an_hour_is_not_sent_later(outbox: Outbox) -> None:
    async with outbox.database.write_session(PLATFORM) as session:
        email = await email_service.send(session, "reset_password", to="ada@example.org", link=LINK)
    async with SmtpServer(on_mail=[answer("451 later")]) as server:
        outbox.pass_time("50 minutes")
        await outbox.work(smtp_settings(server))
    assert outbox.state(email) == ("failed", "smtp_451", 1)


async def test_emails_wait_while_the_settings_are_wrong(outbox: Outbox) -> None:
    email = await written(outbox)
    async with SmtpServer() as server:
        await outbox.work(smtp_settings(server, email_from="nobody"))
        assert outbox.state(email) == ("queued", "smtp_not_configured", 1)
        outbox.pass_time("2 minutes")
        await outbox.work(smtp_settings(server))
    assert outbox.state(email) == ("sent", None, 2)


async def test_refusal_for_good_is_final(outbox: Outbox) -> None:
    email = await written(outbox)
    async with SmtpServer(on_recipient=[answer("550 unknown"), accept]) as server:
        await outbox.work(smtp_settings(server))
        outbox.pass_time("3 days")
        await outbox.work(smtp_settings(server))
    assert outbox.state(email) == ("failed", "smtp_550", 1)
    assert not server.received


async def test_unclear_email_is_never_repeated_by_itself_and_once_by_a_person(outbox: Outbox) -> None:
    email = await written(outbox, TENANT)
    async with SmtpServer(on_data=[drop, accept]) as server:
        settings = smtp_settings(server)
        await outbox.work(settings)
        assert outbox.state(email) == ("unclear", "connection_lost", 1)
        for _ in range(3):
            outbox.pass_time("2 hours")
            outbox.admin.execute("update procrastinate_jobs set status = 'todo' where task_name = 'email.send'")
            await outbox.work(settings)
        assert len(server.received) == 1
        async with outbox.database.write_session(TENANT) as session:
            assert (await email_service.resend(session, email)).state is EmailState.QUEUED
            with pytest.raises(ConflictError, match="failed or is unclear"):
                await email_service.resend(session, email)
        await outbox.work(settings)
    assert outbox.state(email) == ("sent", None, 2)
    assert len({each["Message-ID"] for each in server.received}) == 1
    assert len(server.received) == 2


async def test_twenty_workers_on_one_email_send_it_once(outbox: Outbox) -> None:
    email = await written(outbox)
    async with SmtpServer() as server:
        settings = smtp_settings(server)
        works = [Work(outbox.database, settings, PLATFORM, number, 1) for number in range(20)]
        await asyncio.gather(*(email_tasks.send(work, email, 1) for work in works))
    assert len(server.received) == server.attempts == 1
    assert outbox.state(email) == ("sent", None, 1)


async def test_sender_that_does_not_come_back_leaves_the_email_unclear(outbox: Outbox) -> None:
    email = await written(outbox, TENANT)
    async with outbox.database.write_session(TENANT) as session:
        claim = await email_service.claim(session, email, "example.org", timedelta(minutes=5))
        assert claim is not None
    async with SmtpServer() as server:
        settings = smtp_settings(server)
        await outbox.work(settings)
        assert outbox.state(email) == ("sending", None, 1)
        assert outbox.jobs() == 1  # comes back when the sender must have ended
        outbox.pass_time("6 minutes")
        await outbox.work(settings)
        assert outbox.state(email) == ("unclear", "worker_lost", 1)
        assert not server.received
    async with outbox.database.write_session(TENANT) as session:  # it did live, only slowly
        await email_service.settle(session, claim, Delivery(Result.DELIVERED))
    assert outbox.state(email) == ("sent", None, 1)


async def test_late_word_about_an_earlier_attempt_changes_nothing(outbox: Outbox) -> None:
    email = await written(outbox, TENANT)
    async with outbox.database.write_session(TENANT) as session:
        claim = await email_service.claim(session, email, "example.org", timedelta(minutes=5))
        assert claim is not None
    async with outbox.database.write_session(TENANT) as session:
        await email_service.settle(session, claim, Delivery(Result.UNCLEAR, "timeout"))
        await email_service.resend(session, email)
    async with outbox.database.write_session(TENANT) as session:
        await email_service.settle(session, claim, Delivery(Result.REFUSED, "smtp_550"))
    assert outbox.state(email) == ("queued", "timeout", 1)


async def test_result_is_written_down_when_the_database_comes_back(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await written(outbox)
    monkeypatch.setattr(email_tasks, "_WRITE_DOWN", (0.1,) * 30)
    name = outbox.urls.name

    def connections(*, allowed: bool) -> None:
        with psycopg.connect(outbox.urls.admin_url.replace(name, "postgres"), autocommit=True) as admin:
            admin.execute(f'alter database "{name}" allow_connections {allowed}')
            admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])

    async def accept_without_database(_server: Any) -> str:
        await asyncio.to_thread(connections, allowed=False)
        back.append(asyncio.get_running_loop().call_later(0.5, lambda: connections(allowed=True)))
        return "250 taken"

    back: list[asyncio.TimerHandle] = []
    outbox.admin.close()
    async with SmtpServer(on_data=[accept_without_database]) as server:
        await email_tasks.send(Work(outbox.database, smtp_settings(server), PLATFORM, 1, 1), email, 1)
    with psycopg.connect(outbox.urls.admin_url) as outbox.admin:
        assert outbox.state(email) == ("sent", None, 1)
    assert len(server.received) == 1


async def test_result_that_cannot_be_written_down_ends_as_unclear(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await written(outbox)
    monkeypatch.setattr(email_tasks, "_WRITE_DOWN", (0.01,))
    async with SmtpServer() as server:
        settings = smtp_settings(server)
        outbox.admin.execute("alter table email_message rename column sent_at to hidden")
        outbox.admin.execute("alter table email_message add column sent_at int")
        with pytest.raises(Exception, match="sent_at"):
            await email_tasks.send(Work(outbox.database, settings, PLATFORM, 1, 1), email, 1)
        outbox.admin.execute("alter table email_message drop column sent_at")
        outbox.admin.execute("alter table email_message rename column hidden to sent_at")
        outbox.pass_time("1 minute")
        await outbox.work(settings)
    assert outbox.state(email) == ("unclear", "worker_lost", 1)
    assert len(server.received) == 1
