"""Whether people agreed to be kept."""

from enum import StrEnum


class Consent(StrEnum):
    """Whether a person agreed to be kept for other needs than the one they applied to."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
