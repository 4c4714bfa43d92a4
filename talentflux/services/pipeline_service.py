"""Pipelines: the stages that applications go through, of the organization and of requisitions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.models import Pipeline, PipelineStage
from talentflux.repositories.base import unique
from talentflux.repositories.pipeline_repository import USUAL, PipelineRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.application import Stage
from talentflux.schemas.page import RowPage
from talentflux.schemas.pipeline import PipelineCreate, PipelineRead, PipelineUpdate, StageRead
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service

BUSY: Final = "The applications that this concerns are being moved just now. Send it again in a moment."
NEEDED = (Stage.APPLIED, Stage.HIRED, Stage.REJECTED)


@dataclass(frozen=True)
class Course:
    """The stages of the pipeline that a requisition uses.

    Attributes:
        pipeline: The pipeline.
        stages: In order.
    """

    pipeline: Pipeline
    stages: Sequence[PipelineStage]

    def find(self, stage_id: UUID) -> PipelineStage:
        """Return one of the stages.

        Raises:
            NotFoundError: It is none of them.
        """
        found = next((stage for stage in self.stages if stage.id == stage_id), None)
        if found is None:
            raise NotFoundError("There is no stage with this id in the pipeline of this requisition.")
        return found

    def first(self, kind: Stage) -> PipelineStage:
        """Return the first stage of a kind.

        Raises:
            ConflictError: There is none.
        """
        found = next((stage for stage in self.stages if stage.kind == kind), None)
        if found is None:
            raise ConflictError(
                f"The pipeline of this requisition has no stage of the kind {kind}. Name one of its stages.",
                code="stage_missing",
            )
        return found

    def nearest(self, kind: Stage) -> PipelineStage:
        """Return the first stage of a kind, or where there is none, the last kind before it."""
        order = list(Stage)
        for each in reversed(order[: order.index(kind) + 1]):
            found = next((stage for stage in self.stages if stage.kind == each), None)
            if found is not None and (each == kind or each not in {Stage.HIRED, Stage.REJECTED}):
                return found
        return self.first(Stage.APPLIED)


async def course(session: WriteSession, requisition_id: UUID) -> Course:
    """Return the stages that a requisition uses; the organization's usual ones are made when first needed.

    Until the transaction ends the requisition uses no other pipeline. One of the stages may still be taken out of it,
    so whoever lets an application enter one holds that one too.

    Args:
        session: The transaction.
        requisition_id: Which requisition.
    """
    repository = PipelineRepository(session)
    found = await repository.of_requisition(requisition_id, hold=True)
    if found is None:
        await repository.make_default()
        found = await repository.of_requisition(requisition_id, hold=True)
        assert found is not None
    return Course(found, await repository.stages(found.id))


async def page(session: AnySession, limit: int, cursor: str | None) -> RowPage:
    """Read a page of the organization's pipelines, newest first."""
    return await PipelineRepository(session).page(limit, cursor)


async def get(session: AnySession, pipeline_id: UUID) -> PipelineRead:
    """Return a pipeline with its stages.

    Raises:
        NotFoundError: There is none in this organization, or the caller does not see its requisition.
    """
    repository = PipelineRepository(session)
    return _read(await repository.get(pipeline_id), await repository.stages(pipeline_id))


async def of_requisition(session: AnySession, requisition_id: UUID) -> PipelineRead:
    """Return the pipeline that a requisition uses.

    Raises:
        NotFoundError: There is no such requisition, or no pipeline yet: the first application makes it.
    """
    await RequisitionRepository(session).get(requisition_id)
    repository = PipelineRepository(session)
    found = await repository.of_requisition(requisition_id)
    if found is None:
        raise NotFoundError("This organization has no pipeline yet; the first application makes the usual one.")
    return _read(found, await repository.stages(found.id))


async def create(session: WriteSession, given: PipelineCreate) -> PipelineRead:
    """Make a pipeline of the organization.

    Args:
        session: The transaction.
        given: Name and stages.

    Raises:
        InvalidInputError: A kind is missing without which nothing can end or begin.
    """
    stages = [(each.name, str(each.kind), each.max_days) for each in given.stages or ()]
    stages = stages or [(name, str(kind), None) for name, kind in USUAL]
    _check_kinds([kind for _, kind, _ in stages])
    repository = PipelineRepository(session)
    row = await _add(session, repository, given.name)
    await repository.add_stages(row.id, stages)
    audit_service.record(
        session,
        "pipeline.create",
        "pipeline",
        row.id,
        after={"name": row.name, "stages": [name for name, *_ in stages]},
    )
    return await get(session, row.id)


async def update(
    session: WriteSession, pipeline_id: UUID, changes: PipelineUpdate, versions: Versions = ANY_VERSION
) -> PipelineRead:
    """Change name, rejection or whether it is the default. Requisitions go on with the pipeline that they began with.

    Args:
        session: The transaction.
        pipeline_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It is a requisition's own and cannot be the default; or the default cannot be left without one.
    """
    repository = PipelineRepository(session)
    row = await repository.get(pipeline_id, lock=True, versions=versions)
    given = changes.model_dump(exclude_unset=True)
    given = {name: value for name, value in given.items() if value is not None or name.startswith("rejection_")}
    if given.get("rejection_delay_minutes", 0) is None:
        del given["rejection_delay_minutes"]
    before = {name: getattr(row, name) for name in given}
    if "is_default" in given:
        await _make_default(session, repository, row, wanted=given.pop("is_default"))
    for name, value in given.items():
        setattr(row, name, value)
    await session.flush()
    after = {name: getattr(row, name) for name in before}
    audit_service.record(session, "pipeline.update", "pipeline", row.id, before=before, after=after)
    return await get(session, pipeline_id)


