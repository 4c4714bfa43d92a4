"""Going to an identity provider and coming back: refusals first."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.dependencies import Resources
from tests.api.sign_on_support import (
    BEGIN,
    CALLBACK,
    EMAIL,
    begin,
    configured,
    member,
    provider,
    returned,
    settings,
    sign_on,
    state_of,
)
from tests.api.support import assert_problem
from tests.factories.oidc_provider import Provider
from tests.factories.people import Person

__all__ = ["configured", "member", "provider", "settings"]


# Beginning


@pytest.mark.parametrize(
    "given", [{"organization": "nobody"}, {"email": "a@nowhere.example"}, {"organization": "\u0130x"}]
)
async def test_refuses_what_has_no_single_sign_on(anonymous: httpx.AsyncClient, configured: str, given) -> None:
    assert_problem(await anonymous.post(BEGIN, json=given), 404, "sign_on_unknown")


@pytest.mark.parametrize(
    "page",
    [
        "", "account", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/a b", "/a\n",
        "/\u00e9", "/a\r\nSet-Cookie: x=1", "/" + "x" * 1000, "/x\\", "javascript:alert(1)",
    ],
)  # fmt: skip
async def test_refuses_to_end_on_another_server(anonymous: httpx.AsyncClient, configured: str, page: str) -> None:
    given = {"organization": "local", "session": "browser", "next": page}
    assert_problem(await anonymous.post(BEGIN, json=given), 422, "invalid_input", "body.next")


@pytest.mark.parametrize("given", [{}, {"organization": None}, {"email": "x"}, {"organization": "a", "x": 1}])
async def test_refuses_to_begin_nowhere(anonymous: httpx.AsyncClient, given: dict[str, Any]) -> None:
    assert_problem(await anonymous.post(BEGIN, json=given), 422, "invalid_input")


async def test_an_address_counts_in_verified_domains_only(
    anonymous: httpx.AsyncClient, configured: str, admin_connection: psycopg.Connection
) -> None:
    assert (await anonymous.post(BEGIN, json={"email": "anybody@Northwind.example"})).status_code == 200
    admin_connection.execute("update identity_provider set verified_domains = '{}'")
    assert_problem(await anonymous.post(BEGIN, json={"email": EMAIL}), 404, "sign_on_unknown")


async def test_sends_the_browser_away_with_state_nonce_and_challenge(
    anonymous: httpx.AsyncClient, configured: str, provider: Provider
) -> None:
    begun = await begin(anonymous)
    url = urlsplit(begun.json()["authorization_url"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.issuer}/authorize"
    assert query["redirect_uri"] == f"http://127.0.0.1:8000{CALLBACK}"
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert query["scope"] == "openid email profile"
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert query["state"] not in cookie


# Coming back


async def test_refuses_a_state_that_was_never_given(anonymous: httpx.AsyncClient, configured: str) -> None:
    await begin(anonymous)
    for state in ("x", "x" * 300, "\u00e9", "\x00"):
        assert_problem(await anonymous.get(CALLBACK, params={"state": state, "code": "c"}), 401, "sign_on_over")
    assert_problem(await anonymous.get(CALLBACK, params={"code": "c"}), 401, "sign_on_over")


async def test_refuses_another_browser_than_the_one_that_began(anonymous, configured, member: Person) -> None:
    back = await returned(await begin(anonymous))
    anonymous.cookies.clear()
    assert_problem(await anonymous.get(CALLBACK, params=back), 401, "sign_on_over")
    await begin(anonymous)  # a cookie of another log-in is no help
    back = await returned(await begin(anonymous))
    anonymous.cookies.clear()
    await begin(anonymous)
    assert_problem(await anonymous.get(CALLBACK, params=back), 401, "sign_on_over")


async def test_a_log_in_ends_once(anonymous: httpx.AsyncClient, configured: str, member: Person) -> None:
    begun = await begin(anonymous)
    back = await returned(begun)
    cookies = dict(anonymous.cookies)
    assert (await anonymous.get(CALLBACK, params=back)).status_code == 200
    anonymous.cookies.update(cookies)
    assert_problem(await anonymous.get(CALLBACK, params=back), 401, "sign_on_over")


async def test_of_twenty_who_come_back_at_once_one_is_let_in(anonymous, configured, member: Person) -> None:
    back = await returned(await begin(anonymous))
    answers = await asyncio.gather(*(anonymous.get(CALLBACK, params=back) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_refuses_what_comes_back_too_late(anonymous, configured, member, admin_connection) -> None:
    back = await returned(await begin(anonymous))
    admin_connection.execute("update sign_on_state set expires_at = now() - interval '1 second'")
    assert_problem(await anonymous.get(CALLBACK, params=back), 401, "sign_on_over")


async def test_forgets_log_ins_that_never_came_back(anonymous, configured, admin_connection) -> None:
    await begin(anonymous)
    admin_connection.execute("update sign_on_state set expires_at = now() - interval '1 second'")
    await begin(anonymous)
    assert admin_connection.execute("select count(*) from sign_on_state").fetchone() == (1,)


async def test_refuses_whom_the_provider_refuses(anonymous: httpx.AsyncClient, configured: str) -> None:
    begun = await begin(anonymous)
    params = {"state": state_of(begun), "error": "access_denied", "code": "x"}
    assert_problem(await anonymous.get(CALLBACK, params=params), 401, "sign_on_refused")
    assert_problem(await anonymous.get(CALLBACK, params=params), 401, "sign_on_over")


async def test_refuses_a_code_that_the_provider_does_not_know(anonymous, configured: str) -> None:
    begun = await begin(anonymous)
    answer = await anonymous.get(CALLBACK, params={"state": state_of(begun), "code": "made-up"})
    assert_problem(answer, 401, "identity_token_invalid")


async def test_refuses_a_code_of_another_log_in(anonymous, configured, member: Person) -> None:
    stolen = await returned(await begin(anonymous))
    begun = await begin(anonymous)
    answer = await anonymous.get(CALLBACK, params={"state": state_of(begun), "code": stolen["code"]})
    assert_problem(answer, 401, "identity_token_invalid")


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def test_a_browser_that_is_refused_ends_on_the_log_in_page(
    anonymous: httpx.AsyncClient, configured: str, provider: Provider, admin_connection: psycopg.Connection
) -> None:
    back = await returned(await begin(anonymous, session="browser"))
    stranger = await anonymous.get(CALLBACK, params=back, headers=BROWSER)
    refused = await anonymous.get(CALLBACK, params={"state": "x"}, headers=BROWSER)
    begun = await begin(anonymous, session="browser")
    turned_away = {"state": state_of(begun), "error": "access_denied"}
    denied = await anonymous.get(CALLBACK, params=turned_away, headers=BROWSER)
    back = await returned(await begin(anonymous, session="browser"))
    provider.person["email"] = "mara@elsewhere.example"
    foreign = await anonymous.get(CALLBACK, params=back, headers=BROWSER)
    codes = ("not_a_member", "sign_on_over", "sign_on_refused", "domain_not_allowed")
    for answer, code in zip((stranger, refused, denied, foreign), codes, strict=True):
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?refused={code}")
        assert "talentflux_session" not in answer.headers.get("set-cookie", "")
    assert (await anonymous.get(CALLBACK, headers=BROWSER)).headers["location"] == "/login?refused=sign_on_over"
    plain = await anonymous.get(CALLBACK, params={"state": "x"}, headers={"Accept": "application/json"})
    assert_problem(plain, 401, "sign_on_over")
    assert admin_connection.execute("select count(*) from user_session where kind = 'browser'").fetchone() == (0,)


async def test_the_log_in_page_has_a_sentence_for_every_refusal(anonymous: httpx.AsyncClient) -> None:
    script = (await anonymous.get("/static/accounts.js")).text
    codes = (
        "sign_on_over", "sign_on_refused", "identity_token_invalid", "identity_provider_failed", "no_answer",
        "address_refused", "identity_email_unverified", "domain_not_allowed", "not_a_member", "email_unverified",
        "owner_not_linked",
    )  # fmt: skip
    assert [code for code in codes if f"{code}: " not in script] == []


@pytest.mark.parametrize("page", ["/", "/account", "/requisitions/x/shortlist?top=5&blind=true"])
async def test_a_browser_that_is_let_in_ends_on_the_page_it_wanted(
    anonymous: httpx.AsyncClient, configured: str, member: Person, page: str
) -> None:
    given = {} if page == "/" else {"next": page}
    back = await returned(await begin(anonymous, session="browser", **given))
    answer = await anonymous.get(CALLBACK, params=back, headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert (await anonymous.get("/api/v1/users/me")).json()["email"] == EMAIL


@pytest.mark.parametrize("change", ["delete", "issuer", "client_id"])
async def test_refuses_when_the_provider_was_changed_meanwhile(
    anonymous: httpx.AsyncClient, configured: str, member: Person, admin_connection: psycopg.Connection, change: str
) -> None:
    back = await returned(await begin(anonymous))
    column = "deleted_at = now()" if change == "delete" else f"{change} = 'https://elsewhere.example'"
    admin_connection.execute(f"update identity_provider set {column}")
    assert_problem(await anonymous.get(CALLBACK, params=back), 401, "sign_on_over")


async def test_a_public_client_shows_no_secret(anonymous, client, configured, provider: Provider) -> None:
    made = await client.get(f"/api/v1/identity-providers/{configured}")
    given = {"client_secret": None}
    path = f"/api/v1/identity-providers/{configured}"
    changed = await client.patch(path, json=given, headers={"If-Match": made.headers["etag"]})
    assert changed.json()["has_client_secret"] is False
    assert_problem(await sign_on(anonymous), 401, "identity_token_invalid")  # this provider asks for one


async def test_gives_up_on_a_slow_provider(app: FastAPI, anonymous, configured, provider: Provider) -> None:
    resources: Resources = app.state.resources
    resources.sign_on.outbound._whole_seconds = 0.2
    provider.delay = 1.0
    assert_problem(await begin(anonymous), 503, "no_answer")
