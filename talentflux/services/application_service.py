"""Applications: candidate × requisition, with a stage."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError, TalentFluxError
from talentflux.models import Application, PipelineStage
from talentflux.repositories.application_action_repository import ApplicationActionRepository
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.schemas.application import (
    ApplicationCreate,
    ApplicationDetail,
    ApplicationQuery,
    ApplicationUpdate,
    ChangeCause,
    FormerHire,
    Origin,
    Stage,
)
from talentflux.schemas.custom_field import FieldResource
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import (
    answer_clock,
    application_action_service,
    application_flow,
    application_screening_service,
    audit_service,
    candidate_cipher,
    candidate_profile,
    custom_field_service,
    event_service,
    pipeline_service,
    requisition_service,
    source_service,
)
from talentflux.services.encryption_service import organization_keys
from talentflux.services.pipeline_service import Course
from talentflux.utils.fractional_order import between, place_of
from talentflux.utils.ids import id_of_time, new_id

_COURSES: Final = "talentflux courses"  # in `session.info`: the stages of requisitions that many apply to at once
CAUSES: Final = {Stage.HIRED: ChangeCause.HIRED, Stage.REJECTED: ChangeCause.REJECTED}
"""What a move to a stage of a kind is; all others are moves."""


async def page(session: AnySession, asked: ApplicationQuery) -> RowPage:
    """Read a page of applications. Of what was deleted, a follower is not told whose it was.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    found = await ApplicationRepository(session).page(asked)
    candidate_profile.name_rows(await organization_keys(session), found.items)
    if asked.updated_since is not None:
        for row in found.items:
            if row["deleted_at"] is not None:
                row["candidate_name"] = None
    shown = {"applications": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "application.list", "application", None, details=shown)
    return found


async def get(session: AnySession, application_id: UUID) -> ApplicationDetail:
    """Return an application.

    Raises:
        NotFoundError: There is none in this organization.
    """
    application = await ApplicationRepository(session).get(application_id)
    await audit_service.viewed(session, "application.view", "application", application_id)
    return await read(session, application)


async def history(session: AnySession, application_id: UUID, limit: int, cursor: str | None) -> RowPage:
    """Read a page of an application's steps, the first one first.

    Raises:
        NotFoundError: There is none in this organization.
    """
    repository = ApplicationRepository(session)
    await repository.get(application_id)
    return await repository.history(application_id, limit, cursor)


async def create(session: WriteSession, given: ApplicationCreate) -> ApplicationDetail:
    """Let a candidate apply, because a recruiter says so.

    Args:
        session: The transaction.
        given: Who, to what, and where they came from.

    Raises:
        NotFoundError: There is no such requisition, candidate, resume, source or stage.
        ConflictError: The requisition is not open, or the candidate has applied before.
    """
    await requisition_service.require_open(session, given.requisition_id, lock=True)
    repository = ApplicationRepository(session)
    if not await repository.has_candidate(given.candidate_id):
        raise NotFoundError("There is no candidate with this id.")
    resume_id = await repository.resume_of(given.candidate_id, given.resume_id)
    if given.resume_id is not None and resume_id is None:
        raise NotFoundError("There is no resume of this candidate with this id.")
    if given.source_id is not None:
        await source_service.check(session, given.source_id)
    application_id = await ensure(
        session, given.requisition_id, given.candidate_id, resume_id, origin=Origin.RECRUITER,
        source_id=given.source_id, external_id=given.external_id, stage_id=given.stage_id,
        do_not_screen=given.do_not_screen,
    )  # fmt: skip
    if application_id is None:
        raise await _known(repository, given)
    return await read(session, await repository.get(application_id))


async def _known(repository: ApplicationRepository, given: ApplicationCreate) -> ConflictError:
    known = await repository.of_pair(given.requisition_id, given.candidate_id)
    if known is None:
        return ConflictError("Another application has this external id.", fields={"body.external_id": "is taken"})
    return ConflictError(
        f"This candidate has applied to this requisition: application {known.id}, which is {known.status}.",
        code="application_exists",
        headers={"Location": f"/api/v1/applications/{known.id}"},
    )


