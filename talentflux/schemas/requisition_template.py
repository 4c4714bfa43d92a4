"""Templates and copies of requisitions."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.requirement import Requirement
from talentflux.schemas.requisition import (
    Country,
    Currency,
    EmploymentType,
    InterviewPlan,
    Money,
    PayPeriod,
    Place,
    Remote,
    Short,
    WholeTerms,
    check_distinct,
)


class TemplateContent(Schema):
    """What a requisition from a template begins with."""

    title: str = Field(min_length=1, max_length=200)
    description: str = Field(min_length=1, max_length=100_000)
    language: str | None = Field(default=None, max_length=10, description="ISO 639-1 of the description.")
    location: str | None = Field(default=None, max_length=200)
    requirements: list[Requirement] = Field(default_factory=list, max_length=200)
    employment_type: EmploymentType | None = None
    pay_min: Money | None = None
    pay_max: Money | None = None
    pay_currency: Currency | None = None
    pay_period: PayPeriod | None = None
    places: list[Place] = Field(default_factory=list, max_length=50)
    remote: Remote = Remote.NONE
    remote_countries: list[Country] = Field(default_factory=list, max_length=300)
    department: Short | None = None
    headcount: int = Field(default=0, ge=0, le=500)
    interview_plan: InterviewPlan = Field(default_factory=list)
    custom: dict[str, Any] = Field(default_factory=dict, max_length=200)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_distinct(self.requirements)
        given = self.model_dump(include=set(WholeTerms.model_fields) & set(type(self).model_fields))
        WholeTerms.model_validate(given)
        return self


class StoredContent(TemplateContent):
    """The content of a template as it is answered."""


class TemplateCreate(Schema):
    """A new template: of a requisition, or written down."""

    name: Short
    requisition_id: UUID | None = Field(default=None, description="Take the content from this requisition.")
    content: TemplateContent | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.requisition_id is None) == (self.content is None):
            raise ValueError("give either requisition_id or content")
        return self


class TemplateUpdate(Schema):
    """What changes of a template; what is absent stays as it is."""

    name: Short | None = None
    content: TemplateContent | None = Field(default=None, description="In the place of the whole former content.")


class TemplateSummary(Schema):
    """A template in a list."""

    id: UUID
    name: str
    title: str
    department: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class TemplateRead(Schema):
    """A template."""

    id: UUID
    name: str
    content: StoredContent
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class TemplateQuery(SyncParameters):
    """What the list of templates can be asked."""

    department: Short | None = Field(default=None, description="Only those for this department.")
    sort: Sort = "-created_at"


class RequisitionFromTemplate(Schema):
    """What a requisition from a template has of its own."""

    title: str | None = Field(default=None, min_length=1, max_length=200, description="By default the template's.")
    external_id: str | None = Field(default=None, min_length=1, max_length=200)
    workspace_id: UUID | None = Field(default=None, description="The workspace that it belongs to.")
    confidential: bool = Field(default=False, description="Only the hiring team, owners and admins see it.")
    draft: bool = Field(default=True, description="Make a draft; in any case one where an approval chain applies.")


class RequisitionCopy(Schema):
    """What of a requisition is copied besides text, requirements, terms and interview plan."""

    title: str | None = Field(
        default=None, min_length=1, max_length=200, description="By default that of the original."
    )
    team: bool = Field(default=False, description="The hiring team too.")
    pipeline: bool = Field(default=False, description="The stages with their automations too.")
    openings: bool = Field(default=False, description="As many openings as the original has, all of them open.")
    draft: bool = Field(default=True, description="Make a draft; in any case one where an approval chain applies.")
