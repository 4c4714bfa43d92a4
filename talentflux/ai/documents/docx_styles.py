"""What the styles and properties of a DOCX say about how a run looks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from talentflux.ai.documents.colours import LEAST_SIZE, WHITE, parse_colour, unseen
from talentflux.schemas.document import HiddenReason

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_OFF = {"0", "false", "off", "none"}


@dataclass(frozen=True)
class Look:
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
class Styles:
    """Looks by style, the styles of headings and of list items, and the size of the body text in points."""

    looks: dict[str, Look]
    headings: set[str]
    lists: set[str]
    body_size: float


def read_styles(root: Element | None) -> Styles:
    """Return what the styles say, with inheritance followed."""
    looks: dict[str, Look] = {"": Look()}
    headings: set[str] = set()
    lists: set[str] = set()
    if root is None:
        return Styles(looks, headings, lists, 11.0)
    defaults = child_of(root, "docDefaults")
    run_defaults = child_of(defaults, "rPrDefault") if defaults is not None else None
    properties = child_of(run_defaults, "rPr") if run_defaults is not None else None
    base = apply(properties, Look()) if properties is not None else Look()
    definitions = {attribute(style, "styleId") or "": style for style in below(root, "style")}
    for identifier, style in definitions.items():
        looks[identifier] = _resolve(identifier, definitions, base, 0)
        name = (value_of(style, "name") or "").lower()
        if name.startswith(("heading", "title", "überschrift", "titre", "título", "titolo", "kop")):
            headings.add(identifier)
        elif numbered(child_of(style, "pPr")):
            lists.add(identifier)
        if attribute(style, "default") in ("1", "true") and attribute(style, "type") == "paragraph":
            looks[""] = looks[identifier]
    looks.setdefault("", base)
    body = looks[""].size or base.size or 11.0
    return Styles(looks, headings, lists, body)


def _resolve(identifier: str, definitions: dict[str, Element], base: Look, depth: int) -> Look:
    """Return the look of a style, its ancestors first."""
    style = definitions.get(identifier)
    if style is None or depth > 20:
        return base
    parent = value_of(style, "basedOn")
    look = _resolve(parent, definitions, base, depth + 1) if parent else base
    properties = child_of(style, "rPr")
    look = replace(look, ground=shade_of(child_of(style, "pPr")) or look.ground)
    return apply(properties, look) if properties is not None else look


def numbered(properties: Element | None) -> bool:
    """Whether paragraph properties make an item of a list."""
    return properties is not None and child_of(properties, "numPr") is not None


def merge(base: Look, style: Look) -> Look:
    """Return the look of a paragraph with a character style laid over it."""
    return Look(
        hidden=base.hidden or style.hidden,
        ink=style.ink or base.ink,
        size=style.size or base.size,
        ground=style.ground or base.ground,
        bold=base.bold or style.bold,
    )


def apply(properties: Element, look: Look) -> Look:
    """Return a look changed by run properties."""
    for node in properties:
        tag = tag_of(node)
        value = attribute(node, "val")
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
            fill = attribute(node, "fill")
            look = replace(look, ground=fill if fill not in (None, "auto") else look.ground)
        elif tag == "highlight" and on:
            look = replace(look, ground=value)
    return look


def shade_of(properties: Element | None) -> str | None:
    """Return the fill behind a paragraph or cell, where one is set."""
    shade = child_of(properties, "shd") if properties is not None else None
    fill = attribute(shade, "fill") if shade is not None else None
    return None if fill in (None, "auto") else fill


def tag_of(element: Element) -> str:
    """Return the tag without its namespace."""
    tag = element.tag
    return tag[tag.rindex("}") + 1 :] if "}" in tag else tag


def child_of(parent: Element, tag: str) -> Element | None:
    """Return the first child of a tag, or None."""
    for child in parent:
        if tag_of(child) == tag:
            return child
    return None


def below(parent: Element, tag: str) -> Iterator[Element]:
    """Yield children of a tag, looking through content controls and tracked changes."""
    for child in parent:
        local = tag_of(child)
        if local == tag:
            yield child
        elif local in ("sdt", "sdtContent", "ins", "customXml"):
            yield from below(child, tag)


def value_of(parent: Element | None, tag: str) -> str | None:
    """Return the value of a property, or None where it is not set."""
    node = child_of(parent, tag) if parent is not None else None
    return attribute(node, "val") if node is not None else None


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute of Word's namespace, transitional or strict."""
    return element.get(_W + name) or element.get(_STRICT_W + name) or element.get(name)
