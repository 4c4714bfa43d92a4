"""ODT, read from its XML parts for the same reason as DOCX: styles decide what can be seen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.colours import LEAST_SIZE, WHITE, parse_colour, unseen
from talentflux.ai.documents.container import Container
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.properties import report_properties
from talentflux.schemas.document import HiddenReason

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _STYLE, _TABLE = _OASIS + "text:1.0}", _OASIS + "style:1.0}", _OASIS + "table:1.0}"
_DRAW = _OASIS + "drawing:1.0}"
_GROUNDED = ("text-properties", "paragraph-properties", "table-cell-properties", "graphic-properties")
_FO = _OASIS + "xsl-fo-compatible:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NEVER_SHOWN = ("tracked-changes", "sequence-decls", "variable-decls", "forms", "note-citation", "bookmark")
_REPORTED = ("annotation", "hidden-text", "hidden-paragraph")
_MOST_SPACES = 200


@dataclass(frozen=True)
class _Look:
    """What decides whether a span is seen, and whether it stands out."""

    hidden: bool = False
    ink: str | None = None
    ground: str | None = None
    size: float = 12.0
    bold: bool = False

    def reason(self) -> HiddenReason | None:
        """Return why a span of this look is not seen, or None."""
        if self.hidden:
            return HiddenReason.INVISIBLE
        if self.size < LEAST_SIZE:
            return HiddenReason.TINY
        ink = parse_colour(self.ink) if self.ink else None
        ground = parse_colour(self.ground) if self.ground else WHITE
        if ink is not None and ground is not None and unseen(ink, ground):
            return HiddenReason.LOW_CONTRAST
        return None


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read an ODT file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives lines, links and hidden texts.

    Raises:
        UnreadableFileError: With reason damaged, encrypted, unknown_type or archive_bomb.
    """
    with Container(data, name) as container:
        manifest = container.xml("META-INF/manifest.xml")
        if manifest is not None and any(_local(node) == "encryption-data" for node in manifest.iter()):
            raise problem("encrypted", name)
        content, shared = container.xml("content.xml"), container.xml("styles.xml")
        body = _find(content, "text") if content is not None else None
        if body is None:
            raise problem("unknown_type", name, "holds no text document. Save the resume as PDF or DOCX.")
        reader = _Reader(_Styles([part for part in (shared, content) if part is not None]), builder)
        pages = [node for node in shared.iter() if _local(node) == "master-page"] if shared is not None else []
        for tag in ("header", "footer"):
            if tag == "footer":
                reader.read(body)
            for page in pages[:1]:
                for node in page:
                    if _local(node) == tag:
                        reader.read(node)
        report_properties(container, "meta.xml", builder)


class _Styles:
    """Named looks, with inheritance followed when they are asked for."""

    def __init__(self, roots: list[Element]) -> None:
        self._elements: dict[str, Element] = {}
        self._looks: dict[str, _Look] = {}
        self._default = _Look()
        for root in roots:
            for node in root.iter():
                if node.tag == f"{_STYLE}style":
                    self._elements[node.get(f"{_STYLE}name", "")] = node
                elif node.tag == f"{_STYLE}default-style" and node.get(f"{_STYLE}family") == "paragraph":
                    self._default = _change(node, self._default)

    @property
    def body_size(self) -> float:
        """Height of the body's font in points."""
        return self.look("Standard", self._default).size

    def look(self, name: str | None, base: _Look | None = None, depth: int = 0) -> _Look:
        """Return the look of a style laid over `base`."""
        base = base or self._default
        node = self._elements.get(name or "")
        if node is None or depth > 20:
            return base
        parent = node.get(f"{_STYLE}parent-style-name")
        return _change(node, self.look(parent, base, depth + 1) if parent else base)


def _change(style: Element, look: _Look) -> _Look:
    """Return a look changed by the properties of a style."""
    for properties in style:
        tag = _local(properties)
        ground = properties.get(f"{_FO}background-color")
        if properties.get(f"{_DRAW}fill") == "solid":
            ground = properties.get(f"{_DRAW}fill-color", ground)
        if ground and tag in _GROUNDED:
            look = replace(look, ground=look.ground if ground == "transparent" else ground)
        if tag != "text-properties":
            continue
        if ink := properties.get(f"{_FO}color"):
            look = replace(look, ink=ink)
        if properties.get(f"{_STYLE}use-window-font-color") == "true":
            look = replace(look, ink=None)
        if size := properties.get(f"{_FO}font-size"):
            look = replace(look, size=_points(size, look.size))
        if weight := properties.get(f"{_FO}font-weight"):
            look = replace(look, bold=weight in ("bold", "600", "700", "800", "900"))
        if display := properties.get(f"{_TEXT}display"):
            look = replace(look, hidden=display == "none")
    return look


def _points(value: str, inherited: float) -> float:
    """Return a font size in points."""
    try:
        return float(value[:-1]) / 100 * inherited if value.endswith("%") else float(value.removesuffix("pt"))
    except ValueError:
        return inherited


