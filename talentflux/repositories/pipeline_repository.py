"""SQL of pipelines and their stages."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Application, Pipeline, PipelineStage, StageAutomation
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant
from talentflux.schemas.application import Stage
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id

USUAL: Final = tuple((kind.value.capitalize(), kind) for kind in Stage)
_after, _order = newest_first(Pipeline)
_LIST = ListQuery(
    select(Pipeline.id, Pipeline.name, Pipeline.is_default, Pipeline.created_at, Pipeline.updated_at)
    .where(*of_tenant(Pipeline), Pipeline.requisition_id.is_(None), _after)
    .order_by(_order),
    key={"id": LAST_ID},
)
# Where stages of a former pipeline go: the first of their kind, else the nearest before it.
_TARGETS: Final = """(
    select distinct on (f.id) f.id as former, n.id, n.kind, n.max_days
    from pipeline_stage f join pipeline_stage n on n.pipeline_id = :pipeline_id and n.deleted_at is null
        and n.organization_id = f.organization_id
    where f.organization_id = :organization_id and (n.kind = f.kind or (
        array_position(cast(:kinds as text[]), n.kind) < array_position(cast(:kinds as text[]), f.kind)
        and n.kind not in ('hired', 'rejected')))
    order by f.id, array_position(cast(:kinds as text[]), n.kind) desc, n.position
)"""
_MAP: Final = text(
    f"""
    update application a set stage_id = t.id, stage = t.kind,
        stage_due_at = case when a.stage in ('hired', 'rejected') then null
            else a.entered_stage_at + make_interval(days => t.max_days) end,
        stage_alerted_at = null
    from {_TARGETS} t
    where a.organization_id = :organization_id and a.requisition_id = :requisition_id and a.stage_id = t.former
        and a.stage_id is distinct from t.id
    """  # noqa: S608 -- made of constants, as below
)
_FOLLOW: Final = text(
    """
    update application_action d set stage_id = a.stage_id from application a
    where d.organization_id = :organization_id and d.state = 'waiting' and d.stage_id is not null
        and a.organization_id = d.organization_id and a.id = d.application_id
        and a.requisition_id = :requisition_id and a.stage_id is distinct from d.stage_id
    """
)
_FOLLOW_STAGE: Final = text(
    """
    update application_action set stage_id = :target_id
    where organization_id = :organization_id and stage_id = :stage_id and state = 'waiting' and purpose = 'rejection'
    """
)
# Identifiers as `utils.ids.new_id` makes them: the time, then chance.
_STEPS: Final = """
    insert into application_stage_change (id, organization_id, application_id, requisition_id, cause, from_stage_id,
        to_stage_id, from_kind, to_kind, seconds, actor)
    select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
            || substr(replace(gen_random_uuid()::text, '-', ''), 1, 3)
            || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid,
        a.organization_id, a.id, a.requisition_id, 'pipeline_changed', a.stage_id, {to_id}, a.stage, {to_kind},
        {seconds}, :actor
    from application a {source} where a.organization_id = :organization_id and {condition}
