"""An organization as one archive: a zip with a file of JSON lines per table, the originals, and a manifest at its end.

Rows are read from one moment and decrypted in memory, some hundred at a time; what comes out is plain text, so it is
handed on in pieces that are encrypted again before they are stored. The same rows give the same bytes: accounts go
by an id made of their address, and the zip knows no time. Only the manifest says when it was made.
"""

import asyncio
import base64
import hashlib
import re
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import Database, Scope
from talentflux.core.errors import NotFoundError
from talentflux.core.file_store import FileStore
from talentflux.models import Base, Organization
from talentflux.repositories.data_export_repository import ArchiveSource, accounts
from talentflux.schemas.data_export import ArchiveEntry, ArchiveOrganization, Manifest
from talentflux.services import user_service
from talentflux.services.archive_tables import TablePlan, plans
from talentflux.services.encryption_service import keys_of
from talentflux.services.sealed_columns import Sealed, place

VERSION: Final = 1
PART_BYTES: Final = 4 * 2**20
USERS: Final = "users.jsonl"
MANIFEST: Final = "manifest.json"
_PEOPLE: Final = uuid5(NAMESPACE_URL, "talentflux:archive:account")
_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can name
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
Put = Callable[[bytes], Awaitable[None]]
Progress = Callable[[int, int], Awaitable[None]]
"""Called with how many rows and originals are written and how many there are in all."""


class _Pieces:
    """What a zip is written into; it gives its bytes away as they come."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: bytes are taken from `waiting`."""

    def take(self) -> bytes:
        """Return what waits."""
        taken, self.waiting = bytes(self.waiting), bytearray()
        return taken


class _Zip:
    """Writes entries and remembers their checksums.

    Args:
        put: Takes the archive piece by piece.
    """

    def __init__(self, put: Put) -> None:
        self._pieces = _Pieces()
        self._zip = zipfile.ZipFile(self._pieces, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload,arg-type,unused-ignore] # it needs `write` and `flush` alone
        self._put = put
        self.entries: list[ArchiveEntry] = []

    async def add(self, name: str, content: bytes, *, packed: bool) -> None:
        """Write a whole entry."""
        await asyncio.to_thread(self._zip.writestr, _info(name, packed=packed), content)
        self.entries.append(ArchiveEntry(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest()))
        await self._hand_on()

    async def table(
        self, name: str, batches: AsyncIterator[list[bytes]], done: Callable[[int], Awaitable[None]]
    ) -> None:
        """Write lines as they come."""
        digest, size, rows = hashlib.sha256(), 0, 0
        with self._zip.open(_info(name, packed=True), "w", force_zip64=True) as entry:
            async for lines in batches:
                content = b"".join(lines)
                await asyncio.to_thread(entry.write, content)
                digest.update(content)
                size, rows = size + len(content), rows + len(lines)
                await self._hand_on()
                await done(len(lines))
        self.entries.append(ArchiveEntry(name=name, size=size, sha256=digest.hexdigest(), rows=rows))

    async def close(self, manifest: Manifest) -> None:
        """Write the manifest and the end."""
        content = orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
        self._zip.writestr(_info(MANIFEST, packed=True), content)
        self._zip.close()
        await self._put(self._pieces.take())

    async def _hand_on(self) -> None:
        if len(self._pieces.waiting) >= PART_BYTES:
            await self._put(self._pieces.take())


def _info(name: str, *, packed: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _BEGINNING)
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    return info


async def write_archive(
    database: Database, store: FileStore, organization_id: UUID, put: Put, progress: Progress
) -> dict[str, int]:
    """Write everything that an organization has.

    Args:
        database: Sessions.
        store: Where the originals lie.
        organization_id: Whose.
        put: Takes the archive piece by piece, about four MiB each.
        progress: Told as it goes on.

    Returns:
        Rows by table, and originals as `files`.

    Raises:
        DependencyError: The database or the file store does not answer.
        TamperedError: Something stored does not open.
    """
    keys = await keys_of(database, organization_id)
    archive = _Zip(put)
    done = total = 0

    async def count(more: int) -> None:
        nonlocal done
        done += more
        await progress(done, total)

    async with database.read_session(Scope(organization_id)) as session:
        source = ArchiveSource(session)
        await source.freeze()
        organization = await source.organization()
        files = await source.files()
        total = len(files) + sum([await source.count(plan.name) for plan in plans()])
        await count(0)
        users = await _users(database, source)
        await archive.add(USERS, b"".join(_line(user, {}) for user in users.values()), packed=True)
        names = {str(user_id).encode(): str(user["id"]).encode() for user_id, user in users.items()}
        for plan in plans():
            await archive.table(f"tables/{plan.name}.jsonl", _lines(source, keys, plan, names), count)
    kept = await _originals(archive, store, keys, files, count)
    await archive.close(_manifest(organization, archive.entries))
    rows = {entry.name[7:-6]: entry.rows or 0 for entry in archive.entries if entry.name.startswith("tables/")}
    return rows | {"files": kept}


