"""Calls to addresses that users give: what is refused, before and while connecting."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.outbound import (
    OutboundClient,
    OutboundFailedError,
    OutboundPolicy,
    OutboundRefusedError,
    is_public,
)
from tests.factories.oidc_provider import Provider, hostile_provider

OPEN = OutboundPolicy(["127.0.0.1"], allow_plain=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with hostile_provider() as provider:
        yield provider


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "//host/path", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "https://",
        "http://example.com/", "http://127.0.0.1/", "https://127.0.0.1/", "https://127.1.2.3:8443/", "https://[::1]/",
        "https://0.0.0.0/", "https://[::]/", "https://10.0.0.1/", "https://172.16.5.4/", "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://[fe80::1]/", "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/", "https://[::7f00:1]/", "https://224.0.0.1/", "https://255.255.255.255/",
        "https://user:secret@example.com/", "https://user@example.com/", "https://example.com:99999/",
        "https://exa mple.com/", "https://example.com\\@127.0.0.1/", "https://ex\u00e4mple.com/",
        "https://example.com/\n", "https://[::1", "https://example.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_refuses_urls_that_lead_inside_or_nowhere(url: str) -> None:
    with pytest.raises(OutboundRefusedError):
        OutboundPolicy().check_url(url)


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com:8443/a?b", "https://93.184.216.34/"])
def test_takes_urls_of_the_open_internet(url: str) -> None:
    assert OutboundPolicy().check_url(url) == url


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True),
        ("2002:808:808::1", True), ("192.0.2.1", False), ("198.18.0.1", False), ("100.127.255.255", False),
        ("2001:db8::1", False), ("fec0::1", False), ("ff02::1", False), ("240.0.0.1", False),
        ("2001:0:0808:0808:0:0:80ff:fffe", False), ("168.63.129.16", False), ("192.88.99.1", False), ("3fff::1", False),
        ("64:ff9b:1::808:808", False), ("::ffff:168.63.129.16", False),
    ],
)  # fmt: skip
def test_knows_which_addresses_are_public(address: str, public: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize("allowed", ["10.0.0.0/33", "x/y", "10.0.0.1/8"])
def test_refuses_to_start_with_networks_that_cannot_be_read(allowed: str) -> None:
    with pytest.raises(ConfigurationError, match="TALENTFLUX_OUTBOUND_ALLOWED"):
        OutboundPolicy([allowed])


def test_an_operator_allows_hosts_ports_and_networks() -> None:
    policy = OutboundPolicy(["login.internal", "127.0.0.1:9443", "10.1.0.0/16"])
    policy.check_url("https://127.0.0.1:9443/")
    policy.check_url("https://10.1.2.3/")
    policy.check_address("login.internal", 443, ipaddress.ip_address("192.168.0.9"))
    for url in ("https://127.0.0.1:9444/", "https://10.2.0.1/", "http://127.0.0.1:9443/"):
        with pytest.raises(OutboundRefusedError):
            policy.check_url(url)


def test_production_calls_nothing_without_tls() -> None:
    given = {"outbound_allowed": "127.0.0.1", "_env_file": None}
    OutboundPolicy.from_settings(Settings(**given)).check_url("http://127.0.0.1/")
    settings = Settings(**given).model_copy(update={"environment": Environment.PRODUCTION})
    with pytest.raises(OutboundRefusedError):
        OutboundPolicy.from_settings(settings).check_url("http://127.0.0.1/")


async def test_refuses_a_name_that_resolves_to_this_machine(server: Provider) -> None:
    with pytest.raises(OutboundRefusedError):
        await OutboundClient(OutboundPolicy()).get(f"https://localhost:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:192.168.0.1", "100.64.0.1"])
async def test_refuses_a_name_with_one_inner_address_among_public_ones(monkeypatch, address: str) -> None:
    async def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", (address, 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve, raising=False)
    with pytest.raises(OutboundRefusedError):
        await OutboundClient(OutboundPolicy()).get("https://rebinding.example/")


async def test_connects_to_the_address_that_was_checked(server: Provider, monkeypatch) -> None:
    answers = iter([[(0, 0, 0, "", ("127.0.0.1", server.port))]])

    async def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return next(answers)  # whoever asks twice fails

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve, raising=False)
    policy = OutboundPolicy(["rebinding.example", "127.0.0.0/8"], allow_plain=True)
    answer = await OutboundClient(policy).get(f"http://rebinding.example:{server.port}/")
    assert answer.status == 200


async def test_does_not_follow_redirects(server: Provider) -> None:
    server.answers["/away"] = (302, {"Location": f"{server.issuer}/private"}, b"")
    server.asked.clear()
    assert (await OutboundClient(OPEN).get(f"{server.issuer}/away")).status == 302
    assert server.asked == ["/away"]


async def test_gives_up_on_answers_that_are_too_long(server: Provider) -> None:
    server.answers["/long"] = (200, {}, b"x" * 1001)
    with pytest.raises(OutboundFailedError, match="1000 bytes"):
        await OutboundClient(OPEN).get(f"{server.issuer}/long", limit=1000)
    assert len((await OutboundClient(OPEN).get(f"{server.issuer}/long", limit=1001)).body) == 1001


async def test_refuses_packed_answers(server: Provider) -> None:
    server.answers["/packed"] = (200, {"Content-Encoding": "gzip"}, b"bomb")
    with pytest.raises(OutboundFailedError, match="packed"):
        await OutboundClient(OPEN).get(f"{server.issuer}/packed")


async def test_gives_up_on_slow_answers(server: Provider) -> None:
    server.delay = 1.0
    try:
        with pytest.raises(OutboundFailedError):
            await OutboundClient(OPEN, whole_seconds=0.1).get(f"{server.issuer}/slow")
    finally:
        server.delay = 0.0


async def test_an_address_where_nobody_listens_is_no_answer() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(OutboundFailedError):
        await OutboundClient(OPEN).get(f"http://127.0.0.1:{port}/")


async def test_a_name_that_does_not_resolve_is_no_answer(monkeypatch) -> None:
    async def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise socket.gaierror

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve, raising=False)
    with pytest.raises(OutboundFailedError):
        await OutboundClient(OutboundPolicy()).get("https://nowhere.example/")


async def test_checks_certificates_against_the_name_that_was_asked_for(tmp_path: Path) -> None:
    certificate = tls_files(tmp_path, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    policy = OutboundPolicy(["localhost", "127.0.0.1"])
    trusting = OutboundClient(policy, verify=ssl.create_default_context(cafile=certificate[0]))
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert (await trusting.get(f"https://localhost:{port}/")).body == b"ok"
        for client, host in ((trusting, "127.0.0.1"), (OutboundClient(policy), "localhost")):
            with pytest.raises(OutboundFailedError):
                await client.get(f"https://{host}:{port}/")


def tls_files(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encryption = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    return paths
