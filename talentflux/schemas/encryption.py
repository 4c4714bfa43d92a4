"""What the commands about keys report."""

from pydantic import Field

from talentflux.schemas.base import Schema


class RotatedKeys(Schema):
    """What a rotation of keys did."""

    owners: int = Field(description="Organizations, and the platform, whose key was rotated.")
    rewrapped: int = Field(description="Keys that were wrapped anew.")


class SealedRows(Schema):
    """What the encryption of rows of an older version did."""

    candidates: int = 0
    files: int = 0
    resumes: int = 0
    tasks: int = 0
