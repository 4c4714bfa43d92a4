"""Encryption of rows and files that a version before encryption wrote, after the migration that made room for it.

Repeatable: what is done is not done again, and an interruption leaves nothing that cannot be read. Each batch is one
transaction; files are written to the store before their row says so and removed from it after.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.ai.matching.masking import mask_aside
from talentflux.core.crypto import Cipher, Keys
from talentflux.core.database import Database, Scope, WriteSession, dump_json
from talentflux.core.errors import NotFoundError
from talentflux.core.file_store import FileStore
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.encryption_repository import PlainRowRepository, organization_ids
from talentflux.schemas.encryption import SealedRows
from talentflux.schemas.match import FlagKind
from talentflux.schemas.resume import ParsedResume
from talentflux.services import candidate_profile, resume_content
from talentflux.services.encryption_service import organization_keys

Progress = Callable[[int, int], None]
"""Called with how many rows are encrypted and how many there are in all."""

BATCH: Final = 100
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


async def seal_plain_rows(database: Database, store: FileStore, progress: Progress) -> SealedRows:
    """Encrypt what an older version wrote, in all organizations.

    Args:
        database: Sessions as the application's role.
        store: Where the originals lie.
        progress: Told as it goes on.

    Raises:
        ConfigurationError: The master key does not open an organization's keys.
        DependencyError: The database or the file store cannot be reached.
    """
    async with database.read_session(Scope(identity=True)) as session:
        whose = await organization_ids(session)
    total = 0
    for organization_id in whose:
        async with database.read_session(Scope(organization_id)) as session:
            total += await PlainRowRepository(session).count()
    sealed = SealedRows()

    def tell(table: str, rows: int) -> None:
        setattr(sealed, table, getattr(sealed, table) + rows)
        progress(sum(sealed.model_dump().values()), total)

    progress(0, total)
    for organization_id in whose:
        sealing = _Sealing(database, store, organization_id)
        for table, step in (
            ("candidates", sealing.candidates),
            ("", sealing.originals),
            ("files", sealing.former_originals),
            ("resumes", sealing.resumes),
            ("tasks", sealing.tasks),
        ):
            while rows := await step():
                if table:
                    tell(table, rows)
    return sealed


class _Sealing:
    """One organization's rows. Each step encrypts one batch and returns how many rows it were; 0 ends it."""

    def __init__(self, database: Database, store: FileStore, organization_id: UUID) -> None:
        self._database = database
        self._store = store
        self._organization_id = organization_id
        self._scope = Scope(organization_id)

    async def candidates(self) -> int:
        """Encrypt the fields of candidates and enter what they are found by."""
        async with self._database.write_session(self._scope) as session:
            rows = PlainRowRepository(session)
            found = await rows.run(
                "select id, name, email, phone, location, headline, wrapped_key, profile, deleted_at from candidate "
                "where organization_id = %(organization_id)s "
                "and coalesce(name, email, phone, location, headline) is not null limit %(most)s for no key update",
                most=BATCH,
            )
            keys = await organization_keys(session)
            await rows.keep_times()
            for row in found:
                await _seal_candidate(session, rows, keys, row)
        return len(found)

    async def originals(self) -> int:
        """Put originals into the store once more, encrypted; their former place is still known by `sha256`."""
        async with self._database.write_session(self._scope) as session:
            keys = await organization_keys(session)
            found = await PlainRowRepository(session).run(
                "select id, name, sha256, key from file where organization_id = %(organization_id)s "
                "and sha256 is not null and wrapped_key is null limit %(most)s",
                most=BATCH // 5,
            )
        sealed = [await self._store_again(keys, row) for row in found]
        async with self._database.write_session(self._scope) as session:
            rows = PlainRowRepository(session)
            await rows.keep_times()
            for each in sealed:
                await rows.run(
                    "update file set wrapped_key = %(wrapped_key)s, meta = %(meta)s, key = %(key)s, name = null "
                    "where organization_id = %(organization_id)s and id = %(id)s and wrapped_key is null",
                    **each,
                )
        return len(found)

    async def _store_again(self, keys: Keys, row: dict[str, Any]) -> dict[str, Any]:
        wrapped_key, cipher = keys.new_person_key(f"file:{row['id']}")
        try:
            data = await self._store.get_raw(row["key"])
        except NotFoundError:
            key = self._store.place(self._organization_id, row["id"])  # it stays missing
        else:
            key = await self._store.put(self._organization_id, row["id"], data, cipher)
        meta = resume_content.seal_meta(cipher, row["id"], row["name"], row["sha256"])
        return {"id": row["id"], "wrapped_key": wrapped_key, "meta": meta, "key": key}

    async def former_originals(self) -> int:
        """Remove originals that lie encrypted elsewhere; begins when none is needed any more."""
        async with self._database.read_session(self._scope) as session:
            found = await PlainRowRepository(session).run(
                "select id, sha256 from file where organization_id = %(organization_id)s and sha256 is not null "
                "limit %(most)s",
                most=BATCH,
            )
        digests = {row["sha256"] for row in found if _DIGEST.fullmatch(row["sha256"])}
        folder = str(self._organization_id)
        await self._store.delete([str(PurePosixPath(folder, digest[:2], digest)) for digest in sorted(digests)])
        async with self._database.write_session(self._scope) as session:
            rows = PlainRowRepository(session)
            await rows.keep_times()
            await rows.run(
                "update file set sha256 = null where organization_id = %(organization_id)s and id = any(%(ids)s)",
                ids=[row["id"] for row in found],
            )
        return len(found)

    async def resumes(self) -> int:
        """Encrypt what was read from originals."""
        async with self._database.write_session(self._scope) as session:
            rows = PlainRowRepository(session)
            found = await rows.run(
                "select r.id, r.sha256, r.deleted_at, r.document, r.parsed, r.failure_detail, r.features, r.digest, "
                "f.id as file_id, f.wrapped_key from resume r join file f on f.organization_id = r.organization_id "
                "and f.id = r.file_id where r.organization_id = %(organization_id)s and r.sha256 is not null "
                "limit %(most)s for no key update of r",
                most=BATCH,
            )
            keys = await organization_keys(session)
            await rows.keep_times()
            for row in found:
                await _seal_resume(rows, keys, row)
        return len(found)

    async def tasks(self) -> int:
        """Encrypt what went wrong in tasks: it names files."""
        async with self._database.write_session(self._scope) as session:
            rows = PlainRowRepository(session)
            found = await rows.run(
                "select id, errors from task where organization_id = %(organization_id)s and errors <> '[]'::jsonb "
                "limit %(most)s for no key update",
                most=BATCH,
            )
            keys = await organization_keys(session)
            await rows.keep_times()
            for row in found:
                await rows.run(
                    "update task set failures = %(failures)s, errors = '[]' "
                    "where organization_id = %(organization_id)s and id = %(id)s",
                    id=row["id"],
                    failures=keys.encrypt(orjson.dumps(row["errors"]), f"task.failures:{row['id']}"),
                )
        return len(found)


