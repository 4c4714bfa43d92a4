"""A worker killed while it speaks to the mail server: the e-mail goes out once at most, and somebody is told."""

import asyncio
import base64
import hashlib
from uuid import UUID

import psycopg
import pytest

from talentflux.core.database import Database, Scope
from talentflux.services import email_service
from tests.factories.database import TestDatabase
from tests.factories.outbox import Outbox
from tests.factories.processes import Script
from tests.factories.smtp_server import SmtpServer, accept, wait

MASTER_KEY = base64.b64encode(hashlib.sha256(b"a master key for tests").digest()).decode()  # of Keyring.for_tests
WORKER = """
import asyncio, sys
from pydantic import SecretStr
from talentflux.core.config import Settings
from talentflux.workers.worker import work

url, port, key = sys.argv[1:]
settings = Settings(worker_stalled_seconds=2, smtp_host="127.0.0.1", smtp_port=int(port), smtp_tls="none",
                    smtp_timeout_seconds=0.4, email_from="jobs@example.org", master_key=SecretStr(key))
print("started", flush=True)
asyncio.run(work(url, settings))
"""


@pytest.mark.parametrize("stage", ["on_recipient", "on_data"])
async def test_email_of_a_killed_worker_is_flagged_and_not_repeated(
    stage: str, test_database: TestDatabase, database: Database, admin_connection: psycopg.Connection
) -> None:
    outbox = Outbox(test_database, database, admin_connection)
    async with database.write_session(Scope(identity=True)) as session:
        first = await email_service.send(
            session, "verify_email", to="a@example.org", link="https://example.org/login?1"
        )

    async def until(state: str, email: UUID) -> None:
        async with asyncio.timeout(40):
            while outbox.state(email)[0] != state:  # noqa: ASYNC110 -- the condition lies in the database
                await asyncio.sleep(0.05)

    async with SmtpServer(**{stage: [wait(0.3), accept]}) as server:
        command = (test_database.app_url, str(server.port), MASTER_KEY)
        with Script(WORKER, *command) as worker:
            assert worker.line() == "started"
            async with asyncio.timeout(20):
                await (server.data if stage == "on_data" else server.begun).wait()
            await asyncio.sleep(0.05)
            worker.kill()
        assert outbox.state(first) == ("sending", None, 1)
        async with database.write_session(Scope(identity=True)) as session:
            second = await email_service.send(
                session, "verify_email", to="b@example.org", link="https://example.org/login?2"
            )
        with Script(WORKER, *command) as worker:
            assert worker.line() == "started"
            await until("sent", second)
            await until("unclear", first)
            await asyncio.sleep(1)
    assert outbox.state(first) == ("unclear", "worker_lost", 1)
    assert server.attempts == 2
    recipients = [message["To"] for message in server.received]
    assert recipients.count("a@example.org") == (1 if stage == "on_data" else 0)
    assert recipients.count("b@example.org") == 1