async def ensure(  # noqa: PLR0913 -- what an application begins with; all but four by name
    session: WriteSession,
    requisition_id: UUID,
    candidate_id: UUID,
    resume_id: UUID | None,
    *,
    origin: Origin | str = Origin.RESUME_UPLOAD,
    source_id: UUID | None = None,
    job_id: UUID | None = None,
    external_id: str | None = None,
    stage_id: UUID | None = None,
    created_at: datetime | None = None,
    do_not_screen: bool = False,
    transferred_from_id: UUID | None = None,
) -> UUID | None:
    """Let a candidate apply; the one way in for all applications. Whether the requisition is open, the caller asks.

    Args:
        session: The transaction.
        requisition_id: To what.
        candidate_id: Who.
        resume_id: With which version of their resume.
        origin: How it comes in. What is imported starts no automation.
        source_id: Where they came from.
        job_id: The posting that they saw.
        external_id: Its id elsewhere; what is known under it already is not entered again.
        stage_id: Where it begins; by default the first stage of the kind applied.
        created_at: When they applied; by default now.
        do_not_screen: They asked for no automated screening.
        transferred_from_id: The application that it goes on from.

    Returns:
        The new application; None where they have applied before, or the external id is known.

    Raises:
        NotFoundError: There is no such stage in the requisition's pipeline.
    """
    stage = await _first_stage(session, requisition_id, stage_id)
    row_id = new_id() if created_at is None else id_of_time(created_at)
    row = Application(
        id=row_id, organization_id=session.scope.organization_id, requisition_id=requisition_id,
        candidate_id=candidate_id, resume_id=resume_id, stage=stage.kind, stage_id=stage.id,
        position=place_of(row_id), origin=str(origin), source_id=source_id, job_id=job_id, external_id=external_id,
        do_not_screen=do_not_screen, transferred_from_id=transferred_from_id,
        created_at=created_at or datetime.now(UTC),
    )  # fmt: skip
    return row_id if await _enter(session, row, stage, origin) else None


async def _first_stage(session: WriteSession, requisition_id: UUID, stage_id: UUID | None) -> PipelineStage:
    """Return where an application begins, held until the transaction ends."""
    try:
        course = await _course(session, requisition_id)
        stage = course.first(Stage.APPLIED) if stage_id is None else course.find(stage_id)
        await application_flow.hold(session, stage)
    except TalentFluxError:  # what is undone now may have been what held the pipeline
        session.info.pop(_COURSES, None)
        raise
    return stage


async def _enter(session: WriteSession, row: Application, stage: PipelineStage, origin: Origin | str) -> bool:
    """Write a new application down, unless it is known."""
    repository = ApplicationRepository(session)
    application_flow.stamp(row, stage, row.created_at)
    if stage.kind == Stage.INTERVIEW:
        row.answer_due_at = answer_clock.due_at(await repository.places(row.requisition_id), row.created_at)
    if not await repository.insert(_columns(row)):
        return False
    await _made(session, row, origin)
    return True


async def _made(session: WriteSession, row: Application, origin: Origin | str) -> None:
    """Tell of a new application and start what begins with it."""
    named = ("resume_id", "source_id", "job_id", "transferred_from_id")
    data = {"origin": str(origin)} | {name: value for name in named if (value := getattr(row, name)) is not None}
    await application_flow.note(session, row, ChangeCause.CREATED, data=data)
    if origin != Origin.IMPORT:
        await application_action_service.automate(session, row)
    if row.stage_due_at is not None:
        await application_action_service.schedule_sweep(session)
    application_screening_service.request(session, row.id)


async def update(
    session: WriteSession, application_id: UUID, changes: ApplicationUpdate, versions: Versions = ANY_VERSION
) -> ApplicationDetail:
    """Move an application, or change what is kept about it. Only a person moves it: no score leads here.

    Args:
        session: The transaction.
        application_id: Which.
        changes: What was given; the rest stays.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization; or no such stage in its pipeline.
        PreconditionFailedError: It has another version.
        ConflictError: It is closed and has to be reopened first.
        InvalidInputError: A value does not fit, or the place is in another column.
    """
    repository = ApplicationRepository(session)
    application = await repository.get(application_id, lock=True, versions=versions)
    if changes.stage is not None or changes.stage_id is not None:
        await move(session, application, changes.stage, changes.stage_id)
    kept = await _keep(session, application, changes)
    if kept:
        await session.flush()
        names = sorted(kept)
        audit_service.record(session, "application.update", "application", application_id, after={"fields": names})
        event_service.emit(
            session, "application.updated", application_id=application_id, candidate_id=application.candidate_id,
            requisition_id=application.requisition_id, data={"fields": names},
        )  # fmt: skip
    return await read(session, application)


async def move(session: WriteSession, application: Application, stage: Stage | None, stage_id: UUID | None) -> None:
    """Put a locked application into another stage; where it stands there already, nothing happens.

    Args:
        session: The transaction.
        application: Which.
        stage: To the first stage of this kind.
        stage_id: To this stage.

    Raises:
        NotFoundError: There is no such stage in its pipeline.
        ConflictError: It is closed, or its pipeline has no stage of the kind.
    """
    target = await target_of(session, application.requisition_id, stage, stage_id)
    assert target is not None
    if target.id == application.stage_id:
        return
    application_flow.check_active(application)
    cause = CAUSES.get(Stage(target.kind), ChangeCause.MOVED)
    await application_flow.enter(session, application, target, cause)


