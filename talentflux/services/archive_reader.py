"""An archive into an empty organization: ids and times stay, everything is encrypted anew under its keys.

Originals go into the file store first; then all rows come in one transaction, so a failure leaves nothing.
"""

import asyncio
import base64
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import orjson
import psycopg
from sqlalchemy.exc import DBAPIError

from talentflux.core.crypto import Cipher, Keys
from talentflux.core.database import Database, Scope, WriteSession
from talentflux.core.errors import ConflictError, UnreadableFileError
from talentflux.core.file_store import FileStore
from talentflux.core.scope import switched
from talentflux.models import Organization
from talentflux.repositories.data_export_repository import ArchiveTarget
from talentflux.repositories.user_repository import UserRepository
from talentflux.schemas.data_export import Imported, Manifest
from talentflux.services import audit_service, user_service
from talentflux.services.archive_check import LONGEST_LINE, check, refuse
from talentflux.services.archive_renewal import renew
from talentflux.services.archive_tables import TablePlan, parents_of_tokens, plans
from talentflux.services.archive_writer import USERS, Progress, archive_id, renamed
from talentflux.services.encryption_service import keys_of, organization_keys, platform_keys
from talentflux.services.sealed_columns import INDEXED, TOKENS, Sealed, place

_ROWS_AT_A_TIME: Final = 200
_BYTES_AT_A_TIME: Final = 8 * 2**20
_MUST_BE_EMPTY: Final = ("candidate", "requisition", "file", "application", "resume")
_BAD: Final = "does not fit: it was changed, or is of another version. Nothing was imported."


@dataclass(slots=True)
class _Loading:
    """What is known while rows are read.

    Attributes:
        keys: Of the organization that the rows go to.
        names: Ids of accounts, in the archive and here.
        files: Wrapped keys and places of the originals, by their ids.
        digests: SHA-256 of the originals, by their ids.
        owners: Wrapped keys of rows that have one, by table and id.
    """

    keys: Keys
    names: dict[bytes, bytes] = field(default_factory=dict)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    owners: dict[tuple[str, str], bytes] = field(default_factory=dict)


async def read_archive(
    database: Database, store: FileStore, path: Path, progress: Progress, organization_id: UUID | None = None
) -> Imported:
    """Import an archive.

    Args:
        database: Sessions.
        store: Takes the originals.
        path: Of the archive.
        progress: Told as it goes on.
        organization_id: An organization without candidates, requisitions and files; by default the one that the
            archive was made from, made where there is none with its id.

    Raises:
        UnreadableFileError: It is no archive of ours, is damaged or was changed.
        ConflictError: The organization is not empty, or rows with these ids are here already.
    """
    manifest = await asyncio.to_thread(check, path)
    target = organization_id or manifest.organization.id
    await _prepare(database, manifest, target)
    loading = _Loading(await keys_of(database, target))
    total = sum(entry.rows or 0 for entry in manifest.entries)
    stored: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            await _keep_files(store, archive, manifest, loading, stored)
            async with database.write_session(Scope(target)) as session:
                with _refused():
                    accounts = await _load(session, archive, manifest, loading, progress)
    except BaseException:
        await store.delete(stored)
        raise
    return Imported(organization_id=target, rows=total, files=len(stored), accounts=accounts)


async def _prepare(database: Database, manifest: Manifest, target: UUID) -> None:
    """Make the organization where there is none, and make sure that it is empty."""
    async with database.write_session(Scope(identity=True)) as session:
        repository = UserRepository(session)
        if not await repository.organization_exists(target):
            if target != manifest.organization.id:
                raise ConflictError("There is no organization with this id to import into.")
            slug = manifest.organization.slug
            taken = await repository.slug_is_taken(slug)
            await repository.add(
                Organization(
                    id=target, slug=f"{slug}-{target.hex[-6:]}" if taken else slug, name=manifest.organization.name
                )
            )
            audit_service.record(session, "organization.create", "organization", target, organization_id=target)
    async with database.read_session(Scope(target)) as reading:
        rows = ArchiveTarget(reading)
        for table in _MUST_BE_EMPTY:
            if await rows.holds(table):
                raise ConflictError(f"The organization is not empty: it has rows in {table}. Import into a new one.")


