"""A real browser under attack: pages of another site, planted cookies, links that lead away, hostile names."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import BrowserContext, Page, async_playwright

from talentflux.core.database import Database
from talentflux.core.security import passwords
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work, app, client, ended_readers, owner, settings, work
from tests.api.support import imported
from tests.factories.accounts import EMAIL, PASSWORD, add_owner
from tests.factories.people import Person, add_person

__all__ = ["app", "client", "ended_readers", "owner", "settings", "work"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
COOKIE = "talentflux_session"
ATTACKER = "mallory@example.org"
HOSTILE = "<img src=x data-hostile onerror=alert(1)>'\"><script data-hostile>alert(2)</script>{{7*7}}"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium; CI must have it"),
    pytest.mark.timeout(240),
]


@asynccontextmanager
async def serving(application: Any, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve an application on a free port; yield its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, ws="none", lifespan="off", log_config=None, access_log=False))
    running = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 -- the server tells it by this flag only
        await asyncio.sleep(0.01)
    yield f"http://{host}:{listening.getsockname()[1]}"
    server.should_exit = True
    await running


@pytest_asyncio.fixture
async def site(app: FastAPI) -> AsyncIterator[str]:
    """The application's address."""
    async with serving(app) as address:
        yield address


@pytest_asyncio.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser with no past."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield await browser.new_context()
        await browser.close()


@asynccontextmanager
async def elsewhere(html: str) -> AsyncIterator[str]:
    """A page of another site: to a browser, `localhost` is another one than `127.0.0.1`."""

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": html.encode()})

    async with serving(answer, "localhost") as address:
        yield address


async def log_in(page: Page, site: str, email: str = EMAIL, after: str = "/account") -> None:
    await page.goto(f"{site}/login?next={after}")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"{site}{after}")


async def cookie(context: BrowserContext) -> str | None:
    found = [each["value"] for each in await context.cookies() if each["name"] == COOKIE]
    assert len(found) < 2
    return found[0] if found else None


async def knows(site: str, secret: str) -> int:
    """Return how the API answers whoever shows a cookie."""
    async with httpx.AsyncClient(base_url=site, headers={"Cookie": f"{COOKIE}={secret}"}) as bearer:
        return (await bearer.get("/api/v1/users/me")).status_code


FORGED = f'{{"email":"{ATTACKER}","password":"{PASSWORD}","session":"browser","x":"'
LOGIN_FORMS = {
    "fields to the page": '<form method=post action="{site}/login"><input name=email value="{email}">'
    '<input name=password value="{password}"></form>',
    "fields to the API": '<form method=post action="{site}/api/v1/auth/login"><input name=email value="{email}">'
    '<input name=password value="{password}"><input name=session value=browser></form>',
    "JSON as text": "<form method=post enctype=text/plain action='{site}/api/v1/auth/login'>"
    "<input name='{forged}' value='\"}}'></form>",
}


@pytest.mark.parametrize("case", LOGIN_FORMS)
async def test_page_of_another_site_logs_nobody_in(
    case: str, site: str, context: BrowserContext, database: Database
) -> None:
    await add_owner(database, ATTACKER, "Evil")
    form = LOGIN_FORMS[case].format(site=site, email=ATTACKER, password=PASSWORD, forged=FORGED)
    async with elsewhere(form) as evil:
        page = await context.new_page()
        await page.goto(evil)
        async with page.expect_navigation() as arriving:
            await page.evaluate("document.forms[0].submit()")
        answer = await arriving.value
        assert answer is not None
        assert answer.status in {403, 405}
        assert await cookie(context) is None


async def test_script_of_another_site_logs_nobody_in_or_out_and_reads_nothing(
    site: str, context: BrowserContext, database: Database
) -> None:
    await add_owner(database)
    await add_owner(database, ATTACKER, "Evil")
    page = await context.new_page()
    await log_in(page, site)
    before = await cookie(context)
    async with elsewhere("<p>evil") as evil:
        await page.goto(evil)
        outcomes = await page.evaluate(
            """async ([site, body]) => {
              const tries = [
                ["/api/v1/auth/login", { method: "POST", mode: "no-cors", body }],
                ["/api/v1/auth/login", { method: "POST", body, headers: { "Content-Type": "application/json" } }],
                ["/api/v1/auth/logout", { method: "POST", mode: "no-cors" }],
                ["/api/v1/auth/logout-everywhere", { method: "POST" }],
                ["/api/v1/users/me", {}],
                ["/account", {}],
              ];
              const outcomes = [];
              for (const [path, options] of tries) {
                outcomes.push(await fetch(site + path, { credentials: "include", ...options })
                  .then((answer) => answer.type).catch(() => "refused"));
              }
              return outcomes;
            }""",
            [site, FORGED + '"}'],
        )
    assert outcomes == ["refused"] * 6
    assert await cookie(context) == before
    assert before is not None
    assert await knows(site, before) == 200


