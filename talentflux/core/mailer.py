"""Hand one e-mail over: to a mail server, or to a folder where there is none.

What counts is to know afterwards whether the server took it. Until the dot that ends the text is sent, it cannot have;
from then on only its answer tells.
"""

import asyncio
import os
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as FORMAT
from email.policy import SMTPUTF8 as INTERNATIONAL_FORMAT
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from talentflux.core.config import Environment, Settings, SmtpTls
from talentflux.core.errors import ConfigurationError

_ANSWERS: Final = 5  # the whole dialogue takes so many times the longest wait for one answer at most
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OUTBOX: Final = "outbox"


class Result(StrEnum):
    """What is known after an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an attempt.

    Attributes:
        result: Taken; not taken and worth another attempt; refused for good; unknown.
        reason: Short name of what went wrong, such as `timeout` or `smtp_550`; never the server's words.
    """

    result: Result
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail ready to be handed over.

    Attributes:
        message_id: The same at every attempt, with its angle brackets.
        recipient: One address.
        subject: One line.
        text: The plain text.
        html: The same as HTML.
        language: Of both.
        written_at: When it was written.
    """

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    language: str
    written_at: datetime


class Mailer(Protocol):
    """Hands e-mails over."""

    @property
    def domain(self) -> str:
        """Return the part of a Message-ID behind the @."""

    @property
    def longest_seconds(self) -> float:
        """Return how long `deliver` takes at most."""

    async def deliver(self, letter: Letter) -> Delivery:
        """Hand one e-mail over; does not raise, and when cancelled says what is known so far."""


@dataclass(frozen=True)
class _Sender:
    """Who e-mails come from."""

    settings: Settings
    longest_seconds: float = 30.0

    @cached_property
    def address(self) -> Address:
        """The sender; checked when the mailer is opened."""
        return _named(self.settings.email_from)

    @property
    def domain(self) -> str:
        """Return the domain of the sender."""
        return _ascii_domain(self.address.domain)

    def compose(self, letter: Letter) -> EmailMessage:
        """Return a letter in the form of RFC 5322.

        Raises:
            ValueError: Something in it cannot stand in a header.
        """
        recipient = _ascii_address(letter.recipient)
        if not letter.recipient.isprintable():
            raise ValueError
        message = EmailMessage(policy=FORMAT if recipient.isascii() else INTERNATIONAL_FORMAT)
        message["From"] = self.address
        message["To"] = _named(recipient)
        message["Reply-To"] = _named(self.settings.email_reply_to or self.settings.email_from)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.written_at)
        message["Message-ID"] = letter.message_id
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = letter.language
        return message


class OutboxMailer(_Sender):
    """Writes each e-mail to a file, for a person to read in development."""

    async def deliver(self, letter: Letter) -> Delivery:
        """Write the file; the same e-mail again is the same file."""
        try:
            content = self.compose(letter).as_bytes()
        except ValueError:
            return Delivery(Result.REFUSED, "invalid")
        try:
            await asyncio.to_thread(self._write, letter.message_id.strip("<>").partition("@")[0], content)
        except OSError:
            return Delivery(Result.RETRY, "outbox_unwritable")
        return Delivery(Result.DELIVERED)

    def _write(self, name: str, content: bytes) -> None:
        folder = outbox_folder(self.settings)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f"{name}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 -- a descriptor, for its mode
            file.write(content)
        part.replace(folder / f"{name}.eml")


class UnconfiguredMailer(_Sender):
    """Keeps e-mails waiting where a mail server should be set and is not, or the sender is no address."""

    @property
    def domain(self) -> str:
        """Return a domain that needs no settings."""
        return "localhost"

    async def deliver(self, letter: Letter) -> Delivery:  # noqa: ARG002 -- none can be delivered
        """Say that it has to wait."""
        return Delivery(Result.RETRY, "smtp_not_configured")


class SmtpMailer(_Sender):
    """Hands each e-mail to a mail server, over a connection of its own."""

    @cached_property
    def _context(self) -> ssl.SSLContext:
        file = self.settings.smtp_ca_file
        return ssl.create_default_context(cafile=None if file is None else str(file))

    async def deliver(self, letter: Letter) -> Delivery:
        """Speak to the mail server."""
        try:
            message = self.compose(letter)
            content = _stuffed(message.as_bytes())
        except ValueError:
            return Delivery(Result.REFUSED, "invalid")
        dialogue = _Dialogue(self.settings, self._context)
        try:
            async with asyncio.timeout(self.longest_seconds):
                return await dialogue.hold(self.address.addr_spec, _ascii_address(letter.recipient), content)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()  # what is known has to be written down before the worker ends
            return dialogue.interrupted("worker_stopped")
        except TimeoutError:
            return dialogue.interrupted("timeout")
        finally:
            dialogue.close()


class _Dialogue:
    """One conversation with a mail server, which knows how far it has come."""

    def __init__(self, settings: Settings, context: ssl.SSLContext) -> None:
        import aiosmtplib  # noqa: PLC0415 -- takes long

        self._settings = settings
        self._errors = aiosmtplib
        self._client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            timeout=settings.smtp_timeout_seconds,
            use_tls=settings.smtp_tls is SmtpTls.TLS,
            start_tls=settings.smtp_tls is SmtpTls.STARTTLS,
            tls_context=None if settings.smtp_tls is SmtpTls.NONE else context,
            local_hostname=_ascii_domain(parseaddr(settings.email_from)[1].rpartition("@")[2]),
        )
        self._stage = "connect"
        self._ended = False  # the dot that ends the text was sent

    async def hold(self, sender: str, recipient: str, content: bytes) -> Delivery:
        """Say everything that has to be said.

        Args:
            sender: Envelope address.
            recipient: Envelope address.
            content: The message, dots stuffed.

        Returns:
            What became of it.
        """
        try:
            await self._open()
            answer = await self._pass_on(sender, recipient, content)
        except self._errors.SMTPResponseException as error:
            return self._refused(error.code)
        except self._errors.SMTPTimeoutError:
            return self.interrupted("timeout")
        except (self._errors.SMTPException, OSError) as error:
            return self.interrupted(self._reason(error))
        except UnicodeEncodeError:
            return Delivery(Result.REFUSED, "address_not_supported")
        if not 200 <= answer < 300:
            return self._refused(answer)
        await self._leave()
        return Delivery(Result.DELIVERED)

    def interrupted(self, reason: str) -> Delivery:
        """Return what is known when the dialogue ends without an answer."""
        return Delivery(Result.UNCLEAR if self._ended else Result.RETRY, reason)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    async def _open(self) -> None:
        """Connect, encrypt, log in."""
        await self._client.connect()
        settings = self._settings
        if settings.smtp_user:
            self._stage = "login"
            password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
            await self._client.login(settings.smtp_user, password)

    async def _pass_on(self, sender: str, recipient: str, content: bytes) -> int:
        """Give the envelope and the text, and return the code of the answer to it."""
        self._stage = "envelope"
        client = self._client
        options = []
        if not recipient.isascii():
            await client.ehlo()
            if not client.supports_extension("smtputf8"):
                recipient.encode("ascii")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        encoding = "utf-8" if options else "ascii"
        await client.mail(sender, options=options, encoding=encoding)
        await client.rcpt(recipient, encoding=encoding)
        asked = await client.execute_command(b"DATA")
        if asked.code != 354:
            return asked.code if asked.code >= 400 else -1
        protocol = client.protocol
        if protocol is not None:
            protocol.write(content)
        await asyncio.sleep(0)  # lets a connection that was closed show itself
        if protocol is None or not protocol.is_connected:
            raise self._errors.SMTPServerDisconnected("")
        self._ended = True
        return (await client.execute_command(b".")).code

    async def _leave(self) -> None:
        """Say goodbye; the e-mail is taken whatever comes of this."""
        try:
            await self._client.quit()
        except (self._errors.SMTPException, OSError):
            return

    def _refused(self, code: int) -> Delivery:
        """Return what an answer that is no success means."""
        if code // 100 not in {4, 5}:
            return self.interrupted("answer_invalid")
        # Until the envelope it is about us, not about the e-mail: a wrong password must not make it fail for good.
        final = code >= 500 and self._stage == "envelope"
        return Delivery(Result.REFUSED if final else Result.RETRY, f"smtp_{code}")

    def _reason(self, error: Exception) -> str:
        """Return the short name of a connection that failed."""
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            return "tls_failed"
        if not isinstance(error, ConnectionError):
            return "not_supported"  # encryption or a log-in that the server does not offer
        if self._stage == "connect" and isinstance(error, self._errors.SMTPConnectError):
            return "not_reached"
        return "connection_lost"


def open_mailer(settings: Settings) -> Mailer:
    """Return what hands e-mails over.

    Args:
        settings: Name the mail server; without one, development writes files and production waits.

    Raises:
        ConfigurationError: The sender is no address, a file of certificates cannot be read, or a password would
            travel unencrypted.
    """
    _check(settings)
    if settings.smtp_host:
        mailer = SmtpMailer(settings, settings.smtp_timeout_seconds * _ANSWERS)
        try:
            mailer._context  # noqa: B018, SLF001 -- read now, so that a wrong file is named at once
        except OSError as error:
            raise ConfigurationError("TALENTFLUX_SMTP_CA_FILE cannot be read as certificates.") from error
        return mailer
    return UnconfiguredMailer(settings) if settings.environment is Environment.PRODUCTION else OutboxMailer(settings)


def outbox_folder(settings: Settings) -> Path:
    """Return where development keeps e-mails."""
    return settings.data_folder / _OUTBOX


def _check(settings: Settings) -> None:
    given = {"EMAIL_FROM": settings.email_from, "EMAIL_REPLY_TO": settings.email_reply_to or settings.email_from}
    for name, value in given.items():
        if not _is_address(value):
            raise ConfigurationError(f"TALENTFLUX_{name} is not an e-mail address.")
    plain = settings.smtp_tls is SmtpTls.NONE and settings.smtp_host not in _LOOPBACK
    if plain and settings.smtp_user:
        raise ConfigurationError(
            "TALENTFLUX_SMTP_TLS=none would send the password of the mail server readable over the network. "
            "Use starttls or tls."
        )


def _is_address(value: str) -> bool:
    try:
        address = _named(value)
        return bool(address.username and _ascii_domain(address.domain)) and value.isprintable()
    except ValueError:
        return False


def _named(value: str) -> Address:
    """Return an address with or without a name before it; the library's own parser fails on some that are in use.

    Raises:
        ValueError: It holds a line break.
    """
    name, address = parseaddr(value)
    local, _, domain = address.rpartition("@")
    return Address(name, username=local, domain=domain)


def _ascii_domain(domain: str) -> str:
    return domain.encode("idna").decode()


def _ascii_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def _stuffed(content: bytes) -> bytes:
    """Return a message with the dots at the beginning of lines doubled, as RFC 5321 asks."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
