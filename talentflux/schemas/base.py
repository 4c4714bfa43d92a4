"""What every schema shares."""

from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

T = TypeVar("T")

Confidence = Annotated[float, Field(ge=0.0, le=1.0, description="How sure the reader is, 0 to 1.")]


class Schema(BaseModel):
    """A model that refuses unknown fields, so that a misspelt name is an error and not silence."""

    model_config = ConfigDict(extra="forbid", use_enum_values=False)


class TypedSchema(Schema):
    """What people type: blanks around it are dropped, so that blanks alone are nothing."""

    model_config = ConfigDict(str_strip_whitespace=True)


class Span(Schema):
    """A stretch of a document's text, in characters: `text[start:end]`."""

    start: int = Field(ge=0, lt=2**31)
    end: int = Field(ge=0, lt=2**31)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError("end lies before start")
        return self

    def of(self, text: str) -> str:
        """Return the quoted stretch of `text`."""
        return text[self.start : self.end]


class Found(Schema, Generic[T]):
    """A value read from a document, with where it stands and how sure the reader is."""

    value: T
    span: Span | None = Field(
        default=None, description="Where the value stands; null when it was computed or given as data."
    )
    confidence: Confidence
