"""The second factor: an authenticator app (RFC 6238), and recovery codes for whoever has lost it."""

import hmac
import re
import secrets
import time
from typing import Final
from uuid import UUID

import pyotp
import segno

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.models import UserTotp
from talentflux.repositories.second_factor_repository import SecondFactorRepository
from talentflux.repositories.user_repository import UserRepository
from talentflux.schemas.second_factor import RecoveryCodes, SecondFactorRead, SecondFactorSetup
from talentflux.services import audit_service, email_service, user_service
from talentflux.services.encryption_service import platform_keys
from talentflux.utils.ids import new_id

ISSUER: Final = "TalentFlux"
STEP_SECONDS: Final = 30
CODES: Final = 10
_CODE_COLUMN: Final = "recovery_code.code"
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 signs, none that looks like another
_CODE_SIGNS: Final = 16  # 80 bits
_TOTP: Final = re.compile(r"[0-9]{6}")


async def required(session: AnySession, user_id: UUID) -> bool:
    """Return whether a user must give a code when they log in.

    Args:
        session: A transaction of the user, or one that finds out who somebody is.
        user_id: The user.
    """
    row = await SecondFactorRepository(session, user_id).find()
    return row is not None and row.confirmed_at is not None


async def check(session: WriteSession, user_id: UUID, code: str, public_url: str) -> bool:
    """Return whether a code is right, and use it up. The caller counts tries in vain.

    Args:
        session: A transaction of the user, or one that finds out who somebody is; it must commit.
        user_id: The user.
        code: Of the authenticator app, or a recovery code; spaces, hyphens and case do not matter.
        public_url: Where this server is reached.
    """
    repository = SecondFactorRepository(session, user_id)
    row = await repository.find(lock=True)
    if row is None or row.confirmed_at is None:
        return False
    plain = re.sub(r"[\s-]", "", code).lower()
    if _TOTP.fullmatch(plain):
        return await _accept(session, row, plain)
    if not await repository.use_code(await _code_index(session, user_id, plain)):
        return False
    audit_service.record(session, "second_factor.recovery_code_used", "user", user_id)
    await _tell(session, user_id, "recovery_code_used", public_url)
    return True


async def state(session: AnySession, user_id: UUID) -> SecondFactorRead:
    """Return whether a user's second factor is set up."""
    repository = SecondFactorRepository(session, user_id)
    row = await repository.find()
    confirmed_at = None if row is None else row.confirmed_at
    return SecondFactorRead(
        enabled=confirmed_at is not None,
        confirmed_at=confirmed_at,
        recovery_codes_left=await repository.codes_left(),
    )


async def start(session: WriteSession, user_id: UUID) -> SecondFactorSetup:
    """Begin to set up an authenticator app; one that was never confirmed is replaced.

    Raises:
        ConflictError: There is one already.
    """
    repository = SecondFactorRepository(session, user_id)
    before = await repository.find(lock=True)
    if before is not None and before.confirmed_at is not None:
        raise ConflictError("A second factor is set up. Remove it first.", code="second_factor_active")
    await repository.remove()
    user = await user_service.own(session)
    secret, row_id = pyotp.random_base32(), new_id()
    cipher = await user_service.cipher_of(session, user)
    sealed = cipher.encrypt(secret.encode(), _secret_context(row_id))
    await repository.add(UserTotp(id=row_id, user_id=user_id, secret=sealed))
    profile = await user_service.profile_of(session, user)
    uri = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=profile.email, issuer_name=ISSUER)
    audit_service.record(session, "second_factor.started", "user", user_id)
    return SecondFactorSetup(secret=secret, uri=uri, qr_code=segno.make_qr(uri).svg_data_uri(scale=4))


