"""Requisitions: what is asked for, as it is given and answered."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.requirement import Requirement


class RequisitionStatus(StrEnum):
    """Whether people are still looked for."""

    OPEN = "open"
    CLOSED = "closed"


class Placement(Schema):
    """Where a new requisition belongs and who sees it."""

    confidential: bool = Field(
        default=False, description="Only the hiring team, owners and admins see it. Whoever makes it joins the team."
    )
    workspace_id: UUID | None = Field(default=None, description="The workspace that it belongs to.")


class RequisitionCreate(Placement):
    """A requisition from a description; what it asks for is read from the text unless it is given."""

    title: str | None = Field(
        default=None, min_length=1, max_length=200, description="Read from the description when absent."
    )
    description: str = Field(min_length=1, max_length=100_000, description="The job as advertised, text or Markdown.")
    requirements: list[Requirement] | None = Field(
        default=None, max_length=200, description="Given by a person; read from the description when absent."
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_distinct(self.requirements or [])
        return self


class RequisitionUpdate(Schema):
    """What changes of a requisition; what is absent stays as it is."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    status: RequisitionStatus | None = None
    confidential: bool | None = Field(
        default=None, description="Only the hiring team, owners and admins see it. Whoever sets it joins the team."
    )
    workspace_id: UUID | None = Field(default=None, description="The workspace that it belongs to; null for none.")


class RequirementsUpdate(Schema):
    """The requirements as a person edited them."""

    version: int = Field(ge=1, description="The `requirements_version` that was edited; another one is refused.")
    requirements: list[Requirement] = Field(max_length=200)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_distinct(self.requirements)
        return self


class RequisitionSummary(Schema):
    """A requisition in a list."""

    id: UUID
    title: str
    status: RequisitionStatus
    language: str | None = Field(description="ISO 639-1 of the description.")
    location: str | None
    requirements_version: int
    confidential: bool = Field(description="Whether only the hiring team, owners and admins see it.")
    workspace_id: UUID | None = Field(description="The workspace that it belongs to.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class RequisitionQuery(SyncParameters):
    """What the list of requisitions can be asked."""

    status: RequisitionStatus | None = Field(default=None, description="Only those with this status.")
    sort: Sort = "-created_at"


class RequisitionRead(RequisitionSummary):
    """A requisition with its description and requirements."""

    description: str
    requirements: list[Requirement]
    warnings: list[str] = Field(description="What the reader of the description wants a person to look at.")


def check_distinct(requirements: list[Requirement]) -> None:
    """Refuse two requirements with one id.

    Args:
        requirements: As given.

    Raises:
        ValueError: Two have the same id; the sentence names it.
    """
    seen: set[str] = set()
    for requirement in requirements:
        if requirement.id in seen:
            raise ValueError(f"the id {requirement.id} occurs twice; number the requirements r1, r2, …")
        seen.add(requirement.id)
