"""Which passwords are taken, and how they are stored."""

import random
import time

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from talentflux.core.errors import InvalidInputError
from talentflux.core.security import passwords
from talentflux.core.security.common import is_common
from talentflux.core.security.passwords import check_password, hash_password, needs_rehash, verify_password

PERSONAL = ("mara.lindqvist@example.org", "Mara Lindqvist")
GUESSED_EARLY = [
    "passwordpassword", "Password1234!", "P@ssw0rd2024!", "qwertyuiop123", "1234567890ab", "abcabcabcabc",
    "Sunshine2024!", "mara.lindqvist1", "Lindqvist2024!!", "TalentFlux!2026", "monkeydragon99",
    "aaaaaaaaaaaaa", "1q2w3e4r5t6y", "letmeinletmein", "Welcome12345!", "summer2024summer", "iloveyou123456",
    "abcdefghijkl", "Liverpool1892!", "administrator1", "zaq12wsxcde3", "ＰＡＳＳＷＯＲＤ１２３４", "ababababababab",
    "1234567890987654321", "football1football1", "aaaaaaaaaaab", "poiuytrewq321",
]  # fmt: skip
GOOD = [
    "correct horse battery staple", "tQ9!vx2Lm#77rP", "wanderlust granite teapot", "blue-kettle-orbit-47",
    "Ein Pferd frisst keinen Gurkensalat", "sunshine84619375026471", "Mara Lindqvist likes teapots",
    "пароль от дома номер", "Correct-Horse-9", "long enough phrase", "猫はこたつで丸くなる、犬は喜ぶ",
]  # fmt: skip


@pytest.mark.parametrize("password", GUESSED_EARLY)
def test_password_that_is_guessed_early_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password(password, PERSONAL)
    assert caught.value.code == "password_common"
    assert password not in caught.value.detail


@pytest.mark.parametrize("password", ["", "short", "eleven char", "ⅷ" * 11, "x" * 1025, "tQ9!vx2Lm#77rP" * 100])
def test_password_of_wrong_length_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password(password)
    assert caught.value.code == "password_length"


@pytest.mark.parametrize(
    "password", ["tQ9!vx2L\0m#77rP", "tQ9!vx2L\nm#77rP", "tQ9!vx2L\ud800m#77rP", "tQ9!vx2L\x7fm#7"]
)
def test_password_with_control_characters_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password(password)
    assert caught.value.code == "password_characters"


@pytest.mark.parametrize("password", GOOD)
def test_good_password_is_taken(password: str) -> None:
    check_password(password, PERSONAL)


def test_refusal_names_the_field_of_the_request() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password("short", field="body.new_password")
    assert list(caught.value.fields) == ["body.new_password"]


def test_judging_the_longest_password_takes_no_time() -> None:
    rng = random.Random(7)
    hostile = ["ab" * 512, "a" * 511 + "b" + "a" * 512, "the" * 341, "1q2w3e4r5t6y7u8i9o0p" * 51]
    hostile.append("".join(chr(rng.randrange(33, 126)) for _ in range(1024)))
    started = time.process_time()
    for password in hostile:
        is_common(password, PERSONAL)
    assert time.process_time() - started < 0.5


async def test_hash_is_argon2id_of_at_least_the_declared_cost() -> None:
    stored = await hash_password("correct horse battery staple")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.MEMORY_KIB >= 19 * 1024
    assert passwords.PASSES >= 2
    assert passwords.LANES == 1
    assert not needs_rehash(stored)


async def test_hashes_of_one_password_differ() -> None:
    assert await hash_password("correct horse battery staple") != await hash_password("correct horse battery staple")


@pytest.mark.parametrize("other", ["correct horse battery stapl", "Correct horse battery staple", "", "x\0y", "\ud800"])
async def test_other_password_does_not_hold(other: str) -> None:
    assert not await verify_password(other, await hash_password("correct horse battery staple"))


async def test_nothing_of_a_long_password_is_cut_off() -> None:
    stored = await hash_password("tQ9!vx2L" * 128)
    assert await verify_password("tQ9!vx2L" * 128, stored)
    assert not await verify_password("tQ9!vx2L" * 127 + "tQ9!vx2M", stored)


async def test_no_password_holds_where_there_is_no_account() -> None:
    assert not await verify_password("the password of nobody", None)


async def test_every_spelling_of_the_same_characters_holds() -> None:
    composed, apart = "caf\u00e9 caf\u00e9 caf\u00e9", "cafe\u0301\u00a0cafe\u0301\u3000cafe\u0301"
    assert await verify_password(apart, await hash_password(composed))


async def test_hash_by_other_parameters_is_due_for_another() -> None:
    weak = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse battery staple")
    assert await verify_password("correct horse battery staple", weak)
    assert needs_rehash(weak)
