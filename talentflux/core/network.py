"""Who is on the other end: the caller's address behind proxies, the names served, the origins allowed."""

import ipaddress
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import ConfigurationError

_OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_TEST_HOST: Final = "testserver"
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


class Network:
    """What the settings say of hosts, origins and proxies.

    Attributes:
        hosts: Names that are served; this machine's own always are, for whoever watches the program from here.
        origins: Origins of other pages that may use the API.
        serves: Tells whether `host:port` of a request is a name of ours.

    Args:
        settings: Name them.

    Raises:
        ConfigurationError: One of them cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        named = {name.lower() for name in listed(settings.allowed_hosts)}
        if any("/" in name or "*" in name for name in named):
            raise ConfigurationError("TALENTFLUX_ALLOWED_HOSTS takes names such as hire.example.com, without * or /.")
        outside = settings.environment is Environment.PRODUCTION
        self.hosts = _OWN_HOSTS | named | (set() if outside else {_TEST_HOST})
        self.origins = frozenset(_origin(each) for each in listed(settings.cors_origins))
        self._proxies = _networks(settings.trusted_proxies)
        self._trusted = lru_cache(maxsize=1024)(self._is_trusted)
        self.serves = lru_cache(maxsize=1024)(self._serves)

    def _serves(self, authority: str) -> bool:
        try:
            return urlsplit(f"//{authority}").hostname in self.hosts
        except ValueError:
            return False

    def caller(self, peer: str, forwarded_for: str, forwarded_proto: str, scheme: str) -> tuple[str, str]:
        """Return the caller's address and scheme.

        Read from the right, the first hop that is no proxy of ours is the caller: what stands further left was
        written by the caller.

        Args:
            peer: Address of the connection.
            forwarded_for: All values of X-Forwarded-For, with commas.
            forwarded_proto: All values of X-Forwarded-Proto, with commas.
            scheme: Of the connection.
        """
        if not self._proxies or not self._trusted(peer):
            return peer, scheme
        nearest = forwarded_proto.rpartition(",")[2].strip().lower()
        if nearest in ("http", "https"):
            scheme = nearest
        caller = peer
        for hop in reversed(forwarded_for.split(",")):
            address = _hop(hop)
            if address is None:
                break
            caller = address
            if not self._trusted(address):
                break
        return caller, scheme

    def _is_trusted(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._proxies)


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's own."""
    parsed = _parsed(address)
    return parsed is not None and parsed.is_loopback


def listed(text: str) -> list[str]:
    """Return the parts of a setting that holds several, separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _parsed(address: str) -> _Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _hop(text: str) -> str | None:
    """Return the address of one hop, which may carry a port; None where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    parsed = _parsed(text)
    return None if parsed is None else str(parsed)


def _origin(text: str) -> str:
    parts = urlsplit(text)
    whole = f"{parts.scheme}://{parts.netloc}" == text
    if parts.scheme not in ("http", "https") or not whole or not parts.hostname or "*" in text:
        raise ConfigurationError(
            "TALENTFLUX_CORS_ORIGINS takes origins such as https://app.example.com, without a path and never *."
        )
    return text.lower()


def _networks(text: str) -> _Networks:
    try:
        return tuple(ipaddress.ip_network(part) for part in listed(text))
    except ValueError as error:
        raise ConfigurationError(
            "TALENTFLUX_TRUSTED_PROXIES takes networks such as 10.0.0.0/8 or 192.0.2.7, separated by commas."
        ) from error
