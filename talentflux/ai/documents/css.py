"""As much of CSS as decides whether a text is seen."""

import re
from dataclasses import dataclass, replace

from talentflux.ai.documents.colours import LEAST_SIZE, RGB, WHITE, parse_colour, unseen
from talentflux.ai.documents.words import word_set
from talentflux.schemas.document import HiddenReason

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_AT_BLOCK = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|ex|ch|%|vw|vh|in|cm|mm)?$")
_ALPHA = re.compile(r"(?:rgba|hsla)\([^)]*[,/]\s*0*(?:\.0+)?%?\s*\)$")
_POINTS = {"px": 0.75, "pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835}
# Points; nothing on a page is moved this far for its looks.
_FAR_OUT = -300.0
INTERESTING = word_set(
    "display visibility opacity color background background-color font-size left top right text-indent clip clip-path "
    "width height max-height max-width overflow transform margin-left"
)


@dataclass(frozen=True)
class Style:
    """What an element hands down to its text.

    Attributes:
        reason: Why its text is not seen, or None.
        ink: Colour of the text; None where it is not known.
        ground: Colour behind the text; None where it is a picture.
        size: Height of the font in points.
    """

    reason: HiddenReason | None = None
    ink: RGB | None = (0, 0, 0)
    ground: RGB | None = WHITE
    size: float = 12.0

    def why_hidden(self) -> HiddenReason | None:
        """Return why text of this style is not seen, or None."""
        if self.reason is not None:
            return self.reason
        if self.size < LEAST_SIZE:
            return HiddenReason.TINY
        if self.ink is not None and self.ground is not None and unseen(self.ink, self.ground):
            return HiddenReason.LOW_CONTRAST
        return None


def declarations(text: str) -> dict[str, str]:
    """Return the declarations of a rule or style attribute that decide on visibility, in lower case."""
    found = {}
    for declaration in text.split(";")[:200]:
        name, _, value = declaration.partition(":")
        key = name.strip().lower()
        if key in INTERESTING:
            found[key] = value.strip().lower().removesuffix("!important").strip()
    return found


def rules(sheet: str) -> list[tuple[str, dict[str, str]]]:
    """Return selectors with their declarations, the more specific ones later; at-rules are passed over."""
    plain = _AT_BLOCK.sub("", _COMMENT.sub("", sheet))
    found: list[tuple[str, dict[str, str]]] = []
    for selector, body in _RULE.findall(plain)[:2_000]:
        declared = declarations(body)
        if declared and len(selector) <= 500:
            found.extend((part.strip(), declared) for part in selector.split(",") if part.strip())
    found.sort(key=lambda rule: (rule[0].count("#"), rule[0].count(".")))
    return found


def apply(style: Style, declared: dict[str, str]) -> Style:
    """Return the style of an element.

    Args:
        style: The style that its parent hands down.
        declared: Its own declarations.
    """
    if not declared:
        return style
    ground = declared.get("background-color") or declared.get("background")
    if ground and ground not in ("none", "transparent", "inherit", "initial", "unset"):
        style = replace(style, ground=_ground(ground))
    if (ink := declared.get("color")) and ink not in ("inherit", "initial", "unset", "currentcolor"):
        if ink == "transparent" or _ALPHA.match(ink):
            style = replace(style, reason=HiddenReason.INVISIBLE)
        style = replace(style, ink=parse_colour(ink))
    if size := declared.get("font-size"):
        style = replace(style, size=_size(size, style.size))
    return style if style.reason else replace(style, reason=_reason(declared))


def _ground(value: str) -> RGB | None:
    """Return the colour of a background, or None where it is a picture or a gradient."""
    if "url(" in value or "gradient" in value:
        return None
    return parse_colour(value) or next(filter(None, map(parse_colour, value.split())), None)


def _size(value: str, inherited: float) -> float:
    """Return a font size in points; words such as "small" keep the inherited one."""
    match = _LENGTH.match(value)
    if match is None:
        return inherited
    number, unit = float(match.group(1)), match.group(2)
    if unit in ("em", "ex", "ch"):
        return number * inherited
    if unit == "rem":
        return number * 12.0
    if unit == "%":
        return number / 100 * inherited
    return number * _POINTS.get(unit or "px", 10.0)


def _reason(declared: dict[str, str]) -> HiddenReason | None:
    """Return why declarations take an element out of sight, or None."""
    shown = declared.get
    opacity = shown("opacity", "1").removesuffix("%")
    faint = re.fullmatch(r"0*\.0[0-4]\d*|0*(?:\.0*)?", opacity) is not None and any(map(str.isdigit, opacity))
    boxed = shown("overflow") in ("hidden", "clip") and any(
        shown(side, "") in ("0", "0px", "1px", "0pt") for side in ("height", "width", "max-height", "max-width")
    )
    clipped = re.match(r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?", shown("clip", "")) is not None
    clipped = clipped or re.match(r"inset\(\s*(?:50|100)%|circle\(\s*0", shown("clip-path", "")) is not None
    if (
        shown("display") == "none"
        or shown("visibility") in ("hidden", "collapse")
        or faint
        or boxed
        or clipped
        or re.search(r"scale[xy]?\(\s*0(?:\.0\d*)?\s*[,)]", shown("transform", ""))
    ):
        return HiddenReason.INVISIBLE
    for edge in ("left", "top", "right", "text-indent", "margin-left"):
        if _size(shown(edge, "0"), 12.0) <= _FAR_OUT:
            return HiddenReason.OFF_PAGE
    return None
