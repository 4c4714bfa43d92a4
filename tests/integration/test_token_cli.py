"""`talentflux keys rotate-signing` against a real database."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from talentflux.cli import app
from talentflux.core.config import get_settings
from talentflux.core.master_key import new_master_key
from tests.factories.database import TestDatabase

RUN = CliRunner(env={"NO_COLOR": "1", "COLUMNS": "200"})


@pytest.fixture(autouse=True)
def environment(test_database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TALENTFLUX_DATABASE_URL", test_database.app_url)
    monkeypatch.setenv("TALENTFLUX_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("TALENTFLUX_MASTER_KEY", new_master_key())
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_unreachable_database_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENTFLUX_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    get_settings.cache_clear()
    assert RUN.invoke(app, ["keys", "rotate-signing"]).exit_code != 0


def test_new_key_signs_later_and_a_stolen_one_is_replaced_at_once(admin_connection: psycopg.Connection) -> None:
    first = RUN.invoke(app, ["keys", "rotate-signing"])
    assert first.exit_code == 0, first.output
    assert "in three minutes" in first.output
    second = RUN.invoke(app, ["keys", "rotate-signing", "--at-once"])
    assert "from now on" in second.output
    rows = admin_connection.execute("select id, expires_at <= now() from signing_key order by id").fetchall()
    assert [(row[0].hex in second.output, row[1]) for row in rows] == [(False, True), (True, None)]
