"""Collects what a reader finds and makes the Document of it."""

import hashlib
from typing import Any

from talentflux.ai.documents.cleaning import clean_line
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.problems import problem
from talentflux.schemas.base import Span
from talentflux.schemas.document import Document, DocumentKind, HiddenReason, HiddenText

# More reports than this tell a person nothing new.
_MOST_HIDDEN = 200
_MOST_HIDDEN_CHARACTERS = 2_000
_MOST_LINKS = 200


class DocumentBuilder:
    """Takes lines in reading order and keeps spans right while characters are cleaned.

    Attributes:
        hidden: Texts that are in the file and not on the page.
        warnings: Plain sentences for a person.
        json_resume: The parsed object of a JSON Resume file.
        ocr: True when the text was read from a picture.
    """

    def __init__(self, name: str, kind: DocumentKind, data: bytes) -> None:
        self._name = name
        self._kind = kind
        self._data = data
        self._parts: list[str] = []
        self._length = 0
        self._gap = False
        self._headings: list[Span] = []
        self._pages: list[Span] = []
        self._page_start: int | None = None
        self._page: int | None = None
        self._links: dict[str, None] = {}
        self.hidden: list[HiddenText] = []
        self.warnings: list[str] = []
        self.json_resume: dict[str, Any] | None = None
        self.ocr = False

    @property
    def length(self) -> int:
        """Characters of visible text so far."""
        return self._length

    def line(self, text: str, *, heading: bool = False) -> None:
        """Add one or more visible lines; empty lines divide blocks.

        Args:
            text: The text; newlines in it end lines.
            heading: Whether the lines are set as a heading.
        """
        for raw in text.splitlines():
            cleaned = clean_line(raw, self.hidden, self._page)
            if not cleaned:
                self._gap = self._gap or not raw.strip()
                continue
            if self._gap and self._length:
                self._parts.append("\n")
                self._length += 1
            self._gap = False
            if heading:
                self._headings.append(Span(start=self._length, end=self._length + len(cleaned)))
            self._parts.append(cleaned)
            self._parts.append("\n")
            self._length += len(cleaned) + 1
            if self._length > LIMITS.characters:
                raise problem(
                    "too_large", self._name, "holds far more text than a resume. Send the resume alone, as PDF or DOCX."
                )

    def gap(self) -> None:
        """End a block: an empty line follows unless nothing more comes."""
        self._gap = True

    def start_page(self, number: int) -> None:
        """Begin a page.

        Args:
            number: Page, counted from 1.
        """
        self._end_page()
        self._page = number
        self._gap = True
        self._page_start = self._length

    def _end_page(self) -> None:
        if self._page_start is not None:
            start = min(self._page_start + (self._page_start > 0 and self._length > self._page_start), self._length)
            self._pages.append(Span(start=start, end=self._length))

    def hide(self, text: str, reason: HiddenReason, page: int | None = None) -> None:
        """Report a text that nobody sees on the page.

        Args:
            text: The text; whitespace alone is passed over.
            reason: Why it is not seen.
            page: Page, counted from 1; by default the page that is being read.
        """
        cleaned = " ".join(clean_line(line, self.hidden, self._page) for line in text.splitlines()).strip()
        if cleaned and len(self.hidden) < _MOST_HIDDEN:
            short = cleaned[:_MOST_HIDDEN_CHARACTERS]
            self.hidden.append(HiddenText(text=short, reason=reason, page=page or self._page))

    def link(self, target: str) -> None:
        """Keep the target of a hyperlink.

        Args:
            target: Address as written in the file; anything but web, mail and telephone addresses is passed over.
        """
        address = target.strip()
        plain = address.isprintable() and len(address) <= 2_000 and len(self._links) < _MOST_LINKS
        if plain and address.lower().startswith(("http://", "https://", "mailto:", "tel:", "www.")):
            self._links[address] = None

    def warn(self, sentence: str) -> None:
        """Add a sentence for a person, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def build(self) -> Document:
        """Return the document.

        Raises:
            UnreadableFileError: With reason no_text when nothing visible was found.
        """
        self._end_page()
        text = "".join(self._parts).removesuffix("\n")
        if not text and self.json_resume is None:
            hint = " All the text in it is invisible." if self.hidden else ""
            raise problem(
                "no_text",
                self._name,
                f"holds no visible text.{hint} Save the resume as a PDF or DOCX with real text and send that.",
            )
        end = len(text)
        clipped = [Span(start=min(span.start, end), end=min(span.end, end)) for span in self._pages]
        return Document(
            name=self._name,
            kind=self._kind,
            sha256=hashlib.sha256(self._data).hexdigest(),
            size=len(self._data),
            text=text,
            pages=clipped,
            headings=self._headings,
            links=list(self._links),
            hidden=self.hidden[:_MOST_HIDDEN],
            json_resume=self.json_resume,
            ocr=self.ocr,
            warnings=self.warnings,
        )
