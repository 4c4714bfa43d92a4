"""A real mail server on loopback that does what a test tells it to."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Act = Callable[[SMTP], Awaitable[str]]


async def accept(_server: SMTP) -> str:
    """Take it."""
    return "250 taken"


def answer(line: str) -> Act:
    """Return what answers one line and takes nothing."""

    async def say(_server: SMTP) -> str:
        return line

    return say


async def drop(server: SMTP) -> str:
    """Close the connection without an answer."""
    server.transport.abort()
    return "421 gone"


def wait(seconds: float) -> Act:
    """Return what takes it and answers late."""

    async def late(_server: SMTP) -> str:
        await asyncio.sleep(seconds)
        return "250 taken late"

    return late


@dataclass
class SmtpServer:
    """The server and what it took.

    Attributes:
        on_mail: What to do at MAIL FROM, RCPT TO and the end of DATA, one for each attempt; the last one stays.
        tls: For STARTTLS, or from the first byte where `implicit`.
        password: Asked for where set; the user is `sender`.
        smtputf8: Whether addresses beyond ASCII are taken.
    """

    on_mail: list[Act] = field(default_factory=lambda: [accept])
    on_recipient: list[Act] = field(default_factory=lambda: [accept])
    on_data: list[Act] = field(default_factory=lambda: [accept])
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    password: str | None = None
    smtputf8: bool = True
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    attempts: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    data: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def handle_MAIL(self, server: SMTP, _s: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Count an attempt."""
        self.attempts += 1
        self.begun.set()
        allowed = self.password is None or server.session.authenticated
        said = await self._next(self.on_mail)(server) if allowed else "530 log in first"
        if said.startswith("250"):
            envelope.mail_from, envelope.mail_options = address, options
        return said

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take a recipient or not."""
        said = await self._next(self.on_recipient)(server)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take the text and say so, unless it is refused; what is said may not arrive."""
        content = envelope.content
        assert isinstance(content, bytes)
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.received.append(parsed)
        self.envelopes.append(envelope)
        self.data.set()
        said = await self._next(self.on_data)(server)
        if said[0] in "45" and not said.startswith("421"):
            self.received.remove(parsed)
            self.envelopes.remove(envelope)
        return said

    def _next(self, acts: list[Act]) -> Act:
        return acts.pop(0) if len(acts) > 1 else acts[0]

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        good = (given.login, given.password) == (b"sender", (self.password or "").encode())
        return AuthResult(success=good, handled=good)

    async def __aenter__(self) -> Self:
        self._opened: list[SMTP] = []

        def protocol() -> SMTP:
            opened = SMTP(
                self,
                hostname="localhost",
                enable_SMTPUTF8=self.smtputf8,
                tls_context=None if self.implicit else self.tls,
                require_starttls=self.tls is not None and not self.implicit,
                authenticator=self._authenticate if self.password else None,
                auth_require_tls=not self.implicit,
            )
            self._opened.append(opened)
            return opened

        loop = asyncio.get_running_loop()
        context = self.tls if self.implicit else None
        self._server = await loop.create_server(protocol, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for each in self._opened:
            if each.transport is not None:
                each.transport.abort()
        await asyncio.sleep(0.01)  # closes their sockets


def certificates(folder: Path, host: str = "127.0.0.1") -> tuple[Path, ssl.SSLContext]:
    """Return the certificate of an authority of our own, and the context of a server that it vouches for."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    authority = (
        _certificate(issuer, issuer, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
                key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )  # fmt: skip
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server")])
    server = (
        _certificate(name, issuer, key)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    authority_file, server_file = folder / "authority.pem", folder / "server.pem"
    authority_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server_file.write_bytes(private + server.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server_file)
    return authority_file, context


def _certificate(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
