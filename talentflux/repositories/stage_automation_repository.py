"""SQL of stage automations."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from talentflux.models import Pipeline, PipelineStage, StageAutomation
from talentflux.repositories.base import FIRST_ID, ListQuery, TenantRepository, of_tenant, parameter
from talentflux.schemas.page import RowPage

_LIST: Final = ListQuery(
    select(
        StageAutomation.id,
        StageAutomation.stage_id,
        StageAutomation.action,
        StageAutomation.delay_minutes,
        StageAutomation.subject,
        StageAutomation.body,
        StageAutomation.title,
        StageAutomation.assignee_id,
        StageAutomation.enabled,
        StageAutomation.created_at,
        StageAutomation.updated_at,
    )
    .where(
        *of_tenant(StageAutomation),
        StageAutomation.stage_id == parameter("stage_id", StageAutomation.stage_id),
        StageAutomation.id > parameter("after_id", StageAutomation.id),
    )
    .order_by(StageAutomation.id),
    key={"id": FIRST_ID},
)


class StageAutomationRepository(TenantRepository[StageAutomation]):
    """Automations of the organization's stages."""

    model = StageAutomation

    async def page(self, stage_id: UUID, limit: int, cursor: str | None) -> RowPage:
        """Read a page of a stage's automations, the oldest first."""
        return await _LIST.page(self.session, limit, cursor, stage_id=stage_id)

    async def has_stage(self, stage_id: UUID, pipeline_id: UUID | None = None) -> bool:
        """Return whether there is a stage in a pipeline that the transaction sees.

        Args:
            stage_id: The stage.
            pipeline_id: The pipeline; any by default.
        """
        statement = (
            select(PipelineStage.id)
            .join(
                Pipeline,
                (Pipeline.organization_id == PipelineStage.organization_id)
                & (Pipeline.id == PipelineStage.pipeline_id),
            )
            .where(
                PipelineStage.organization_id == self.organization_id,
                PipelineStage.id == stage_id,
                PipelineStage.deleted_at.is_(None),
                Pipeline.deleted_at.is_(None),
            )
        )
        if pipeline_id is not None:
            statement = statement.where(Pipeline.id == pipeline_id)
        return await self.session.scalar(statement) is not None
