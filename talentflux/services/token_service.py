"""Access tokens: JWT signed with Ed25519, for a quarter of an hour, by keys that are rotated."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm

from talentflux.core.config import Settings
from talentflux.core.crypto import Keys
from talentflux.core.database import Database, Scope, WriteSession
from talentflux.core.errors import UnauthenticatedError
from talentflux.core.principal import AccessCredential
from talentflux.models import SigningKey
from talentflux.repositories.auth_repository import SigningKeyRepository
from talentflux.services import encryption_service
from talentflux.utils.ids import new_id

LIFETIME: Final = timedelta(minutes=15)
ALGORITHM: Final = "EdDSA"
TYPE: Final = "at+jwt"
_IDENTITY: Final = Scope(identity=True)
_FRESH_SECONDS: Final = 60.0
"""Keys and verified tokens are looked at again after so long: a withdrawn key stops counting within a minute."""
_RELOAD_SECONDS: Final = 2.0
_LEAD: Final = timedelta(seconds=3 * _FRESH_SECONDS)
"""A new key is published so long before it signs, so that no process meets a token of a key that it does not know."""
_LEEWAY: Final = timedelta(seconds=5)  # clocks of two hosts
_CACHED: Final = 10_000
_LONGEST: Final = 2048
_REQUIRED: Final = ("exp", "iat", "iss", "aud", "sub", "sid")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token for `Authorization: Bearer`.

    Attributes:
        token: The JWT.
        expires_in: Seconds for which it is good.
    """

    token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    active_from: datetime
    expires_at: datetime | None

    def verifies(self, moment: datetime) -> bool:
        return self.expires_at is None or self.expires_at > moment

    def signs(self, moment: datetime) -> bool:
        return self.active_from <= moment and self.verifies(moment)


