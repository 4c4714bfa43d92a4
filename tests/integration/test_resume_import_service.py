"""Applying what was read: once, in any order, by any number of workers at a time."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from talentflux.ai.analysis import analyse, skill_matcher
from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings import get_embedder
from talentflux.core.crypto import Cipher
from talentflux.core.database import Database, Scope
from talentflux.core.errors import DependencyError, UnreadableFileError
from talentflux.schemas.stored_resume import UploadAccepted
from talentflux.schemas.task import TaskRead
from talentflux.services import (
    encryption_service,
    resume_import_service,
    resume_service,
    resume_upload_service,
    task_service,
)
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.services.resume_import_service import ReadFile, WaitingFile, read_files
from talentflux.services.resume_upload_service import Kept, StoredFile
from talentflux.utils.ids import new_id

LOCAL = Scope(LOCAL_ORGANIZATION_ID)
CIPHER = Cipher(bytes(32), LOCAL_ORGANIZATION_ID)
UNIT: NDArray[np.float32] = np.eye(1, 256, dtype=np.float32)[0]


def _text(number: int, email: str | None = None) -> bytes:
    address = email or f"p{number}@example.org"
    return f"Person Number{number}\n{address}\n\nSkills\nPostgreSQL, Docker\n".encode()


async def _stored(database: Database, count: int) -> UploadAccepted:
    keys = await encryption_service.keys_of(database, LOCAL_ORGANIZATION_ID)
    stored = []
    for number in range(count):
        file_id = new_id()
        wrapped, cipher = keys.new_person_key(f"file:{file_id}")
        digest = f"digest {number}".encode()
        stored.append(StoredFile(file_id, f"{number}.txt", 1, "", digest, f"key {number}", wrapped, cipher))
    async with database.write_session(LOCAL) as session:
        return await resume_upload_service.register(session, Kept(stored, by_digest={s.digest: s for s in stored}))


async def _apply(database: Database, task_id: UUID, results: Sequence[ReadFile]) -> None:
    async with database.write_session(LOCAL) as session:
        await resume_import_service.apply(session, task_id, results, "unit", skill_matcher().lexicon)


async def _task(database: Database, task_id: UUID) -> TaskRead:
    async with database.read_session(LOCAL) as session:
        return await task_service.get(session, task_id)


def _read(accepted: UploadAccepted, email: str | None = None) -> list[ReadFile]:
    return [
        ReadFile(each.resume_id, each.file_name, analyse(_text(number, email), each.file_name), None, UNIT)
        for number, each in enumerate(accepted.resumes)
    ]


async def test_batches_that_end_at_the_same_time_count_all_files(database: Database) -> None:
    accepted = await _stored(database, 8)
    results = _read(accepted)
    await asyncio.gather(*(_apply(database, accepted.task.id, results[start::4]) for start in range(4)))
    task = await _task(database, accepted.task.id)
    assert (task.status, task.processed, task.total) == ("succeeded", 8, 8)


async def test_batches_that_meet_the_same_person_make_one_candidate(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    accepted = await _stored(database, 8)
    results = _read(accepted, email="same@example.org")
    await asyncio.gather(*(_apply(database, accepted.task.id, results[start::4]) for start in range(4)))
    row = admin_connection.execute("select count(*), count(distinct candidate_id) from resume").fetchone()
    assert row == (8, 1)


async def test_applying_twice_changes_nothing(database: Database, admin_connection: psycopg.Connection) -> None:
    accepted = await _stored(database, 2)
    results = _read(accepted)
    await _apply(database, accepted.task.id, results)
    before = admin_connection.execute("select id, updated_at from resume order by id").fetchall()
    failed = [ReadFile(each.resume_id, each.name, error=UnreadableFileError("empty", "x")) for each in results]
    await _apply(database, accepted.task.id, failed)
    assert admin_connection.execute("select id, updated_at from resume order by id").fetchall() == before
    task = await _task(database, accepted.task.id)
    assert (task.status, task.errors) == ("succeeded", [])


async def test_nothing_waits_after_it_was_read(database: Database) -> None:
    accepted = await _stored(database, 2)
    await _apply(database, accepted.task.id, _read(accepted)[:1])
    async with database.read_session(LOCAL) as session:
        left = await resume_import_service.waiting(session, [each.resume_id for each in accepted.resumes])
    assert [file.resume_id for file in left] == [accepted.resumes[1].resume_id]


async def test_giving_up_marks_what_still_waits_and_ends_the_task(database: Database) -> None:
    accepted = await _stored(database, 2)
    await _apply(database, accepted.task.id, _read(accepted)[:1])
    files = [WaitingFile(each.resume_id, each.file_name, "", CIPHER) for each in accepted.resumes]
    async with database.write_session(LOCAL) as session:
        await resume_import_service.give_up(session, accepted.task.id, files)
    task = await _task(database, accepted.task.id)
    assert (task.status, task.processed) == ("succeeded", 2)
    assert [(error.file, error.reason) for error in task.errors] == [("1.txt", "internal")]


async def test_skills_are_found_with_what_they_imply(database: Database, admin_connection: psycopg.Connection) -> None:
    accepted = await _stored(database, 1)
    await _apply(database, accepted.task.id, _read(accepted))
    skills = {row[0] for row in admin_connection.execute("select skill_id from resume_skill").fetchall()}
    assert {"postgresql", "docker", "sql"} <= skills


async def test_characters_that_cannot_be_stored_are_replaced_in_place(database: Database) -> None:
    accepted = await _stored(database, 1)
    result = _read(accepted)[0]
    assert result.analysed is not None
    result.analysed.document.warnings.append("a\0b")
    result.analysed.features.text = "x\0" + result.analysed.features.text[2:]
    await _apply(database, accepted.task.id, [result])
    async with database.read_session(LOCAL) as session:
        read = await resume_service.get(session, accepted.resumes[0].resume_id)
    assert "a�b" in read.warnings
    assert read.masked_text is not None
    assert read.masked_text.startswith("x�")
    assert len(read.masked_text) == len(result.analysed.features.text)


@pytest.mark.parametrize("size", [0, 300_000])
async def test_texts_of_any_length_are_stored(database: Database, size: int) -> None:
    accepted = await _stored(database, 1)
    result = _read(accepted)[0]
    assert result.analysed is not None
    words = " ".join(f"wörd{number}" for number in range(size // 8))
    result.analysed.features.text = words
    await _apply(database, accepted.task.id, [result])
    assert (await _task(database, accepted.task.id)).status == "succeeded"


async def test_resumes_given_up_are_read_again_when_sent_again(database: Database) -> None:
    accepted = await _stored(database, 2)
    files = [WaitingFile(each.resume_id, each.file_name, "", CIPHER) for each in accepted.resumes]
    async with database.write_session(LOCAL) as session:
        await resume_import_service.give_up(session, accepted.task.id, files)
    again = await _stored(database, 2)
    assert again.task.status == "queued"
    assert [each.resume_id for each in again.resumes] == [each.resume_id for each in accepted.resumes]
    await _apply(database, again.task.id, _read(again))
    assert (await _task(database, again.task.id)).status == "succeeded"
    async with database.read_session(LOCAL) as session:
        assert (await resume_service.get(session, again.resumes[0].resume_id)).status == "parsed"


def test_embedder_that_does_not_answer_fails_the_batch_until_it_is_not_needed() -> None:
    unreachable = get_embedder("openai:any@8", api_key="unit", base_url="http://127.0.0.1:9/v1")
    file = WaitingFile(LOCAL_ORGANIZATION_ID, "a.txt", "", CIPHER)
    with ReaderPool(1, "talentflux.ai.analysis:analyse_file") as pool:
        with pytest.raises(DependencyError):
            read_files(pool, unreachable, [file], lambda _: _text(1))
        read = read_files(pool, unreachable, [file], lambda _: _text(1), need_vectors=False)
    assert read[0].vector is None
    assert read[0].analysed is not None