class _Reader:
    """Walks a part; a paragraph is a line, cells of a table row are divided by tabs."""

    def __init__(self, styles: _Styles, builder: DocumentBuilder) -> None:
        self._styles = styles
        self._builder = builder
        self._body_size = styles.body_size

    def read(self, root: Element) -> None:
        """Emit all blocks below the root."""
        for text, heading in self._blocks(root, None, 0, listed=False):
            if text.strip():
                self._builder.line(text, heading=heading)
            else:
                self._builder.gap()
        self._builder.gap()

    def _blocks(self, parent: Element, ground: str | None, depth: int, *, listed: bool) -> Iterator[tuple[str, bool]]:
        if depth > LIMITS.depth:
            raise RecursionError
        for child in parent:
            tag = _local(child)
            if tag in ("p", "h"):
                yield from self._paragraph(child, ground, depth, listed=listed)
                listed = False
            elif tag == "table":
                yield "", False
                yield from self._table(child, ground, depth + 1)
                yield "", False
            elif tag == "list-item":
                yield from self._blocks(child, ground, depth + 1, listed=True)
            elif tag in _REPORTED:
                self._report(child, tag)
            elif child.get(f"{_TEXT}display") == "none":
                self._builder.hide(" ".join(child.itertext()), HiddenReason.INVISIBLE)
            elif tag not in _NEVER_SHOWN:
                inside = self._frame_ground(child, ground) if tag == "frame" else ground
                yield from self._blocks(child, inside, depth + 1, listed=listed)

    def _table(self, table: Element, ground: str | None, depth: int) -> Iterator[tuple[str, bool]]:
        for row in table.iter(f"{_TABLE}table-row"):
            cells = []
            for cell in row:
                if _local(cell) == "table-cell":
                    shade = self._styles.look(cell.get(f"{_TABLE}style-name"), _Look()).ground or ground
                    blocks = self._blocks(cell, shade, depth + 1, listed=False)
                    cells.append([block for block in blocks if block[0].strip()])
            if max(map(len, cells), default=0) <= 2 and len(cells) > 1:
                for index in range(max(map(len, cells))):
                    line = [cell[index] for cell in cells if index < len(cell)]
                    yield "\t".join(text.strip() for text, _ in line), all(heading for _, heading in line)
            else:
                for inside in cells:
                    yield from inside
                    yield "", False

    def _paragraph(self, node: Element, ground: str | None, depth: int, *, listed: bool) -> Iterator[tuple[str, bool]]:
        look = self._styles.look(node.get(f"{_TEXT}style-name"))
        look = replace(look, ground=look.ground or ground)
        boxes: list[tuple[Element, str | None]] = []
        runs = list(self._runs(node, look, boxes, depth + 1))
        text = "".join(run for run, _ in runs)
        seen = [run_look for run, run_look in runs if run.strip()]
        larger = all(run_look.size >= 1.15 * self._body_size or run_look.bold for run_look in seen)
        heading = bool(text.strip()) and (_local(node) == "h" or (larger and len(text) <= 80))
        yield (f"• {text.lstrip()}" if listed and text.strip() and not heading else text), heading
        for box, box_ground in boxes:
            yield "", False
            yield from self._blocks(box, box_ground, depth + 1, listed=False)
            yield "", False

    def _runs(
        self, node: Element, look: _Look, boxes: list[tuple[Element, str | None]], depth: int
    ) -> Iterator[tuple[str, _Look]]:
        if depth > LIMITS.depth:
            raise RecursionError
        yield from self._seen(node.text, look)
        for child in node:
            tag = _local(child)
            if tag == "tab":
                yield "\t", look
            elif tag == "line-break":
                yield "\n", look
            elif tag == "s":
                count = child.get(f"{_TEXT}c", "1")
                yield " " * min(int(count) if count.isdigit() else 1, _MOST_SPACES), look
            elif tag == "text-box":
                boxes.append((child, look.ground))
            elif tag in _REPORTED:
                self._report(child, tag)
            elif tag not in _NEVER_SHOWN:
                self._builder.link(child.get(_HREF, "") if tag == "a" else "")
                below = self._styles.look(child.get(f"{_TEXT}style-name"), look) if tag == "span" else look
                if tag == "frame":
                    below = replace(look, ground=self._frame_ground(child, look.ground))
                yield from self._runs(child, below, boxes, depth + 1)
            yield from self._seen(child.tail, look)

    def _report(self, node: Element, tag: str) -> None:
        """Report a comment or a hidden field."""
        text = node.get(f"{_TEXT}string-value") or " ".join(node.itertext())
        self._builder.hide(text, HiddenReason.METADATA if tag == "annotation" else HiddenReason.INVISIBLE)

    def _frame_ground(self, frame: Element, ground: str | None) -> str | None:
        """Return the fill of a frame, by default what lies behind it."""
        return self._styles.look(frame.get(f"{_DRAW}style-name"), _Look()).ground or ground

    def _seen(self, text: str | None, look: _Look) -> Iterator[tuple[str, _Look]]:
        """Yield a text that is seen; report one that is not."""
        if not text:
            return
        reason = look.reason() if text.strip() else None
        if reason is None:
            yield " ".join(text.split("\n")), look
        else:
            self._builder.hide(text, reason)


def _local(element: Element) -> str:
    """Return the tag without its namespace."""
    tag = element.tag
    return tag[tag.rindex("}") + 1 :] if "}" in tag else tag


def _find(root: Element, tag: str) -> Element | None:
    """Return the first element of a tag in the office namespace."""
    return next((node for node in root.iter() if node.tag == f"{_OASIS}office:1.0}}{tag}"), None)
