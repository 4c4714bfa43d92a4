"""DOCX, read from its XML parts.

The usual libraries drop what decides whether a run can be seen (hidden, colour, size, shading), so the parts are read
here: body, tables, text boxes, headers, footers, notes; comments and properties are never visible.
"""

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

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_OFF = {"0", "false", "off", "none"}


@dataclass(frozen=True)
class _Look:
    """What decides whether a run is seen, and whether it stands out."""

    hidden: bool = False
    ink: str | None = None
    size: float | None = None
    ground: str | None = None
    bold: bool = False

    def reason(self) -> HiddenReason | None:
        """Return why a run of this look is not seen, or None."""
        if self.hidden:
            return HiddenReason.INVISIBLE
        if self.size is not None and self.size < LEAST_SIZE:
            return HiddenReason.TINY
        ink = parse_colour(self.ink) if self.ink else None
        ground = parse_colour(self.ground) if self.ground else WHITE
        if ink is not None and ground is not None and unseen(ink, ground):
            return HiddenReason.LOW_CONTRAST
        return None


@dataclass
class _Styles:
    """Looks by style, the styles of headings and of list items, and the size of the body text in points."""

    looks: dict[str, _Look]
    headings: set[str]
    lists: set[str]
    body_size: float


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
        styles = _read_styles(container.xml("word/styles.xml"))
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


def _read_part(container: Container, part: str, styles: _Styles, builder: DocumentBuilder, ground: str | None) -> None:
    """Read one part that a reader of the pages sees."""
    root = container.xml(part)
    if root is None:
        return
    folder, _, leaf = part.rpartition("/")
    targets = {}
    relations = container.xml(f"{folder}/_rels/{leaf}.rels")
    for relation in relations if relations is not None else ():
        targets[relation.get("Id", "")] = relation.get("Target", "")
    _PartReader(styles, targets, builder, ground).read(root)
    builder.gap()


def _page_colour(root: Element) -> str | None:
    """Return the colour of the page, where one is set."""
    background = _child(root, "background")
    return _attribute(background, "color") if background is not None else None


class _PartReader:
    """Walks one part; a paragraph is a line, cells of a table row are divided by tabs."""

    def __init__(self, styles: _Styles, targets: dict[str, str], builder: DocumentBuilder, ground: str | None) -> None:
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
            tag = _local(child)
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
        for row in _below(table, "tr"):
            cells = []
            for cell in _below(row, "tc"):
                properties = _child(cell, "tcPr")
                shade = _shade(properties) or ground
                cells.append([block for block in self._blocks(cell, shade, depth + 1) if block[0].strip()])
            if max(map(len, cells), default=0) <= 2 and len(cells) > 1:
                yield from _join_cells(cells)
            else:
                for inside in cells:
                    yield from inside
                    yield "", False

    def _paragraph(self, paragraph: Element, ground: str | None, depth: int) -> Iterator[tuple[str, bool]]:
        properties = _child(paragraph, "pPr")
        style = _value(properties, "pStyle") or ""
        base = self._styles.looks.get(style) or self._styles.looks.get("", _Look())
        base = replace(base, ground=_shade(properties) or base.ground or ground)
        boxes: list[Element] = []
        runs = [run for run in self._runs(paragraph, base, boxes, depth + 1) if run[0]]
        text = "".join(run for run, _ in runs)
        listed = _numbered(properties) or style in self._styles.lists
        heading = style in self._styles.headings or self._stands_out(runs)
        if listed and text.strip() and not heading:
            text = f"• {text.lstrip()}"
        yield text, heading and bool(text.strip())
        for box in boxes:
            yield "", False
            yield from self._blocks(box, ground, depth + 1)
            yield "", False

    def _stands_out(self, runs: list[tuple[str, _Look]]) -> bool:
        """Whether a short paragraph is wholly bold or larger than the body."""
        seen = [(run, look) for run, look in runs if run.strip()]
        length = sum(len(run) for run, _ in seen)
        if not seen or length > 80:
            return False
        larger = all((look.size or self._styles.body_size) >= 1.15 * self._styles.body_size for _, look in seen)
        return larger or all(look.bold for _, look in seen)

    def _runs(self, parent: Element, look: _Look, boxes: list[Element], depth: int) -> Iterator[tuple[str, _Look]]:
        if depth > LIMITS.depth:
            raise RecursionError
        for child in parent:
            tag = _local(child)
            if tag == "r":
                yield from self._run(child, self._look_of(child, look), boxes)
            elif tag == "hyperlink":
                self._builder.link(self._targets.get(child.get(f"{_R}id", ""), ""))
                yield from self._runs(child, look, boxes, depth + 1)
            elif tag in ("pPr", "rPr", "del", "moveFrom", "Fallback"):
                continue
            elif tag == "txbxContent":
                boxes.append(child)
            else:
                yield from self._runs(child, look, boxes, depth + 1)

    def _look_of(self, run: Element, base: _Look) -> _Look:
        properties = _child(run, "rPr")
        if properties is None:
            return base
        style = self._styles.looks.get(_value(properties, "rStyle") or "-")
        return _apply(properties, _merge(base, style) if style else base)

    def _run(self, run: Element, look: _Look, boxes: list[Element]) -> Iterator[tuple[str, _Look]]:
        pieces: list[str] = []
        for node in run:
            tag = _local(node)
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


