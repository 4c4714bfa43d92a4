"""Whether the program can serve."""

from talentflux.core.database import Database, Scope
from talentflux.core.errors import DependencyError
from talentflux.db import migrate
from talentflux.repositories.health_repository import HealthRepository
from talentflux.schemas.health import Readiness


async def readiness(database: Database) -> Readiness:
    """Check what requests need: the database and its schema; the state of the queue is reported beside them.

    Args:
        database: Opens a session of no organization.
    """
    try:
        async with database.read_session(Scope()) as session:
            repository = HealthRepository(session)
            revision, workers = await repository.revision(), await repository.workers()
    except DependencyError as error:
        return Readiness(ready=False, checks={"database": error.detail})
    current = revision == migrate.head()
    return Readiness(
        ready=current,
        checks={
            "database": "ok",
            "migrations": "ok"
            if current
            else f"at {revision}, this program needs {migrate.head()}: run the migrations",
            "queue": "ok" if workers else "no worker is running; uploads wait until one does",
        },
    )


async def jobs(database: Database) -> dict[str, int]:
    """Return how many jobs wait, run and have failed.

    Args:
        database: Opens a session of no organization.
    """
    async with database.read_session(Scope()) as session:
        return await HealthRepository(session).jobs()
