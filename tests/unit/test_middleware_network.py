"""Who is on the other end, as proxies tell it."""

from typing import Any

import pytest

from talentflux.core.config import Environment, Settings
from talentflux.core.network import Network, is_loopback


def network(**values: Any) -> Network:
    return Network(Settings(_env_file=None, **values))


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("198.51.100.9", "203.0.113.5", "198.51.100.9"),
        ("10.0.0.2", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.2", "127.0.0.1, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.2", "10.0.0.7,203.0.113.5, 10.0.0.3", "203.0.113.5"),
        ("10.0.0.2", "10.9.9.9, 10.0.0.3", "10.9.9.9"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.5, ' or 1=1 --, 10.0.0.3", "10.0.0.3"),
        ("10.0.0.2", "203.0.113.5:4711", "203.0.113.5"),
        ("10.0.0.2", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.2", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.2", "::ffff:203.0.113.5", "203.0.113.5"),
        ("::ffff:10.0.0.2", "203.0.113.5", "203.0.113.5"),
        ("", "203.0.113.5", ""),
        ("10.0.0.2", ",".join(["203.0.113.5"] * 5000), "203.0.113.5"),
    ],
)
def test_the_first_hop_from_the_right_that_is_no_proxy_is_the_caller(peer: str, forwarded: str, caller: str) -> None:
    assert network(trusted_proxies="10.0.0.0/8").caller(peer, forwarded, "", "http") == (caller, "http")


def test_nobody_is_believed_without_the_setting() -> None:
    assert network().caller("127.0.0.1", "203.0.113.5", "https", "http") == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("10.0.0.2", "https", "https"),
        ("10.0.0.2", "https,http", "http"),
        ("10.0.0.2", "javascript", "http"),
        ("198.51.100.9", "https", "http"),
    ],
)
def test_the_scheme_is_the_one_that_the_nearest_proxy_tells(peer: str, told: str, scheme: str) -> None:
    assert network(trusted_proxies="10.0.0.0/8").caller(peer, "203.0.113.5", told, "http")[1] == scheme


@pytest.mark.parametrize(
    ("authority", "served"),
    [
        ("hire.example.org", True),
        ("HIRE.example.org:443", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("testserver", False),
        ("evil.hire.example.org", False),
        ("hire.example.org.", False),
        ("hire.example.org@evil.example", False),
        ("evil.example#hire.example.org", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_only_the_names_of_the_settings_and_this_machine_are_served(
    authority: str,
    served: bool,  # noqa: FBT001 -- a case
) -> None:
    production = network(environment=Environment.PRODUCTION, allowed_hosts=" hire.example.org, ")
    assert production.serves(authority) is served


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False), ("", False), ("x", False)],
)
def test_loopback_is_told_from_the_rest(address: str, own: bool) -> None:  # noqa: FBT001 -- a case
    assert is_loopback(address) is own