async def _keep_files(
    store: FileStore, archive: zipfile.ZipFile, manifest: Manifest, loading: _Loading, stored: list[str]
) -> None:
    assert loading.keys.owner is not None
    for entry in manifest.entries:
        if not entry.name.startswith("files/"):
            continue
        file_id = UUID(entry.name.removeprefix("files/"))
        wrapped, cipher = loading.keys.new_person_key(f"file:{file_id}")
        data = await asyncio.to_thread(archive.read, entry.name)
        key = await store.put(loading.keys.owner, file_id, data, cipher)
        stored.append(key)
        loading.files[str(file_id)] = wrapped, key


async def _load(
    session: WriteSession, archive: zipfile.ZipFile, manifest: Manifest, loading: _Loading, progress: Progress
) -> int:
    """Write all rows; return how many accounts were made."""
    loading.keys = await organization_keys(session)
    users, made = await _accounts(session, archive)
    loading.names = {str(there).encode(): str(here).encode() for there, here in users.items()}
    target = ArchiveTarget(session)
    await target.keep_times()
    for plan in reversed(plans()):
        if plan.name != "member":
            await target.clear(plan.name)
    await target.drop_members(list(users.values()))
    organization = await session.get_one(Organization, session.scope.organization_id)
    organization.name = manifest.organization.name
    total = sum(entry.rows or 0 for entry in manifest.entries)
    done = 0
    later: dict[str, list[dict[str, Any]]] = {plan.name: [] for plan in plans()}
    listed = {entry.name for entry in manifest.entries}
    for plan in plans():
        if f"tables/{plan.name}.jsonl" not in listed:
            continue  # of an older version, which did not have it
        with archive.open(f"tables/{plan.name}.jsonl") as stream:
            for lines in _batches(stream):
                await _write(target, plan, lines, loading, later[plan.name])
                done += len(lines)
                await progress(done, total)
    for plan in plans():
        for start in range(0, len(later[plan.name]), _ROWS_AT_A_TIME):
            await target.point(plan.name, sorted(plan.later), later[plan.name][start : start + _ROWS_AT_A_TIME])
    await renew(session)
    counts = {entry.name[7:-6]: entry.rows for entry in manifest.entries if entry.rows}
    audit_service.record(session, "archive.import", "organization", organization.id, after={"rows": counts})
    return made


async def _accounts(session: WriteSession, archive: zipfile.ZipFile) -> tuple[dict[UUID, UUID], int]:
    """Return accounts by their ids in the archive; who has none gets one without a password."""
    users: dict[UUID, UUID] = {}
    made = 0
    async with switched(session, Scope(identity=True)):
        keys = await platform_keys(session)
        repository = UserRepository(session)
        for line in archive.read(USERS).splitlines():
            user = _parsed(line)
            if set(user) != {"id", "email", "name"} or not all(isinstance(user[name], str) for name in user):
                refuse("damaged", f"A line of {USERS} {_BAD}")
            there = archive_id(user["email"])
            if str(there) != user["id"]:
                refuse("damaged", f"A line of {USERS} {_BAD}")
            row = await repository.find_by_email(user_service.email_index(keys, user["email"]))
            if row is None:
                row = await user_service.create(session, user_service.Profile(user["email"], user["name"]))
                made += 1
            users[there] = row.id
    return users, made


