"""DOCX, read from its XML parts.

The usual libraries drop what decides whether a run can be seen (hidden, colour, size, shading), so the parts are read
here: body, tables, text boxes, headers, footers, notes; comments and properties are never visible.
"""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.container import Container
from talentflux.ai.documents.docx_styles import (
    Look,
    Styles,
    apply,
    attribute,
    below,
    child_of,
    merge,
    numbered,
    read_styles,
    shade_of,
    tag_of,
    value_of,
)
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.properties import report_properties
from talentflux.schemas.document import HiddenReason

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SHAPES = ("wsp", "sp", "rect", "shape", "roundrect")
# A fill whose colour cannot be told; text on it counts as seen.
_UNKNOWN = "pattern"
# English Metric Units: one inch.
_LARGE = 914_400
_Box = tuple[Element, str | None]


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read a DOCX file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives lines, links and hidden texts.

    Raises:
        UnreadableFileError: With reason damaged, encrypted or archive_bomb.
    """
    with Container(data, name) as container:
        main = next(container.matching(r"word/document\d*\.xml"), None)
        root = container.xml(main) if main else None
        if main is None or root is None:
            raise problem("damaged", name)
        styles = read_styles(container.xml("word/styles.xml"))
        ground = _page_colour(root)
        for part in container.matching(r"word/header\d*\.xml"):
            _read_part(container, part, styles, builder, ground)
        _read_part(container, main, styles, builder, ground)
        for part in container.matching(r"word/(?:footnotes|endnotes|footer\d*)\.xml"):
            _read_part(container, part, styles, builder, ground)
        for part in container.matching(r"word/comments\.xml"):
            comments = container.xml(part)
            if comments is not None:
                builder.hide(" ".join(_texts(comments)), HiddenReason.METADATA)
        report_properties(container, "docProps/core.xml", builder)
        if any(part.endswith("vbaProject.bin") for part in container.names):
            builder.warn("The file holds macros; they were not run.")


def _read_part(container: Container, part: str, styles: Styles, builder: DocumentBuilder, ground: str | None) -> None:
    """Read one part that a reader of the pages sees."""
    root = container.xml(part)
    if root is None:
        return
    folder, _, leaf = part.rpartition("/")
    targets = {}
    relations = container.xml(f"{folder}/_rels/{leaf}.rels")
    for relation in relations if relations is not None else ():
        targets[relation.get("Id", "")] = relation.get("Target", "")
    if _lies_on_colour(root):
        builder.warn("A coloured shape lies behind the text; white text was read as if it stood on that shape.")
        ground = _UNKNOWN
    _PartReader(styles, targets, builder, ground).read(root)
    builder.gap()


def _page_colour(root: Element) -> str | None:
    """Return the colour of the page, where one is set."""
    background = child_of(root, "background")
    return attribute(background, "color") if background is not None else None


class _PartReader:
    """Walks one part; a paragraph is a line, cells of a table row are divided by tabs."""

    def __init__(self, styles: Styles, targets: dict[str, str], builder: DocumentBuilder, ground: str | None) -> None:
        self._styles = styles
        self._targets = targets
        self._builder = builder
        self._page_ground = ground

    def read(self, root: Element) -> None:
        """Emit all blocks below the root."""
        for text, heading in self._blocks(root, self._page_ground, 0):
            if text.strip():
                self._builder.line(text, heading=heading)
            else:
                self._builder.gap()

    def _blocks(self, parent: Element, ground: str | None, depth: int) -> Iterator[tuple[str, bool]]:
        if depth > LIMITS.depth:
            raise RecursionError
        for child in parent:
            tag = tag_of(child)
            if tag == "p":
                yield from self._paragraph(child, ground, depth)
            elif tag == "tbl":
                yield "", False
                yield from self._table(child, ground, depth + 1)
                yield "", False
            elif tag not in ("sectPr", "pPr", "tblPr", "background", "Fallback"):
                yield from self._blocks(child, ground, depth + 1)

    def _table(self, table: Element, ground: str | None, depth: int) -> Iterator[tuple[str, bool]]:
        """Yield the rows: short cells on one line, cells that hold whole sections one after the other."""
        for row in below(table, "tr"):
            cells = []
            for cell in below(row, "tc"):
                properties = child_of(cell, "tcPr")
                shade = shade_of(properties) or ground
                cells.append([block for block in self._blocks(cell, shade, depth + 1) if block[0].strip()])
            if max(map(len, cells), default=0) <= 2 and len(cells) > 1:
                yield from _join_cells(cells)
            else:
                for inside in cells:
                    yield from inside
                    yield "", False

    def _paragraph(self, paragraph: Element, ground: str | None, depth: int) -> Iterator[tuple[str, bool]]:
        properties = child_of(paragraph, "pPr")
        style = value_of(properties, "pStyle") or ""
        base = self._styles.looks.get(style) or self._styles.looks.get("", Look())
        base = replace(base, ground=shade_of(properties) or base.ground or ground)
        boxes: list[_Box] = []
        runs = [run for run in self._runs(paragraph, base, boxes, depth + 1) if run[0]]
        text = "".join(run for run, _ in runs)
        listed = numbered(properties) or style in self._styles.lists
        heading = style in self._styles.headings or self._stands_out(runs)
        if listed and text.strip() and not heading:
            text = f"• {text.lstrip()}"
        yield text, heading and bool(text.strip())
        for box, fill in boxes:
            yield "", False
            yield from self._blocks(box, fill or ground, depth + 1)
            yield "", False

    def _stands_out(self, runs: list[tuple[str, Look]]) -> bool:
        """Whether a short paragraph is wholly bold or larger than the body."""
        seen = [(run, look) for run, look in runs if run.strip()]
        length = sum(len(run) for run, _ in seen)
        if not seen or length > 80:
            return False
        larger = all((look.size or self._styles.body_size) >= 1.15 * self._styles.body_size for _, look in seen)
        return larger or all(look.bold for _, look in seen)

    def _runs(self, parent: Element, look: Look, boxes: list[_Box], depth: int) -> Iterator[tuple[str, Look]]:
        if depth > LIMITS.depth:
            raise RecursionError
        for child in parent:
            tag = tag_of(child)
            if tag == "r":
                yield from self._run(child, self._look_of(child, look), boxes)
            elif tag == "hyperlink":
                self._builder.link(self._targets.get(child.get(f"{_R}id", ""), ""))
                yield from self._runs(child, look, boxes, depth + 1)
            elif tag in ("pPr", "rPr", "del", "moveFrom", "Fallback"):
                continue
            elif tag == "txbxContent":
                boxes.append((child, None))
            else:
                yield from self._runs(child, look, boxes, depth + 1)

    def _look_of(self, run: Element, base: Look) -> Look:
        properties = child_of(run, "rPr")
        if properties is None:
            return base
        style = self._styles.looks.get(value_of(properties, "rStyle") or "-")
        return apply(properties, merge(base, style) if style else base)

    def _run(self, run: Element, look: Look, boxes: list[_Box]) -> Iterator[tuple[str, Look]]:
        pieces: list[str] = []
        for node in run:
            tag = tag_of(node)
            if tag == "t":
                pieces.append(node.text or "")
            elif tag in ("tab", "ptab"):
                pieces.append("\t")
            elif tag in ("br", "cr"):
                pieces.append("\n")
            elif tag == "noBreakHyphen":
                pieces.append("-")
            elif tag == "sym":
                pieces.append("•")
            elif tag in ("drawing", "pict", "object", "AlternateContent"):
                boxes.extend(_text_boxes(node))
        text = "".join(pieces)
        reason = look.reason() if text.strip() else None
        if reason is None:
            yield text, look
        else:
            self._builder.hide(text, reason)


def _text_boxes(node: Element) -> Iterator[_Box]:
    """Yield the contents of text boxes once: the fallback repeats the choice for old programs."""
    stack: list[_Box] = [(node, None)]
    while stack:
        element, fill = stack.pop()
        tag = tag_of(element)
        if tag == "txbxContent":
            yield element, fill
        elif element.tag != _FALLBACK:
            below_fill = _fill_of(element) or fill if tag in _SHAPES else fill
            stack.extend((child, below_fill) for child in reversed(element))


def _fill_of(shape: Element) -> str | None:
    """Return the colour that fills a shape, `_UNKNOWN` for a pattern or theme colour, None for no fill."""
    if shape.get("fillcolor") and shape.get("filled") not in ("f", "false"):
        return shape.get("fillcolor")
    properties = child_of(shape, "spPr")
    for fill in properties if properties is not None else ():
        tag = tag_of(fill)
        if tag == "solidFill":
            colour = child_of(fill, "srgbClr")
            return attribute(colour, "val") if colour is not None else _UNKNOWN
        if tag in ("gradFill", "blipFill", "pattFill", "grpFill"):
            return _UNKNOWN
    return None


def _lies_on_colour(root: Element) -> bool:
    """Whether a large coloured shape or picture lies behind the text of a part."""
    for anchor in root.iter():
        if tag_of(anchor) != "anchor" or anchor.get("behindDoc") not in ("1", "true"):
            continue
        extent = child_of(anchor, "extent")
        sides = [extent.get(side, "") for side in ("cx", "cy")] if extent is not None else []
        large = all(side.isdigit() and int(side) >= _LARGE for side in sides)
        if large and any(_fill_of(shape) or tag_of(shape) == "pic" for shape in anchor.iter()):
            return True
    return False


def _join_cells(cells: list[list[tuple[str, bool]]]) -> Iterator[tuple[str, bool]]:
    """Yield the lines of a table row, cell beside cell."""
    for index in range(max(map(len, cells))):
        line = [cell[index] for cell in cells if index < len(cell)]
        yield "\t".join(text.strip() for text, _ in line), all(heading for _, heading in line)


def _texts(root: Element) -> Iterator[str]:
    for node in root.iter():
        if tag_of(node) == "t" and node.text:
            yield node.text
