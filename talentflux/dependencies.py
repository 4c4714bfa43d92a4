"""What endpoints and pages are given: session, scope, file store, readers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from talentflux.ai.documents import ReaderPool
from talentflux.core.config import Settings
from talentflux.core.database import Database, ReadSession, Scope, WriteSession
from talentflux.core.file_store import FileStore, open_file_store
from talentflux.core.telemetry import Telemetry
from talentflux.schemas.document import Document
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.cores import core_count


@dataclass
class Resources:
    """What one process keeps open while it serves.

    Attributes:
        settings: Of this process.
        database: Sessions.
        telemetry: Figures for Prometheus.
    """

    settings: Settings
    database: Database
    telemetry: Telemetry = field(default_factory=Telemetry)

    @cached_property
    def files(self) -> FileStore:
        """The file store, opened when first needed."""
        return open_file_store(self.settings)

    @cached_property
    def readers(self) -> ReaderPool[Document]:
        """Children that read job descriptions, started when first needed."""
        settings = self.settings
        return ReaderPool(
            settings.parser_processes or core_count(),
            timeout=settings.parser_timeout_seconds,
            memory=settings.parser_memory_mib * 2**20,
        )

    async def close(self) -> None:
        """Let go of children and connections."""
        if "readers" in self.__dict__:
            self.readers.close()
        await self.database.close()


# Dependencies are coroutines even where they wait for nothing: plain functions would each be run in a thread.
async def get_resources(request: Request) -> Resources:
    """Return what this process keeps open."""
    resources: Resources = request.app.state.resources
    return resources


async def current_scope() -> Scope:
    """Return whose rows the request may see.

    Until there are accounts, that is the one local organization for whoever reaches the loopback address.
    """
    return Scope(organization_id=LOCAL_ORGANIZATION_ID)


async def get_write_session(
    resources: Annotated[Resources, Depends(get_resources)], scope: Annotated[Scope, Depends(current_scope)]
) -> AsyncIterator[WriteSession]:
    """Open the request's transaction; it commits before the answer is sent."""
    async with resources.database.write_session(scope) as session:
        yield session


async def get_read_session(
    resources: Annotated[Resources, Depends(get_resources)], scope: Annotated[Scope, Depends(current_scope)]
) -> AsyncIterator[ReadSession]:
    """Open the request's read-only transaction."""
    async with resources.database.read_session(scope) as session:
        yield session


# With the scope of the function the commit comes before the answer; FastAPI's default would answer first.
Writing = Annotated[WriteSession, Depends(get_write_session, scope="function")]
Reading = Annotated[ReadSession, Depends(get_read_session, scope="function")]
Using = Annotated[Resources, Depends(get_resources)]
Scoped = Annotated[Scope, Depends(current_scope)]