async def _seal_candidate(session: WriteSession, rows: PlainRowRepository, keys: Keys, row: dict[str, Any]) -> None:
    profile = {field: row[field] for field in candidate_profile.FIELDS}
    columns = candidate_profile.columns(keys, row["id"], profile, row["wrapped_key"])
    index = columns["email_index"]
    if index is not None and row["deleted_at"] is None and await _taken(rows, row["id"], index):
        columns["email_index"] = None  # the new version has met the same person already
    await rows.run(
        "update candidate set wrapped_key = %(wrapped_key)s, profile = %(profile)s, email_index = %(email_index)s, "
        "phone_index = %(phone_index)s, name = null, email = null, phone = null, location = null, headline = null "
        "where organization_id = %(organization_id)s and id = %(id)s",
        id=row["id"],
        **columns,
    )
    tokens = candidate_profile.tokens(keys, row)
    await CandidateRepository(session).set_tokens(row["id"], tokens)


async def _taken(rows: PlainRowRepository, candidate_id: UUID, email_index: bytes) -> bool:
    found = await rows.run(
        "select 1 as found from candidate where organization_id = %(organization_id)s and deleted_at is null "
        "and email_index = %(index)s and id <> %(id)s",
        index=email_index,
        id=candidate_id,
    )
    return bool(found)


async def _seal_resume(rows: PlainRowRepository, keys: Keys, row: dict[str, Any]) -> None:
    cipher: Cipher = keys.person(row["wrapped_key"], f"file:{row['file_id']}")
    digest = keys.blind_index("resume.digest", row["sha256"])
    known = await rows.run(
        "select 1 as found from resume where organization_id = %(organization_id)s and deleted_at is null "
        "and digest = %(digest)s and id <> %(id)s",
        digest=digest,
        id=row["id"],
    )
    content = failure = None
    if row["parsed"] is not None and row["document"] is not None:
        content = resume_content.seal_content(cipher, row["id"], row["document"], row["parsed"])
        await _mask_hidden(rows, row)
    if row["failure_detail"] is not None:
        failure = resume_content.seal_failure(cipher, row["id"], row["failure_detail"])
    await rows.run(
        "update resume set digest = %(digest)s, content = %(content)s, failure = %(failure)s, sha256 = null, "
        "document = null, parsed = null, failure_detail = null "
        "where organization_id = %(organization_id)s and id = %(id)s",
        id=row["id"],
        digest=None if known and row["deleted_at"] is None else digest,
        content=content,
        failure=failure,
    )


async def _mask_hidden(rows: PlainRowRepository, row: dict[str, Any]) -> None:
    """Mask the quotes of hidden text, which the version before showed as they are, in facts and matches."""
    parsed = ParsedResume.model_validate(row["parsed"])
    text = row["document"]["text"]
    matches = await rows.run(
        "select id, result from match where organization_id = %(organization_id)s and resume_id = %(id)s", id=row["id"]
    )
    holders = [("resume", row["id"], "features", row["features"])]
    holders += [("match", match["id"], "result", match["result"]) for match in matches]
    for table, row_id, column, value in holders:
        quotes = [flag for flag in (value or {}).get("flags", ()) if flag["kind"] == FlagKind.HIDDEN_TEXT]
        for flag in quotes:
            flag["quote"] = mask_aside(flag["quote"] or "", text, parsed)
        if quotes:
            await rows.set_json(table, column, row_id, dump_json(value))
