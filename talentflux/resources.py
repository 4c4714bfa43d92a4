"""What one process keeps open while it serves."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings import Embedder, get_embedder
from talentflux.core.cache import Cache
from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.core.file_store import FileStore, open_file_store
from talentflux.core.outbound import OutboundClient, OutboundPolicy
from talentflux.core.rate_limit import RateLimiter
from talentflux.core.redis import RedisLink
from talentflux.core.security.oidc import OidcClient
from talentflux.core.telemetry import Telemetry
from talentflux.schemas.document import Document
from talentflux.services.api_key_service import KeyUse
from talentflux.services.public_job_service import PublicJobs
from talentflux.services.session_lifetime import SessionKeeper
from talentflux.services.token_service import TokenService
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
    def redis(self) -> RedisLink | None:
        """Connections to Redis, where it is set."""
        url = self.settings.redis_url
        return RedisLink(url.get_secret_value(), self.settings.redis_timeout_seconds) if url else None

    @cached_property
    def limiter(self) -> RateLimiter:
        """Counts requests per address, account and key."""
        return RateLimiter(self.settings, self.redis, self.database.keyring.sign if self.database.keyring else None)

    @cached_property
    def cache(self) -> Cache:
        """Keeps answers that may be given again."""
        return Cache(self.telemetry, self.redis)

    @cached_property
    def tokens(self) -> TokenService:
        """Issues and checks access tokens."""
        return TokenService(self.database, self.settings)

    @cached_property
    def sessions(self) -> SessionKeeper:
        """Lets browser sessions last while they are used."""
        return SessionKeeper(self.database)

    @cached_property
    def key_use(self) -> KeyUse:
        """Writes down now and then which API keys are used."""
        return KeyUse(self.database)

    @cached_property
    def sign_on(self) -> OidcClient:
        """Talks to the identity providers of organizations."""
        return OidcClient(OutboundClient(OutboundPolicy.from_settings(self.settings)))

    @cached_property
    def public_jobs(self) -> PublicJobs:
        """Gives public answers about jobs."""
        return PublicJobs(self.database, self.settings.public_url)

    @cached_property
    def readers(self) -> ReaderPool[Document]:
        """Children that read job descriptions, started when first needed."""
        settings = self.settings
        return ReaderPool(
            settings.parser_processes or core_count(),
            timeout=settings.parser_timeout_seconds,
            memory=settings.parser_memory_mib * 2**20,
        )

    @cached_property
    def embedder(self) -> Embedder:
        """Makes the vectors of what is searched for."""
        key = self.settings.openai_api_key
        return get_embedder(
            self.settings.embedder,
            api_key=key.get_secret_value() if key else None,
            base_url=self.settings.openai_base_url,
        )

    async def close(self) -> None:
        """Let go of children and connections."""
        if "readers" in self.__dict__:
            self.readers.close()
        if "key_use" in self.__dict__:
            await self.key_use.close()
        if "cache" in self.__dict__:
            await self.cache.close()
        if self.redis is not None:
            await self.redis.close()
        await self.database.close()


# Dependencies are coroutines even where they wait for nothing: plain functions would each be run in a thread.
async def get_resources(request: Request) -> Resources:
    """Return what this process keeps open."""
    resources: Resources = request.app.state.resources
    return resources


Using = Annotated[Resources, Depends(get_resources)]
