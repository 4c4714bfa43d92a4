"""The words of a PDF page with their positions, the hidden ones apart."""

import ctypes
import re
import struct
from dataclasses import dataclass
from itertools import groupby

import pypdfium2 as pdfium

from talentflux.ai.documents import pdfium_calls as calls
from talentflux.ai.documents.bullets import drawn_bullets
from talentflux.ai.documents.colours import LEAST_SIZE
from talentflux.ai.documents.pdf_shapes import Look, PageShapes
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.rendering import Rendering
from talentflux.ai.documents.spacing import Word
from talentflux.schemas.document import HiddenReason

# A hyphen at the end of a line ends a word, though PDFium runs it on into the next line.
_WORD = re.compile(r"[^\s\u00a0\ufffe\x02]+[\ufffe\x02]?|[\ufffe\x02]")
# Steps of grey, 0 to 255; the thinnest print gives more.
_LEAST_INK = 12
_LONG_WORD = 40
# What PDFium says of a word: the origin's x and y and the loose box (left, top, right, bottom) of its first character,
# and the box (left, right, bottom, top) of its last.
_PLACE = struct.Struct("=2d4f4d")


@dataclass(frozen=True)
class PageContent:
    """What is on a page.

    Attributes:
        words: Words that a reader of the page sees.
        hidden: Texts that they do not see, with the reason.
        layer: Words without ink, as a scanner lays over its picture.
        picture_share: Part of the page that pictures cover, 0 to 1.
    """

    words: list[Word]
    hidden: list[tuple[str, HiddenReason]]
    layer: list[Word]
    picture_share: float


def read_page(page: pdfium.PdfPage, most: int, name: str) -> PageContent:
    """Return the words of a page.

    Args:
        page: The page.
        most: Most characters that it may hold.
        name: File name for messages.

    Raises:
        UnreadableFileError: With reason too_large or damaged.
    """
    handle = calls.handle_of(page)
    text_page = calls.load_text_page(handle)
    if not text_page:
        raise problem("damaged", name)
    try:
        if calls.count_characters(text_page) > most:
            raise problem("too_large", name, "holds far more text than a resume. Send the resume alone.")
        return _PageReader(page, handle, text_page).read()
    finally:
        calls.close_text_page(text_page)


class _PageReader:
    """Reads one page; buffers for PDFium's answers are made once."""

    def __init__(self, page: pdfium.PdfPage, handle: int, text_page: int) -> None:
        self._page = page
        self._text_page = text_page
        self._shapes = PageShapes(handle)
        self._rendered: Rendering | None = None
        self._turned: int = calls.get_rotation(handle) % 4
        self._place = ctypes.create_string_buffer(_PLACE.size)
        start = ctypes.addressof(self._place)
        self._origin = (start, start + 8)
        self._loose_box = start + 16
        self._box = (start + 32, start + 40, start + 48, start + 56)

    def read(self) -> PageContent:
        """Return the words of the page."""
        text = self._text()
        words: list[Word] = []
        layer: list[Word] = []
        hidden: list[tuple[str, HiddenReason]] = []
        for match in _WORD.finditer(text):
            glued = False
            for start, end, look in self._stretches(*match.span()):
                word, x, y = self._word(text[start:end], start, end, look, glued=glued)
                reason = self._reason(word, look, x, y)
                if reason is None:
                    words.append(word)
                else:
                    hidden.append((word.text, reason))
                    if reason is HiddenReason.INVISIBLE:
                        layer.append(word)
                glued = True
        if self._shapes.dots and not self._turned:
            words.extend(drawn_bullets(self._shapes.dots, words))
        return PageContent(words, _phrases(hidden), layer, self._shapes.picture_share)

    def _stretches(self, start: int, end: int) -> list[tuple[int, int, Look]]:
        """Return start, end and look of the parts of a word that are drawn alike."""
        object_of, look_of, text_page = calls.get_text_object, self._shapes.look, self._text_page
        first = object_of(text_page, start)
        # Characters between two of the same object belong to it: objects do not interleave in a word.
        if end - start == 1 or (end - start < _LONG_WORD and object_of(text_page, end - 1) == first):
            return [(start, end, look_of(first))]
        looks = [look_of(object_of(text_page, index)) for index in range(start, end)]
        if looks.count(looks[0]) == end - start:
            return [(start, end, looks[0])]
        stretches = []
        for look, group in groupby(looks):
            end = start + sum(1 for _ in group)
            stretches.append((start, end, look))
            start = end
        return stretches

    def _text(self) -> str:
        """Return the characters of the page, one for each index."""
        count = calls.count_characters(self._text_page)
        buffer = ctypes.create_string_buffer(2 * count + 2)
        written = calls.get_text(self._text_page, 0, count, buffer)
        text = buffer.raw[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
        points = [calls.get_unicode(self._text_page, index) for index in range(count)]
        return "".join(chr(point) if 0 < point < 0x110000 else " " for point in points)

    def _word(self, text: str, start: int, end: int, look: Look, *, glued: bool) -> tuple[Word, float, float]:
        """Return a word as seen on the upright page, and a point in it as the page's content counts."""
        calls.get_origin(self._text_page, start, *self._origin)
        calls.get_loose_box(self._text_page, start, self._loose_box)
        calls.get_box(self._text_page, end - 1, *self._box)
        x, y, start_left, start_top, start_right, start_bottom, left, right, bottom, top = _PLACE.unpack(self._place)
        if not self._turned:
            size = abs(start_top - start_bottom)
            right = max(right, x)
            return Word(text, x, right, y, size, look.bold, glued), (x + right) / 2, y + 0.25 * size
        size = abs(start_top - start_bottom) if self._turned == 2 else abs(start_right - start_left)
        middle = (x + right) / 2, (bottom + top) / 2
        x, y = _turn(x, y, self._turned)
        right = max(x, _turn(left, bottom, self._turned)[0], _turn(right, top, self._turned)[0])
        return Word(text, x, right, y, size, look.bold, glued), *middle

    def _reason(self, word: Word, look: Look, x: float, y: float) -> HiddenReason | None:
        """Return why a word is not seen, or None."""
        if look.inkless:
            return HiddenReason.INVISIBLE
        if word.size < LEAST_SIZE:
            return HiddenReason.TINY
        reason = self._shapes.hides(look, x, y)
        if reason is not None or not self._shapes.has_pictures or not self._shapes.pictured(look, x, y):
            return reason
        return None if self._shows(word, x, y) else HiddenReason.LOW_CONTRAST

    def _shows(self, word: Word, x: float, y: float) -> bool:
        """Whether the rendered page shows any ink in the box of a word: asked where a picture lies under it."""
        if self._rendered is None:
            self._rendered = Rendering(self._page)
        width, height = (word.right - word.left) / 2, 0.4 * word.size
        if self._turned % 2:
            width, height = height, width
        return self._rendered.contrast(x - width, y - height, x + width, y + height) >= _LEAST_INK


def _turn(x: float, y: float, quarters: int) -> tuple[float, float]:
    """Return a point of a page that is shown turned clockwise by quarters."""
    return ((y, -x), (-x, -y), (-y, x))[quarters - 1]


def _phrases(hidden: list[tuple[str, HiddenReason]]) -> list[tuple[str, HiddenReason]]:
    """Return hidden words that follow each other as one text."""
    grouped = groupby(hidden, key=lambda pair: pair[1])
    return [(" ".join(text for text, _ in group), reason) for reason, group in grouped]
