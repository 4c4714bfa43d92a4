"""What holds for every request and every answer: callers, origins, limits, headers, bodies."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from talentflux.core.config import Environment, LogFormat, Settings
from talentflux.core.logging import configure_logging, get_logger
from talentflux.main import create_app
from tests.api.support import UNKNOWN, assert_problem

ORIGIN = "https://app.example.org"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
PUBLIC = {"/.well-known/jwks.json"}  # the same for everybody
FOR_EVERYBODY = ("/api/v1/public/", "/jobs", "/sitemap.xml", "/t/")  # published jobs
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@asynccontextmanager
async def serving(
    settings: Settings, *, address: str = "127.0.0.1", url: str = "http://localhost", **values: Any
) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """Open a client of an application with other settings."""
    app = create_app(settings.model_copy(update=values))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            yield app, client


def show_caller(app: FastAPI) -> None:
    @app.get("/caller")
    async def caller(request: Request) -> dict[str, str]:
        return {"address": request.client.host if request.client else "", "scheme": request.url.scheme}


def paths_of(app: FastAPI) -> list[tuple[str, str]]:
    found = []
    for route in iter_route_contexts(app.routes):
        path = re.sub(r"{[^}]*}", UNKNOWN, str(route.path_format or route.path))
        found += [(method, path) for method in route.methods or ()]
    return found


async def test_login_is_refused_after_the_strict_limit_and_the_rest_goes_on(settings: Settings) -> None:
    async with serving(settings, rate_limit_login=3, rate_limit_address=50) as (_, client):
        body = {"email": "nobody@example.org", "password": "not the right one"}
        answers = [await client.post("/api/v1/auth/login", json=body) for _ in range(4)]
        assert all(answer.status_code != 429 for answer in answers[:3])
        assert_problem(answers[3], 429, "too_many_requests")
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert answers[3].headers["ratelimit-policy"] == '"address";q=50;w=60, "login";q=3;w=60'
        assert answers[3].headers["ratelimit"].startswith('"login";r=0;t=')
        assert (await client.get("/health")).status_code == 200
        figures = (await client.get("/metrics")).text
        assert 'talentflux_rate_limit_refusals_total{kind="login"} 1.0' in figures


async def test_a_made_up_credential_does_not_pass_the_strict_limit(settings: Settings) -> None:
    async with serving(settings, rate_limit_login=1) as (_, client):
        await client.post("/api/v1/auth/login", json={}, headers={"Authorization": "Bearer made-up"})
        answer = await client.post("/api/v1/auth/login", json={}, headers={"Authorization": "Bearer other"})
        assert_problem(answer, 429, "too_many_requests")


async def test_address_limit_holds_for_unknown_paths_and_for_failed_credentials(settings: Settings) -> None:
    async with serving(settings, rate_limit_address=2) as (_, client):
        first = await client.get("/no/such/path")
        assert first.headers["ratelimit"].startswith('"address";r=1;t=')
        await client.get("/api/v1/candidates", headers={"Authorization": "Bearer made-up"})
        assert_problem(await client.get("/api/v1/candidates"), 429, "too_many_requests")


async def test_a_spoofed_address_does_not_pass_the_limit(settings: Settings) -> None:
    async with serving(settings, rate_limit_address=1, address="203.0.113.9") as (_, client):
        await client.get("/health", headers={"X-Forwarded-For": "198.51.100.1"})
        answer = await client.get("/health", headers={"X-Forwarded-For": "198.51.100.2"})
        assert_problem(answer, 429, "too_many_requests")


async def test_account_limit_counts_all_its_requests(settings: Settings, client: httpx.AsyncClient, owner: Any) -> None:
    headers = {"Authorization": client.headers["Authorization"]}
    async with serving(settings, rate_limit_account=2) as (_, other):
        answers = [await other.get("/api/v1/candidates", headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit"].startswith('"account";r=1;t=')
        assert_problem(answers[2], 429, "too_many_requests")


@pytest.mark.parametrize(
    ("address", "proxies", "caller", "scheme"),
    [
        ("203.0.113.9", "", "203.0.113.9", "http"),
        ("203.0.113.9", "10.0.0.0/8", "203.0.113.9", "http"),
        ("10.0.0.3", "10.0.0.0/8", "198.51.100.7", "https"),
    ],
)
async def test_only_trusted_proxies_say_who_calls(
    settings: Settings, address: str, proxies: str, caller: str, scheme: str
) -> None:
    headers = [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https")]
    async with serving(settings, address=address, trusted_proxies=proxies) as (app, client):
        show_caller(app)
        assert (await client.get("/caller", headers=headers)).json() == {"address": caller, "scheme": scheme}


async def test_every_route_answers_with_the_security_headers(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    paths = paths_of(app)
    assert len(paths) > 30
    for method, path in [*paths, ("GET", "/nothing"), ("GET", "/static/nothing"), ("TRACE", "/health")]:
        answer = await anonymous.request(method, path)
        assert answer.status_code < 500 or path == "/ready", (method, path)
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE, (method, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, (method, path)
        assert "frame-ancestors 'none'" in policy, (method, path)
        assert "camera=()" in answer.headers["permissions-policy"], (method, path)
        assert answer.headers["x-request-id"], (method, path)
        if not path.startswith(("/static/", *FOR_EVERYBODY)) and path not in PUBLIC:
            kept = answer.headers["cache-control"]
            assert "no-store" in kept or "private" in kept, (method, path)


async def test_refusals_of_the_middleware_carry_the_headers_too(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/health", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE


@pytest.mark.parametrize(
    ("environment", "url", "strict"),
    [
        (Environment.DEVELOPMENT, "https://localhost", False),
        (Environment.PRODUCTION, "http://localhost", False),
        (Environment.PRODUCTION, "https://localhost", True),
    ],
)
async def test_browsers_are_told_to_stay_with_https_outside_development(
    settings: Settings,
    environment: Environment,
    url: str,
    strict: bool,  # noqa: FBT001 -- a case
) -> None:
    values = {"environment": environment, "public_url": "https://localhost", "master_key": settings.master_key}
    async with serving(settings, url=url, **values) as (_, client):
        assert ("strict-transport-security" in (await client.get("/health")).headers) is strict


async def test_page_of_another_origin_is_refused_without_the_setting(anonymous: httpx.AsyncClient) -> None:
    assert_problem(await anonymous.options("/api/v1/candidates", headers=PREFLIGHT), 403, "cross_origin")
    answer = await anonymous.get("/health", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


async def test_page_of_an_allowed_origin_may_ask_and_read_but_not_with_cookies(settings: Settings) -> None:
    async with serving(settings, cors_origins=f"{ORIGIN},https://other.example.org") as (_, client):
        answer = await client.options("/api/v1/candidates", headers=PREFLIGHT)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        read = await client.get("/health", headers={"Origin": ORIGIN})
        assert read.headers["access-control-allow-origin"] == ORIGIN
        assert "Origin" in read.headers["vary"]
        assert "access-control-allow-credentials" not in {**answer.headers, **read.headers}
        write = await client.post("/api/v1/requisitions", json={}, headers={"Origin": ORIGIN})
        assert write.status_code == 401


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", f"{ORIGIN}.evil.example", f"{ORIGIN}:8443", "http://app.example.org", "null", "http://["],
)
async def test_origins_beside_the_allowed_ones_are_refused(settings: Settings, origin: str) -> None:
    async with serving(settings, cors_origins=ORIGIN) as (_, client):
        answer = await client.post("/api/v1/requisitions", json={}, headers={"Origin": origin})
        assert_problem(answer, 403, "cross_origin")
        assert "access-control-allow-origin" not in answer.headers


async def test_503_with_retry_after_when_as_much_runs_as_may(settings: Settings) -> None:
    async with serving(settings, concurrent_requests=2) as (app, client):
        going_on = asyncio.Event()

        @app.get("/slow")
        async def slow() -> dict[str, str]:
            await going_on.wait()
            return {}

        running = [asyncio.create_task(client.get("/slow")) for _ in range(2)]
        await asyncio.sleep(0.05)
        answer = await client.get("/slow")
        assert_problem(answer, 503, "overloaded")
        assert answer.headers["retry-after"] == "1"
        assert (await client.get("/health")).status_code == 200
        going_on.set()
        assert [(await each).status_code for each in running] == [200, 200]
        assert (await client.get("/slow")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"description": ' + b"9" * 200_000 + b"}",
        b'{"description": NaN, "title": Infinity}',
        b'{"description": "\\u0000", "title": "\\ud800"}',
        b"\xff\xfe{}",
        b'{"description": "a", "description": null}',
        b"{" + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
    ],
)
async def test_hostile_json_is_the_callers_fault(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(
        "/api/v1/requisitions", content=body, headers={"Content-Type": "application/json"}, timeout=30
    )
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_dripping_body_gets_408(settings: Settings, client: httpx.AsyncClient) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.1)

    headers = {"Content-Type": "application/json", "Authorization": client.headers["Authorization"]}
    async with serving(settings, body_timeout_seconds=0.4) as (_, other):
        answer = await other.post("/api/v1/requisitions", content=drip(), headers=headers)
        assert_problem(answer, 408, "request_timeout")
        assert answer.headers["connection"] == "close"


async def test_figures_are_refused_from_elsewhere_without_the_token(settings: Settings) -> None:
    async with serving(settings, address="203.0.113.9") as (_, client):
        assert_problem(await client.get("/metrics"), 401, "unauthenticated")
    async with serving(settings) as (_, client):
        assert_problem(await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}), 401, "unauthenticated")
        assert (await client.get("/metrics")).status_code == 200
    token = SecretStr("a-token-of-more-than-32-characters-8f3a")
    async with serving(settings, address="203.0.113.9", metrics_token=token) as (_, client):
        assert_problem(await client.get("/metrics", headers={"Authorization": "Bearer x"}), 401, "token_invalid")
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
        assert (await client.get("/metrics", headers=headers)).status_code == 200


async def test_the_log_of_a_fault_and_of_refusals_names_neither_caller_nor_question(
    settings: Settings, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_logging(Settings(log_format=LogFormat.JSON, _env_file=None))
    monkeypatch.setattr("talentflux.core.problems._log", get_logger("api"))  # one made before writes where it did then
    async with serving(settings, address="203.0.113.99", rate_limit_address=2) as (app, client):

        @app.get("/fault")
        async def fault() -> None:
            raise RuntimeError("canary")

        for _ in range(3):
            await client.get("/fault?email=canary@example.org", headers={"X-Forwarded-For": "198.51.100.77"})
        await client.get("/fault?email=canary@example.org", headers={"Host": "canary.example"})
    written = capfd.readouterr().err
    assert "unexpected error" in written
    assert "canary@" not in written
    assert "canary." not in written
    assert "203.0.113" not in written
    assert "198.51.100" not in written
