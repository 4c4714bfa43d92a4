"""Handing e-mails over: what is known after every way in which a mail server can behave."""

import asyncio
import socket
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from talentflux.core.config import Environment, Settings, SmtpTls
from talentflux.core.errors import ConfigurationError
from talentflux.core.mailer import Delivery, Letter, Mailer, OutboxMailer, Result, open_mailer, outbox_folder
from tests.factories.smtp_server import SmtpServer, accept, answer, certificates, drop, wait

LETTER = Letter(
    message_id="<0193@example.org>",
    recipient="ada@example.org",
    subject="Schöne Grüße",
    text="Hello\n.\n..dots\n" + "long " * 60 + "\n",
    html="<p>Hello</p>\n.\n",
    language="en",
    written_at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
)
UNCLEAR, RETRY, REFUSED = Result.UNCLEAR, Result.RETRY, Result.REFUSED
DELIVERED = Delivery(Result.DELIVERED)


def settings(server: SmtpServer | None = None, **given: Any) -> Settings:
    where = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_tls": SmtpTls.NONE} if server else {}
    return Settings(
        **{"smtp_timeout_seconds": 2, "email_from": "Jobs <jobs@example.org>", **where, **given}, _env_file=None
    )


def changed(**values: Any) -> Letter:
    return Letter(**{**{name: getattr(LETTER, name) for name in Letter.__slots__}, **values})


async def deliver(server: SmtpServer, letter: Letter = LETTER, **given: Any) -> Delivery:
    return await open_mailer(settings(server, **given)).deliver(letter)


@pytest.mark.parametrize(
    "given",
    [
        {"email_from": "nobody"},
        {"email_from": ""},
        {"email_from": "Jobs <jobs@example.org>\r\nBcc: all@example.org"},
        {"email_from": "@example.org"},
        {"email_from": "jobs@" + "x" * 70 + ".org"},
        {"email_reply_to": "nobody"},
    ],
)
def test_sender_that_is_no_address_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="EMAIL_"):
        open_mailer(settings(**given))


def test_password_is_not_sent_in_the_clear_over_a_network() -> None:
    with pytest.raises(ConfigurationError, match="readable"):
        open_mailer(settings(smtp_host="mail.example.org", smtp_user="sender", smtp_tls=SmtpTls.NONE))


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unreadable_authority_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "authority.pem"
    if content:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match="SMTP_CA_FILE"):
        open_mailer(settings(smtp_host="mail.example.org", smtp_ca_file=file))


async def test_delivered_email_arrives_whole_with_its_headers() -> None:
    async with SmtpServer() as server:
        assert await deliver(server, email_reply_to="Answers <answers@example.org>") == DELIVERED
    [message], [envelope] = server.received, server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("jobs@example.org", ["ada@example.org"])
    headers = {name: message[name] for name in ("From", "To", "Reply-To", "Subject", "Message-ID", "Date")}
    assert headers == {
        "From": "Jobs <jobs@example.org>",
        "To": "ada@example.org",
        "Reply-To": "Answers <answers@example.org>",
        "Subject": "Schöne Grüße",
        "Message-ID": "<0193@example.org>",
        "Date": "Sat, 21 Nov 2026 09:00:00 +0000",
    }
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "en")
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().replace("\r\n", "\n") == LETTER.html


async def test_answers_go_to_the_sender_by_default() -> None:
    async with SmtpServer() as server:
        await deliver(server)
    assert server.received[0]["Reply-To"] == "Jobs <jobs@example.org>"


