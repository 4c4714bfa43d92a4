"""SQL that asks how the program itself is doing; these tables belong to no tenant."""

from sqlalchemy import text

from talentflux.core.database import AnySession

_REVISION = text("select version_num from alembic_version")
_JOBS = text(
    "select status::text, count(*) from procrastinate_jobs where status in ('todo', 'doing', 'failed') group by 1"
)
_WORKERS = text("select count(*) from procrastinate_workers where last_heartbeat > now() - interval '30 seconds'")


class HealthRepository:
    """Revision of the schema, state of the queue.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def revision(self) -> str | None:
        """Return the revision of the schema."""
        revision: str | None = await self._session.scalar(_REVISION)
        return revision

    async def jobs(self) -> dict[str, int]:
        """Return how many jobs wait, run and have failed."""
        counted: dict[str, int] = {row[0]: row[1] for row in await self._session.execute(_JOBS)}
        return {"todo": 0, "doing": 0, "failed": 0} | counted

    async def workers(self) -> int:
        """Return how many workers have given a sign of life in the last 30 seconds."""
        return int((await self._session.execute(_WORKERS)).scalar_one())
