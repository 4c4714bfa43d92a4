"""A worker killed in the midst of an import: the rest goes on, and nobody is there twice."""

import time
from uuid import UUID

import psycopg

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.schemas.data_import import ImportKind
from talentflux.services import data_import_service as imports
from talentflux.services.encryption_service import keys_of
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import MASTER_KEY
from tests.factories.database import TestDatabase
from tests.factories.processes import Script

ROWS = 4000
WORKER = """
import asyncio, sys
from pydantic import SecretStr
from talentflux.core.config import Settings
from talentflux.workers.worker import work

settings = Settings(worker_concurrency=2, worker_stalled_seconds=2, master_key=SecretStr(sys.argv[2]), _env_file=None)
print("started", flush=True)
asyncio.run(work(sys.argv[1], settings))
"""


async def begun(database: Database) -> UUID:
    """Return an import that waits for a worker."""
    text = "name,email\n" + "\n".join(f"Person {n},p{n}@example.org" for n in range(ROWS))
    table = imports.read(text.encode(), "people.csv", Settings(_env_file=None))
    keys = await keys_of(database, LOCAL_ORGANIZATION_ID)
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        made = await imports.enter(session, imports.prepare(keys, ImportKind.CANDIDATES, "people.csv", table))
        await imports.run(session, made.id)
    return made.id


async def test_an_import_goes_on_after_its_worker_was_killed_and_doubles_nobody(
    database: Database, test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    import_id = await begun(database)

    def processed() -> int:
        row = admin_connection.execute("select processed from data_import where id = %s", [import_id]).fetchone()
        assert row is not None
        return int(row[0])

    def wait_for(rows: int, worker: Script) -> None:
        deadline = time.monotonic() + 60
        while processed() < rows:
            assert worker.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)

    for number in (1, 2):
        with Script(WORKER, test_database.app_url, MASTER_KEY) as worker:
            assert worker.line() == "started"
            wait_for(number * ROWS // 4, worker)
            worker.kill()
    between = processed()
    with Script(WORKER, test_database.app_url, MASTER_KEY) as worker:
        assert worker.line() == "started"
        wait_for(ROWS, worker)

    counts = admin_connection.execute("select status, counts from data_import").fetchone()
    people = admin_connection.execute("select count(*), count(distinct email_index) from candidate").fetchone()
    events = admin_connection.execute("select count(*) from event where type = 'candidate.created'").fetchone()
    assert between < ROWS
    assert counts == ("succeeded", {"create": ROWS})
    assert people == (ROWS, ROWS)
    assert events == (ROWS,)
