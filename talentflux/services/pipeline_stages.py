"""The stages of a pipeline: added, changed, and taken out when nothing stands in them."""

from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.models import PipelineStage
from talentflux.repositories.pipeline_repository import PipelineRepository
from talentflux.schemas.application import Stage
from talentflux.schemas.pipeline import MOST_STAGES, PipelineRead, StageCreate, StageUpdate
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import answer_clock, application_action_service, audit_service, pipeline_service


async def add_stage(session: WriteSession, pipeline_id: UUID, given: StageCreate) -> PipelineRead:
    """Put a new stage into a pipeline.

    Raises:
        NotFoundError: There is no such pipeline.
        ConflictError: It has as many stages as can be.
    """
    repository = PipelineRepository(session)
    pipeline = await repository.get(pipeline_id, lock=True)
    stages = await repository.stages(pipeline_id)
    if len(stages) >= MOST_STAGES:
        raise ConflictError(f"A pipeline has at most {MOST_STAGES} stages.", code="too_many_stages")
    stage = PipelineStage(
        organization_id=repository.organization_id,
        pipeline_id=pipeline_id,
        name=given.name,
        kind=given.kind,
        position=len(stages) + 1,
        max_days=given.max_days,
    )
    session.add(stage)
    _place([*stages, stage], stage, given.position)
    await repository.touch(pipeline)
    after = given.model_dump(mode="json") | {"stage": stage.id}
    audit_service.record(session, "pipeline.add_stage", "pipeline", pipeline_id, after=after)
    return await pipeline_service.get(session, pipeline_id)


async def update_stage(
    session: WriteSession, pipeline_id: UUID, stage_id: UUID, changes: StageUpdate, versions: Versions = ANY_VERSION
) -> PipelineRead:
    """Change a stage's name, place or most days.

    Raises:
        NotFoundError: There is no such pipeline or stage.
        PreconditionFailedError: The pipeline has another version.
    """
    repository = PipelineRepository(session)
    pipeline = await repository.get(pipeline_id, lock=True, versions=versions)
    stages = await repository.stages(pipeline_id)
    stage = pipeline_service.Course(pipeline, stages).find(stage_id)
    given = changes.model_dump(exclude_unset=True)
    before = {name: getattr(stage, name) for name in given}
    if given.get("name") is not None:
        stage.name = given["name"]
    if "max_days" in given and given["max_days"] != stage.max_days:
        stage.max_days = given["max_days"]
        await session.flush()
        await repository.set_due(stage)
        await application_action_service.schedule_sweep(session)
    _place(stages, stage, given.get("position"))
    await repository.touch(pipeline)
    audit_service.record(
        session, "pipeline.update_stage", "pipeline", pipeline_id, before=before, after=given | {"stage": stage_id}
    )
    return await pipeline_service.get(session, pipeline_id)


async def remove_stage(
    session: WriteSession,
    pipeline_id: UUID,
    stage_id: UUID,
    move_to: UUID | None = None,
    versions: Versions = ANY_VERSION,
) -> None:
    """Take a stage out of a pipeline.

    Args:
        session: The transaction.
        pipeline_id: Of which pipeline.
        stage_id: Which stage.
        move_to: The stage of the same pipeline that its applications go to.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is no such pipeline or stage.
        PreconditionFailedError: The pipeline has another version.
        ConflictError: Applications stand in it and `move_to` is not given; or it is the last of a kind that is needed;
            or others do not stop moving its applications.
        InvalidInputError: `move_to` is no other stage of this pipeline.
    """
    repository = PipelineRepository(session)
    pipeline = await repository.get(pipeline_id, lock=True, versions=versions)
    stages = await repository.stages(pipeline_id)
    stage = pipeline_service.Course(pipeline, stages).find(stage_id)
    left = [each for each in stages if each.id != stage_id]
    if stage.kind in pipeline_service.NEEDED and all(each.kind != stage.kind for each in left):
        raise ConflictError(
            f"This is the last stage of the kind {stage.kind}; without one nothing can begin or end.",
            code="stage_needed",
        )
    target = next((each for each in left if each.id == move_to), None)
    if move_to is not None and target is None:
        raise InvalidInputError(
            "`move_to` is no other stage of this pipeline.", fields={"query.move_to": "name a stage of this pipeline"}
        )
    if not await repository.close_stage(stage_id):
        raise ConflictError(pipeline_service.BUSY)
    if await repository.holds_applications([stage_id]):
        await _empty(session, stage, target)
    stage.deleted_at = await repository.now()
    _place(left, None, None)
    await repository.touch(pipeline)
    audit_service.record(
        session, "pipeline.remove_stage", "pipeline", pipeline_id, before={"stage": stage_id}, after={"to": move_to}
    )


async def _empty(session: WriteSession, stage: PipelineStage, target: PipelineStage | None) -> None:
    """Move the applications of a stage to another one."""
    if target is None:
        raise ConflictError(
            "Applications stand in this stage. Name another stage of the pipeline as `move_to`.", code="stage_in_use"
        )
    _check_same_end(stage, target)
    repository = PipelineRepository(session)
    moved = await repository.empty_stage(stage.id, target, audit_service.actor_of(session))
    pipeline_service.tell_of_moved(session, moved)
    if target.kind == Stage.INTERVIEW and stage.kind != Stage.INTERVIEW:
        now = await repository.now()
        await repository.start_clocks(moved, lambda places: answer_clock.due_at(places, now))


def _check_same_end(stage: PipelineStage, target: PipelineStage) -> None:
    """Refuse what would hire, reject or bring back many at once by the way."""
    ends = {str(Stage.HIRED), str(Stage.REJECTED)}
    if ({stage.kind} | {target.kind}) & ends and stage.kind != target.kind:
        raise ConflictError(
            "Nobody is hired, rejected or brought back by removing a stage. Name a stage that means the same.",
            code="stage_in_use",
        )


def _place(stages: list[PipelineStage], stage: PipelineStage | None, place: int | None) -> None:
    """Number the stages from 1, one of them at a place of its own."""
    order = list(stages)
    if stage is not None and place is not None:
        order.remove(stage)
        order.insert(place - 1, stage)
    for number, each in enumerate(order, 1):
        each.position = number
