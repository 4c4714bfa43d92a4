"""Jobs as anybody may read them, without a log-in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.job_question import PublicQuestion
from talentflux.schemas.page import Cursor, Limit
from talentflux.schemas.requisition import EmploymentType, PayPeriod, Place, Remote

Words = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, Field(min_length=1, max_length=100)]


class PublicOrganization(Schema):
    """Who hires."""

    slug: str
    name: str


class PublicPay(Schema):
    """What the job pays."""

    min: float | None
    max: float | None
    currency: str = Field(description="ISO 4217.")
    period: PayPeriod


class PublicJobSummary(Schema):
    """A job in a public list."""

    id: UUID
    organization: PublicOrganization
    title: str
    language: str
    department: str | None
    employment_type: EmploymentType | None
    places: list[Place]
    remote: Remote
    remote_countries: list[str]
    pay: PublicPay | None
    published_at: datetime
    expires_at: datetime | None
    url: str


class ScreeningNotice(Schema):
    """What applicants are told of automated screening."""

    notice: str | None


class PublicJob(PublicJobSummary):
    """A job with all that somebody needs to apply."""

    description: str = Field(description="Markdown.")
    description_html: str = Field(description="The same as HTML without scripts, pictures and foreign tags.")
    screening: ScreeningNotice | None = Field(description="Null where no program compares applications.")
    form: list[PublicQuestion]
    apply_url: str
    json_ld: dict[str, Any] = Field(description="schema.org JobPosting.")


class PublicJobQuery(Schema):
    """What the public lists of jobs can be asked."""

    limit: Limit = 50
    cursor: Cursor | None = None
    q: Words | None = Field(default=None, description="Words of title, department or employer, all of them.")
    place: Words | None = Field(default=None, description="Words of country, region or city.")
    remote: Remote | None = None
    employment_type: EmploymentType | None = None
    department: Words | None = None


class FeedQuery(Schema):
    """Whose jobs a feed holds."""

    organization: Slug | None = None