@pytest.mark.parametrize("given", [{"subject": "Hi\r\nBcc: all@example.org"}, {"recipient": "a@b.org\r\nDATA"}])
async def test_line_breaks_never_become_headers_or_commands(tmp_path: Path, given: dict[str, str]) -> None:
    async with SmtpServer() as server:
        assert await deliver(server, changed(**given)) == Delivery(REFUSED, "invalid")
        assert server.attempts == 0
    assert await OutboxMailer(settings(data_folder=tmp_path)).deliver(changed(**given)) == Delivery(REFUSED, "invalid")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"on_mail": [answer("451 later")]}, Delivery(RETRY, "smtp_451")),
        ({"on_mail": [answer("550 no")]}, Delivery(REFUSED, "smtp_550")),
        ({"on_mail": [answer("299 odd")]}, Delivery(RETRY, "answer_invalid")),
        ({"on_recipient": [answer("450 busy")]}, Delivery(RETRY, "smtp_450")),
        ({"on_recipient": [answer("550 unknown")]}, Delivery(REFUSED, "smtp_550")),
        ({"on_mail": [drop]}, Delivery(RETRY, "connection_lost")),
        ({"on_recipient": [drop]}, Delivery(RETRY, "connection_lost")),
        ({"on_mail": [wait(9)]}, Delivery(RETRY, "timeout")),
        ({"on_data": [answer("452 full")]}, Delivery(RETRY, "smtp_452")),
        ({"on_data": [answer("554 spam")]}, Delivery(REFUSED, "smtp_554")),
    ],
)
async def test_what_the_server_did_not_take_is_known_as_such(given: dict[str, Any], expected: Delivery) -> None:
    async with SmtpServer(**given) as server:
        assert await deliver(server, smtp_timeout_seconds=0.5) == expected
        assert not server.received


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"on_data": [drop]}, "connection_lost"),
        ({"on_data": [wait(9)]}, "timeout"),
        ({"on_data": [answer("nonsense")]}, "answer_invalid"),
        ({"on_data": [answer("310 odd")]}, "answer_invalid"),
    ],
)
async def test_silence_after_the_text_is_unclear(given: dict[str, Any], reason: str) -> None:
    async with SmtpServer(**given) as server:
        assert await deliver(server, smtp_timeout_seconds=0.5) == Delivery(UNCLEAR, reason)


async def test_connection_that_breaks_between_invitation_and_text_is_no_delivery() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                # A reset rather than an end, so that the client's next write fails at once.
                connection = writer.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.write(b"354 go on\r\n")
                writer.transport.abort()
                return
            writer.write(b"250 fine\r\n")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        stand_in = SmtpServer(port=server.sockets[0].getsockname()[1])
        results = {await deliver(stand_in) for _ in range(10)}
    assert results == {Delivery(RETRY, "connection_lost")}


@pytest.mark.parametrize(("said", "reason"), [(b"554 no service", "smtp_554"), (b"421 busy", "smtp_421")])
async def test_refusal_at_the_door_concerns_no_email(said: bytes, reason: str) -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said + b"\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        assert await deliver(SmtpServer(port=server.sockets[0].getsockname()[1])) == Delivery(RETRY, reason)