def _batches(stream: IO[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines of a table, some at a time."""
    lines: list[bytes] = []
    size = 0
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            refuse("too_large", f"A row {_BAD}")
        lines.append(line)
        size += len(line)
        if len(lines) >= _ROWS_AT_A_TIME or size >= _BYTES_AT_A_TIME:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


async def _write(
    target: ArchiveTarget, plan: TablePlan, lines: Sequence[bytes], loading: _Loading, pointers: list[dict[str, Any]]
) -> None:
    rows, columns, tokens = await asyncio.to_thread(_sealed_rows, plan, lines, loading, pointers)
    await target.insert(plan.name, columns, rows)
    for name, pairs in tokens.items():
        await target.insert_tokens(name, plan.name, pairs)


def _sealed_rows(
    plan: TablePlan, lines: Sequence[bytes], loading: _Loading, pointers: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str], dict[str, list[tuple[bytes, UUID]]]]:
    """Return rows as the database takes them, their columns, and tokens by table."""
    parsed = [_parsed(renamed(line, loading.names)) for line in lines]
    given = list(parsed[0])
    if any(list(row) != given for row in parsed) or not set(given) <= set(plan.columns):
        refuse("damaged", f"A row of {plan.name} {_BAD}")
    tokens: dict[str, list[tuple[bytes, UUID]]] = {name: [] for name in parents_of_tokens().get(plan.name, [])}
    rows = []
    for row in parsed:
        for name, pairs in tokens.items():
            pairs += [(token, UUID(row["id"])) for token in TOKENS[name][1](loading.keys, row)]
        if any(row.get(name) is not None for name in plan.later):
            pointers.append({"id": row["id"], **{name: row.get(name) for name in plan.later}})
        rows.append(_sealed_row(plan, row, loading))
    return rows, list(rows[0]), tokens


def _sealed_row(plan: TablePlan, row: dict[str, Any], loading: _Loading) -> dict[str, Any]:
    sealed: dict[str, Any] = dict(row)
    indexes = {name: derive(loading.keys, row, loading.digests) for name, derive in INDEXED.get(plan.name, {}).items()}
    if plan.owned:
        sealed["wrapped_key"] = _own_key(plan, row, loading)
    for name in plan.sealed:
        value = _seal(plan, name, row, loading)
        sealed[name] = b"" if value is None and name in plan.required else value
    if plan.name == "file":
        _, sealed["key"] = loading.files.get(row["id"], (b"", FileStore.place(_owner(loading.keys), UUID(row["id"]))))
        if isinstance(row["meta"], dict) and row["meta"].get("sha256"):
            loading.digests[row["id"]] = str(row["meta"]["sha256"])
    sealed |= indexes | dict.fromkeys(plan.emptied | plan.later)
    return {name: f"\\x{value.hex()}" if isinstance(value, bytes) else value for name, value in sealed.items()}


def _own_key(plan: TablePlan, row: Mapping[str, Any], loading: _Loading) -> bytes | None:
    """Make a row's own key, unless the one that it had was destroyed; an original has one already."""
    if not row["wrapped_key"]:
        return None
    if plan.name == "file" and row["id"] in loading.files:
        wrapped = loading.files[row["id"]][0]
    else:
        wrapped, _ = loading.keys.new_person_key(f"{plan.name}:{UUID(row['id'])}")
    loading.owners[plan.name, row["id"]] = wrapped
    return wrapped


def _seal(plan: TablePlan, name: str, row: Mapping[str, Any], loading: _Loading) -> bytes | None:
    sealed, value = plan.sealed[name], row.get(name)
    if value is None:
        return None
    plain, context = _formed(sealed, value), place(plan.name, name, row)
    if sealed.key == "organization":
        return loading.keys.encrypt(plain, context)
    wrapped = loading.owners.get((sealed.key, str(row[sealed.by])))
    if wrapped is None:
        refuse("damaged", f"A row of {plan.name} {_BAD}")
    cipher: Cipher = loading.keys.person(wrapped, f"{sealed.key}:{row[sealed.by]}")
    return cipher.encrypt(plain, context)


def _formed(sealed: Sealed, value: Any) -> bytes:
    if sealed.form == "json":
        return orjson.dumps(value)
    if sealed.form == "compressed_json":
        return zlib.compress(orjson.dumps(value), 1)
    if not isinstance(value, str):
        refuse("damaged", f"A row {_BAD}")
    return value.encode() if sealed.form == "text" else base64.b64decode(value, validate=True)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        row = None
    if not isinstance(row, dict):
        refuse("damaged", f"A row {_BAD}")
    return row


def _owner(keys: Keys) -> UUID:
    assert keys.owner is not None
    return keys.owner


@contextmanager
def _refused() -> Iterator[None]:
    """Turn what the database refuses into an error that can be answered."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, psycopg.errors.UniqueViolation):
            raise ConflictError(
                "Rows with these ids are here already: the archive was imported before, or the organization that it "
                "was made from is on this server. Nothing was imported."
            ) from error
        if isinstance(cause, (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError)):
            raise UnreadableFileError("damaged", f"A row of the archive {_BAD}") from error
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFileError("damaged", f"A row of the archive {_BAD}") from error
