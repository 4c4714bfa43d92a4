"""SQL of wrapped keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.database import AnySession
from talentflux.core.keyring import KeyPurpose, StoredKey
from talentflux.db.plain_rows import PLAIN
from talentflux.models.encryption import OrganizationKey, PlatformKey
from talentflux.models.organization import Organization

TENANT_TABLES: Final = ("candidate", "file", "data_export", "data_import")
"""Tables whose `wrapped_key` is wrapped by the organization's key, for the place `<table>:<id>`."""

PLATFORM_TABLES: Final = ("user_account",)
"""Tables whose `wrapped_key` is wrapped by the platform's key, likewise."""

# The second and third byte of a wrapped key are the version that wrapped it.
_VERSION: Final = "(get_byte(wrapped_key, 1) * 256 + get_byte(wrapped_key, 2))"
_ROTATION_LOCK: Final = 7_218_340_916  # any number; the same in every process that rotates


class EncryptionRepository:
    """The wrapped keys of one owner.

    Args:
        session: The transaction.
        owner: The organization, which must be the scope's; None for the platform.
    """

    def __init__(self, session: AnySession, owner: UUID | None) -> None:
        self._session = session
        self._model = PlatformKey if owner is None else OrganizationKey
        self._owner = {} if owner is None else {"organization_id": owner}
        self._mine = literal(value=True) if owner is None else OrganizationKey.organization_id == owner

    async def stored(self) -> tuple[list[StoredKey], datetime | None]:
        """Return all versions and the database's time; None for the time where there are none."""
        model = self._model
        statement = select(
            model.purpose, model.version, model.wrapped, model.master_key_id, model.usable_at, func.clock_timestamp()
        ).where(self._mine)
        rows = (await self._session.execute(statement.order_by(model.version))).all()
        return [StoredKey(*row[:5]) for row in rows], rows[0][5] if rows else None

    async def add(
        self,
        wrapped: Mapping[tuple[KeyPurpose, int], bytes],
        master_key_id: str,
        usable_after: timedelta = timedelta(0),
    ) -> None:
        """Insert wrapped keys by purpose and version; those that are there stay.

        Args:
            wrapped: The keys.
            master_key_id: The master key that wrapped them.
            usable_after: How long from now on nothing is written with them.
        """
        usable_at = func.clock_timestamp() + usable_after if usable_after else func.now()
        rows = [
            {
                **self._owner,
                "purpose": purpose,
                "version": version,
                "wrapped": key,
                "master_key_id": master_key_id,
                "usable_at": usable_at,
            }
            for (purpose, version), key in sorted(wrapped.items())
        ]
        await self._session.execute(insert(self._model).values(rows).on_conflict_do_nothing())

    async def lock(self) -> None:
        """Let nobody else rotate keys until the transaction ends."""
        await self._session.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _ROTATION_LOCK})

    async def rotating(self) -> int | None:
        """Return the version of a rotation that has begun and not ended, if any."""
        model = self._model
        statement = select(func.max(model.version), func.count()).where(
            self._mine, model.purpose == "data", model.retired_at.is_(None)
        )
        newest, living = (await self._session.execute(statement)).one()
        return int(newest) if living > 1 else None

    async def retire_before(self, version: int) -> None:
        """Write down that nothing is wrapped any more with the versions before one; they go on decrypting."""
        model = self._model
        former = update(model).where(
            self._mine, model.purpose == "data", model.version < version, model.retired_at.is_(None)
        )
        await self._session.execute(former.values(retired_at=func.now()))

    async def seconds_until_usable(self, version: int) -> float:
        """Return how long nothing is written with a version yet."""
        model = self._model
        left = func.extract("epoch", model.usable_at - func.clock_timestamp())
        statement = select(left).where(self._mine, model.purpose == "data", model.version == version)
        return max(0.0, float((await self._session.execute(statement)).scalar_one()))

    async def rewrapped(self, stored: StoredKey, wrapped: bytes, master_key_id: str) -> None:
        """Replace a key by itself, wrapped under another master key."""
        model = self._model
        row = update(model).where(self._mine, model.purpose == stored.purpose, model.version == stored.version)
        await self._session.execute(row.values(wrapped=wrapped, master_key_id=master_key_id))


