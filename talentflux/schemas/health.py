"""Whether the program lives and is ready to serve."""

from pydantic import Field

from talentflux.schemas.base import Schema


class Health(Schema):
    """The process answers."""

    status: str = Field(description="Always `ok`.")
    version: str


class Readiness(Schema):
    """What the program needs, part by part."""

    ready: bool
    checks: dict[str, str] = Field(description="Part to `ok` or what is wrong with it.")
