"""Dockerfile, compose.yaml and the script that prepares an external database."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.provision import provide
from talentflux.db.server_account import ServerAccount, binaries

ROOT = Path(__file__).parents[2]
OWN_SERVICES = ("api", "worker", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = [
        (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
        for line in text.splitlines()
        if line.strip() and not line.startswith("#")
    ]
    starts = [index for index, (word, _) in enumerate(steps) if word == "FROM"]
    return [steps[start:end] for start, end in zip(starts, [*starts[1:], len(steps)], strict=True)]


def test_image_is_built_in_stages_and_runs_without_root(stages: list[list[tuple[str, str]]]) -> None:
    assert len(stages) == 2
    users = [value for word, value in stages[-1] if word == "USER"]
    assert users == ["talentflux"]
    words = [word for word, _ in stages[-1]]
    assert words.index("USER") < words.index("CMD")


def test_image_installs_from_the_lock_with_hashes(stages: list[list[tuple[str, str]]]) -> None:
    installs = [value for word, value in stages[0] if word == "RUN" and "pip install" in value]
    assert len(installs) == 2
    assert "--require-hashes -r requirements/base.lock" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]


def test_image_has_a_health_check_and_copies_files_that_exist(stages: list[list[tuple[str, str]]]) -> None:
    assert [value for word, value in stages[-1] if word == "HEALTHCHECK" and "/ready" in value]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for word, value in stages[0]:
        for source in value.split()[:-1] if word == "COPY" else []:
            assert (ROOT / source).exists(), source
            assert f"!{source.split('/')[0]}\n" in ignored, source


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(str(port).startswith("127.0.0.1:") for port in published)


def test_no_password_stands_in_the_file(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "_URL" in variable:
                without, count = re.subn(r"\$\{\w+:\?[^}]+\}", "", str(value))
                assert count == 1, (name, variable)
                assert without == "" or ":@" in without, (name, variable)


def test_only_the_migrations_act_as_the_owner(compose: dict[str, Any]) -> None:
    for name in OWN_SERVICES:
        assert ("OWNER" in str(compose["services"][name]["environment"])) == (name == "migrate")


def test_services_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert services[name]["restart"] == "unless-stopped"
    assert "healthcheck" in services["postgres"]
    assert "healthcheck" in services["redis"]


def test_settings_in_the_file_exist(compose: dict[str, Any]) -> None:
    known = {f"TALENTFLUX_{name}".upper() for name in Settings.model_fields}
    for name in OWN_SERVICES:
        assert compose["services"][name]["environment"].keys() <= known


@pytest.fixture
def fresh_server() -> Iterator[EmbeddedConnection]:
    """A server of its own: roles belong to a whole server, and this script makes them."""
    folder = Path(tempfile.gettempdir()) / f"talentflux-deploy-{uuid4().hex[:8]}"
    with EmbeddedPostgres(folder, fsync=False) as connection:
        with psycopg.connect(connection.admin_url, autocommit=True) as admin:
            admin.execute("drop database talentflux")
            admin.execute("drop role talentflux_app")
            admin.execute("drop role talentflux_owner")
        yield connection
    shutil.rmtree(folder)


def test_script_prepares_a_database_that_migrates_and_serves(fresh_server: EmbeddedConnection) -> None:
    programs = binaries(ServerAccount.choose(Path("/nonexistent")))
    subprocess.run(
        ["bash", ROOT / "deploy" / "database.sh"],
        check=True,
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PGHOST": str(fresh_server.socket_folder),
            "POSTGRES_USER": "talentflux_admin",
            "TALENTFLUX_OWNER_PASSWORD": "owner-secret",
            "TALENTFLUX_APP_PASSWORD": "app'secret",
        },
    )
    with provide(Path("/nonexistent"), fresh_server.app_url, fresh_server.owner_url) as database:
        assert database.migrate()
        assert not database.migrate()
        asyncio.run(_check_role(database.app_url))


async def _check_role(url: str) -> None:
    async with Database(url) as opened:
        await opened.check_role()


async def test_one_url_of_the_owner_serves_too(fresh_server: EmbeddedConnection) -> None:
    with psycopg.connect(fresh_server.admin_url, autocommit=True) as admin:
        admin.execute("create role solo login createrole")
        admin.execute("create database one owner solo")
    with psycopg.connect(fresh_server.url("talentflux_admin", "one"), autocommit=True) as admin:
        admin.execute("create extension vector")
    with provide(Path("/nonexistent"), fresh_server.url("solo", "one")) as database:
        assert database.migrate()
        async with Database(database.app_url) as opened, opened.read_session(Scope()) as session:
            driver = await session.driver()
            assert await (await driver.execute("select current_user")).fetchone() == ("talentflux_app",)


def test_missing_role_says_what_to_run(fresh_server: EmbeddedConnection) -> None:
    with psycopg.connect(fresh_server.admin_url, autocommit=True) as admin:
        admin.execute("create role weak login")
        admin.execute("create database weak owner weak")
    with psycopg.connect(fresh_server.url("talentflux_admin", "weak"), autocommit=True) as admin:
        admin.execute("create extension vector")
    with (
        provide(Path("/nonexistent"), fresh_server.url("weak", "weak")) as database,
        pytest.raises(DatabaseSetupError, match="CREATE ROLE talentflux_app"),
    ):
        database.migrate()