class WrappedRowRepository:
    """Rows of one table that have the wrapped key of a person.

    Args:
        session: A transaction whose scope sees the owner's rows.
        table: One of `TENANT_TABLES` or `PLATFORM_TABLES`.
    """

    def __init__(self, session: AnySession, table: str) -> None:
        self._session = session
        self._table = sql.Identifier(table)

    async def count(self, version: int) -> int:
        """Return how many keys are wrapped by an older version."""
        row = await self._run("select count(*) from {table} where wrapped_key is not null and {version} < %s", version)
        return int(row[0][0])

    async def take(self, version: int, most: int) -> list[tuple[UUID, bytes]]:
        """Return keys that are wrapped by an older version, kept from others; those that others hold are left out."""
        query = (
            "select id, wrapped_key from {table} where wrapped_key is not null and {version} < %s "
            "limit %s for no key update skip locked"
        )
        return [(row[0], row[1]) for row in await self._run(query, version, most)]

    async def put(self, rows: Sequence[tuple[UUID, bytes]]) -> None:
        """Store keys that were wrapped anew; the rows keep their time of change."""
        await self._run("select set_config('app.rewrapping', 'on', true)")
        query = (
            "update {table} set wrapped_key = given.wrapped_key "
            "from unnest(%s::uuid[], %s::bytea[]) as given (id, wrapped_key) where {table}.id = given.id returning 1"
        )
        await self._run(query, [row[0] for row in rows], [row[1] for row in rows])

    async def _run(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        composed = sql.SQL(query).format(table=self._table, version=sql.SQL(_VERSION))
        driver = await self._session.driver()
        async with driver.cursor(binary=True) as cursor:
            await cursor.execute(composed, values)
            return await cursor.fetchall()


async def organization_ids(session: AnySession) -> list[UUID]:
    """Return all organizations, deleted ones too.

    Args:
        session: A transaction that finds out who somebody is.
    """
    return list(await session.scalars(select(Organization.id).order_by(Organization.id)))


class PlainRowRepository:
    """Rows of one organization that a version before encryption wrote, and the statements that encrypt them.

    Args:
        session: A transaction of the organization.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session
        self._organization_id = session.scope.organization_id

    async def count(self) -> int:
        """Return how many rows are to be encrypted."""
        counts = " + ".join(
            f"(select count(*) from {table} where organization_id = %(organization_id)s and {condition})"  # noqa: S608 -- constants
            for table, condition in PLAIN.items()
        )
        return int((await self.run(f"select {counts} as rows"))[0]["rows"])

    async def keep_times(self) -> None:
        """Let the rows of this transaction keep their time of change: what others read of them stays the same."""
        await self.run("select set_config('app.rewrapping', 'on', true)")

    async def run(self, query: LiteralString, **values: object) -> list[dict[str, Any]]:
        """Run a statement with the organization's id and other values by name; return the rows that it gives."""
        driver = await self._session.driver()
        async with driver.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(query, {"organization_id": self._organization_id, **values})
            return await cursor.fetchall() if cursor.description else []

    async def set_json(self, table: str, column: str, row_id: UUID, value: str) -> None:
        """Replace a JSONB value of one row.

        Args:
            table: Of the row.
            column: Of the table.
            row_id: Which row.
            value: JSON text.
        """
        query = sql.SQL("update {table} set {column} = %s::jsonb where organization_id = %s and id = %s")
        driver = await self._session.driver()
        composed = query.format(table=sql.Identifier(table), column=sql.Identifier(column))
        await driver.execute(composed, [value, self._organization_id, row_id])
