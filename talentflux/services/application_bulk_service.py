"""One thing done to many applications: shown first, then done piece by piece, each exactly once.

A piece is done in the transaction that counts it, so a worker that is killed leaves a piece undone or done, never in
between. What may not be done is reported; the rest goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast
from uuid import UUID

import orjson

from talentflux.core.database import AnySession, Database, Scope, WriteSession
from talentflux.core.errors import NotFoundError, TalentFluxError
from talentflux.core.permissions import RequisitionLevel
from talentflux.core.queue import enqueue
from talentflux.models import Application, ApplicationBulk
from talentflux.repositories.application_bulk_repository import ApplicationBulkRepository
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.repositories.reject_reason_repository import RejectReasonRepository
from talentflux.schemas.application_action import ActionPurpose
from talentflux.schemas.application_bulk import BulkAction, BulkItem, BulkPreview, BulkRequest
from talentflux.schemas.task import TaskError, TaskKind, TaskRead
from talentflux.services import (
    application_action_service,
    application_flow,
    application_moves,
    application_service,
    audit_service,
    tag_service,
    task_service,
)
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

BULK_TASK: Final = "application.bulk"
PIECE: Final = 50
_MISSING: Final = ("not_found", "There is no application with this id, or you do not see it.")
_Refusals = dict[UUID, tuple[str, str]]


async def preview(session: WriteSession, given: BulkRequest) -> BulkPreview:
    """Say what would happen to each application; nothing does.

    Args:
        session: The transaction.
        given: What is to be done.

    Raises:
        NotFoundError: There is no such reason to reject.
    """
    await _check(session, given)
    seen = await ApplicationRepository(session).seen(given.application_ids)
    refused = await _refusals(session, given, given.application_ids, seen)
    items = [
        BulkItem(
            application_id=application_id,
            allowed=application_id not in refused,
            reason=refused[application_id][0] if application_id in refused else None,
            detail=refused[application_id][1] if application_id in refused else None,
        )
        for application_id in given.application_ids
    ]
    return BulkPreview(action=given.action, allowed=len(items) - len(refused), refused=len(refused), items=items)


async def start(session: WriteSession, given: BulkRequest) -> TaskRead:
    """Let a worker do it.

    Args:
        session: The transaction.
        given: What is to be done to which applications.

    Returns:
        The task that says how far it has come and what was refused.

    Raises:
        NotFoundError: There is no such reason to reject.
    """
    await _check(session, given)
    task = await task_service.create(session, TaskKind.APPLICATION_BULK, total=len(given.application_ids))
    keys, row_id = await organization_keys(session), new_id()
    content = given.model_dump(mode="json", exclude={"application_ids"}, exclude_none=True)
    await ApplicationBulkRepository(session).add(
        ApplicationBulk(
            id=row_id,
            task_id=task.id,
            action=given.action,
            level=session.scope.requisitions,
            application_ids=given.application_ids,
            content=keys.encrypt(orjson.dumps(content), _context(row_id)),
        )
    )
    await enqueue(session, BULK_TASK, bulk_id=row_id)
    audit_service.record(
        session, "application.bulk", "task", task.id,
        after={"action": str(given.action), "applications": len(given.application_ids)},
    )  # fmt: skip
    return await task_service.read(session, task)


async def run(database: Database, scope: Scope, bulk_id: UUID) -> None:
    """Do bulk work to its end.

    Args:
        database: Opens the transactions.
        scope: Of whoever asked for it.
        bulk_id: Which.
    """
    async with database.read_session(scope) as session:
        level = (await ApplicationBulkRepository(session).get(bulk_id)).level
    # They see now what they saw when they asked: never more.
    scope = replace(scope, requisitions=cast("RequisitionLevel", level))
    more = True
    while more:
        async with database.write_session(scope) as session:
            more = await step(session, bulk_id)


async def step(session: WriteSession, bulk_id: UUID) -> bool:
    """Do the next piece; return whether there is another.

    Args:
        session: A transaction of its own, in the scope of whoever asked.
        bulk_id: Of which work.
    """
    repository = ApplicationBulkRepository(session)
    row = await repository.get(bulk_id, lock=True)
    piece = row.application_ids[row.processed : row.processed + PIECE]
    keys = await organization_keys(session)
    content = orjson.loads(keys.decrypt(row.content, _context(row.id)))
    given = BulkRequest.model_validate(content | {"application_ids": piece}) if piece else None
    refused: _Refusals = {}
    if given is not None:
        seen = await repository.locked(piece)
        refused = await _refusals(session, given, piece, seen)
        refused |= await _apply(session, given, [seen[each] for each in piece if each not in refused])
    row.processed += len(piece)
    await _report(session, row, refused)
    return row.processed < len(row.application_ids)


async def give_up(session: WriteSession, bulk_id: UUID) -> None:
    """Say that the rest cannot be done.

    Args:
        session: The transaction.
        bulk_id: Of which work.
    """
    row = await ApplicationBulkRepository(session).get(bulk_id)
    task = await task_service.lock(session, row.task_id)
    detail = "The rest could not be done after several attempts. The log says why; ask for it again."
    error = TaskError(file=None, reason="internal", detail=detail)
    await task_service.report(session, task, processed=row.processed, errors=[error], failed=True)
    await session.flush()


async def _report(session: WriteSession, row: ApplicationBulk, refused: _Refusals) -> None:
    task = await task_service.lock(session, row.task_id)
    errors = [
        TaskError(file=None, application_id=application_id, reason=reason, detail=detail)
        for application_id, (reason, detail) in refused.items()
    ]
    counts = task.result or {"done": 0, "refused": 0}
    done = row.processed - counts["done"] - counts["refused"] - len(refused)
    task.result = {"done": counts["done"] + done, "refused": counts["refused"] + len(refused)}
    await task_service.report(session, task, processed=row.processed, errors=errors)
    await session.flush()


async def _check(session: AnySession, given: BulkRequest) -> None:
    if given.reject is not None and given.reject.reject_reason_id is not None:
        await RejectReasonRepository(session).get(given.reject.reject_reason_id)


async def _refusals(
    session: WriteSession, given: BulkRequest, application_ids: Sequence[UUID], seen: Mapping[UUID, Application]
) -> _Refusals:
    """Return what may not be done, with the reason, as far as it can be known before."""
    refused: _Refusals = {each: _MISSING for each in application_ids if each not in seen}
    if given.action is BulkAction.EMAIL:
        reachable = await ApplicationBulkRepository(session).reachable([row.candidate_id for row in seen.values()])
        for row in seen.values():
            allowed, address = reachable.get(row.candidate_id, (False, False))
            if not allowed:
                refused[row.id] = ("do_not_contact", "The candidate asked for no e-mails.")
            elif not address:
                refused[row.id] = ("no_address", "No e-mail address of the candidate is known.")
    for row in seen.values():
        try:
            await _check_move(session, given, row)
        except TalentFluxError as error:
            refused[row.id] = (error.code, error.detail)
    return refused


async def _check_move(session: WriteSession, given: BulkRequest, row: Application) -> None:
    if given.reject is not None:
        application_flow.check_active(row)
    elif given.move is not None:
        known = session.info.setdefault("talentflux bulk targets", {})
        if row.requisition_id not in known:
            known[row.requisition_id] = await _target(session, given, row)
        target = known[row.requisition_id]
        if isinstance(target, TalentFluxError):
            raise target
        if target != row.stage_id:
            application_flow.check_active(row)


async def _target(session: WriteSession, given: BulkRequest, row: Application) -> UUID | TalentFluxError:
    assert given.move is not None
    try:
        stage = await application_service.target_of(session, row.requisition_id, given.move.stage, given.move.stage_id)
    except TalentFluxError as error:
        return error
    assert stage is not None
    return stage.id


async def _apply(session: WriteSession, given: BulkRequest, rows: Sequence[Application]) -> _Refusals:
    """Do a piece; return what turned out to be impossible."""
    if given.tag is not None:
        try:
            await tag_service.add(session, sorted({row.candidate_id for row in rows}), given.tag)
        except NotFoundError as error:
            return {row.id: (error.code, error.detail) for row in rows}
        return {}
    refused: _Refusals = {}
    # A hire locks the requisition: two works that take requisitions in turns would wait for each other.
    for row in sorted(rows, key=lambda each: each.requisition_id):
        row_id = row.id
        try:
            async with session.begin_nested():
                await _do(session, given, row)
        except TalentFluxError as error:
            refused[row_id] = (error.code, error.detail)
    return refused


async def _do(session: WriteSession, given: BulkRequest, row: Application) -> None:
    if given.move is not None:
        await application_service.move(session, row, given.move.stage, given.move.stage_id)
    elif given.reject is not None:
        await application_moves.reject_row(session, row, given.reject)
    elif given.email is not None:
        await application_action_service.schedule(session, row, given.email.model_dump(), purpose=ActionPurpose.MESSAGE)
    await session.flush()


def _context(row_id: UUID) -> str:
    return f"application_bulk.content:{row_id}"