"""
_MAP_STEPS: Final = text(
    _STEPS.format(
        to_id="t.id",
        to_kind="t.kind",
        seconds="null",
        source=f"join {_TARGETS} t on a.stage_id = t.former",
        condition="a.requisition_id = :requisition_id and a.stage_id is distinct from t.id",
    )
)
_EMPTY_STEPS: Final = text(
    _STEPS.format(
        to_id="cast(:target_id as uuid)",
        to_kind="cast(:kind as text)",
        seconds="greatest(extract(epoch from now() - a.entered_stage_at), 0)",
        source="",
        condition="a.stage_id = :stage_id",
    )
)


class PipelineRepository(TenantRepository[Pipeline]):
    """Pipelines of the organization."""

    model = Pipeline

    async def page(self, limit: int, cursor: str | None) -> RowPage:
        """Read a page of the organization's pipelines, without requisitions' own."""
        return await _LIST.page(self.session, limit, cursor)

    async def default(self) -> Pipeline | None:
        """Return the pipeline for requisitions without their own."""
        found: Pipeline | None = await self.session.scalar(self.live().where(Pipeline.is_default))
        return found

    async def make_default(self) -> None:
        """Make the usual pipeline, once for many who need it at the same time."""
        row_id = new_id()
        new = insert(Pipeline).values(id=row_id, organization_id=self.organization_id, name="Standard", is_default=True)
        made = await self.session.execute(new.on_conflict_do_nothing().returning(Pipeline.id))
        if made.scalar_one_or_none() is not None:
            await self.add_stages(row_id, [(name, kind, None) for name, kind in USUAL])

    async def add_stages(self, pipeline_id: UUID, stages: Sequence[tuple[str, str, int | None]]) -> None:
        """Give a pipeline its stages: names, kinds and most days, in order."""
        rows = [
            {
                "id": new_id(), "organization_id": self.organization_id, "pipeline_id": pipeline_id, "name": name,
                "kind": str(kind), "position": place, "max_days": max_days,
            }
            for place, (name, kind, max_days) in enumerate(stages, 1)
        ]  # fmt: skip
        await self.session.execute(insert(PipelineStage), rows)

    async def of_requisition(self, requisition_id: UUID) -> Pipeline | None:
        """Return the pipeline that a requisition uses: its own, the one it goes on with, or the default."""
        own = (
            self.live()
            .where((Pipeline.requisition_id == requisition_id) | Pipeline.is_default)
            .order_by(Pipeline.requisition_id.is_(None))
            .limit(1)
        )
        found: Pipeline | None = await self.session.scalar(own)
        if found is not None and found.shared_id is not None:
            return await self.get(found.shared_id)
        return found

    async def own(self, requisition_id: UUID) -> Pipeline | None:
        """Return what a requisition has of its own: stages, or a pipeline that it goes on with."""
        found: Pipeline | None = await self.session.scalar(self.live().where(Pipeline.requisition_id == requisition_id))
        return found

    async def stages(self, pipeline_id: UUID) -> list[PipelineStage]:
        """Return the stages of a pipeline in order."""
        return list(await self.session.scalars(self._stages(pipeline_id)))

    async def hold_stage(self, stage_id: UUID) -> bool:
        """Keep a stage from being deleted until the transaction ends; return whether it is still there."""
        statement = self._stage(stage_id).with_for_update(read=True, key_share=True)
        return await self.session.scalar(statement) is not None

    async def close_stages(self, stage_ids: Sequence[UUID]) -> None:
        """Wait for those who enter stages now, and let nobody else enter until the transaction ends."""
        for stage_id in sorted(stage_ids):
            await self.session.scalar(self._stage(stage_id).with_for_update())

    def _stage(self, stage_id: UUID) -> Select[UUID]:
        return select(PipelineStage.id).where(
            PipelineStage.organization_id == self.organization_id,
            PipelineStage.id == stage_id,
            PipelineStage.deleted_at.is_(None),
        )

    async def holds_applications(self, stage_ids: Sequence[UUID]) -> bool:
        """Return whether any application, deleted ones too, stands in one of some stages."""
        statement = select(Application.id).where(
            Application.organization_id == self.organization_id, Application.stage_id.in_(stage_ids)
        )
        return await self.session.scalar(statement.limit(1)) is not None

    async def empty_stage(self, stage_id: UUID, target: PipelineStage, actor: str) -> None:
        """Put the applications of a stage into another one of the same pipeline.

        Args:
            stage_id: The stage.
            target: The other one.
            actor: Who does so, for their histories.
        """
        values = {"organization_id": self.organization_id, "stage_id": stage_id, "target_id": target.id}
        await self.session.execute(_EMPTY_STEPS, values | {"kind": target.kind, "actor": actor})
        await self.session.execute(_FOLLOW_STAGE, values)
        now = func.now()
        due = None if target.max_days is None else now + func.make_interval(0, 0, 0, target.max_days)
        await self.session.execute(
            update(Application)
            .where(Application.organization_id == self.organization_id, Application.stage_id == stage_id)
            .values(stage_id=target.id, stage=target.kind, entered_stage_at=now, stage_due_at=due,
                    stage_alerted_at=None)
            .execution_options(synchronize_session=False)
        )  # fmt: skip

    async def map_to(self, requisition_id: UUID, pipeline_id: UUID, actor: str) -> None:
        """Let the applications of a requisition stand in the stages of another pipeline, by kind.

        What waits for them goes along: an e-mail that rejects is still sent.

        Args:
            requisition_id: Whose applications.
            pipeline_id: The other pipeline.
            actor: Who does so, for their histories.
        """
        values = {
            "organization_id": self.organization_id, "requisition_id": requisition_id, "pipeline_id": pipeline_id,
            "kinds": [str(kind) for kind in Stage],
        }  # fmt: skip
        await self.session.execute(_MAP_STEPS, values | {"actor": actor})
        await self.session.execute(_MAP, values)
        await self.session.execute(_FOLLOW, values)

    async def set_due(self, stage: PipelineStage) -> None:
        """Reckon anew when the applications of a stage have been there for too long."""
        days = stage.max_days
        due = None if days is None else Application.entered_stage_at + func.make_interval(0, 0, 0, days)
        await self.session.execute(
            update(Application)
            .where(Application.organization_id == self.organization_id, Application.stage_id == stage.id,
                   Application.status == "active")
            .values(stage_due_at=due, stage_alerted_at=None)
            .execution_options(synchronize_session=False)
        )  # fmt: skip

    async def followers(self, pipeline_id: UUID) -> list[UUID]:
        """Return the requisitions without their own pipeline whose applications stand in a pipeline's stages."""
        owned = select(Pipeline.requisition_id).where(
            Pipeline.organization_id == self.organization_id,
            Pipeline.requisition_id.is_not(None),
            Pipeline.deleted_at.is_(None),
        )
        stages = select(PipelineStage.id).where(
            PipelineStage.organization_id == self.organization_id, PipelineStage.pipeline_id == pipeline_id
        )
        statement = select(Application.requisition_id).where(
            Application.organization_id == self.organization_id,
            Application.stage_id.in_(stages),
            Application.requisition_id.not_in(owned),
        )
        return list(await self.session.scalars(statement.distinct()))

    async def keep_for(self, requisition_ids: Sequence[UUID], pipeline: Pipeline) -> None:
        """Let requisitions go on with a pipeline that is the default no longer."""
        rows: list[dict[str, Any]] = [
            {
                "id": new_id(), "organization_id": self.organization_id, "requisition_id": requisition_id,
                "shared_id": pipeline.id, "name": pipeline.name,
            }
            for requisition_id in requisition_ids
        ]  # fmt: skip
        if rows:
            await self.session.execute(insert(Pipeline).on_conflict_do_nothing(), rows)

    async def is_shared(self, pipeline_id: UUID) -> bool:
        """Return whether a requisition goes on with a pipeline."""
        found = self.live().where(Pipeline.shared_id == pipeline_id).limit(1)
        return await self.session.scalar(found) is not None

    async def copy_automations(self, stages: Sequence[tuple[UUID, UUID]]) -> None:
        """Copy the automations of stages: pairs of the former and the new stage."""
        former = dict(stages)
        found = await self.session.scalars(
            select(StageAutomation).where(
                StageAutomation.organization_id == self.organization_id,
                StageAutomation.stage_id.in_(former),
                StageAutomation.deleted_at.is_(None),
            )
        )
        rows = [
            {
                "id": new_id(), "organization_id": self.organization_id, "stage_id": former[row.stage_id],
                "action": row.action, "delay_minutes": row.delay_minutes, "subject": row.subject, "body": row.body,
                "title": row.title, "assignee_id": row.assignee_id, "enabled": row.enabled,
            }
            for row in found
        ]  # fmt: skip
        if rows:
            await self.session.execute(insert(StageAutomation), rows)

    async def remove_own(self, requisition_id: UUID) -> None:
        """Drop the mark that a requisition goes on with a pipeline of the organization."""
        await self.session.execute(
            delete(Pipeline)
            .where(
                Pipeline.organization_id == self.organization_id,
                Pipeline.requisition_id == requisition_id,
                Pipeline.shared_id.is_not(None),
            )
            .execution_options(synchronize_session=False)
        )

    async def touch(self, pipeline: Pipeline) -> None:
        """Give a pipeline a new version, because its stages changed."""
        await self.session.flush()
        pipeline.updated_at = await self.now()
        await self.session.flush()

    def _stages(self, pipeline_id: UUID) -> Select[PipelineStage]:
        return (
            select(PipelineStage)
            .where(
                PipelineStage.organization_id == self.organization_id,
                PipelineStage.pipeline_id == pipeline_id,
                PipelineStage.deleted_at.is_(None),
            )
            .order_by(PipelineStage.position, PipelineStage.id)
        )