async def test_planted_session_is_not_the_one_after_the_log_in_and_both_former_ones_are_dead(
    site: str, context: BrowserContext, database: Database
) -> None:
    await add_owner(database)
    await add_owner(database, ATTACKER, "Evil")
    async with httpx.AsyncClient(base_url=site) as attacker:
        body = {"email": ATTACKER, "password": PASSWORD, "session": "browser"}
        assert (await attacker.post("/api/v1/auth/login", json=body)).status_code == 200
        planted = attacker.cookies[COOKIE]
    assert await knows(site, planted) == 200
    await context.add_cookies([{"name": COOKIE, "value": planted, "url": site}])
    page = await context.new_page()
    await log_in(page, site)
    first = await cookie(context)
    assert first not in {None, planted}
    assert first is not None
    await page.get_by_text(EMAIL).wait_for()
    assert (await knows(site, planted), await knows(site, first)) == (401, 200)
    await log_in(page, site)
    second = await cookie(context)
    assert second not in {None, first}
    assert second is not None
    assert (await knows(site, first), await knows(site, second)) == (401, 200)
    await page.get_by_text(EMAIL).wait_for()
    await page.get_by_role("button", name="Log out", exact=True).click()
    await page.wait_for_url("**/login")
    assert await cookie(context) is None
    assert await knows(site, second) == 401
    await context.add_cookies([{"name": COOKIE, "value": second, "url": site}])
    await page.goto(f"{site}/account")
    await page.wait_for_url("**/login?next=/account")


@pytest.mark.parametrize(
    "away",
    ["//evil.example/", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "https://evil.example/",
     "javascript:alert(1)", "\t//evil.example", "/\t\\evil.example", "//[", ""],
)  # fmt: skip
async def test_log_in_ends_on_no_page_of_another_site(
    site: str, context: BrowserContext, database: Database, away: str
) -> None:
    await add_owner(database)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{site}/login?next={quote(away, safe='')}")
    await page.get_by_label("E-mail address").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"{site}/")
    assert all(url.startswith((site, "data:")) for url in asked)


async def test_hostile_names_are_text_on_every_page(  # noqa: PLR0917 -- fixtures are arguments
    site: str, context: BrowserContext, client: httpx.AsyncClient, app: FastAPI, work: Work, owner: Person,
    admin_connection: psycopg.Connection,
) -> None:  # fmt: skip
    asked = f"{HOSTILE}\n\nRequired:\n- PostgreSQL {HOSTILE}\n- 3 years of Python"
    made = (await client.post("/api/v1/requisitions", json={"title": HOSTILE, "description": asked})).json()
    resume = f"{HOSTILE}\nBackend developer {HOSTILE}\n\nExperience\nDeveloper, {HOSTILE}, 2018-03 - 2024-06\n"
    named = f"{HOSTILE.replace('/', '')}.txt"
    done = await imported(client, work, {named: f"{resume}Built with PostgreSQL {HOSTILE}".encode()}, made["id"])
    assert done["result"] == {"new": 1, "duplicates": 0}
    await client.post(f"/api/v1/requisitions/{made['id']}/match", json={})
    await work()
    renamed = {"json": {"name": HOSTILE}, "headers": {"If-Match": "*"}}
    assert (await client.patch("/api/v1/organizations/current", **renamed)).status_code == 200
    await add_person(app.state.resources.database, app.state.resources.tokens, LOCAL_ORGANIZATION_ID)
    hashed = await passwords.hash_password(PASSWORD)
    admin_connection.execute(
        "update user_account set password_hash = %s, password_changed_at = now() where id = %s", [hashed, owner.user_id]
    )
    assert (await client.patch("/api/v1/users/me", **renamed)).status_code == 200
    invited = await client.post("/api/v1/invitations", json={"email": "new@example.org", "role": "viewer"})
    assert invited.status_code == 201, invited.text
    await work()
    page = await context.new_page()
    opened: list[str] = []
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    page.on("pageerror", lambda error: opened.append(str(error)))
    await log_in(page, site, owner.email)
    shown = {
        "/account": 2,  # the name of the person and of the organization
        "/": 1,
        f"/requisitions/{made['id']}/shortlist": 4,
        f"/requisitions/{made['id']}/shortlist?blind=true": 1,
        "/outbox": 1,
        f"/login?refused={quote(HOSTILE, safe='')}&next={quote('/' + HOSTILE, safe='')}": 0,
    }
    for path, times in shown.items():
        await page.goto(site + path)
        await page.wait_for_load_state("networkidle")
        assert await page.locator("[data-hostile]").count() == 0, path
        assert (await page.locator("body").inner_text()).count("onerror=alert(1)") >= times, path
    await page.goto(site + "/outbox")
    link = await page.locator("a[href*='/invitation#']").first.get_attribute("href")
    assert link is not None
    await page.goto(f"{site}/invitation#{link.partition('#')[2]}")
    await page.get_by_text("onerror=alert(1)").wait_for()
    assert await page.locator("[data-hostile]").count() == 0
    assert not opened


@pytest.mark.parametrize("path", ["/login", "/register", "/reset-password", "/verify-email", "/account"])
async def test_every_form_with_a_password_says_whose_it_is(
    path: str, site: str, context: BrowserContext, database: Database
) -> None:
    await add_owner(database)
    page = await context.new_page()
    if path == "/account":
        await log_in(page, site)
        await page.get_by_text(EMAIL).wait_for()
    else:
        await page.goto(site + path)
    forms = page.locator("form", has=page.locator("input[type=password]"))
    names = forms.locator("input[autocomplete=username]")
    assert await forms.count() == await names.count() > 0
    if path == "/account":
        assert [await name.input_value() for name in await names.all()] == [EMAIL, EMAIL]
