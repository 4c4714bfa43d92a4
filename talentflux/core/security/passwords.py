"""Passwords: what is taken, and how it is stored (argon2id)."""

import asyncio
import unicodedata
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final, TypeVar, TypeVarTuple, Unpack

from pwdlib.hashers.argon2 import Argon2Hasher

from talentflux.core.errors import InvalidInputError
from talentflux.core.security.common import is_common
from talentflux.utils.cores import core_count

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 1024
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1
_UNTAKEN: Final = frozenset({"Cc", "Cs", "Cn"})  # control characters, lone surrogates, unassigned

_T = TypeVar("_T")
_A = TypeVarTuple("_A")
_hasher = Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def normalized(password: str) -> str:
    """Return the password as it is hashed, so that it is the same from every keyboard (RFC 8265, OpaqueString).

    Composed characters (NFC), every space as U+0020; nothing is cut off and case is kept.
    """
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in password)
    return unicodedata.normalize("NFC", spaced)


def check_password(password: str, personal: Collection[str] = (), *, field: str = "body.password") -> None:
    """Make sure that a new password is a good one.

    Args:
        password: As it was typed.
        personal: What others know of the person: e-mail address, name.
        field: How the request calls it.

    Raises:
        InvalidInputError: It is too short or long, has control characters, or would be guessed early.
    """
    text = normalized(password)
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
        raise _refused("password_length", f"give {MIN_LENGTH} to {MAX_LENGTH} characters", field)
    if any(unicodedata.category(sign) in _UNTAKEN for sign in text):
        raise _refused("password_characters", "leave out control characters", field)
    if is_common(text, personal):
        raise _refused("password_common", "it would be guessed early; take several words that are not yours", field)


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, computed in a thread. Not inside a transaction: it takes 30 ms."""
    return await _in_thread(_hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Return whether a password is the stored one. Not inside a transaction: it takes 30 ms.

    Args:
        password: As it was typed.
        stored: Its hash; None where there is no account or it has no password, which takes the same time.
    """
    holds = await _in_thread(_verify, password, stored or _nobodys())
    return holds and stored is not None


def needs_rehash(stored: str) -> bool:
    """Return whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _hash(password: str) -> str:
    return _hasher.hash(normalized(password).encode("utf-8", "surrogatepass"))


def _verify(password: str, stored: str) -> bool:
    return _hasher.verify(normalized(password).encode("utf-8", "surrogatepass"), stored)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    # As many at a time as there are cores: each takes 19 MiB, and more would only wait for each other.
    return ThreadPoolExecutor(core_count(), thread_name_prefix="argon2")


async def _in_thread(call: Callable[[Unpack[_A]], _T], *arguments: *_A) -> _T:
    return await asyncio.get_running_loop().run_in_executor(_threads(), call, *arguments)


def _refused(code: str, message: str, field: str) -> InvalidInputError:
    return InvalidInputError(f"Choose another password: {message}.", fields={field: message}, code=code)