async def delete(session: WriteSession, pipeline_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a pipeline that nothing stands in.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It is the default, or applications stand in it.
    """
    repository = PipelineRepository(session)
    row = await repository.get(pipeline_id, lock=True, versions=versions)
    if row.is_default:
        raise ConflictError("This is the default pipeline. Make another one the default first.", code="pipeline_in_use")
    await repository.close(pipeline_id)
    stages = await repository.stages(pipeline_id)
    if await repository.holds_applications([stage.id for stage in stages]) or await repository.is_shared(pipeline_id):
        raise ConflictError(
            "Applications stand in the stages of this pipeline. Give their requisitions another one first.",
            code="pipeline_in_use",
        )
    await repository.remove(row)
    audit_service.record(session, "pipeline.delete", "pipeline", row.id)


async def choose(session: WriteSession, requisition_id: UUID, pipeline_id: UUID) -> PipelineRead:
    """Give a requisition a pipeline of its own, copied with its automations; its applications move over by kind.

    Args:
        session: The transaction.
        requisition_id: Which requisition.
        pipeline_id: What is copied.

    Raises:
        NotFoundError: There is no such requisition or pipeline.
        ConflictError: Others do not stop moving its applications.
    """
    await RequisitionRepository(session).get(requisition_id)
    repository = PipelineRepository(session)
    source = await repository.get(pipeline_id)
    former = await repository.stages(source.id)
    if not await repository.take_requisition(requisition_id):
        raise ConflictError(BUSY)
    await repository.remove_own(requisition_id)
    if (own := await repository.own(requisition_id)) is not None:
        await repository.remove(own)
    copied = ("name", "rejection_delay_minutes", "rejection_subject", "rejection_body")
    row = await repository.add(
        Pipeline(requisition_id=requisition_id, **{name: getattr(source, name) for name in copied})
    )
    await repository.add_stages(row.id, [(stage.name, stage.kind, stage.max_days) for stage in former])
    stages = await repository.stages(row.id)
    await repository.copy_automations([(old.id, new.id) for old, new in zip(former, stages, strict=True)])
    tell_of_moved(session, await repository.map_to(requisition_id, row.id, audit_service.actor_of(session)))
    audit_service.record(
        session, "pipeline.choose", "requisition", requisition_id, after={"from": pipeline_id, "pipeline": row.id}
    )
    event_service.emit(
        session, "requisition.updated", requisition_id=requisition_id, data={"fields": ["pipeline"], "pipeline": row.id}
    )
    return _read(row, stages)


def tell_of_moved(session: WriteSession, moved: Iterable[Mapping[str, Any]]) -> None:
    """Tell followers of applications whose stage changed with their pipeline.

    Args:
        session: The transaction.
        moved: The applications.
    """
    for row in moved:
        event_service.emit(
            session, "application.pipeline_changed", application_id=row["id"], candidate_id=row["candidate_id"],
            requisition_id=row["requisition_id"],
            data={"stage": row["to_kind"], "stage_id": row["to_stage_id"], "from_stage_id": row["from_stage_id"]},
        )  # fmt: skip


async def _add(session: WriteSession, repository: PipelineRepository, name: str) -> Pipeline:
    """Make a pipeline; the first one of an organization is its default."""
    if await repository.default() is None:
        try:
            async with session.begin_nested():
                with unique("Another pipeline became the default a moment ago."):
                    return await repository.add(Pipeline(name=name, is_default=True))
        except ConflictError:
            pass
    return await repository.add(Pipeline(name=name, is_default=False))


async def _make_default(session: WriteSession, repository: PipelineRepository, row: Pipeline, *, wanted: bool) -> None:
    if row.is_default == wanted:
        return
    if not wanted:
        raise ConflictError("Make another pipeline the default instead.", code="pipeline_in_use")
    if row.requisition_id is not None:
        raise ConflictError("A requisition's own pipeline cannot be the default.", code="pipeline_in_use")
    # The second look is for when another one became the default while we waited.
    former = await repository.default(close=True) or await repository.default(close=True)
    if former is not None:
        await repository.keep_for(await repository.followers(former.id), former)
        former.is_default = False
        await session.flush()
    row.is_default = True


def _check_kinds(kinds: Sequence[str]) -> None:
    missing = [str(kind) for kind in NEEDED if kind not in kinds]
    if missing:
        raise InvalidInputError(
            f"A pipeline needs a stage of the kind {', '.join(missing)}.",
            fields={"body.stages": f"has none of the kind {missing[0]}"},
        )


def _read(row: Pipeline, stages: Sequence[PipelineStage]) -> PipelineRead:
    names = (
        "id", "name", "requisition_id", "is_default", "rejection_delay_minutes", "rejection_subject",
        "rejection_body", "created_at", "updated_at",
    )  # fmt: skip
    return PipelineRead(
        **{name: getattr(row, name) for name in names},
        stages=[
            StageRead(
                id=stage.id,
                name=stage.name,
                kind=Stage(stage.kind),
                position=stage.position,
                max_days=stage.max_days,
                updated_at=stage.updated_at,
            )
            for stage in stages
        ],
    )
