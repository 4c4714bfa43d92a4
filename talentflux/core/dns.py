"""Text records of a domain, by which an organization shows that the domain is its own."""

from typing import Final

from talentflux.core.errors import ConfigurationError

_SECONDS: Final = 4.0


async def text_records(name: str, server: str = "") -> frozenset[str]:
    """Return the TXT records of a name; none where there are none or nobody answers.

    Args:
        name: Such as `_talentflux.example.com`.
        server: host:port of the name server to ask; empty for the system's.

    Raises:
        ConfigurationError: The server is not given as an address and a port.
    """
    import dns.asyncresolver  # noqa: PLC0415 -- takes long to import
    import dns.exception  # noqa: PLC0415 -- as above
    import dns.resolver  # noqa: PLC0415 -- as above

    try:
        resolver = dns.asyncresolver.Resolver(configure=not server)
        if server:
            host, _, port = server.rpartition(":")
            resolver.nameservers = [host.strip("[]")]
            resolver.port = int(port)
    except (ValueError, dns.resolver.NoResolverConfiguration) as error:
        raise ConfigurationError("TALENTFLUX_DNS_SERVER takes an address and a port such as 192.0.2.53:53.") from error
    try:
        answer = await resolver.resolve(f"{name}.", "TXT", lifetime=_SECONDS, raise_on_no_answer=False)
    except (dns.exception.DNSException, OSError):
        return frozenset()
    return frozenset(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
