"""Originals as they were uploaded."""

from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema


class FileRead(Schema):
    """An original in the file store."""

    id: UUID
    name: str = Field(description="As uploaded; inside an archive `archive.zip/inner.pdf`.")
    media_type: str = Field(description="From the name; what the file really is stands in the resume's document.")
    size: int = Field(description="Bytes.")
    sha256: str
