"""Links in e-mails that are good once and for a time."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from talentflux.core.crypto import Cipher
from talentflux.core.database import WriteSession
from talentflux.core.errors import InvalidInputError
from talentflux.core.security.one_time import new_secret, secret_hash
from talentflux.models import OneTimeToken, User
from talentflux.models.auth import Purpose
from talentflux.repositories.auth_repository import OneTimeTokenRepository
from talentflux.repositories.user_repository import UserRepository
from talentflux.utils.ids import new_id

PAGES: Final = {
    Purpose.VERIFY_EMAIL: "verify-email",
    Purpose.RESET_PASSWORD: "reset-password",
    Purpose.CHANGE_EMAIL: "change-email",
}
"""The page that a link leads to."""


async def issue(  # noqa: PLR0913, PLR0917 -- what a link is made of
    session: WriteSession,
    user_id: UUID,
    purpose: Purpose,
    lifetime: timedelta,
    public_url: str,
    payload: tuple[Cipher, str] | None = None,
) -> str:
    """Make a link; earlier ones for the same purpose are good no longer.

    Args:
        session: The transaction.
        user_id: Whose.
        purpose: What it is for.
        lifetime: For how long it is good.
        public_url: Where this server is reached.
        payload: The person's cipher and what the link confirms.

    Returns:
        The link. Its secret stands behind `#`, which browsers send to no server, so no log gets it.
    """
    secret, row_id = new_secret(), new_id()
    row = OneTimeToken(
        id=row_id,
        user_id=user_id,
        purpose=purpose,
        token_hash=secret_hash(secret),
        payload=payload and payload[0].encrypt(payload[1].encode(), _context(row_id)),
        expires_at=await UserRepository(session).now() + lifetime,
    )
    await OneTimeTokenRepository(session).add(row)
    return f"{public_url.rstrip('/')}/{PAGES[purpose]}#token={secret}"


async def find(session: WriteSession, secret: str, purpose: Purpose) -> OneTimeToken:
    """Return what a link stands for, without using it up.

    Raises:
        InvalidInputError: It is not good, or no longer.
    """
    row = await OneTimeTokenRepository(session).find(secret_hash(secret), purpose)
    if row is None:
        raise refused()
    return row


async def redeem(session: WriteSession, secret: str, purpose: Purpose) -> OneTimeToken:
    """Return what a link stands for and use it up.

    Raises:
        InvalidInputError: It is not good, or no longer.
    """
    row = await find(session, secret, purpose)
    row.used_at = await UserRepository(session).now()
    await session.flush()
    return row


def payload(row: OneTimeToken, cipher: Cipher) -> str:
    """Return what a link confirms."""
    assert row.payload is not None
    return cipher.decrypt(row.payload, _context(row.id)).decode()


async def account(session: WriteSession, user_id: UUID) -> User:
    """Return whose link it is, kept from being changed by others until the transaction ends.

    Args:
        session: The transaction.
        user_id: As the link says.

    Raises:
        InvalidInputError: The account is gone.
    """
    user = await UserRepository(session).find(user_id, lock=True)
    if user is None:
        raise refused()
    return user


def refused() -> InvalidInputError:
    """Return the one answer to every link that is not good, whatever the reason."""
    return InvalidInputError(
        "This link is not good, or no longer: it was used, has expired, or a newer one was sent. Ask for a new one.",
        code="link_invalid",
    )


def _context(row_id: UUID) -> str:
    return f"one_time_token.payload:{row_id}"
