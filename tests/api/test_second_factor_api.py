"""The second factor of one's own account: refusals first."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pyotp
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.dependencies import Resources
from talentflux.services import second_factor_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import assert_problem
from tests.factories.mailbox import letters
from tests.factories.people import Person, add_person

PATH = "/api/v1/users/me/second-factor"
IDENTITY = Scope(identity=True)


def step_of(offset: int = 0) -> int:
    """Return the number of a half minute, waiting where the present one is about to end."""
    left = 30 - time.time() % 30
    if left < 3:
        time.sleep(left)
    return int(time.time()) // 30 + offset


def code_of(secret: str, offset: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(step_of(offset))


async def set_up(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Set a second factor up with a code of the half minute before; return its secret and the recovery codes."""
    secret = (await client.post(PATH)).json()["secret"]
    confirmed = await client.post(f"{PATH}/confirm", json={"code": code_of(secret, -1)})
    assert confirmed.status_code == 200, confirmed.text
    return secret, confirmed.json()["codes"]


async def check(app: FastAPI, person: Person, code: str) -> bool:
    resources: Resources = app.state.resources
    async with resources.database.write_session(IDENTITY) as session:
        return await second_factor_service.check(session, person.user_id, code, resources.settings.public_url)


async def required(app: FastAPI, person: Person) -> bool:
    resources: Resources = app.state.resources
    async with resources.database.read_session(IDENTITY) as session:
        return await second_factor_service.required(session, person.user_id)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("POST", "/confirm"), ("DELETE", "")])
async def test_refuses_whoever_is_not_logged_in(anonymous: httpx.AsyncClient, method: str, path: str) -> None:
    assert_problem(await anonymous.request(method, PATH + path), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("DELETE", ""), ("POST", "/recovery-codes")])
async def test_refuses_changes_without_a_recent_proof(app: FastAPI, client, method: str, path: str) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, proven=False)
    answer = await client.request(method, PATH + path, headers=person.headers)
    assert_problem(answer, 403, "step_up_required")


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12345６", "123456\n"])
async def test_refuses_a_code_of_another_form(client: httpx.AsyncClient, code: str) -> None:
    await client.post(PATH)
    assert_problem(await client.post(f"{PATH}/confirm", json={"code": code}), 422, "invalid_input", "body.code")


