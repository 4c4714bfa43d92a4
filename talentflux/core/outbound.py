"""Requests to addresses that a user gave: to the open internet only, whatever a name resolves to.

The address is checked where the connection is made, and the connection goes to the address that was checked: a name
that resolves to another address a moment later (rebinding) gains nothing. Redirects are not followed.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore
import httpx

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import ConfigurationError, DependencyError, InvalidInputError
from talentflux.core.network import listed

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 10.0
BODY_LIMIT: Final = 1024 * 1024
_LONGEST_URL: Final = 2000
_PORTS: Final = {"https": 443, "http": 80}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SPECIAL: Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        "168.63.129.16/32",  # of Azure: the host of a virtual machine answers there, and hands out its configuration
        "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
        "3fff::/20",  # documentation, RFC 9637
    )
)
"""Networks that are not of the open internet, though the standard library takes them for such."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class OutboundRefusedError(InvalidInputError):
    """A URL leads to where this server does not go."""

    code = "address_refused"
    title = "This address is not called"


class OutboundFailedError(DependencyError):
    """The other side did not answer, or not as it should."""

    code = "no_answer"
    title = "The other side did not answer as it should"


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """What the other side answered.

    Attributes:
        status: HTTP status.
        body: At most as long as was allowed.
        retry_after: The header `Retry-After`, where there is one.
    """

    status: int
    body: bytes
    retry_after: str | None = None


class OutboundPolicy:
    """Where requests may go.

    Args:
        allowed: Hosts, `host:port` or networks that the operator allows although they lie inside.
        allow_plain: Whether allowed hosts may be called over http.

    Raises:
        ConfigurationError: One of them cannot be read.
    """

    def __init__(self, allowed: Iterable[str] = (), *, allow_plain: bool = False) -> None:
        self._plain = allow_plain
        self._hosts: set[str] = set()
        self._networks: list[_Network] = []
        for each in allowed:
            self._add(each)

    @classmethod
    def from_settings(cls, settings: Settings) -> "OutboundPolicy":
        """Return the policy of a process; http is for development and tests."""
        plain = settings.environment is not Environment.PRODUCTION
        return cls(listed(settings.outbound_allowed), allow_plain=plain)

    def check_url(self, url: str) -> str:
        """Return a URL that may be called, as far as can be said before its name is resolved.

        Raises:
            OutboundRefusedError: It may not.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _refused("It is not a URL.") from None
        if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise _refused("It is not a URL.")
        if parts.scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
            raise _refused("Give an https:// address without a user name.")
        port = port or _PORTS[parts.scheme]
        if parts.scheme == "http" and not (self._plain and self._is_named(host, port)):
            raise _refused("Give an https:// address.")
        literal = _parsed(host)
        if literal is not None:
            self.check_address(host, port, literal)
        return url

    def check_address(self, host: str, port: int, address: _Address) -> None:
        """Make sure that a connection may be made.

        Args:
            host: The name that was asked for.
            port: The port.
            address: What it resolved to.

        Raises:
            OutboundRefusedError: The address is private, of this machine, or reserved, and not allowed.
        """
        if self._is_named(host, port) or any(address in network for network in self._networks):
            return
        if not is_public(address):
            raise _refused("It leads to a private, local or reserved network.")

    def _is_named(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        return name in self._hosts or f"{name}:{port}" in self._hosts

    def _add(self, text: str) -> None:
        if "/" in text:
            try:
                self._networks.append(ipaddress.ip_network(text))
            except ValueError as error:
                raise ConfigurationError(
                    "TALENTFLUX_OUTBOUND_ALLOWED takes hosts, host:port and networks such as 10.1.0.0/16, by commas."
                ) from error
        else:
            self._hosts.add(text.lower().rstrip("."))


def is_public(address: _Address) -> bool:
    """Return whether an address is one of the open internet's.

    Addresses that carry an IPv4 address inside (mapped, 6to4, Teredo, NAT64) are as public as that one is.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or int(address) >> 32 == 0:  # the latter: IPv4-compatible, long deprecated
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class OutboundClient:
    """Calls addresses that a user gave.

    Args:
        policy: Where requests may go.
        verify: How certificates are checked; by default with the usual authorities.
        whole_seconds: Longest a request may take in all.
    """

    def __init__(
        self, policy: OutboundPolicy, *, verify: ssl.SSLContext | None = None, whole_seconds: float = WHOLE_SECONDS
    ) -> None:
        self.policy = policy
        self._verify = verify
        self._whole_seconds = whole_seconds

    async def get(self, url: str, *, limit: int = BODY_LIMIT) -> OutboundAnswer:
        """Fetch a URL.

        Args:
            url: Where.
            limit: Most bytes of the answer.

        Raises:
            OutboundRefusedError: The URL may not be called.
            OutboundFailedError: There was no answer in time, or it was too long.
        """
        return await self._send("GET", url, {}, limit)

    async def post_form(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None, limit: int = BODY_LIMIT
    ) -> OutboundAnswer:
        """Send a form; as for `get`.

        Args:
            url: Where.
            form: Its fields.
            headers: Beside the usual ones.
            limit: Most bytes of the answer.
        """
        return await self._send("POST", url, headers or {}, limit, data=form)

    async def post(self, url: str, content: bytes, *, headers: Mapping[str, str]) -> OutboundAnswer:
        """Send bytes, and take no more of the answer than its status; as for `get`.

        Args:
            url: Where.
            content: What.
            headers: Beside the usual ones.
        """
        return await self._send("POST", url, headers, None, content=content)

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], limit: int | None, **sending: Any
    ) -> OutboundAnswer:
        self.policy.check_url(url)
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "TalentFlux", **headers}
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        try:
            async with (
                asyncio.timeout(self._whole_seconds),
                httpx.AsyncClient(
                    transport=GuardedTransport(self.policy, self._verify), timeout=timeout, follow_redirects=False,
                    trust_env=False,
                ) as client,
                client.stream(method, url, headers=sent, **sending) as response,
            ):  # fmt: skip
                body = b"" if limit is None else await _body(response, limit)
                return OutboundAnswer(response.status_code, body, response.headers.get("retry-after"))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise OutboundFailedError(f"{urlsplit(url).hostname} did not answer. Try again in a moment.") from error


class GuardedTransport(httpx.AsyncHTTPTransport):
    """A transport of httpx whose connections are checked where they are made.

    Args:
        policy: Where requests may go.
        verify: How certificates are checked.
    """

    def __init__(self, policy: OutboundPolicy, verify: ssl.SSLContext | None = None) -> None:
        context = verify or ssl.create_default_context()
        super().__init__(verify=context, trust_env=False)
        # httpx has no argument for the network backend; its own pool, which has opened nothing, is replaced.
        self._pool = httpcore.AsyncConnectionPool(ssl_context=context, network_backend=_GuardedBackend(policy))


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves names itself and connects to an address that was checked."""

    def __init__(self, policy: OutboundPolicy) -> None:
        self._policy = policy
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's form
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open a connection to the first address that answers, once all that the name has are checked."""
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in await self._addresses(host, port):
            try:
                return await self._backend.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> list[_Address]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError("the name does not resolve") from error
        addresses = list(dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found))
        for address in addresses:
            self._policy.check_address(host, port, address)
        return addresses


async def _body(response: httpx.Response, limit: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise OutboundFailedError("The other side packed its answer although it was asked not to.")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > limit:
            raise OutboundFailedError(f"The other side answered with more than {limit} bytes.")
    return bytes(body)


def _parsed(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _refused(detail: str) -> OutboundRefusedError:
    return OutboundRefusedError(detail)
