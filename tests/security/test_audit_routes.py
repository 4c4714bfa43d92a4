"""Every operation that changes something writes an event: one story that calls them all, read from the application.

An operation that is neither in the story nor in `WITHOUT_EVENT` fails the test: add it to the story.
"""

import importlib
import pkgutil
import re
from typing import Final

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.support import imported, resume_text
from tests.factories.accounts import OTHER_PASSWORD, PASSWORD, add_owner, bearer, logged_in
from tests.factories.mailbox import letters
from tests.factories.people import Person, add_person
from tests.security import chapters

WITHOUT_EVENT: Final = {
    "preview_invitation": "shows what an invitation says to whoever holds its secret; changes nothing",
    "preview_bulk_applications": "says what a bulk change would do; changes nothing",
    "begin_sign_on": "sends the browser to the identity provider; the log-in that follows is recorded",
    "refresh_tokens": "the log-in goes on; a refresh token that is used twice is recorded",
    "resend_verification": "answers alike for every address and changes no account",
    "resend_email": "needs an e-mail that failed; tests/api/test_email_api.py sends one again",
}
ELSEWHERE: Final = {
    "accept_invitation": "tests/api/test_invitation_api.py",
    "confirm_second_factor": "tests/api/test_second_factor_api.py",
    "renew_recovery_codes": "tests/api/test_second_factor_api.py",
    "remove_second_factor": "tests/api/test_second_factor_api.py",
    "create_identity_provider": "tests/api/test_sign_on_api.py",
    "update_identity_provider": "tests/api/test_sign_on_api.py",
    "delete_identity_provider": "tests/api/test_sign_on_api.py",
    "verify_identity_provider_domains": "tests/api/test_sign_on_api.py",
}
MATCH = {"If-Match": "*"}
CHAPTERS: Final = [
    importlib.import_module(f"tests.security.chapters.{module.name}").play
    for module in sorted(pkgutil.iter_modules(chapters.__path__), key=lambda each: each.name)
]
"""Parts of the story, a module per stem: `async def play(story, send, work)`; `send` is the owner's client."""