@pytest.mark.parametrize("code", [r"12345\u0000", r"\u0000123456", r"123456\u0000", r"12345\ud800", r"\udc00123456"])
@pytest.mark.parametrize("path", [f"{PATH}/confirm", "/api/v1/auth/login", "/api/v1/auth/proof"])
async def test_refuses_null_bytes_and_lone_surrogates(client: httpx.AsyncClient, path: str, code: str) -> None:
    await client.post(PATH)
    given = {"/api/v1/auth/login": '"email": "sam@example.org", "password": "x orbit kettle", '}.get(path, "")
    answer = await client.post(
        path, content=f'{{{given}"code": "{code}"}}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_refuses_a_wrong_code_and_stays_off(app: FastAPI, client: httpx.AsyncClient, owner: Person) -> None:
    secret = (await client.post(PATH)).json()["secret"]
    wrong = code_of(secret, -5)
    assert_problem(await client.post(f"{PATH}/confirm", json={"code": wrong}), 422, "second_factor_invalid")
    assert not await required(app, owner)
    assert not await check(app, owner, code_of(secret))


async def test_refuses_to_confirm_what_was_not_begun(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{PATH}/confirm", json={"code": "123456"})
    assert_problem(answer, 409, "second_factor_not_started")


async def test_refuses_a_second_one_and_a_second_confirmation(client: httpx.AsyncClient) -> None:
    secret, _ = await set_up(client)
    assert_problem(await client.post(PATH), 409, "second_factor_active")
    answer = await client.post(f"{PATH}/confirm", json={"code": code_of(secret)})
    assert_problem(answer, 409, "second_factor_active")


async def test_refuses_to_remove_or_renew_what_is_not_there(client: httpx.AsyncClient) -> None:
    assert_problem(await client.delete(PATH), 404, "not_found")
    assert_problem(await client.post(f"{PATH}/recovery-codes"), 404, "not_found")
    await client.post(PATH)
    assert_problem(await client.post(f"{PATH}/recovery-codes"), 404, "not_found")


async def test_a_code_is_taken_once_and_no_earlier_one_after_it(app: FastAPI, client, owner: Person) -> None:
    secret, _ = await set_up(client)
    assert not await check(app, owner, code_of(secret, -1))
    assert await check(app, owner, code_of(secret, 1))
    assert not await check(app, owner, code_of(secret, 1))
    assert not await check(app, owner, code_of(secret))


@pytest.mark.parametrize("offset", [-3, -2, 2, 3])
async def test_refuses_codes_of_other_times(app: FastAPI, client, owner: Person, offset: int) -> None:
    secret, _ = await set_up(client)
    assert not await check(app, owner, code_of(secret, offset))


async def test_refuses_codes_of_a_deactivated_account(app: FastAPI, client, owner: Person, admin_connection) -> None:
    secret, _ = await set_up(client)
    admin_connection.execute("update user_account set deactivated_at = now() where id = %s", [owner.user_id])
    assert not await check(app, owner, code_of(secret))


async def test_refuses_the_recovery_code_of_somebody_else(app: FastAPI, client: httpx.AsyncClient) -> None:
    _, codes = await set_up(client)
    resources: Resources = app.state.resources
    other = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID)
    secret = (await client.post(PATH, headers=other.headers)).json()["secret"]
    await client.post(f"{PATH}/confirm", json={"code": code_of(secret)}, headers=other.headers)
    assert not await check(app, other, codes[0])


async def test_a_recovery_code_is_good_once_however_it_is_spelt(app: FastAPI, client, owner: Person) -> None:
    _, codes = await set_up(client)
    assert len(set(codes)) == 10
    assert await check(app, owner, codes[0].upper().replace("-", " "))
    assert not await check(app, owner, codes[0])
    assert await check(app, owner, codes[1])
    assert (await client.get(PATH)).json()["recovery_codes_left"] == 8


async def test_new_recovery_codes_end_the_former_ones(app: FastAPI, client, owner: Person) -> None:
    _, before = await set_up(client)
    after = (await client.post(f"{PATH}/recovery-codes")).json()["codes"]
    assert not set(before) & set(after)
    assert not await check(app, owner, before[0])
    assert await check(app, owner, after[0])


async def test_nothing_is_asked_for_until_it_is_confirmed(app: FastAPI, client, owner: Person) -> None:
    first = (await client.post(PATH)).json()
    assert not await required(app, owner)
    assert (await client.get(PATH)).json() == {"enabled": False, "confirmed_at": None, "recovery_codes_left": 0}
    second = (await client.post(PATH)).json()
    assert first["secret"] != second["secret"]
    assert_problem(
        await client.post(f"{PATH}/confirm", json={"code": code_of(first["secret"])}), 422, "second_factor_invalid"
    )
    confirmed = await client.post(f"{PATH}/confirm", json={"code": code_of(second["secret"])})
    assert confirmed.headers["cache-control"] == "no-store"
    assert await required(app, owner)
    state = (await client.get(PATH)).json()
    assert state["enabled"]
    assert state["confirmed_at"]
    assert state["recovery_codes_left"] == 10


async def test_apps_get_an_address_and_a_picture(client: httpx.AsyncClient, owner: Person) -> None:
    made = (await client.post(PATH)).json()
    uri = urlsplit(made["uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query) == {"secret": [made["secret"]], "issuer": ["TalentFlux"]}
    assert owner.email.replace("@", "%40") in uri.path
    assert made["qr_code"].startswith("data:image/svg+xml")


async def test_removing_it_ends_codes_too(app: FastAPI, client, owner: Person) -> None:
    _, codes = await set_up(client)
    assert (await client.delete(PATH)).status_code == 204
    assert not await required(app, owner)
    assert not await check(app, owner, codes[0])


async def test_every_change_is_told_to_the_address_of_the_account(
    app: FastAPI, client, database, owner: Person
) -> None:
    _, codes = await set_up(client)
    assert await check(app, owner, codes[0])
    assert not await check(app, owner, codes[0])
    await client.post(f"{PATH}/recovery-codes")
    await client.delete(PATH)
    await client.post(PATH)
    await client.delete(PATH)  # of a set-up that was never confirmed there is nothing to tell
    told = await letters(database, owner.email)
    assert {letter.template for letter in told} == {"second_factor_changed"}
    words = ("now protects", "recovery code was used", "New recovery codes", "turned off")
    assert [word for letter, word in zip(told, words, strict=True) if word not in letter.text] == []
    assert all("/account" in letter.text for letter in told)


async def test_a_refused_code_is_told_to_nobody(client: httpx.AsyncClient, database, owner: Person) -> None:
    secret = (await client.post(PATH)).json()["secret"]
    await client.post(f"{PATH}/confirm", json={"code": code_of(secret, -5)})
    assert await letters(database, owner.email) == []


async def test_secrets_lie_in_no_table_and_no_event(client, admin_connection: psycopg.Connection) -> None:
    secret, codes = await set_up(client)
    stored = [
        bytes(value)
        for table, column in (("user_totp", "secret"), ("recovery_code", "code_index"))
        for (value,) in admin_connection.execute(f"select {column} from {table}").fetchall()
    ]
    assert len(stored) == 11
    plain = [secret.encode(), *(code.replace("-", "").encode() for code in codes)]
    assert not [value for value in stored for text in plain if text in value]
    events = str(admin_connection.execute("select e::text from audit_event e").fetchall())
    assert "second_factor.enabled" in events
    assert not [text for text in (secret, *codes) if text in events]