async def _originals(
    archive: _Zip,
    store: FileStore,
    keys: Keys,
    files: Sequence[tuple[UUID, str, bytes]],
    done: Callable[[int], Awaitable[None]],
) -> int:
    """Write the originals, each with its id, place and wrapped key; return how many there are."""
    kept = 0
    for file_id, key, wrapped in files:
        try:
            content = await store.get(key, keys.person(wrapped, f"file:{file_id}"))
        except NotFoundError:
            continue  # its row says all that is left of it
        await archive.add(f"files/{file_id}", content, packed=False)
        kept += 1
        await done(1)
    return kept


def _manifest(organization: Organization, entries: list[ArchiveEntry]) -> Manifest:
    from talentflux.db.migrate import head  # noqa: PLC0415 -- brings Alembic, which only archives need here

    return Manifest(
        format="talentflux-archive",
        version=VERSION,
        revision=head(),
        exported_at=datetime.now(UTC),
        organization=ArchiveOrganization(id=organization.id, slug=organization.slug, name=organization.name),
        entries=entries,
    )


def archive_id(email: str) -> UUID:
    """Return the id by which an archive names an account: the same in every install.

    Args:
        email: The account's address.
    """
    return uuid5(_PEOPLE, email.strip().lower())


async def _users(database: Database, source: ArchiveSource) -> dict[UUID, dict[str, Any]]:
    """Return the accounts that rows name, by their ids here, in the order of the archive."""
    ids: set[UUID] = set()
    for plan in plans():
        for key in Base.metadata.tables[plan.name].foreign_keys:
            if key.column.table.name == "user_account" and key.parent.name not in plan.emptied:
                ids |= await source.users(plan.name, key.parent.name)
    async with database.read_session(Scope(identity=True)) as session:
        found = {}
        for row in await accounts(session, ids):
            profile = await user_service.profile_of(session, row)
            found[row.id] = {"id": archive_id(profile.email), "email": profile.email.lower(), "name": profile.name}
    return dict(sorted(found.items(), key=lambda item: str(item[1]["id"])))


async def _lines(
    source: ArchiveSource, keys: Keys, plan: TablePlan, names: Mapping[bytes, bytes]
) -> AsyncIterator[list[bytes]]:
    """Give the lines of a table in batches; `names` are ids of accounts, here and in the archive."""
    owners = {
        sealed.by: sealed.key for sealed in plan.sealed.values() if sealed.key != "organization" and sealed.by != "id"
    }
    types = Base.metadata.tables[plan.name].columns
    raw = {name for name in plan.columns if str(types[name].type) == "JSONB"}
    async for batch in source.rows(plan.name, plan.columns, plan.order, owners):
        yield await asyncio.to_thread(_encoded, keys, plan, batch, raw, names)


def _encoded(
    keys: Keys, plan: TablePlan, rows: Sequence[Mapping[str, Any]], raw: set[str], names: Mapping[bytes, bytes]
) -> list[bytes]:
    return [_line(_plain(keys, plan, row, raw), names) for row in rows]


def _plain(keys: Keys, plan: TablePlan, row: Mapping[str, Any], raw: set[str]) -> dict[str, Any]:
    """Return a row as the archive holds it."""
    plain: dict[str, Any] = {}
    for name in plan.columns:
        value = row[name]
        if name in plan.emptied:
            value = None
        elif name in plan.sealed:
            value = _open(keys, plan, name, row)
        elif plan.owned and name == "wrapped_key":
            value = value is not None
        elif name in raw and value is not None:
            value = orjson.Fragment(value)
        plain[name] = value
    return plain


def _open(keys: Keys, plan: TablePlan, name: str, row: Mapping[str, Any]) -> Any:
    sealed, value = plan.sealed[name], row[name]
    if not value:
        return None
    context = place(plan.name, name, row)
    if sealed.key == "organization":
        return _formed(sealed, keys.decrypt(value, context))
    wrapped = row["wrapped_key"] if sealed.by == "id" else row[f"key {sealed.by}"]
    if wrapped is None:
        return None  # the key was destroyed: nobody can read it any more
    return _formed(sealed, keys.person(wrapped, f"{sealed.key}:{row[sealed.by]}").decrypt(value, context))


def _formed(sealed: Sealed, plain: bytes) -> Any:
    if sealed.form == "json":
        return orjson.Fragment(plain)
    if sealed.form == "compressed_json":
        return orjson.Fragment(zlib.decompress(plain))
    return plain.decode() if sealed.form == "text" else base64.b64encode(plain).decode()


def _line(row: Mapping[str, Any], names: Mapping[bytes, bytes]) -> bytes:
    return renamed(orjson.dumps(row, default=str, option=_OPTIONS), names) + b"\n"


def renamed(line: bytes, names: Mapping[bytes, bytes]) -> bytes:
    """Return a line with other ids of accounts, wherever they stand.

    Args:
        line: JSON.
        names: Ids as they are and as they shall be.
    """
    if not names:
        return line
    return re.sub(b"|".join(map(re.escape, names)), lambda found: names[found[0]], line)
