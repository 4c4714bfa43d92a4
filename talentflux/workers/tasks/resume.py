"""Reading uploaded resumes."""

import asyncio
from functools import lru_cache, partial
from uuid import UUID

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings import Embedder, get_embedder
from talentflux.core.config import Settings
from talentflux.core.errors import NotFoundError
from talentflux.core.file_store import FileStore, open_file_store
from talentflux.core.logging import get_logger
from talentflux.services import resume_import_service as imports
from talentflux.services.resume_upload_service import PARSE_TASK
from talentflux.utils.cores import core_count
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task

_log = get_logger("worker")


@task(PARSE_TASK)
async def parse(work: Work, task_id: UUID, resume_ids: list[UUID]) -> None:
    """Read a batch of stored resumes.

    Args:
        work: Scope, sessions and settings.
        task_id: The task that somebody waits for.
        resume_ids: The batch.
    """
    async with work.read_session() as session:
        files = await imports.waiting(session, resume_ids)
    if not files:
        return
    try:
        store = file_store(work.settings)
        embedder = embedder_of(work.settings)
        load = partial(_load, store)
        results = await asyncio.to_thread(
            imports.read_files, _pool(work.settings), embedder, files, load, need_vectors=not work.last_attempt
        )
        async with work.write_session() as session:
            await imports.apply(session, task_id, results, embedder.name, skill_matcher().lexicon)
    except Exception as error:
        if not work.last_attempt:
            raise
        _log.error("resumes given up", trace=trace(error), task_id=str(task_id), count=len(files))
        async with work.write_session() as session:
            await imports.give_up(session, task_id, files)


def _load(store: FileStore, file: imports.WaitingFile) -> bytes:
    """Return an original; one that has gone is read as an empty file, which fails for itself alone."""
    try:
        return store.read(file.key, file.cipher)
    except NotFoundError:
        _log.error("original is missing", resume_id=str(file.resume_id))
        return b""


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
