"""What goes over from one candidate to another in a merge, and back: rows, and what is sealed for the person."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table

from talentflux.core.crypto import Cipher
from talentflux.core.database import WriteSession
from talentflux.models import Application
from talentflux.repositories.candidate_merge_repository import CandidateMergeRepository, moving_tables
from talentflux.schemas.application import Stage
from talentflux.services.sealed_columns import SEALED, place

_FURTHER: Final = [Stage.REJECTED, Stage.APPLIED, Stage.SCREEN, Stage.INTERVIEW, Stage.OFFER, Stage.HIRED]
"""Stages in the order in which an application goes on; one that ended is behind all that go on."""
Moved = dict[str, list[str]]


async def move_all(
    session: WriteSession, candidate_id: UUID, other_id: UUID, ciphers: tuple[Cipher, Cipher]
) -> tuple[Moved, list[str]]:
    """Let all that belongs to one candidate belong to another.

    Of two applications to one requisition the further one goes on; the other is hidden.

    Args:
        session: A transaction that sees all requisitions.
        candidate_id: To whom.
        other_id: Whose it is.
        ciphers: Of both, in this order.

    Returns:
        The ids of the rows that went over, by table, and those of the applications that were hidden.
    """
    repository = CandidateMergeRepository(session)
    hidden, staying = [], []
    for mine, theirs in await repository.same_applications(candidate_id, other_id):
        if _rank(theirs) > _rank(mine):
            hidden.append(mine.id)
        else:
            hidden.append(theirs.id)
            staying.append(theirs.id)
    await repository.hide_applications(hidden, await repository.now())
    moved: Moved = {}
    for name, table in moving_tables().items():
        rows = await repository.going(table, candidate_id, other_id, _sealed(name), staying)
        if rows:
            await _give(repository, table, candidate_id, rows, (ciphers[1], ciphers[0]))
            moved[name] = [str(row["id"]) for row in rows]
    return moved, [str(row_id) for row_id in hidden]


async def move_back(
    session: WriteSession,
    candidate_id: UUID,
    other_id: UUID,
    ciphers: tuple[Cipher, Cipher],
    moved: Mapping[str, Sequence[str]],
) -> None:
    """Let rows that went over belong to whom they belonged before; those that are gone by now stay gone.

    Args:
        session: A transaction that sees all requisitions.
        candidate_id: Who has them.
        other_id: To whom.
        ciphers: Of both, in this order.
        moved: As `move_all` returned them.
    """
    repository = CandidateMergeRepository(session)
    tables = moving_tables()
    for name, ids in moved.items():
        if name in tables:
            row_ids = [UUID(row_id) for row_id in ids]
            rows = await repository.coming_back(tables[name], candidate_id, row_ids, _sealed(name))
            await _give(repository, tables[name], other_id, rows, ciphers)


async def _give(
    repository: CandidateMergeRepository,
    table: Table,
    candidate_id: UUID,
    rows: Sequence[dict[str, Any]],
    ciphers: tuple[Cipher, Cipher],
) -> None:
    """Seal rows anew and let them belong to a candidate.

    Args:
        repository: Of the transaction.
        table: Whose rows.
        candidate_id: To whom.
        rows: With their sealed columns.
        ciphers: From which, and under which.
    """
    before, after = ciphers
    for row in rows:
        for column in _sealed(table.name):
            if row[column] is not None:
                context = place(table.name, column, row)
                row[column] = after.encrypt(before.decrypt(row[column], context), context)
    await repository.give(table, candidate_id, rows)


def _sealed(table: str) -> list[str]:
    """Return the columns of a table that are under the key of the candidate whom its rows name."""
    return [
        name
        for name, sealed in SEALED.get(table, {}).items()
        if (sealed.key, sealed.by) == ("candidate", "candidate_id")
    ]


def _rank(application: Application) -> tuple[int, int]:
    """Return how far an application has come; of equal ones the older is further."""
    return _FURTHER.index(Stage(application.stage)), -application.id.int
