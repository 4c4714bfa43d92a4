"""Back-off: whoever fails often waits longer and longer, known account or not."""

import ipaddress
import math
from dataclasses import dataclass
from typing import Final

from talentflux.core.crypto import Keys
from talentflux.core.database import WriteSession
from talentflux.core.errors import TooManyRequestsError
from talentflux.repositories.auth_repository import BackOff, ThrottleRepository
from talentflux.services.encryption_service import platform_keys

_QUARTER_HOUR: Final = 900.0
ACCOUNT: Final = BackOff(free=5, longest=_QUARTER_HOUR, forget=86_400)
ADDRESS: Final = BackOff(free=20, longest=_QUARTER_HOUR, forget=3_600)
"""An office shares an address, so it has more tries."""
EMAIL: Final = BackOff(free=1, longest=60, forget=3_600)
"""An account gets one link, then another after a second, two, four … a minute."""
_COLUMN: Final = "login_throttle.key"


@dataclass(frozen=True, slots=True)
class Tries:
    """What a try is counted for.

    Attributes:
        account: Key of the account, or of the address that no account has.
        address: Key of the network address; None where there is none.
    """

    account: bytes
    address: bytes | None


def tries(keys: Keys, email_index: bytes, address: str = "") -> Tries:
    """Return what a try is counted for.

    Args:
        keys: The platform's.
        email_index: Blind index of the e-mail address that was given.
        address: The caller's network address; empty to count the account alone.
    """
    account = keys.blind_index(_COLUMN, f"account:{email_index.hex()}")
    return Tries(account, keys.blind_index(_COLUMN, f"address:{_network(address)}") if address else None)


async def charge(session: WriteSession, counted: Tries) -> None:
    """Count a try before it is known how it ends, so that tries at the same time cannot pass together.

    Args:
        session: A transaction that finds out who somebody is; it must commit.
        counted: By `tries`.

    Raises:
        TooManyRequestsError: Account or address must wait; then the try does not count.
    """
    repository = ThrottleRepository(session)
    for key, back_off in ((counted.account, ACCOUNT), (counted.address, ADDRESS)):
        if key is not None and not await repository.charge(key, back_off):
            wait = max(1, math.ceil(await repository.seconds_left(key)))
            raise TooManyRequestsError(
                f"Too many tries in vain. Try again in {wait} s.", retry_after=wait, code="login_throttled"
            )


async def refund(session: WriteSession, counted: Tries) -> None:
    """Take a try back that was neither a success nor a guess."""
    repository = ThrottleRepository(session)
    await repository.refund(counted.account)
    if counted.address is not None:
        await repository.refund(counted.address)


async def succeed(session: WriteSession, counted: Tries) -> None:
    """Begin counting anew for the account; the address keeps what others of it failed at."""
    repository = ThrottleRepository(session)
    await repository.forget(counted.account)
    if counted.address is not None:
        await repository.refund(counted.address)


async def may_send(session: WriteSession, email_index: bytes) -> bool:
    """Return whether an address may be sent a further link; silently no, where it got one a moment ago.

    Args:
        session: A transaction that finds out who somebody is.
        email_index: Blind index of the address.
    """
    keys = await platform_keys(session)
    return await ThrottleRepository(session).charge(keys.blind_index(_COLUMN, f"email:{email_index.hex()}"), EMAIL)


def _network(address: str) -> str:
    """Return what an address is counted as: itself, or the /64 of IPv6, which one person has to themselves."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
