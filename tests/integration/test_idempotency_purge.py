"""Kept answers do not pile up: a worker removes the expired ones."""

import asyncio
import base64
import hashlib
from pathlib import Path

import psycopg
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id
from talentflux.workers.worker import work
from tests.factories.database import TestDatabase

ROW = """insert into idempotency_key (id, organization_id, key_index, request_index, answer, expires_at)
         values (%s, %s, %s, 'r', 'a', now() + %s::interval)"""


async def test_a_worker_removes_expired_answers_and_leaves_the_others(
    test_database: TestDatabase, admin_connection: psycopg.Connection, tmp_path: Path
) -> None:
    kept = new_id()
    for row_id, key, left in ((new_id(), b"old", "-1 second"), (kept, b"new", "1 hour")):
        admin_connection.execute(ROW, [row_id, LOCAL_ORGANIZATION_ID, key, left])
    master_key = base64.b64encode(hashlib.sha256(b"a master key for tests").digest()).decode()
    settings = Settings(
        database_url=SecretStr(test_database.app_url),
        data_folder=tmp_path,
        master_key=SecretStr(master_key),
        _env_file=None,
    )
    stop = asyncio.Event()
    working = asyncio.create_task(work(test_database.app_url, settings, stop=stop))
    rows: list[tuple[object, ...]] = []
    for _ in range(300):
        rows = admin_connection.execute("select id from idempotency_key").fetchall()
        if len(rows) == 1:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await working
    assert rows == [(kept,)]
