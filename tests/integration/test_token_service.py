"""Access tokens: what is refused, what is remembered, and how keys are rotated. Against a real database."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.core.errors import UnauthenticatedError
from talentflux.services import token_service
from talentflux.services.token_service import TokenService
from talentflux.utils.ids import new_id

USER, SESSION, ORGANIZATION = new_id(), new_id(), new_id()


@pytest.fixture
def settings() -> Settings:
    return Settings(public_url="https://jobs.example.org/", _env_file=None)


@pytest.fixture
def tokens(database: Database, settings: Settings) -> TokenService:
    return TokenService(database, settings)


def signing_key(tokens: TokenService) -> Ed25519PrivateKey:
    return tokens._keys[0].private


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "iss": "https://jobs.example.org", "aud": "https://jobs.example.org/api", "sub": str(USER),
        "sid": str(SESSION), "iat": now, "exp": now + 900,
    } | changed  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


async def signed(tokens: TokenService, header: dict[str, Any] | None = None, **changed: Any) -> str:
    """A token by our own key with some claims or parts of the header changed; None leaves one out."""
    await tokens.prepare()
    given = {"kid": tokens._keys[0].id, "typ": "at+jwt"} | (header or {})
    return jwt.encode(
        claims(**changed), signing_key(tokens), algorithm="EdDSA",
        headers={name: value for name, value in given.items() if value is not None},
    )  # fmt: skip


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def refusal(tokens: TokenService, token: str) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        await tokens.verify(token)
    assert len(token) < 10 or token not in caught.value.detail
    return caught.value.code


async def test_token_holds_for_its_user_and_session(tokens: TokenService) -> None:
    issued = await tokens.issue(USER, SESSION, ORGANIZATION)
    credential = await tokens.verify(issued.token)
    assert (credential.user_id, credential.session_id) == (USER, SESSION)
    header, body = (
        jwt.get_unverified_header(issued.token),
        jwt.decode(issued.token, options={"verify_signature": False}),
    )
    assert header["alg"] == "EdDSA"
    assert header["typ"] == "at+jwt"
    assert body["org"] == str(ORGANIZATION)
    assert body["exp"] - body["iat"] == issued.expires_in == 900


async def test_token_without_organization_has_no_such_claim(tokens: TokenService) -> None:
    issued = await tokens.issue(USER, SESSION, None)
    assert "org" not in jwt.decode(issued.token, options={"verify_signature": False})


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://other.example.org/api"}, {"aud": None}, {"aud": ["https://jobs.example.org/api", "x"]},
        {"iss": "https://other.example.org"}, {"iss": None}, {"exp": None}, {"exp": "soon"}, {"iat": None},
        {"iat": 2**33}, {"sub": None}, {"sub": "nobody"}, {"sub": 7}, {"sid": None}, {"sid": "x"}, {"sid": {"a": 1}},
        {"nbf": 2**33},
    ],
    ids=str,
)  # fmt: skip
async def test_token_with_wrong_claims_is_refused(tokens: TokenService, changed: dict[str, Any]) -> None:
    assert await refusal(tokens, await signed(tokens, **changed)) == "token_invalid"


@pytest.mark.parametrize(
    "header",
    [{"kid": None}, {"kid": "0" * 32}, {"kid": "../../etc/passwd"}, {"kid": "' or 1=1"}, {"typ": None},
     {"typ": "JWT"}, {"crit": ["b64"], "b64": False}],
    ids=str,
)  # fmt: skip
async def test_token_with_a_wrong_header_is_refused(tokens: TokenService, header: dict[str, Any]) -> None:
    assert await refusal(tokens, await signed(tokens, header)) == "token_invalid"


async def test_expired_token_is_refused_as_expired(tokens: TokenService) -> None:
    assert await refusal(tokens, await signed(tokens, exp=int(time.time()) - 6)) == "token_expired"


async def test_token_that_expired_before_a_moment_allows_for_clocks_of_two_hosts(tokens: TokenService) -> None:
    await tokens.verify(await signed(tokens, exp=int(time.time()) - 2))


async def test_remembered_token_is_refused_once_expired(tokens: TokenService, monkeypatch: pytest.MonkeyPatch) -> None:
    token = (await tokens.issue(USER, SESSION, None)).token
    await tokens.verify(token)
    later = time.time() + 1000
    monkeypatch.setattr(token_service.time, "time", lambda: later)
    monkeypatch.setattr("jwt.api_jwt.datetime", _clock_at(later))
    assert await refusal(tokens, token) == "token_expired"


def _clock_at(moment: float) -> type[datetime]:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromtimestamp(moment, tz)

    return Clock


async def test_unsigned_token_is_refused(tokens: TokenService) -> None:
    await tokens.prepare()
    kid = tokens._keys[0].id
    for name in ("none", "None", "NONE", ""):
        unsigned = f"{part({'alg': name, 'typ': 'at+jwt', 'kid': kid})}.{part(claims())}."
        assert await refusal(tokens, unsigned) == "token_invalid"


async def test_token_by_hmac_over_the_public_key_is_refused(tokens: TokenService) -> None:
    await tokens.prepare()
    public = signing_key(tokens).public_key()
    for secret in (
        public.public_bytes_raw(),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        json.dumps((await tokens.jwks())["keys"][0]).encode(),
    ):
        for name in ("HS256", "HS512"):
            header = part({"alg": name, "typ": "at+jwt", "kid": tokens._keys[0].id})
            signing_input = f"{header}.{part(claims())}"
            digest = jwt.get_algorithm_by_name(name).sign(signing_input.encode(), secret)  # PyJWT itself refuses PEM
            forged = f"{signing_input}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
            assert await refusal(tokens, forged) == "token_invalid"


async def test_token_by_another_key_is_refused(tokens: TokenService) -> None:
    await tokens.prepare()
    header = {"kid": tokens._keys[0].id, "typ": "at+jwt"}
    forged = jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=header)
    assert await refusal(tokens, forged) == "token_invalid"


async def test_token_that_brings_its_own_key_is_refused(tokens: TokenService) -> None:
    await tokens.prepare()
    own = Ed25519PrivateKey.generate()
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(own.public_key()))
    header = {"kid": tokens._keys[0].id, "typ": "at+jwt", "jwk": jwk, "jku": "https://evil.example.org/jwks.json"}
    assert await refusal(tokens, jwt.encode(claims(), own, algorithm="EdDSA", headers=header)) == "token_invalid"


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_token_with_any_changed_part_is_refused(tokens: TokenService, place: int) -> None:
    token = (await tokens.issue(USER, SESSION, None)).token
    other = (await tokens.issue(new_id(), SESSION, None)).token
    parts, others = token.split("."), other.split(".")
    parts[place] = others[place] if place else part({"alg": "EdDSA", "typ": "at+jwt", "kid": "x"})
    assert await refusal(tokens, ".".join(parts)) == "token_invalid"


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "a.b.c.d", "\0", "é.é.é", "\ud800.x.y", "x" * 10_000, "e30.e30.", "W10.e30.x"]
)
async def test_what_is_no_token_is_refused(tokens: TokenService, token: str) -> None:
    assert await refusal(tokens, token) == "token_invalid"


async def test_unknown_keys_are_looked_up_at_most_once_in_a_while(
    tokens: TokenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tokens.prepare()
    loads = counted(monkeypatch, tokens)
    for _ in range(50):
        await refusal(tokens, await signed(tokens, {"kid": uuid4().hex}))
    assert loads() <= 2


async def test_remembered_tokens_cost_no_signature_and_stay_few(
    tokens: TokenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_service, "_CACHED", 3)
    issued = [(await tokens.issue(USER, new_id(), None)).token for _ in range(5)]
    for token in issued:
        await tokens.verify(token)
    assert len(tokens._verified) == 3
    assert not any(token.encode() in name for token in issued for name in tokens._verified)
    checks = 0

    async def checked(token: str) -> Any:
        nonlocal checks
        checks += 1
        raise AssertionError

    monkeypatch.setattr(tokens, "_checked", checked)
    await tokens.verify(issued[-1])
    assert checks == 0


async def test_processes_that_start_together_make_one_key(database: Database, settings: Settings) -> None:
    several = [TokenService(database, settings) for _ in range(4)]
    await asyncio.gather(*(each.prepare() for each in several))
    assert len({each._keys[0].id for each in several}) == 1
    assert all(len(each._keys) == 1 for each in several)


async def test_token_of_one_process_holds_in_another(database: Database, settings: Settings) -> None:
    one, two = TokenService(database, settings), TokenService(database, settings)
    await two.prepare()
    assert (await two.verify((await one.issue(USER, SESSION, None)).token)).user_id == USER


async def test_rotated_key_signs_only_when_every_process_knows_it(
    tokens: TokenService, database: Database, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    before = (await tokens.issue(USER, SESSION, None)).token
    new_key = (await tokens.rotate()).hex
    assert jwt.get_unverified_header((await tokens.issue(USER, SESSION, None)).token)["kid"] != new_key
    assert {key["kid"] for key in (await tokens.jwks())["keys"]} > {new_key}
    admin_connection.execute("update signing_key set active_from = now() where id = %s", [UUID(new_key)])
    other = TokenService(database, settings)
    after = (await other.issue(USER, SESSION, None)).token
    assert jwt.get_unverified_header(after)["kid"] == new_key
    for token in (before, after):
        assert (await other.verify(token)).user_id == USER
        assert (await tokens.verify(token)).user_id == USER


async def test_rotated_out_key_verifies_no_longer_when_its_last_token_has_expired(
    tokens: TokenService, database: Database, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    before = (await tokens.issue(USER, SESSION, None)).token
    new_key = await tokens.rotate()
    row = admin_connection.execute("select expires_at from signing_key where id <> %s", [new_key]).fetchone()
    assert row is not None
    assert row[0] > datetime.now(UTC) + token_service.LIFETIME
    admin_connection.execute(
        "update signing_key set expires_at = now() - interval '1 second', active_from = active_from - interval '1 hour'"
        " where id <> %s", [new_key],
    )  # fmt: skip
    assert await refusal(TokenService(database, settings), before) == "token_invalid"


async def test_stolen_key_counts_no_longer_at_once(
    tokens: TokenService, database: Database, settings: Settings
) -> None:
    before = (await tokens.issue(USER, SESSION, None)).token
    await tokens.verify(before)
    await tokens.rotate(at_once=True)
    assert await refusal(tokens, before) == "token_invalid"
    assert await refusal(TokenService(database, settings), before) == "token_invalid"
    await tokens.verify((await tokens.issue(USER, SESSION, None)).token)


async def test_stolen_key_counts_no_longer_in_another_process_within_a_minute(
    tokens: TokenService, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = TokenService(database, settings)
    before = (await tokens.issue(USER, SESSION, None)).token
    await other.verify(before)
    await tokens.rotate(at_once=True)
    later = time.monotonic() + 61
    monkeypatch.setattr(token_service.time, "monotonic", lambda: later)
    assert await refusal(other, before) == "token_invalid"


async def test_private_key_is_not_readable_in_the_database(
    tokens: TokenService, admin_connection: psycopg.Connection
) -> None:
    await tokens.prepare()
    row = admin_connection.execute("select private_key, public_key from signing_key").fetchone()
    assert row is not None
    assert signing_key(tokens).private_bytes_raw() not in row[0]
    assert signing_key(tokens).public_key().public_bytes_raw() == row[1]


async def test_public_key_that_was_changed_in_the_database_is_not_believed(
    tokens: TokenService, database: Database, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    await tokens.prepare()
    thief = Ed25519PrivateKey.generate()
    admin_connection.execute("update signing_key set public_key = %s", [thief.public_key().public_bytes_raw()])
    header = {"kid": tokens._keys[0].id, "typ": "at+jwt"}
    forged = jwt.encode(claims(), thief, algorithm="EdDSA", headers=header)
    assert await refusal(TokenService(database, settings), forged) == "token_invalid"


def counted(monkeypatch: pytest.MonkeyPatch, tokens: TokenService) -> Callable[[], int]:
    load, times = tokens._load, 0

    async def counting() -> None:
        nonlocal times
        times += 1
        await load()

    monkeypatch.setattr(tokens, "_load", counting)
    return lambda: times


def test_new_key_is_published_for_longer_than_keys_are_kept() -> None:
    assert timedelta(seconds=token_service._FRESH_SECONDS) < token_service._LEAD