async def confirm(session: WriteSession, user_id: UUID, code: str, public_url: str) -> RecoveryCodes:
    """Finish setting up: from now on a code is asked for.

    Args:
        session: A transaction of the user.
        user_id: The user.
        code: The first that the authenticator app shows.
        public_url: Where this server is reached.

    Returns:
        The recovery codes, which are readable nowhere afterwards.

    Raises:
        ConflictError: Nothing was begun, or it is confirmed already.
        InvalidInputError: The code is wrong.
    """
    repository = SecondFactorRepository(session, user_id)
    row = await repository.find(lock=True)
    if row is None:
        raise ConflictError("Begin with POST /api/v1/users/me/second-factor.", code="second_factor_not_started")
    if row.confirmed_at is not None:
        raise ConflictError("The second factor is confirmed already.", code="second_factor_active")
    if not await _accept(session, row, code.replace(" ", "")):
        raise InvalidInputError(
            "The code is wrong. Check the clock of your device.",
            fields={"body.code": "is not the present code"},
            code="second_factor_invalid",
        )
    row.confirmed_at = await repository.now()
    audit_service.record(session, "second_factor.enabled", "user", user_id)
    await _tell(session, user_id, "enabled", public_url)
    return await _new_codes(session, user_id)


async def remove(session: WriteSession, user_id: UUID, public_url: str) -> None:
    """Remove the authenticator app and the recovery codes.

    Args:
        session: A transaction of the user.
        user_id: The user.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is none.
    """
    repository = SecondFactorRepository(session, user_id)
    row = await repository.find(lock=True)
    if row is None:
        raise NotFoundError("There is no second factor.")
    await repository.remove()
    audit_service.record(session, "second_factor.removed", "user", user_id)
    if row.confirmed_at is not None:
        await _tell(session, user_id, "disabled", public_url)


async def forget(session: WriteSession, user_id: UUID) -> None:
    """Remove what was set up before the account's address was confirmed: it need not be its owner's.

    Args:
        session: A transaction that finds out who somebody is.
        user_id: The account, the address of which is being claimed.
    """
    repository = SecondFactorRepository(session, user_id)
    if await repository.find(lock=True) is not None:
        await repository.remove()
        audit_service.record(session, "second_factor.removed", "user", user_id)


async def renew_codes(session: WriteSession, user_id: UUID, public_url: str) -> RecoveryCodes:
    """Make new recovery codes; the former ones are good no longer.

    Args:
        session: A transaction of the user.
        user_id: The user.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is no second factor.
    """
    row = await SecondFactorRepository(session, user_id).find(lock=True)
    if row is None or row.confirmed_at is None:
        raise NotFoundError("There is no second factor.")
    audit_service.record(session, "second_factor.recovery_codes_renewed", "user", user_id)
    await _tell(session, user_id, "recovery_codes", public_url)
    return await _new_codes(session, user_id)


async def _accept(session: WriteSession, row: UserTotp, code: str) -> bool:
    """Take a code of the present half minute or one beside it, if it is later than the last one taken."""
    user = await UserRepository(session).find(row.user_id)
    if user is None:
        return False
    cipher = await user_service.cipher_of(session, user)
    totp = pyotp.TOTP(cipher.decrypt(row.secret, _secret_context(row.id)).decode(), interval=STEP_SECONDS)
    present = int(time.time()) // STEP_SECONDS
    steps = [step for step in (present - 1, present, present + 1) if row.last_step is None or step > row.last_step]
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    if not right:
        return False
    row.last_step = right[0]
    await session.flush()
    return True


async def _tell(session: WriteSession, user_id: UUID, change: str, public_url: str) -> None:
    """Write to the account's address, so that its person learns of what somebody else did."""
    user = await UserRepository(session).find(user_id)
    if user is not None:
        to = (await user_service.profile_of(session, user)).email
        link = f"{public_url}/account"
        await email_service.send(session, "second_factor_changed", to=to, link=link, change=change, user_id=user_id)


async def _new_codes(session: WriteSession, user_id: UUID) -> RecoveryCodes:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_SIGNS)) for _ in range(CODES)]
    indexes = [await _code_index(session, user_id, code) for code in codes]
    await SecondFactorRepository(session, user_id).set_codes(indexes)
    return RecoveryCodes(codes=["-".join(re.findall("....", code)) for code in codes])


async def _code_index(session: AnySession, user_id: UUID, code: str) -> bytes:
    return (await platform_keys(session)).blind_index(_CODE_COLUMN, f"{user_id}:{code}")


def _secret_context(row_id: UUID) -> str:
    return f"user_totp.secret:{row_id}"
