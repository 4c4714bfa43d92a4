"""How errors are answered (RFC 9457)."""

from pydantic import Field

from talentflux.schemas.base import Schema


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str = Field(description="Path of the field, parts divided by dots: `body.title`.")
    message: str = Field(description="What is wrong and what would be right.")


class Problem(Schema):
    """An error as application/problem+json."""

    type: str = Field(description="Always `about:blank`: `code` says what happened.")
    title: str = Field(description="The same sentence for every occurrence of this code.")
    status: int = Field(description="HTTP status code.")
    detail: str = Field(description="What happened this time and what to do about it.")
    code: str = Field(description="Stable name for programs.")
    request_id: str = Field(description="The X-Request-Id of this answer; the log has it too.")
    errors: list[FieldProblem] = Field(description="The offending fields; empty where no field is to blame.")