@pytest.mark.parametrize(("data", "reason"), [(b"250 what", "answer_invalid"), (b"503 no", "smtp_503")])
async def test_server_that_does_not_ask_for_the_text_gets_none(data: bytes, reason: str) -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            seen.append(line)
            writer.write((data if line.startswith(b"DATA") else b"250 fine") + b"\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        told = await deliver(SmtpServer(port=server.sockets[0].getsockname()[1]))
    assert told == Delivery(REFUSED if data.startswith(b"5") else RETRY, reason)
    assert not any(b"Hello" in line for line in seen)


async def test_farewell_that_fails_changes_nothing() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        inside = False
        while line := await reader.readline():
            if line.startswith(b"QUIT"):
                break
            inside = line.startswith(b"DATA") or (inside and line != b".\r\n")
            if not inside or line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n" if inside else b"250 fine\r\n")
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        assert await deliver(SmtpServer(port=server.sockets[0].getsockname()[1])) == DELIVERED


async def test_server_that_is_not_there_is_tried_again() -> None:
    async with SmtpServer() as server:
        pass
    assert await deliver(server) == Delivery(RETRY, "not_reached")


async def test_slow_server_takes_no_longer_than_the_limit_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SmtpServer(on_mail=[wait(0.2)], on_recipient=[wait(0.2)], on_data=[wait(5)]) as server:
        mailer = open_mailer(settings(server, smtp_timeout_seconds=0.3))
        monkeypatch.setitem(mailer.__dict__, "longest_seconds", 0.35)
        began = time.monotonic()
        assert (await mailer.deliver(LETTER)).result is RETRY
        assert time.monotonic() - began < 1


@pytest.mark.parametrize(("stage", "result"), [("on_recipient", RETRY), ("on_data", UNCLEAR)])
async def test_stopped_worker_still_says_what_is_known(stage: str, result: Result) -> None:
    async with SmtpServer(**{stage: [wait(9)]}) as server:
        sending = asyncio.create_task(deliver(server, smtp_timeout_seconds=5))
        await asyncio.sleep(0.4)
        sending.cancel()
        assert await sending == Delivery(result, "worker_stopped")
        assert not sending.cancelled()


@pytest.mark.parametrize("tls", [SmtpTls.STARTTLS, SmtpTls.TLS])
async def test_encrypted_delivery_with_a_password_and_an_authority_of_our_own(tmp_path: Path, tls: SmtpTls) -> None:
    authority, context = certificates(tmp_path)
    async with SmtpServer(tls=context, implicit=tls is SmtpTls.TLS, password="right") as server:
        given = {"smtp_tls": tls, "smtp_ca_file": authority, "smtp_user": "sender"}
        assert await deliver(server, **given, smtp_password=SecretStr("right")) == DELIVERED
        wrong = await deliver(server, **given, smtp_password=SecretStr("wrong"))
        assert wrong == Delivery(RETRY, "smtp_535")
        assert (await deliver(server, **given)).result is RETRY
        assert len(server.received) == 1


@pytest.mark.parametrize("tls", [SmtpTls.STARTTLS, SmtpTls.TLS])
async def test_server_with_an_unknown_certificate_gets_nothing(tmp_path: Path, tls: SmtpTls) -> None:
    _, context = certificates(tmp_path)
    async with SmtpServer(tls=context, implicit=tls is SmtpTls.TLS) as server:
        assert await deliver(server, smtp_tls=tls) == Delivery(RETRY, "tls_failed")
        assert not server.received


async def test_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    authority, context = certificates(tmp_path, host="127.0.0.2")
    async with SmtpServer(tls=context) as server:
        told = await deliver(server, smtp_tls=SmtpTls.STARTTLS, smtp_ca_file=authority)
    assert told == Delivery(RETRY, "tls_failed")


async def test_server_without_encryption_gets_nothing_where_it_is_asked_for() -> None:
    async with SmtpServer() as server:
        assert await deliver(server, smtp_tls=SmtpTls.STARTTLS) == Delivery(RETRY, "not_supported")
        assert not server.received


async def test_international_addresses_need_a_server_that_knows_them() -> None:
    async with SmtpServer() as server:
        assert await deliver(server, changed(recipient="zoë@bücher.example")) == DELIVERED
        assert await deliver(server, changed(recipient="ada@bücher.example")) == DELIVERED
    assert [each.rcpt_tos for each in server.envelopes] == [
        ["zoë@xn--bcher-kva.example"],
        ["ada@xn--bcher-kva.example"],
    ]
    async with SmtpServer(smtputf8=False) as server:
        refused = await deliver(server, changed(recipient="zoë@example.org"))
    assert refused == Delivery(REFUSED, "address_not_supported")


async def test_development_writes_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    given = settings(data_folder=tmp_path / "data")
    mailer = open_mailer(given)
    assert [await mailer.deliver(LETTER), await mailer.deliver(LETTER)] == [DELIVERED, DELIVERED]
    folder = outbox_folder(given)
    [file] = folder.iterdir()
    assert file.name == "0193.eml"
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert b"To: ada@example.org\r\n" in file.read_bytes()


async def test_outbox_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    told = await open_mailer(settings(data_folder=tmp_path)).deliver(LETTER)
    assert told == Delivery(RETRY, "outbox_unwritable")


async def test_production_without_a_mail_server_keeps_emails_waiting(tmp_path: Path) -> None:
    mailer: Mailer = open_mailer(settings(environment=Environment.PRODUCTION, data_folder=tmp_path))
    assert await mailer.deliver(LETTER) == Delivery(RETRY, "smtp_not_configured")
    assert mailer.domain == "localhost"
    assert not outbox_folder(settings(data_folder=tmp_path)).exists()


def test_accepting_is_what_the_test_server_does_by_default() -> None:
    assert SmtpServer().on_data == [accept]
