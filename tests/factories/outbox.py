"""What tests of e-mail share: a worker that runs the jobs that are due, and a clock that can be put on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import procrastinate
import psycopg
import pytest_asyncio
from psycopg.rows import dict_row

from talentflux.core.config import Settings, SmtpTls
from talentflux.core.database import APP_ROLE, Database, Scope, WriteSession
from talentflux.services import email_service
from talentflux.workers.queue import build_app
from tests.factories.database import TestDatabase
from tests.factories.smtp_server import SmtpServer

ORGANIZATION = UUID("01936c00-0000-7000-8000-000000000001")
OTHER = UUID("01936c00-0000-7000-8000-0000000000ff")
TENANT, PLATFORM = Scope(ORGANIZATION), Scope(identity=True)
LINK = "https://jobs.example.org/verify-email?token=canary-secret"


def smtp_settings(server: SmtpServer, **given: Any) -> Settings:
    """Return settings that lead to a test's mail server."""
    where = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_tls": SmtpTls.NONE, "smtp_timeout_seconds": 2}
    return Settings(**{**where, "email_from": "jobs@example.org", **given}, _env_file=None)


@dataclass
class Outbox:
    """The outbox of a test's database and the worker that looks after it.

    Attributes:
        urls: The database.
        database: Sessions over it.
        admin: A superuser's connection.
    """

    urls: TestDatabase
    database: Database
    admin: psycopg.Connection

    async def work(self, settings: Settings, workers: int = 1) -> None:
        """Run all jobs that are due."""
        connector = procrastinate.PsycopgConnector(
            conninfo=self.urls.app_url, kwargs={"options": f"-c role={APP_ROLE}"}, min_size=1, max_size=4
        )
        queue = build_app(connector)
        async with queue.open_async():
            await queue.run_worker_async(
                wait=False,
                concurrency=workers,
                install_signal_handlers=False,
                listen_notify=False,
                additional_context={"database": self.database, "settings": settings},
            )

    def row(self, email_id: UUID) -> dict[str, Any]:
        """Return an e-mail as it is stored."""
        with self.admin.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute("select * from email_message where id = %s", [email_id]).fetchone()
        assert row is not None
        return row

    def state(self, email_id: UUID) -> tuple[str, str | None, int]:
        """Return state, last error and number of attempts."""
        row = self.row(email_id)
        return row["state"], row["last_error"], row["attempts"]

    def pass_time(self, interval: str) -> None:
        """Let all e-mails and the jobs that wait for them be older."""
        self.admin.execute(
            "update email_message set queued_at = queued_at - %(t)s::interval,"
            " next_attempt_at = next_attempt_at - %(t)s::interval, claimed_until = claimed_until - %(t)s::interval",
            {"t": interval},
        )
        self.admin.execute(
            "update procrastinate_jobs set scheduled_at = scheduled_at - %s::interval where status = 'todo'", [interval]
        )

    def jobs(self, task: str = "email.send") -> int:
        """Return how many jobs wait."""
        query = "select count(*) from procrastinate_jobs where status = 'todo' and task_name = %s"
        row = self.admin.execute(query, [task]).fetchone()
        assert row is not None
        return int(row[0])


@pytest_asyncio.fixture
async def outbox(test_database: TestDatabase, database: Database, admin_connection: psycopg.Connection) -> Outbox:
    """The outbox of two organizations."""
    for organization in (ORGANIZATION, OTHER):
        values = {"id": organization, "slug": organization.hex}
        admin_connection.execute("insert into organization (id, slug, name) values (%(id)s, %(slug)s, 'Any')", values)
    return Outbox(test_database, database, admin_connection)


async def verify(session: WriteSession, to: str = "canary@example.org") -> UUID:
    """Write an e-mail about an account."""
    return await email_service.send(session, "verify_email", to=to, link=LINK)


async def invite(session: WriteSession, to: str = "canary@example.org") -> UUID:
    """Write an e-mail of an organization."""
    return await email_service.send(session, "invitation", to=to, link=LINK, organization="Canary Ltd")


async def written(outbox: Outbox, scope: Scope = PLATFORM) -> UUID:
    """Write an e-mail of the one kind or the other, in a transaction of its own."""
    async with outbox.database.write_session(scope) as session:
        return await (verify(session) if scope.identity else invite(session))
