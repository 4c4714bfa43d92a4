"""One thing done to many applications, tried out first where a person wants to see."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from talentflux.schemas.application import Rejection, Stage
from talentflux.schemas.base import Schema
from talentflux.schemas.message import Body, Subject

MOST = 2000


class BulkAction(StrEnum):
    """What is done."""

    MOVE = "move"
    REJECT = "reject"
    EMAIL = "email"
    TAG = "tag"


class BulkMessage(Schema):
    """An e-mail to each candidate."""

    subject: Subject
    body: Body


class BulkMove(Schema):
    """Where to: a stage of one pipeline, or the first of a kind in each application's own."""

    stage: Stage | None = None
    stage_id: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.stage is None) == (self.stage_id is None):
            raise ValueError("give stage or stage_id")
        return self


class BulkRequest(Schema):
    """What is to be done to which applications; exactly one of move, reject, email and tag."""

    application_ids: list[UUID] = Field(min_length=1, max_length=MOST, description="Each once.")
    move: BulkMove | None = None
    reject: Rejection | None = None
    email: BulkMessage | None = None
    tag: list[Annotated[str, Field(min_length=1, max_length=100)]] | None = Field(
        default=None, min_length=1, max_length=20, description="Names of tags for the candidates."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(getattr(self, str(action)) is not None for action in BulkAction) != 1:
            raise ValueError("give exactly one of move, reject, email and tag")
        if len(set(self.application_ids)) < len(self.application_ids):
            raise ValueError("an application is named twice")
        return self

    @property
    def action(self) -> BulkAction:
        """Which of them it is."""
        return next(action for action in BulkAction if getattr(self, str(action)) is not None)


class BulkItem(Schema):
    """What would happen to one application."""

    application_id: UUID
    allowed: bool
    reason: str | None = Field(description="Why not, a short name: not_found, closed, do_not_contact, …")
    detail: str | None = Field(description="What to do about it.")


class BulkPreview(Schema):
    """What would happen to each application; nothing has."""

    action: BulkAction
    allowed: int
    refused: int
    items: list[BulkItem]
