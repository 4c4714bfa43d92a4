"""Pipelines: the stages that applications go through."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.application import Stage
from talentflux.schemas.base import Schema
from talentflux.schemas.message import Body, Line, Subject

LONGEST_DELAY = 60 * 24 * 30
MOST_STAGES = 30
_DAYS = "Days after which an application has been here for too long; null for never."


class StageCreate(Schema):
    """A new stage."""

    name: Line = Field(description="As people see it.")
    kind: Stage = Field(description="What it means, whatever it is called.")
    max_days: int | None = Field(default=None, ge=1, le=3650, description=_DAYS)
    position: int | None = Field(default=None, ge=1, le=MOST_STAGES, description="Its place; by default the last.")


class StageUpdate(Schema):
    """Changing a stage. What is left out stays."""

    name: Line | None = None
    max_days: int | None = Field(default=None, ge=1, le=3650, description=_DAYS)
    position: int | None = Field(default=None, ge=1, le=MOST_STAGES, description="Its place from now on.")


class StageRead(Schema):
    """A stage of a pipeline."""

    id: UUID
    name: str
    kind: Stage
    position: int = Field(description="Its place, from 1.")
    max_days: int | None = Field(description=_DAYS)
    updated_at: datetime


class PipelineCreate(Schema):
    """A new pipeline of the organization."""

    name: Line
    stages: list[StageCreate] | None = Field(
        default=None,
        min_length=3,
        max_length=MOST_STAGES,
        description="In order, at least one each of applied, hired and rejected; by default the usual six.",
    )


class PipelineUpdate(Schema):
    """Changing a pipeline. What is left out stays."""

    name: Line | None = None
    is_default: bool | None = Field(default=None, description="`true`: for requisitions without their own.")
    rejection_delay_minutes: int | None = Field(default=None, ge=0, le=LONGEST_DELAY)
    rejection_subject: Subject | None = None
    rejection_body: Body | None = None


class PipelineRead(Schema):
    """A pipeline with its stages."""

    id: UUID
    name: str
    requisition_id: UUID | None = Field(description="Whose own it is; null for one of the organization.")
    is_default: bool = Field(description="Whether requisitions without their own use it.")
    rejection_delay_minutes: int = Field(description="How long an e-mail that rejects waits and can be called back.")
    rejection_subject: str | None = Field(description="Null for the usual subject.")
    rejection_body: str | None = Field(description="Null for the usual text.")
    stages: list[StageRead]
    created_at: datetime
    updated_at: datetime


class PipelineSummary(Schema):
    """A pipeline without its stages."""

    id: UUID
    name: str
    is_default: bool
    created_at: datetime
    updated_at: datetime


class PipelineChoice(Schema):
    """Which pipeline a requisition's own is copied from."""

    pipeline_id: UUID
