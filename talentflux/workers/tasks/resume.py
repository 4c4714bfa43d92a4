"""Reading uploaded resumes."""

import asyncio
from functools import lru_cache
from uuid import UUID

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings import Embedder, get_embedder
from talentflux.core.config import Settings
from talentflux.core.database import WriteSession
from talentflux.core.errors import DependencyError, NotFoundError
from talentflux.core.file_store import FileStore, open_file_store
from talentflux.core.logging import get_logger
from talentflux.services import resume_import_service as imports
from talentflux.services.resume_upload_service import PARSE_TASK
from talentflux.utils.cores import core_count
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task

_log = get_logger("worker")


@task(PARSE_TASK)
async def parse(work: Work, task_id: UUID, resume_ids: list[UUID], waits: int = 0) -> None:
    """Read a batch of stored resumes. Those that the file store does not give wait for it, however long it is away.

    Args:
        work: Scope, sessions and settings.
        task_id: The task that somebody waits for.
        resume_ids: The batch.
        waits: How often the file store was waited for before.
    """
    async with work.read_session() as session:
        files = await imports.waiting(session, resume_ids)
    if not files:
        return
    originals = _Originals(work.settings)
    try:
        embedder = embedder_of(work.settings)
        pool = _pool(work.settings)
        results = await asyncio.to_thread(
            imports.read_files, pool, embedder, files, originals.load, need_vectors=not work.last_attempt
        )
        async with work.write_session() as session:
            if results:
                await imports.apply(session, task_id, results, embedder.name, skill_matcher().lexicon)
            await originals.wait(session, task_id, 0 if results else waits)
    except Exception as error:
        if not work.last_attempt:
            raise
        given = [file for file in files if file not in originals.waiting]
        _log.error("resumes given up", trace=trace(error), task_id=str(task_id), count=len(given))
        async with work.write_session() as session:
            await imports.give_up(session, task_id, given)
            await originals.wait(session, task_id, waits)


class _Originals:
    """Reads originals until the file store does not answer; from then on all of them wait.

    Args:
        settings: Name the store.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.waiting: list[imports.WaitingFile] = []

    def load(self, file: imports.WaitingFile) -> bytes | None:
        """Return an original, None where it waits; one that has gone is an empty file, which fails for itself alone."""
        if not self.waiting:
            try:
                return file_store(self._settings).read(file.key, file.cipher)
            except NotFoundError:
                _log.error("original is missing", resume_id=str(file.resume_id))
                return b""
            except DependencyError as error:
                _log.warning("originals wait for the file store", reason=error.detail, resume_id=str(file.resume_id))
        self.waiting.append(file)
        return None

    async def wait(self, session: WriteSession, task_id: UUID, waits: int) -> None:
        """Let those that wait be read later."""
        if self.waiting:
            await imports.wait(session, task_id, self.waiting, waits)


@lru_cache(maxsize=1)
def file_store(settings: Settings) -> FileStore:
    """Return the file store of this process."""
    return open_file_store(settings)


@lru_cache(maxsize=1)
def reader_pool(processes: int, seconds: float, mebibytes: int) -> ReaderPool[bytes]:
    """Return the children that read resumes, shared by all jobs of this process.

    Args:
        processes: Children at most; 0 for one per core.
        seconds: For one file.
        mebibytes: What one file may take.
    """
    return ReaderPool(processes or core_count(), "talentflux.ai.analysis:analyse_file", seconds, mebibytes * 2**20)


def _pool(settings: Settings) -> ReaderPool[bytes]:
    return reader_pool(settings.parser_processes, settings.parser_timeout_seconds, settings.parser_memory_mib)


def embedder_of(settings: Settings) -> Embedder:
    """Return the embedder that the settings name."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return get_embedder(settings.embedder, api_key=key, base_url=settings.openai_base_url)
