"""Private fields: contact data that only those see who may."""

from typing import Any, Final

from pydantic import BaseModel

from talentflux.core.permissions import Permission

PRIVATE: Final[dict[str, Any]] = {"x-permission": Permission.CANDIDATE_READ_PRIVATE.value}
"""Marks a field of a schema, and says so in the API's description. For everybody else it is null or empty."""


def private_fields(schema: type[BaseModel]) -> frozenset[str]:
    """Return the names of a schema's private fields.

    Args:
        schema: As it is answered.
    """
    return frozenset(name for name, field in schema.model_fields.items() if field.json_schema_extra == PRIVATE)
