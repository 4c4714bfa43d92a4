"""SQL of pipelines and their stages."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, TextClause, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Application, Pipeline, PipelineStage, Requisition, StageAutomation
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant
from talentflux.repositories.pipeline_statements import (
    EMPTY_STEPS,
    FOLLOW,
    FOLLOW_STAGE,
    MAP,
    MAP_STEPS,
    REQUISITION_TAKEN,
    STAGE_TAKEN,
)
from talentflux.schemas.application import Stage
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id

USUAL: Final = tuple((kind.value.capitalize(), kind) for kind in Stage)
Moved = Mapping[str, Any]
"""An application whose stage changed with its pipeline."""
_after, _order = newest_first(Pipeline)
_LIST = ListQuery(
    select(Pipeline.id, Pipeline.name, Pipeline.is_default, Pipeline.created_at, Pipeline.updated_at)
    .where(*of_tenant(Pipeline), Pipeline.requisition_id.is_(None), _after)
    .order_by(_order),
    key={"id": LAST_ID},
)
_TRIES: Final = 20
_PAUSE: Final = 0.05


class PipelineRepository(TenantRepository[Pipeline]):
    """Pipelines of the organization."""

    model = Pipeline

    async def page(self, limit: int, cursor: str | None) -> RowPage:
        """Read a page of the organization's pipelines, without requisitions' own."""
        return await _LIST.page(self.session, limit, cursor)

    async def default(self, *, close: bool = False) -> Pipeline | None:
        """Return the pipeline for requisitions without their own.

        Args:
            close: Wait for those who use it now, and let nobody else use it until the transaction ends.
        """
        statement = self.live().where(Pipeline.is_default)
        found: Pipeline | None = await self.session.scalar(statement.with_for_update() if close else statement)
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

    async def of_requisition(self, requisition_id: UUID, *, hold: bool = False) -> Pipeline | None:
        """Return the pipeline that a requisition uses: its own, the one it goes on with, or the default.

        Args:
            requisition_id: Which requisition.
            hold: Let it use no other one until the transaction ends, and let the pipeline not be deleted.
        """
        own = (
            self.live()
            .where((Pipeline.requisition_id == requisition_id) | Pipeline.is_default)
            .order_by(Pipeline.requisition_id.is_(None))
            .limit(1)
        )
        if hold:
            requisition = select(Requisition.id).where(
                Requisition.organization_id == self.organization_id, Requisition.id == requisition_id
            )
            await self.session.scalar(requisition.with_for_update(read=True, key_share=True))
            own = own.with_for_update(read=True, key_share=True)
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

    async def close_stage(self, stage_id: UUID) -> bool:
        """Wait for those who enter or leave a stage now, and let nobody else until the transaction ends.

        Args:
            stage_id: Which stage.

        Returns:
            Whether it could be had; else nothing is held.
        """
        return await self._take(self._stage(stage_id), STAGE_TAKEN, stage_id=stage_id)

    async def close(self, pipeline_id: UUID) -> None:
        """Wait for those who use a pipeline now, and let nobody else use it until the transaction ends."""
        await self.session.scalar(self.live().where(Pipeline.id == pipeline_id).with_for_update())

    async def take_requisition(self, requisition_id: UUID) -> bool:
        """Wait for those who move applications of a requisition now, and let nobody else until the transaction ends.

        Args:
            requisition_id: Which requisition.

        Returns:
            Whether all could be had; else nothing is held.
        """
        requisition = select(Requisition.id).where(
            Requisition.organization_id == self.organization_id, Requisition.id == requisition_id
        )
        return await self._take(requisition, REQUISITION_TAKEN, requisition_id=requisition_id)

    async def _take(self, row: Select[UUID], all_held: TextClause, **values: UUID) -> bool:
        """Lock a row and the applications that belong to it.

        Those who move one hold it before they come to the row. So whoever wants all of them never waits for one while
        others wait for the row: it lets go and tries again.
        """
        for _ in range(_TRIES):
            attempt = await self.session.begin_nested()
            await self.session.scalar(row.with_for_update())
            held = await self.session.execute(all_held, values | {"organization_id": self.organization_id})
            if held.scalar_one():
                await attempt.commit()
                return True
            await attempt.rollback()
            await asyncio.sleep(_PAUSE)
        return False

    async def remove(self, pipeline: Pipeline) -> None:
        """Hide a pipeline with its stages."""
        await self.delete(pipeline)
        await self.session.execute(
            update(PipelineStage)
            .where(
                PipelineStage.organization_id == self.organization_id,
                PipelineStage.pipeline_id == pipeline.id,
                PipelineStage.deleted_at.is_(None),
            )
            .values(deleted_at=pipeline.deleted_at)
            .execution_options(synchronize_session=False)
        )

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

    async def empty_stage(self, stage_id: UUID, target: PipelineStage, actor: str) -> list[Moved]:
        """Put the applications of a stage into another one of the same pipeline.

        Args:
            stage_id: The stage.
            target: The other one.
            actor: Who does so, for their histories.

        Returns:
            The applications, where they come from and where they stand now.
        """
        values = {"organization_id": self.organization_id, "stage_id": stage_id, "target_id": target.id}
        moved = await self.session.execute(EMPTY_STEPS, values | {"kind": target.kind, "actor": actor})
        await self.session.execute(FOLLOW_STAGE, values)
        now = func.now()
        due: Any = None
        if target.max_days is not None:
            due = case((Application.status == "active", now + func.make_interval(0, 0, 0, target.max_days)))
        await self.session.execute(
            update(Application)
            .where(Application.organization_id == self.organization_id, Application.stage_id == stage_id)
            .values(stage_id=target.id, stage=target.kind, entered_stage_at=now, stage_due_at=due,
                    stage_alerted_at=None)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        return [dict(row) for row in moved.mappings()]

    async def start_clocks(self, moved: Sequence[Moved], due_of: Callable[[list[dict[str, Any]]], Any]) -> None:
        """Say until when applications need an answer that came to a stage of interviews.

        Args:
            moved: Which.
            due_of: Says so for the places of a requisition; None where no law does.
        """
        places = await self.session.execute(
            select(Requisition.id, Requisition.places).where(
                Requisition.organization_id == self.organization_id,
                Requisition.id.in_({row["requisition_id"] for row in moved}),
            )
        )
        for requisition_id, found in places.all():
            if (due := due_of(found or [])) is not None:
                mine = [row["id"] for row in moved if row["requisition_id"] == requisition_id]
                await self.session.execute(
                    update(Application)
                    .where(Application.organization_id == self.organization_id, Application.id.in_(mine),
                           Application.status == "active")
                    .values(answer_due_at=due)
                    .execution_options(synchronize_session=False)
                )  # fmt: skip

    async def map_to(self, requisition_id: UUID, pipeline_id: UUID, actor: str) -> list[Moved]:
        """Let the applications of a requisition stand in the stages of another pipeline, by kind.

        What waits for them goes along: an e-mail that rejects is still sent.

        Args:
            requisition_id: Whose applications.
            pipeline_id: The other pipeline.
            actor: Who does so, for their histories.

        Returns:
            The applications, where they come from and where they stand now.
        """
        values = {
            "organization_id": self.organization_id, "requisition_id": requisition_id, "pipeline_id": pipeline_id,
            "kinds": [str(kind) for kind in Stage],
        }  # fmt: skip
        moved = await self.session.execute(MAP_STEPS, values | {"actor": actor})
        await self.session.execute(MAP, values)
        await self.session.execute(FOLLOW, values)
        return [dict(row) for row in moved.mappings()]

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