class Story:
    """Sends requests and keeps which operation each was and by which request id its events are found."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.resources: Resources = app.state.resources
        self.calls: list[tuple[str, str]] = []
        self._operations = [
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path)), operation["operationId"])
            for path, methods in app.openapi()["paths"].items()
            for method, operation in methods.items()
        ]
        self._operations.sort(key=lambda each: each[1].pattern.count("[^/]+"))

    def changing(self) -> set[str]:
        return {name for method, _, name in self._operations if method != "GET"}

    def client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        hooks = {"response": [self._seen]}
        return httpx.AsyncClient(
            transport=transport, base_url="http://testserver", headers={**MATCH, **headers}, event_hooks=hooks
        )

    async def person(self, role: Role) -> Person:
        return await add_person(self.resources.database, self.resources.tokens, LOCAL_ORGANIZATION_ID, role)

    async def _seen(self, answer: httpx.Response) -> None:
        request = answer.request
        await answer.aread()
        if request.method == "GET":
            return
        assert answer.is_success, (request.method, request.url.path, answer.text)
        name = next(
            name for method, path, name in self._operations
            if method == request.method and path.fullmatch(request.url.path)
        )  # fmt: skip
        self.calls.append((name, answer.headers["x-request-id"]))


async def hire(send: httpx.AsyncClient, work: Work) -> None:
    made = (await send.post("/api/v1/requisitions", json={"description": "Required:\n- Python"})).json()
    path = f"/api/v1/requisitions/{made['id']}"
    file = {"file": ("job.md", b"Required:\n- Python\n- SQL")}
    await send.post("/api/v1/requisitions/from-file", files=file)
    requirement = {"id": "r1", "kind": "skill", "text": "Python", "skill_ids": ["python"]}
    await send.put(f"{path}/requirements", json={"version": 1, "requirements": [requirement]})
    await send.patch(path, json={"title": "Developer"})
    await imported(send, work, {"a.txt": resume_text()}, made["id"])
    await send.post(f"{path}/match", json={})
    application = (await send.get("/api/v1/applications")).json()["items"][0]
    await send.patch(f"/api/v1/applications/{application['id']}", json={"stage": "interview"})
    person = f"/api/v1/candidates/{application['candidate_id']}"
    await send.patch(person, json={"name": "Corrected Canary"})
    await send.delete(person)
    await send.post(f"{person}/restore")
    await send.delete(path)
    await send.post(f"{path}/restore")


async def organize(story: Story, send: httpx.AsyncClient, admin: psycopg.Connection) -> None:
    await send.patch("/api/v1/organizations/current", json={"name": "Renamed"})
    made = (await send.post("/api/v1/workspaces", json={"name": "Nordics", "slug": "nordics"})).json()
    space = f"/api/v1/workspaces/{made['id']}"
    await send.patch(space, json={"name": "Baltics"})
    colleague = await story.person(Role.INTERVIEWER)
    await send.put(f"{space}/members/{colleague.member_id}")
    await send.delete(f"{space}/members/{colleague.member_id}")
    await send.delete(space)
    await send.post(f"{space}/restore")
    member = f"/api/v1/members/{colleague.member_id}"
    await send.patch(member, json={"role": "recruiter"})
    await send.post(f"{member}/deactivate")
    await send.post(f"{member}/reactivate")
    opened = (await send.get("/api/v1/requisitions")).json()["items"][0]
    team = f"/api/v1/requisitions/{opened['id']}/team/{colleague.user_id}"
    await send.put(team, json={"role": "interviewer"})
    await send.delete(team)
    await send.delete(member)
    given = {"email": "alex.moreau@example.org", "role": "viewer"}
    invited = (await send.post("/api/v1/invitations", json=given)).json()
    admin.execute("update invitation set expires_at = expires_at - interval '1 day'")  # it was sent a while ago
    await send.post(f"/api/v1/invitations/{invited['id']}/resend")
    await send.delete(f"/api/v1/invitations/{invited['id']}")
    for kind in ("api-keys", "api-keys/personal"):
        key = (await send.post(f"/api/v1/{kind}", json={"label": "Site", "scopes": ["requisition:read"]})).json()
        await send.patch(f"/api/v1/{kind}/{key['id']}", json={"label": "New site"})
        await send.delete(f"/api/v1/{kind}/{key['id']}")
    async with story.client((await story.person(Role.VIEWER)).headers) as leaving:
        await leaving.delete("/api/v1/members/me")
    heir = await story.person(Role.ADMIN)
    await send.post("/api/v1/organizations/current/transfer", json={"member_id": str(heir.member_id)})
    async with story.client(heir.headers) as closing:
        await closing.delete("/api/v1/organizations/current")


async def look_after_the_account(story: Story) -> None:
    database = story.resources.database
    email, new_email = "story@example.org", "new.story@example.org"
    async with story.client({}) as send:
        body = {"email": email, "password": PASSWORD, "name": "Story Teller"}
        await send.post("/api/v1/auth/register", json=body)
        secret = (await letters(database, email))[-1].secret
        await send.post("/api/v1/auth/verify-email", json={"token": secret, "password": PASSWORD})
        await send.post("/api/v1/auth/password-reset", json={"email": email})
        secret = (await letters(database, email))[-1].secret
        await send.post("/api/v1/auth/password-reset/confirm", json={"token": secret, "password": OTHER_PASSWORD})
        others = [bearer(await logged_in(send, email, OTHER_PASSWORD)) for _ in range(3)]
        await send.post("/api/v1/auth/logout", headers=others[0])
        mine = others[1]
        await send.post("/api/v1/auth/proof", json={"password": OTHER_PASSWORD}, headers=mine)
        sessions = (await send.get("/api/v1/users/me/sessions", headers=mine)).json()["items"]
        other = next(each for each in sessions if not each["current"])
        await send.delete(f"/api/v1/users/me/sessions/{other['id']}", headers=mine)
        await send.patch("/api/v1/users/me", json={"name": "Renamed"}, headers=mine)
        await send.post("/api/v1/organizations", json={"name": "Northwind Data"}, headers=mine)
        await send.post("/api/v1/users/me/second-factor", headers=mine)
        await send.post("/api/v1/users/me/email-change", json={"email": new_email}, headers=mine)
        secret = (await letters(database, new_email))[-1].secret
        await send.post("/api/v1/auth/email-change/confirm", json={"token": secret})
        mine = bearer(await logged_in(send, new_email, OTHER_PASSWORD))
        changed = {"current_password": OTHER_PASSWORD, "new_password": PASSWORD}
        await send.post("/api/v1/auth/password-change", json=changed, headers=mine)
        await send.post("/api/v1/auth/logout-everywhere", headers=mine)
        await add_owner(database, "leaving@example.org", "Leaving")
        leaving = await add_person(database, story.resources.tokens, None, None)
        await send.delete("/api/v1/users/me", headers=leaving.headers)


@pytest.mark.timeout(300)
async def test_every_operation_that_changes_something_writes_an_event(
    app: FastAPI, owner: Person, work: Work, admin_connection: psycopg.Connection
) -> None:
    story = Story(app)
    async with story.client(owner.headers) as send:
        await hire(send, work)
        for chapter in CHAPTERS:
            await chapter(story, send, work)
        await look_after_the_account(story)
        await organize(story, send, admin_connection)
    written = {
        row[0] for row in admin_connection.execute("select entry::jsonb ->> 'request_id' from audit_event").fetchall()
    }
    silent = {name for name, request_id in story.calls if request_id not in written}
    assert silent <= WITHOUT_EVENT.keys()
    told = {name for name, _ in story.calls}
    assert story.changing() - told - WITHOUT_EVENT.keys() - ELSEWHERE.keys() == set()
    entries = " ".join(row[0] for row in admin_connection.execute("select entry from audit_event"))
    for personal in ("Corrected Canary", "story@example.org", "Story Teller", "alex.moreau", PASSWORD, OTHER_PASSWORD):
        assert personal not in entries


async def test_the_exceptions_are_operations_of_the_application(app: FastAPI) -> None:
    assert WITHOUT_EVENT.keys() | ELSEWHERE.keys() <= Story(app).changing()
