"""SQL of imports: their batches, and people looked up and written many at a time."""

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import delete, func, select, text, update

from talentflux.models import CandidateNameToken, DataImport, DataImportBatch, Requisition
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant, optional
from talentflux.schemas.data_import import BatchPhase, ImportQuery, Verdict
from talentflux.schemas.page import RowPage

_LIST: Final = ListQuery(
    select(
        DataImport.id,
        DataImport.kind,
        DataImport.status,
        DataImport.requisition_id,
        DataImport.total,
        DataImport.processed,
        DataImport.counts,
        DataImport.created_at,
        DataImport.updated_at,
        DataImport.expires_at,
    )
    .where(*of_tenant(DataImport), optional(DataImport.kind, "kind"), newest_first(DataImport)[0])
    .order_by(newest_first(DataImport)[1]),
    {"id": LAST_ID},
)
# Whoever enters many people at once does so alone in an organization: two who each hold a key that the other wants
# would wait for each other. The number is any; the same everywhere.
_ALONE: Final = text("select pg_advisory_xact_lock(hashtextextended(:organization, 7218340917))")
_KNOWN: Final = b"""
select id, wrapped_key, profile, external_id, email_index, phone_index from candidate
where organization_id = %(organization_id)s and id in (
    select id from candidate
    where organization_id = %(organization_id)s and deleted_at is null and email_index = any(%(emails)b::bytea[])
    union all
    select id from candidate
    where organization_id = %(organization_id)s and deleted_at is null and external_id = any(%(ids)s::text[])
    union all
    select id from candidate
    where organization_id = %(organization_id)s and deleted_at is null and phone_index = any(%(phones)b::bytea[])
) order by id"""
_TYPES: Final = {
    "id": "uuid",
    "wrapped_key": "bytea",
    "profile": "bytea",
    "email_index": "bytea",
    "phone_index": "bytea",
    "external_id": "text",
    "source_id": "uuid",
}