async def target_of(
    session: WriteSession, requisition_id: UUID, stage: Stage | None, stage_id: UUID | None
) -> PipelineStage | None:
    """Return the stage that is meant; None where none is named.

    Raises:
        NotFoundError: There is no such stage in the requisition's pipeline.
        ConflictError: The pipeline has no stage of the kind.
    """
    if stage is None and stage_id is None:
        return None
    course = await pipeline_service.course(session, requisition_id)
    if stage_id is not None:
        return course.find(stage_id)
    assert stage is not None
    return course.first(stage)


async def _keep(session: WriteSession, application: Application, changes: ApplicationUpdate) -> set[str]:
    """Write down what is no move; return what it was."""
    kept = set()
    if changes.after_id is not None or changes.before_id is not None:
        await _put(session, application, changes.after_id, changes.before_id)
        kept.add("position")
    if changes.do_not_screen is not None:
        if changes.do_not_screen != application.do_not_screen:
            application_screening_service.request(session, application.id)  # what was found before counts no longer
        application.do_not_screen = changes.do_not_screen
        kept.add("do_not_screen")
    if changes.answered:
        application.answer_due_at = None
        kept.add("answered")
    if changes.custom is not None:
        await _keep_custom(session, application, changes.custom)
        kept.add("custom")
    return kept


async def _put(session: WriteSession, application: Application, after_id: UUID | None, before_id: UUID | None) -> None:
    """Put an application beside another one of its column."""
    repository = ApplicationRepository(session)
    assert application.stage_id is not None
    await repository.lock_column(application.requisition_id, application.stage_id)
    beside_id = after_id or before_id
    assert beside_id is not None
    beside = (await repository.seen([beside_id])).get(beside_id)
    if beside is not None:
        await session.refresh(beside, ["position", "stage_id"])  # as it is now that the column is ours
    if beside is None or beside.stage_id != application.stage_id or beside.requisition_id != application.requisition_id:
        field = "after_id" if after_id else "before_id"
        raise InvalidInputError(
            "The place is in another column.", fields={f"body.{field}": "names no application in the same stage"}
        )
    if beside.id == application.id:
        return
    if after_id:
        application.position = between(beside.position, await repository.neighbour(beside, before=False))
    else:
        application.position = between(await repository.neighbour(beside, before=True), beside.position)


async def _keep_custom(session: WriteSession, application: Application, values: dict[str, Any]) -> None:
    keys = await organization_keys(session)
    wrapped_key = await ApplicationActionRepository(session).wrapped_key(application.candidate_id)
    cipher = candidate_cipher.cipher_of(keys, application.candidate_id, wrapped_key)
    stored = _open_custom(keys, application, wrapped_key)
    kept = await custom_field_service.check(session, FieldResource.APPLICATION, values, stored, "body.custom")
    application.custom = cipher.encrypt(orjson.dumps(kept), f"application.custom:{application.id}")


def _open_custom(keys: Keys, application: Application, wrapped_key: bytes | None) -> dict[str, Any]:
    if application.custom is None or wrapped_key is None:
        return {}
    cipher = candidate_cipher.cipher_of(keys, application.candidate_id, wrapped_key)
    stored: dict[str, Any] = orjson.loads(cipher.decrypt(application.custom, f"application.custom:{application.id}"))
    return stored


async def read(session: AnySession, application: Application) -> ApplicationDetail:
    """Return an application as it is answered.

    Args:
        session: The transaction.
        application: Its row.
    """
    repository = ApplicationRepository(session)
    row = await repository.summary(application.id)
    keys = await organization_keys(session)
    custom = _open_custom(keys, application, row["candidate_wrapped_key"])
    candidate_profile.name_rows(keys, [row])
    hires = await repository.former_hires(application.id, application.candidate_id)
    return ApplicationDetail.model_validate(
        row
        | {
            "custom": await custom_field_service.shown(session, FieldResource.APPLICATION, custom),
            "flagged_answers": await repository.has_flagged_answers(application.id),
            "former_hires": [FormerHire.model_validate(hire) for hire in hires],
        }
    )


async def _course(session: WriteSession, requisition_id: UUID) -> Course:
    """Return the stages of a requisition, read once in a transaction that many come in with."""
    known: dict[UUID, Course] = session.info.setdefault(_COURSES, {})
    if requisition_id not in known:
        known[requisition_id] = await pipeline_service.course(session, requisition_id)
    return known[requisition_id]


def _columns(row: Application) -> dict[str, Any]:
    """Return what was given to a row that no session knows."""
    names = row.__mapper__.column_attrs.keys()
    return {name: row.__dict__[name] for name in names if name in row.__dict__ and name != "organization_id"}
