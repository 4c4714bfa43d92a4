"""`talentflux keys` against a real database."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from talentflux.cli import app
from talentflux.core.config import get_settings
from talentflux.core.database import Database
from talentflux.core.keyring import Keyring
from talentflux.core.master_key import LocalKeyManagement, new_master_key, parse_master_key
from talentflux.services import encryption_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.database import TestDatabase

RUN = CliRunner(env={"NO_COLOR": "1", "COLUMNS": "200"})


@pytest.fixture
def key(test_database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The master key of the settings that commands read."""
    master = new_master_key()
    monkeypatch.setenv("TALENTFLUX_DATABASE_URL", test_database.app_url)
    monkeypatch.setenv("TALENTFLUX_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("TALENTFLUX_MASTER_KEY", master)
    monkeypatch.setattr("talentflux.core.keyring.REFRESH_SECONDS", 0.1)
    get_settings.cache_clear()
    return master


@pytest.fixture(autouse=True)
def forgotten_settings():
    """Let no later test read the settings of this one."""
    yield
    get_settings.cache_clear()


def _make_keys(url: str, master: str) -> None:
    async def make() -> None:
        keyring = Keyring(LocalKeyManagement(parse_master_key(master, "", strict=True)))
        async with Database(url, 1, keyring=keyring) as database:
            await encryption_service.check_master_key(database)
            await encryption_service.keys_of(database, LOCAL_ORGANIZATION_ID)

    asyncio.run(make())


@pytest.mark.parametrize(
    "options", [[], ["--all", "--master"], ["--organization", str(LOCAL_ORGANIZATION_ID), "--all"]]
)
def test_rotation_of_nothing_or_of_two_things_is_refused(key: str, options: list[str]) -> None:
    refused = RUN.invoke(app, ["keys", "rotate", *options])
    assert refused.exit_code == 2
    assert "give one of --organization, --all and --master" in refused.output


def test_rotation_of_an_unknown_organization_is_refused(key: str) -> None:
    refused = RUN.invoke(app, ["keys", "rotate", "--organization", "01936c00-0000-7000-8000-00000000dead"])
    assert "There is no organization" in str(refused.exception)


def test_rotation_under_a_wrong_master_key_is_refused(key: str, test_database: TestDatabase) -> None:
    _make_keys(test_database.app_url, new_master_key())
    refused = RUN.invoke(app, ["keys", "rotate", "--all"])
    assert "TALENTFLUX_MASTER_KEY (or its file) holds" in str(refused.exception)


def test_database_that_cannot_be_reached_is_named(key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALENTFLUX_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    get_settings.cache_clear()
    refused = RUN.invoke(app, ["keys", "rotate", "--all"])
    assert "database cannot be reached" in str(refused.exception)


def test_generated_key_is_one(key: str) -> None:
    made = RUN.invoke(app, ["keys", "generate"])
    assert len(parse_master_key(made.stdout, "it", strict=True)) == 32


def test_one_organization_and_then_all_get_new_keys(
    key: str, test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    _make_keys(test_database.app_url, key)
    for options in (["--organization", str(LOCAL_ORGANIZATION_ID)], ["--all"]):
        done = RUN.invoke(app, ["keys", "rotate", *options])
        assert done.exit_code == 0, done.exception
    assert done.stdout == "Wrapped 0 keys anew for 2 owners of keys.\n"
    versions = "select max(version) from {} where purpose = 'data'"
    assert admin_connection.execute(versions.format("organization_key")).fetchone() == (3,)
    assert admin_connection.execute(versions.format("platform_key")).fetchone() == (2,)


def test_master_key_is_rotated(
    key: str, test_database: TestDatabase, admin_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = new_master_key()
    _make_keys(test_database.app_url, former)
    monkeypatch.setenv("TALENTFLUX_MASTER_KEY_PREVIOUS", former)
    get_settings.cache_clear()
    done = RUN.invoke(app, ["keys", "rotate", "--master"])
    assert done.stdout == "Wrapped 4 keys anew for 2 owners of keys.\n"
    names = admin_connection.execute("select distinct master_key_id from organization_key").fetchall()
    assert names == [(LocalKeyManagement(parse_master_key(key, "", strict=True)).key_id,)]