class DataImportRepository(TenantRepository[DataImport]):
    """Imports of the organization."""

    model = DataImport

    async def page(self, asked: ImportQuery) -> RowPage:
        """Read a page of imports, the newest first."""
        return await _LIST.asked(self.session, asked, kind=asked.kind.value if asked.kind else None)

    async def add_batches(self, batches: Sequence[DataImportBatch]) -> None:
        """Insert the batches of an import."""
        for batch in batches:
            batch.organization_id = self.organization_id
        self.session.add_all(batches)
        await self.session.flush()

    async def batch_numbers(self, import_id: UUID, *, undone: bool = False) -> list[int]:
        """Return the numbers of an import's batches in order.

        Args:
            import_id: Whose.
            undone: Only those whose rows have not been taken.
        """
        statement = select(DataImportBatch.number).where(*self._of(import_id)).order_by(DataImportBatch.number)
        if undone:
            statement = statement.where(DataImportBatch.phase != BatchPhase.DONE)
        return list(await self.session.scalars(statement))

    async def batch(self, import_id: UUID, number: int, *, lock: bool = False) -> DataImportBatch | None:
        """Return one batch.

        Args:
            import_id: Whose.
            number: Which.
            lock: Keep others from changing it until the transaction ends.
        """
        statement = select(DataImportBatch).where(*self._of(import_id), DataImportBatch.number == number)
        return await self.session.scalar(statement.with_for_update() if lock else statement)

    async def refused(self, import_id: UUID, most: int) -> list[dict[str, Any]]:
        """Return the first verdicts that say that a row was not taken."""
        query = text(
            "select v from data_import_batch b, jsonb_array_elements(b.verdicts) v "
            "where b.organization_id = :organization and b.data_import_id = :import and v ->> 'verdict' = :error "
            "order by b.number, (v ->> 'row')::integer limit :most"
        )
        values = {"organization": self.organization_id, "import": import_id, "error": Verdict.ERROR, "most": most}
        return list(await self.session.scalars(query, values))

    async def tally(self, import_id: UUID, phases: Collection[BatchPhase]) -> tuple[int, dict[str, int]]:
        """Return how many rows batches of these phases have, and how many of them came to which verdict."""
        batches = select(func.coalesce(func.sum(DataImportBatch.size), 0)).where(
            *self._of(import_id), DataImportBatch.phase.in_(phases)
        )
        query = text(
            "select v ->> 'verdict', count(*) from data_import_batch b, jsonb_array_elements(b.verdicts) v "
            "where b.organization_id = :organization and b.data_import_id = :import and b.phase = any(:phases) "
            "group by 1"
        )
        values = {"organization": self.organization_id, "import": import_id, "phases": list(phases)}
        counts = {row[0]: row[1] for row in await self.session.execute(query, values)}
        return int((await self.session.execute(batches)).scalar_one()), counts

    async def forget_checks(self, import_id: UUID) -> None:
        """Let rows that were only checked wait again."""
        change = update(DataImportBatch).where(*self._of(import_id), DataImportBatch.phase == BatchPhase.CHECKED)
        await self.session.execute(change.values(phase=BatchPhase.WAITING, verdicts=[]))

    async def forget_rows(self, import_id: UUID) -> None:
        """Delete the batches of an import with all that they hold."""
        await self.session.execute(delete(DataImportBatch).where(*self._of(import_id)))

    async def alone(self) -> None:
        """Let nobody else enter many people into this organization until the transaction ends."""
        await self.session.execute(_ALONE, {"organization": str(self.organization_id)})

    async def people(
        self, emails: Collection[bytes], external_ids: Collection[str], phones: Collection[bytes], *, lock: bool
    ) -> list[dict[str, Any]]:
        """Return candidates who have one of these addresses, external ids or telephone numbers.

        Args:
            emails: Blind indexes.
            external_ids: As they are.
            phones: Blind indexes.
            lock: Keep others from changing them until the transaction ends.
        """
        values = {
            "organization_id": self.organization_id,
            "emails": list(emails),
            "ids": list(external_ids),
            "phones": list(phones),
        }
        driver = await self.session.driver()
        async with driver.cursor(row_factory=dict_row, binary=True) as rows:
            await rows.execute(_KNOWN + b" for no key update" if lock else _KNOWN, values)
            return await rows.fetchall()

    async def insert_people(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert candidates in one statement."""
        names = [name for name in _TYPES if any(row.get(name) is not None for row in rows)]
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        arrays = sql.SQL(", ").join(sql.SQL(f"%b::{_TYPES[name]}[]") for name in names)
        query = sql.SQL("insert into candidate (organization_id, {}) select %s, p.* from unnest({}) p")
        await self._execute(
            query.format(columns, arrays), [self.organization_id, *([row.get(n) for row in rows] for n in names)]
        )

    async def update_people(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Give candidates other personal fields and external ids, in one statement."""
        names = ["profile", "email_index", "phone_index", "external_id"]
        sets = sql.SQL(", ").join(sql.SQL("{0} = p.{0}").format(sql.Identifier(name)) for name in names)
        arrays = sql.SQL(", ").join(sql.SQL(f"%b::{_TYPES[name]}[]") for name in ("id", *names))
        query = sql.SQL(
            "update candidate set {} from unnest({}) p (id, {}) "
            "where candidate.organization_id = %s and candidate.id = p.id"
        ).format(sets, arrays, sql.SQL(", ").join(map(sql.Identifier, names)))
        await self._execute(query, [*([row[n] for row in rows] for n in ("id", *names)), self.organization_id])

    async def set_tokens(self, tokens: Mapping[UUID, Sequence[bytes]], *, fresh: bool) -> None:
        """Let candidates be found under these tokens and no others.

        Args:
            tokens: By candidate.
            fresh: They were just made and have none.
        """
        if not fresh:
            mine = CandidateNameToken.organization_id == self.organization_id
            await self.session.execute(
                delete(CandidateNameToken).where(mine, CandidateNameToken.candidate_id.in_(list(tokens)))
            )
        # In the order of the index: pages are touched one after the other.
        pairs = sorted(((token, owner) for owner, own in tokens.items() for token in own), key=itemgetter(0))
        query = sql.SQL(
            "insert into candidate_name_token (organization_id, token, candidate_id) "
            "select %s, t.* from unnest(%b::bytea[], %b::uuid[]) t"
        )
        await self._execute(query, [self.organization_id, [pair[0] for pair in pairs], [pair[1] for pair in pairs]])

    async def requisitions(self, ids: Collection[UUID], external_ids: Collection[str]) -> dict[UUID | str, UUID]:
        """Return requisitions by their ids and by their external ids."""
        statement = select(Requisition.id, Requisition.external_id).where(
            Requisition.organization_id == self.organization_id,
            Requisition.deleted_at.is_(None),
            Requisition.id.in_(list(ids)) | Requisition.external_id.in_(list(external_ids)),
        )
        found: dict[UUID | str, UUID] = {}
        for row_id, external_id in await self.session.execute(statement):
            found[row_id] = row_id
            if external_id is not None:
                found[external_id] = row_id
        return found

    def _of(self, import_id: UUID) -> tuple[Any, Any]:
        return DataImportBatch.organization_id == self.organization_id, DataImportBatch.data_import_id == import_id

    async def _execute(self, query: sql.Composed | sql.SQL, values: Sequence[object]) -> None:
        driver = await self.session.driver()
        async with driver.cursor(binary=True) as cursor:
            await cursor.execute(query, values)
