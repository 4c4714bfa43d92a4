"""An organization that moved to another install with its archive: its people, its public jobs, its duplicates."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import procrastinate
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.core.database import APP_ROLE
from talentflux.core.errors import ConflictError
from talentflux.core.permissions import Role
from talentflux.db.embedded import EmbeddedConnection
from talentflux.dependencies import Resources
from talentflux.main import create_app
from talentflux.services.archive_reader import read_archive
from talentflux.services.archive_writer import write_archive
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.workers.queue import build_app
from tests.api.record_support import candidate, made, shown
from tests.api.support import assert_problem, requisition
from tests.factories.accounts import PASSWORD, bearer, log_in
from tests.factories.database import TestDatabase, database_copy
from tests.factories.jobs import job, published
from tests.factories.mailbox import letters
from tests.factories.people import add_person

ADDRESS = "https://work.example.org"
SLUG = "moved-works"


@dataclass(frozen=True)
class Install:
    """Another install: an application over a database and a file store of its own.

    Attributes:
        app: The application.
        client: Of nobody in particular.
        copy: Its database.
        settings: Its settings.
    """

    app: FastAPI
    client: httpx.AsyncClient
    copy: TestDatabase
    settings: Settings

    @property
    def resources(self) -> Resources:
        """What the application keeps open."""
        resources: Resources = self.app.state.resources
        return resources

    async def work(self) -> None:
        """Run all jobs that wait."""
        connector = procrastinate.PsycopgConnector(
            conninfo=self.copy.app_url, kwargs={"options": f"-c role={APP_ROLE}"}, min_size=1, max_size=4
        )
        queue = build_app(connector)
        async with queue.open_async():
            await queue.run_worker_async(
                wait=False,
                install_signal_handlers=False,
                listen_notify=False,
                additional_context={"database": self.resources.database, "settings": self.settings},
            )


@pytest_asyncio.fixture
async def install(server: EmbeddedConnection, settings: Settings, tmp_path: Path) -> AsyncIterator[Install]:
    """An install whose own organization has another name in addresses than the one that moves."""
    with database_copy(server) as copy:
        with psycopg.connect(copy.admin_url) as connection:
            connection.execute("update organization set slug = %s", [SLUG])
        folder = tmp_path / "elsewhere"
        given = {"database_url": SecretStr(copy.app_url), "data_folder": folder, "public_url": ADDRESS}
        app = create_app(settings.model_copy(update=given))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
        ):
            yield Install(app, client, copy, settings.model_copy(update=given))


async def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


async def moved(app: FastAPI, install: Install, path: Path) -> None:
    """Bring the organization of the tests into another install."""
    here: Resources = app.state.resources
    with path.open("wb") as archive:

        async def put(data: bytes) -> None:
            archive.write(data)

        await write_archive(here.database, here.files, LOCAL_ORGANIZATION_ID, put, silent)
    there = install.resources
    await read_archive(there.database, there.files, path, silent, LOCAL_ORGANIZATION_ID)


async def test_nobody_logs_in_elsewhere_with_the_password_of_another_install(
    app: FastAPI, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, install: Install, tmp_path: Path
) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.RECRUITER)
    assert (await reset(anonymous, resources, person.email)).status_code == 204
    assert (await log_in(anonymous, person.email)).status_code == 200
    await moved(app, install, tmp_path / "moved.zip")
    assert_problem(await log_in(install.client, person.email), 401, "credentials_invalid")
    assert_problem(await install.client.get("/api/v1/users/me", headers=person.headers), 401, "token_invalid")


async def reset(client: httpx.AsyncClient, resources: Resources, email: str) -> httpx.Response:
    """Set a password by the link in a letter."""
    assert (await client.post("/api/v1/auth/password-reset", json={"email": email})).status_code == 202
    secret = (await letters(resources.database, email))[-1].secret
    return await client.post("/api/v1/auth/password-reset/confirm", json={"token": secret, "password": PASSWORD})


@pytest.mark.parametrize("role", [Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER])
async def test_who_had_an_account_sets_a_password_and_has_the_same_role_elsewhere(
    app: FastAPI, client: httpx.AsyncClient, install: Install, tmp_path: Path, role: Role
) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role, name="Riley Example")
    need = (await requisition(client))["id"]
    await client.put(f"/api/v1/requisitions/{need}/team/{person.user_id}", json={"role": "hiring_manager"})
    await moved(app, install, tmp_path / "moved.zip")

    assert (await reset(install.client, install.resources, person.email)).status_code == 204
    pair = (await log_in(install.client, person.email)).json()
    me = (await install.client.get("/api/v1/users/me", headers=bearer(pair))).json()

    assert (me["name"], me["email"]) == ("Riley Example", person.email)
    (member,) = (await install.client.get("/api/v1/users/me/memberships", headers=bearer(pair))).json()["items"]
    assert (member["organization_id"], member["role"]) == (str(LOCAL_ORGANIZATION_ID), role)
    found = await install.client.get(f"/api/v1/requisitions/{need}", headers=bearer(pair))
    assert (found.status_code, found.json()["id"]) == (200, need)


async def test_public_jobs_bear_the_name_and_the_address_of_the_new_install(
    app: FastAPI, client: httpx.AsyncClient, install: Install, tmp_path: Path
) -> None:
    one, hidden, gone = await published(client), await published(client), await published(client)
    await job(client)
    await client.patch(
        f"/api/v1/requisitions/{hidden['requisition_id']}", json={"confidential": True}, headers={"If-Match": "*"}
    )
    await client.delete(f"/api/v1/requisitions/{gone['requisition_id']}")
    former = (await shown(client, "/public/jobs"))["items"][0]["organization"]["slug"]

    await moved(app, install, tmp_path / "moved.zip")

    (card,) = (await shown(install.client, f"/public/organizations/{SLUG}/jobs"))["items"]
    page = await shown(install.client, f"/public/jobs/{one['id']}")
    assert (card["id"], card["organization"]["slug"], card["url"]) == (one["id"], SLUG, f"{ADDRESS}/jobs/{one['id']}")
    assert (page["organization"]["slug"], page["json_ld"]["url"]) == (SLUG, f"{ADDRESS}/jobs/{one['id']}")
    assert f'"slug":"{former}"' not in (await install.client.get(f"/api/v1/public/jobs/{one['id']}")).text
    assert (await shown(install.client, f"/public/organizations/{former}/jobs"))["items"] == []
    for feed in ("/jobs.xml", "/jobs.rss", "/sitemap.xml"):
        answer = await install.client.get(feed)
        assert f"{ADDRESS}/jobs/{one['id']}" in answer.text, feed
        assert hidden["id"] not in answer.text
    for absent in (hidden, gone):
        assert_problem(await install.client.get(f"/api/v1/public/jobs/{absent['id']}"), 404, "not_found")


async def test_duplicates_are_found_among_those_who_came_with_an_archive(
    app: FastAPI, client: httpx.AsyncClient, install: Install, tmp_path: Path
) -> None:
    stays = await candidate(client, "Anna Berg", email="anna@example.org", phone="+46701234567")
    leaves = await candidate(client, "Anna Berg", email="berg@example.org", phone="+46709999999")
    await made(client, f"/candidates/{stays}/merge", {"other_id": leaves})
    same = await candidate(client, "Anne Berg", phone="+46701234567")

    await moved(app, install, tmp_path / "moved.zip")
    there = install.resources
    owner = await add_person(there.database, there.tokens, LOCAL_ORGANIZATION_ID)
    install.client.headers.update(owner.headers)
    returning = await candidate(install.client, "A. Berg", email="other@example.org", phone="+46709999999")
    await install.work()

    pairs = (await shown(install.client, "/candidates/duplicates"))["items"]
    found = {frozenset((pair["candidate"]["id"], pair["other"]["id"])) for pair in pairs}
    assert found == {frozenset((stays, same)), frozenset((stays, returning))}


async def test_an_archive_into_an_install_that_has_candidates_changes_no_job(
    app: FastAPI, client: httpx.AsyncClient, install: Install, tmp_path: Path
) -> None:
    await published(client)
    there = install.resources
    owner = await add_person(there.database, there.tokens, LOCAL_ORGANIZATION_ID)
    install.client.headers.update(owner.headers)
    await candidate(install.client)
    with pytest.raises(ConflictError, match="not empty"):
        await moved(app, install, tmp_path / "moved.zip")
    assert (await shown(install.client, "/public/jobs"))["items"] == []