class TokenService:
    """Issues and checks access tokens. One for each process.

    Whether the session still lasts and what its user may do is not in the token: the database says so when the
    request's transaction opens. So a verified signature can be remembered, which saves 0.1 ms a request.

    Args:
        database: Sessions.
        settings: Give the issuer.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.issuer = settings.public_url.rstrip("/")
        self.audience = f"{self.issuer}/api"
        self._keys: tuple[_Key, ...] = ()
        self._loaded = self._tried = float("-inf")
        self._loading = asyncio.Lock()
        self._verified: OrderedDict[bytes, tuple[AccessCredential, float, float]] = OrderedDict()

    async def issue(self, user_id: UUID, session_id: UUID, organization_id: UUID | None) -> AccessToken:
        """Sign a token.

        Args:
            user_id: Whose.
            session_id: The log-in that it belongs to.
            organization_id: The session's organization, for clients to read.
        """
        await self.prepare()
        now = datetime.now(UTC)
        key = next(key for key in self._keys if key.signs(now))
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": now,
            "exp": now + LIFETIME,
            "jti": new_id().hex,
        }
        if organization_id is not None:
            claims["org"] = str(organization_id)
        token = jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.id, "typ": TYPE})
        return AccessToken(token, int(LIFETIME.total_seconds()))

    async def verify(self, token: str) -> AccessCredential:
        """Return whose token this is.

        Args:
            token: As it came.

        Raises:
            UnauthenticatedError: It is forged, expired, or not for us (`token_invalid`, `token_expired`).
        """
        if len(token) > _LONGEST:
            raise _invalid()
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._verified.get(name)
        if known is not None and known[1] > time.time() and known[2] > time.monotonic():
            self._verified.move_to_end(name)
            return known[0]
        self._verified.pop(name, None)
        credential, expires = await self._checked(token)
        self._verified[name] = (credential, expires, time.monotonic() + _FRESH_SECONDS)
        if len(self._verified) > _CACHED:
            self._verified.popitem(last=False)
        return credential

    async def prepare(self) -> None:
        """Load the keys, if that was long ago, and make the first one where there is none.

        Call it before a transaction in which tokens are issued, for it opens one of its own.
        """
        await self._refresh()
        if not any(key.signs(datetime.now(UTC)) for key in self._keys):
            async with self._database.write_session(_IDENTITY) as session:
                await SigningKeyRepository(session).lock()
                if not await SigningKeyRepository(session).good():
                    await _make(session, datetime.now(UTC))
            await self._load()

    async def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set, so that others can check our tokens."""
        await self.prepare()
        keys = [
            OKPAlgorithm.to_jwk(key.public, as_dict=True) | {"kid": key.id, "use": "sig", "alg": ALGORITHM}
            for key in self._keys
        ]
        return {"keys": keys}

    async def rotate(self, *, at_once: bool = False) -> UUID:
        """Make a new key.

        It signs as soon as all processes know it; the old ones verify until their last token has expired.

        Args:
            at_once: The old key was stolen: the new one signs now, tokens of the old ones are refused within a minute.

        Returns:
            The new key's id.
        """
        now = datetime.now(UTC)
        active_from = now if at_once else now + _LEAD
        async with self._database.write_session(_IDENTITY) as session:
            repository = SigningKeyRepository(session)
            await repository.lock()
            key_id = await _make(session, active_from)
            await repository.expire_before(key_id, now if at_once else active_from + LIFETIME + _LEAD)
        self._verified.clear()
        await self._load()
        return key_id

    async def _refresh(self) -> None:
        """Load the keys, if that was long ago; many who come at once have it done once."""
        if time.monotonic() - self._loaded > _FRESH_SECONDS:
            async with self._loading:
                if time.monotonic() - self._loaded > _FRESH_SECONDS:
                    await self._load()

    async def _load(self) -> None:
        async with self._database.write_session(_IDENTITY) as session:
            keys = await encryption_service.platform_keys(session)
            rows = await SigningKeyRepository(session).good()
            self._keys = tuple(_opened(row, keys) for row in rows)
        self._loaded = time.monotonic()

    async def _checked(self, token: str) -> tuple[AccessCredential, float]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
                raise _invalid()
            key = await self._key(header.get("kid"))
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                leeway=_LEEWAY,
                options={"require": list(_REQUIRED), "strict_aud": True},
            )
            return AccessCredential(UUID(claims["sub"]), UUID(claims["sid"])), float(claims["exp"])
        except jwt.ExpiredSignatureError:
            raise UnauthenticatedError("The access token has expired. Refresh it.", code="token_expired") from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise _invalid() from None

    async def _key(self, kid: object) -> _Key:
        """Return the key that a header names; an unknown name has the keys loaded again, at most every few seconds."""
        await self._refresh()
        key = self._known(kid)
        if key is None and time.monotonic() - self._tried > _RELOAD_SECONDS:
            self._tried = time.monotonic()
            await self._load()
            key = self._known(kid)
        if key is None:
            raise _invalid()
        return key

    def _known(self, kid: object) -> _Key | None:
        now = datetime.now(UTC)
        return next((key for key in self._keys if key.id == kid and key.verifies(now)), None)


def _invalid() -> UnauthenticatedError:
    return UnauthenticatedError("This is no access token of ours. Log in again.", code="token_invalid")


async def _make(session: WriteSession, active_from: datetime) -> UUID:
    keys = await encryption_service.platform_keys(session)
    private = Ed25519PrivateKey.generate()
    key_id = new_id()
    row = SigningKey(
        id=key_id,
        public_key=private.public_key().public_bytes_raw(),
        private_key=keys.encrypt(private.private_bytes_raw(), _context(key_id)),
        active_from=active_from,
    )
    await SigningKeyRepository(session).add(row)
    return key_id


def _opened(row: SigningKey, keys: Keys) -> _Key:
    private = Ed25519PrivateKey.from_private_bytes(keys.decrypt(row.private_key, _context(row.id)))
    # The public key is taken from the private one, which is authenticated, not from its column, which is not.
    return _Key(row.id.hex, private, private.public_key(), row.active_from, row.expires_at)


def _context(key_id: UUID) -> str:
    return f"signing_key.private_key:{key_id}"