def _text_boxes(node: Element) -> Iterator[Element]:
    """Yield the contents of text boxes once: the fallback repeats the choice for old programs."""
    stack = [node]
    while stack:
        element = stack.pop()
        if _local(element) == "txbxContent":
            yield element
            continue
        if element.tag == _FALLBACK:
            continue
        stack.extend(reversed(element))


def _join_cells(cells: list[list[tuple[str, bool]]]) -> Iterator[tuple[str, bool]]:
    """Yield the lines of a table row, cell beside cell."""
    for index in range(max(map(len, cells))):
        line = [cell[index] for cell in cells if index < len(cell)]
        yield "\t".join(text.strip() for text, _ in line), all(heading for _, heading in line)


def _read_styles(root: Element | None) -> _Styles:
    """Return what the styles say, with inheritance followed."""
    looks: dict[str, _Look] = {"": _Look()}
    headings: set[str] = set()
    lists: set[str] = set()
    if root is None:
        return _Styles(looks, headings, lists, 11.0)
    defaults = _child(root, "docDefaults")
    run_defaults = _child(defaults, "rPrDefault") if defaults is not None else None
    properties = _child(run_defaults, "rPr") if run_defaults is not None else None
    base = _apply(properties, _Look()) if properties is not None else _Look()
    definitions = {_attribute(style, "styleId") or "": style for style in _below(root, "style")}
    for identifier, style in definitions.items():
        looks[identifier] = _resolve(identifier, definitions, base, 0)
        name = (_value(style, "name") or "").lower()
        if name.startswith(("heading", "title", "überschrift", "titre", "título", "titolo", "kop")):
            headings.add(identifier)
        elif _numbered(_child(style, "pPr")):
            lists.add(identifier)
        if _attribute(style, "default") in ("1", "true") and _attribute(style, "type") == "paragraph":
            looks[""] = looks[identifier]
    looks.setdefault("", base)
    body = looks[""].size or base.size or 11.0
    return _Styles(looks, headings, lists, body)


def _resolve(identifier: str, definitions: dict[str, Element], base: _Look, depth: int) -> _Look:
    """Return the look of a style, its ancestors first."""
    style = definitions.get(identifier)
    if style is None or depth > 20:
        return base
    parent = _value(style, "basedOn")
    look = _resolve(parent, definitions, base, depth + 1) if parent else base
    properties = _child(style, "rPr")
    look = replace(look, ground=_shade(_child(style, "pPr")) or look.ground)
    return _apply(properties, look) if properties is not None else look


def _numbered(properties: Element | None) -> bool:
    """Whether paragraph properties make an item of a list."""
    return properties is not None and _child(properties, "numPr") is not None


def _merge(base: _Look, style: _Look) -> _Look:
    """Return the look of a paragraph with a character style laid over it."""
    return _Look(
        hidden=base.hidden or style.hidden,
        ink=style.ink or base.ink,
        size=style.size or base.size,
        ground=style.ground or base.ground,
        bold=base.bold or style.bold,
    )


def _apply(properties: Element, look: _Look) -> _Look:
    """Return a look changed by run properties."""
    for node in properties:
        tag = _local(node)
        value = _attribute(node, "val")
        on = value is None or value.lower() not in _OFF
        if tag in ("vanish", "webHidden", "specVanish"):
            look = replace(look, hidden=on and tag != "webHidden")
        elif tag == "color":
            look = replace(look, ink=None if value == "auto" else value)
        elif tag == "sz" and value and value.isdigit():
            look = replace(look, size=int(value) / 2)
        elif tag == "b":
            look = replace(look, bold=on)
        elif tag == "shd":
            fill = _attribute(node, "fill")
            look = replace(look, ground=fill if fill not in (None, "auto") else look.ground)
        elif tag == "highlight" and on:
            look = replace(look, ground=value)
    return look


def _shade(properties: Element | None) -> str | None:
    """Return the fill behind a paragraph or cell, where one is set."""
    shade = _child(properties, "shd") if properties is not None else None
    fill = _attribute(shade, "fill") if shade is not None else None
    return None if fill in (None, "auto") else fill


def _texts(root: Element) -> Iterator[str]:
    for node in root.iter():
        if _local(node) == "t" and node.text:
            yield node.text


def _local(element: Element) -> str:
    """Return the tag without its namespace."""
    tag = element.tag
    return tag[tag.rindex("}") + 1 :] if "}" in tag else tag


def _child(parent: Element, tag: str) -> Element | None:
    for child in parent:
        if _local(child) == tag:
            return child
    return None


def _below(parent: Element, tag: str) -> Iterator[Element]:
    """Yield children of a tag, looking through content controls and tracked changes."""
    for child in parent:
        local = _local(child)
        if local == tag:
            yield child
        elif local in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _below(child, tag)


def _value(parent: Element | None, tag: str) -> str | None:
    node = _child(parent, tag) if parent is not None else None
    return _attribute(node, "val") if node is not None else None


def _attribute(element: Element, name: str) -> str | None:
    """Return an attribute of Word's namespace, transitional or strict."""
    return element.get(_W + name) or element.get(_STRICT_W + name) or element.get(name)
