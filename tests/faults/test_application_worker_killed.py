"""A worker killed while a rejection is due or bulk work is under way: each is done once."""

import asyncio
import base64
import hashlib
from uuid import UUID

import psycopg
import pytest

from talentflux.core.database import Database, Scope
from talentflux.models import Requisition
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.application import ApplicationUpdate, Rejection
from talentflux.schemas.application_bulk import BulkRequest
from talentflux.services import application_bulk_service, application_moves, application_service, candidate_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.database import TestDatabase
from tests.factories.processes import Script

SCOPE = Scope(LOCAL_ORGANIZATION_ID)
MASTER_KEY = base64.b64encode(hashlib.sha256(b"a master key for tests").digest()).decode()  # of Keyring.for_tests
WORKER = """
import asyncio, sys, tempfile
from pathlib import Path
from pydantic import SecretStr
from talentflux.core.config import Settings
from talentflux.services import application_action_service, application_bulk_service
from talentflux.workers.worker import work

url, key, slow = sys.argv[1:]
settings = Settings(worker_stalled_seconds=2, master_key=SecretStr(key), data_folder=Path(tempfile.mkdtemp()))

# What a worker does between the last statement of a transaction and its commit takes long here.
def late(call):
    async def wrapped(session, *given):
        result = await call(session, *given)
        await session.flush()
        print("before the commit", flush=True)
        await asyncio.sleep(30)
        return result
    return wrapped

if slow == "slow":
    application_action_service.act = late(application_action_service.act)
    application_bulk_service.step = late(application_bulk_service.step)
print("started", flush=True)
asyncio.run(work(url, settings))
"""


async def made(database: Database, count: int) -> list[UUID]:
    """Let people apply."""
    async with database.write_session(SCOPE) as session:
        row = await RequisitionRepository(session).add(
            Requisition(title="Backend developer", description="x", requirements=[], warnings=[])
        )
        found = []
        for number in range(count):
            person = await candidate_service.enter(
                session, {"name": f"Person {number}", "email": f"person{number}@example.org"}
            )
            application_id = await application_service.ensure(session, row.id, person.id, None, origin="recruiter")
            assert application_id is not None
            found.append(application_id)
    return found


async def until(admin: psycopg.Connection, query: str, expected: int) -> None:
    async with asyncio.timeout(60):
        while True:
            row = admin.execute(query).fetchone()
            if row is not None and row[0] == expected:
                return
            await asyncio.sleep(0.1)


async def kill_and_go_on(test_database: TestDatabase) -> Script:
    """Kill a worker right before it would commit, and return a healthy one."""
    with Script(WORKER, test_database.app_url, MASTER_KEY, "slow") as worker:
        assert worker.line() == "started"
        assert await asyncio.to_thread(worker.line) == "before the commit"
        worker.kill()
    return Script(WORKER, test_database.app_url, MASTER_KEY, "as usual")


@pytest.mark.timeout(180)
async def test_a_rejection_is_handed_over_once(
    test_database: TestDatabase, database: Database, admin_connection: psycopg.Connection
) -> None:
    application, *_ = await made(database, 1)
    async with database.write_session(SCOPE) as session:
        await application_moves.reject(session, application, Rejection(delay_minutes=0))
    with await kill_and_go_on(test_database):
        await until(admin_connection, "select count(*) from application_action where state = 'done'", 1)
        await asyncio.sleep(3)
    letters = admin_connection.execute(
        "select count(*) from email_message where template = 'candidate_message'"
    ).fetchone()
    assert letters == (1,)


@pytest.mark.timeout(180)
async def test_bulk_work_is_done_once_for_each(
    test_database: TestDatabase, database: Database, admin_connection: psycopg.Connection
) -> None:
    named = await made(database, 60)
    async with database.write_session(SCOPE) as session:
        moved = ApplicationUpdate(stage="screen").model_dump(include={"stage"}, mode="json")
        await application_bulk_service.start(session, BulkRequest(application_ids=named, move=moved))
    with await kill_and_go_on(test_database):
        await until(admin_connection, "select processed from task where kind = 'application_bulk'", 60)
    steps = admin_connection.execute(
        "select count(*), count(distinct application_id) from application_stage_change where cause = 'moved'"
    ).fetchone()
    assert steps == (60, 60)
