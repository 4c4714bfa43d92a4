"""Ink and ground on a PDF page: what lies under a word, and what over it."""

import ctypes
import struct
from bisect import bisect_left
from dataclasses import dataclass

from talentflux.ai.documents import pdfium_calls as calls
from talentflux.ai.documents.colours import RGB, WHITE, unseen
from talentflux.schemas.document import HiddenReason

_NO_INK = (3, 7)
_STROKED_ONLY = (1, 5)
# Shapes smaller than this on a side hide and carry no word.
_LEAST_SIDE = 4.0
_MOST_SHAPES = 4_000
# Browsers print a round corner as many short curves.
_MOST_SEGMENTS = 80
_MOST_DOTS = 1_000
_DEEPEST_FORM = 6
# Red, green, blue and alpha; left, bottom, right and top.
_COLOUR = struct.Struct("=4I")
_EDGES = struct.Struct("=4f")
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")


@dataclass(frozen=True)
class Look:
    """How a text object is drawn.

    Attributes:
        order: Its place in the order of drawing.
        ink: Its colour, or None where it is a pattern.
        inkless: Whether it is drawn without any ink.
        bold: Whether its font is bold.
    """

    order: int
    ink: RGB | None
    inkless: bool
    bold: bool


@dataclass(frozen=True)
class _Shape:
    """A filled rectangle, a picture or another shape; `ground` is None where its colours are not told by it."""

    order: int
    left: float
    bottom: float
    right: float
    top: float
    ground: RGB | None
    covers: bool
    picture: bool

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


class PageShapes:
    """The drawn objects of a page.

    Args:
        page: PDFium's handle of the page.

    Attributes:
        has_pictures: Whether there is a picture, a pattern or a shape that only rendering can tell.
        dots: Small filled shapes as left edge, right edge and middle height: bullets, perhaps.
    """

    def __init__(self, page: int) -> None:
        box = calls.Rectangle()
        calls.get_page_box(page, ctypes.byref(box))
        self._left, self._bottom, self._right, self._top = box.left, box.bottom, box.right, box.top
        self._orders: dict[int, int] = {}
        self._looks: dict[int | None, Look] = {}
        self._styles: dict[tuple[int, bytes | None, int | None, int], Look] = {}
        self._keys: dict[tuple[RGB | None, bool, bool, int], Look] = {}
        self._bold: dict[int, bool] = {}
        self._shapes: list[_Shape] = []
        self.dots: list[tuple[float, float, float]] = []
        self._next = 0
        self._numbers = ctypes.create_string_buffer(_COLOUR.size)
        self._by_numbers = tuple(ctypes.addressof(self._numbers) + 4 * place for place in range(4))
        self._edges = ctypes.create_string_buffer(_EDGES.size)
        self._by_edges = tuple(ctypes.addressof(self._edges) + 4 * place for place in range(4))
        count = calls.count_objects(page)
        object_at = calls.get_object
        self._collect([object_at(page, index) for index in range(count)], (1, 0, 0, 1, 0, 0), 0)
        self.has_pictures = any(shape.ground is None for shape in self._shapes)
        self._shape_orders = [shape.order for shape in self._shapes]

    @property
    def picture_share(self) -> float:
        """Part of the page that pictures cover, 0 to 1."""
        width, height = self._right - self._left, self._top - self._bottom
        areas = [
            max(0.0, min(shape.right, self._right) - max(shape.left, self._left))
            * max(0.0, min(shape.top, self._top) - max(shape.bottom, self._bottom))
            for shape in self._shapes
            if shape.picture
        ]
        return min(1.0, sum(areas) / (width * height)) if width * height > 0 else 0.0

    def look(self, text_object: int | None) -> Look:
        """Return how a text object is drawn; objects that look the same share one Look."""
        found = self._looks.get(text_object)
        if found is None:
            found = self._looks[text_object] = self._read_look(text_object)
        return found

    def hides(self, look: Look, x: float, y: float) -> HiddenReason | None:
        """Return why a text at a point is not seen, or None."""
        if not (self._left <= x <= self._right and self._bottom <= y <= self._top):
            return HiddenReason.OFF_PAGE
        ground: RGB | None = WHITE
        for shape in self._shapes:
            if shape.left <= x <= shape.right and shape.bottom <= y <= shape.top:
                if shape.order < look.order:
                    ground = shape.ground
                elif shape.covers:
                    return HiddenReason.BEHIND
        if ground is not None and look.ink is not None and unseen(look.ink, ground):
            return HiddenReason.LOW_CONTRAST
        return None

    def pictured(self, look: Look, x: float, y: float) -> bool:
        """Whether the topmost shape under a text at a point is a picture or a pattern."""
        below = [shape for shape in self._shapes if shape.order < look.order and shape.holds(x, y)]
        return bool(below) and below[-1].ground is None

    def _read_look(self, text_object: int | None) -> Look:
        if not text_object:
            return Look(self._next, (0, 0, 0), inkless=False, bold=False)
        mode = calls.get_render_mode(text_object)
        read = calls.get_stroke if mode in _STROKED_ONLY else calls.get_fill
        colour = self._numbers.raw if read(text_object, *self._by_numbers) else None
        font = calls.get_font(text_object)
        order = self._orders.get(text_object, self._next)
        # Objects between the same shapes are drawn alike: one Look keeps words of many objects whole.
        layer = bisect_left(self._shape_orders, order)
        style = (mode, colour, font, layer)
        found = self._styles.get(style)
        if found is None:
            found = self._styles[style] = self._make_look(mode, colour, font, order, layer)
        return found

    def _make_look(self, mode: int, colour: bytes | None, font: int | None, order: int, layer: int) -> Look:
        ink, alpha = _unpack(colour)
        inkless = mode in _NO_INK or alpha < 8
        if ink is not None and alpha < 255:
            ink = _blend(ink, alpha)
        bold = mode in (2, 6) or self._is_bold(font)
        return self._keys.setdefault((ink, inkless, bold, layer), Look(order, ink, inkless, bold))

    def _is_bold(self, font: int | None) -> bool:
        if not font:
            return False
        known = self._bold.get(font)
        if known is None:
            buffer = ctypes.create_string_buffer(128)
            calls.get_font_name(font, buffer, 128)
            name = buffer.value.decode("utf-8", "replace").lower()
            known = any(part in name for part in _BOLD_NAMES) or calls.get_font_weight(font) >= 600
            self._bold[font] = known
        return known

    def _collect(self, objects: list[int], matrix: tuple[float, ...], depth: int) -> None:
        type_of = calls.get_type
        for page_object in objects:
            order = self._next
            self._next = order + 1
            kind = type_of(page_object)
            if kind == calls.TEXT:
                self._orders[page_object] = order
            elif kind == calls.FORM:
                if depth < _DEEPEST_FORM:
                    inner = calls.Matrix()
                    calls.get_matrix(page_object, ctypes.byref(inner))
                    count = calls.count_form_objects(page_object)
                    children = [calls.get_form_object(page_object, index) for index in range(count)]
                    self._collect(children, _multiply(inner, matrix), depth + 1)
            elif len(self._shapes) < _MOST_SHAPES:
                self._add_shape(page_object, kind, order, matrix)

    def _add_shape(self, page_object: int, kind: int, order: int, matrix: tuple[float, ...]) -> None:
        if not calls.get_bounds(page_object, *self._by_edges):
            return
        left, bottom, right, top = _transform(_EDGES.unpack_from(self._edges), matrix)
        width, height = right - left, top - bottom
        if kind == calls.PATH and _is_dot(width, height) and len(self.dots) < _MOST_DOTS:
            if _is_filled(page_object) and _is_block(page_object, _MOST_SEGMENTS):
                self.dots.append((left, right, (bottom + top) / 2))
            return
        if width < _LEAST_SIDE or height < _LEAST_SIDE:
            return
        ground: RGB | None = None
        covers = kind == calls.IMAGE
        if kind == calls.PATH:
            if not _is_filled(page_object):
                return
            filled = calls.get_fill(page_object, *self._by_numbers)
            colour, alpha = _unpack(self._numbers.raw if filled else None)
            if alpha < 8:
                return
            # Where an outline is more than a box, only the rendered page tells what lies under a word.
            block = _is_block(page_object, _MOST_SEGMENTS)
            ground = _blend(colour, alpha) if block and colour is not None else None
            covers = block and alpha >= 230
        if covers and calls.has_transparency(page_object):
            covers = False
        self._shapes.append(_Shape(order, left, bottom, right, top, ground, covers, kind == calls.IMAGE))


