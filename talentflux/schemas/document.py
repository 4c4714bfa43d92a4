"""A file as read: its visible text in reading order, and what was hidden in it."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from talentflux.schemas.base import Schema, Span


class DocumentKind(StrEnum):
    """What a file is, judged from its content."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    RTF = "rtf"
    TEXT = "text"
    HTML = "html"
    JSON_RESUME = "json_resume"


class HiddenReason(StrEnum):
    """Why a reader of the page would not see a text."""

    INVISIBLE = "invisible"  # rendering mode without ink, display:none, Word's hidden attribute
    LOW_CONTRAST = "low_contrast"  # white on white and the like
    TINY = "tiny"
    OFF_PAGE = "off_page"
    BEHIND = "behind"  # covered by an image or a filled shape
    METADATA = "metadata"  # document properties and comments
    UNICODE_TAGS = "unicode_tags"  # U+E0000 block
    ZERO_WIDTH = "zero_width"


class HiddenText(Schema):
    """A text that is in the file and not on the page. It never counts; it is reported."""

    text: str
    reason: HiddenReason
    page: int | None = Field(default=None, description="Page, counted from 1, where the format has pages.")


class Document(Schema):
    """A file as read."""

    name: str = Field(description="File name as given.")
    kind: DocumentKind
    sha256: str = Field(description="Of the original bytes, hexadecimal.")
    size: int = Field(ge=0, description="Bytes of the original.")
    text: str = Field(
        description="Visible text in reading order; lines end in one newline, blocks are divided by an empty line."
    )
    pages: list[Span] = Field(
        default_factory=list, description="Stretch of the text on each page; empty where the format has none."
    )
    headings: list[Span] = Field(
        default_factory=list, description="Lines set as headings (larger, bold, heading style)."
    )
    links: list[str] = Field(default_factory=list, description="Targets of hyperlinks, in order, without repeats.")
    hidden: list[HiddenText] = Field(default_factory=list)
    json_resume: dict[str, Any] | None = Field(default=None, description="The parsed object of a JSON Resume file.")
    ocr: bool = Field(default=False, description="True when the text was read from a picture.")
    warnings: list[str] = Field(default_factory=list, description="Plain sentences for a person.")