def _unpack(numbers: bytes | None) -> tuple[RGB | None, int]:
    """Return colour and alpha; a pattern has no numbers and no colour."""
    if numbers is None:
        return None, 255
    red, green, blue, alpha = _COLOUR.unpack(numbers)
    return (red, green, blue), alpha


def _is_dot(width: float, height: float) -> bool:
    """Whether a shape is as small and round or square as a bullet."""
    return 1.2 <= width <= 6.0 and 0.75 <= height / width <= 1.33


def _is_filled(path: int) -> bool:
    """Whether a path is filled, and not only stroked."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(calls.get_draw_mode(path, ctypes.byref(mode), ctypes.byref(stroke))) and mode.value != 0


def _is_block(path: int, most: int) -> bool:
    """Whether a path is one outline of few segments: a rectangle, perhaps with round corners, or a dot."""
    count = calls.count_segments(path)
    if not 4 <= count <= most:
        return False
    moves = sum(calls.get_segment_type(calls.get_segment(path, index)) == calls.MOVE for index in range(count))
    return bool(moves == 1)


def _blend(colour: RGB, alpha: int) -> RGB:
    """Return a translucent colour on white."""
    red, green, blue = (round(255 - (255 - channel) * alpha / 255) for channel in colour)
    return red, green, blue


def _multiply(inner: calls.Matrix, outer: tuple[float, ...]) -> tuple[float, ...]:
    """Return the map that first applies `inner`, then `outer`."""
    a, b, c, d, e, f = (getattr(inner, letter) for letter in "abcdef")
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )


def _transform(box: tuple[float, ...], matrix: tuple[float, ...]) -> tuple[float, float, float, float]:
    """Return the bounds of a mapped rectangle: left, bottom, right, top."""
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
