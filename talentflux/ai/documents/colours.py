"""Whether ink can be seen on its ground."""

import functools

RGB = tuple[int, int, int]
WHITE: RGB = (255, 255, 255)
# Contrast of 1.0 is the same colour; pale grey that people do use (#ccc on white) has 1.6.
LEAST_CONTRAST = 1.2
# Points; the smallest print that people use on purpose is about 4.
LEAST_SIZE = 2.5

_NAMES: dict[str, RGB] = {
    "white": WHITE,
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245),
    "floralwhite": (255, 250, 240),
    "black": (0, 0, 0),
    "navy": (0, 0, 128),
    "blue": (0, 0, 255),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "yellow": (255, 255, 0),
    "darkgray": (169, 169, 169),
    "darkblue": (0, 0, 139),
    "darkred": (139, 0, 0),
    "teal": (0, 128, 128),
    "orange": (255, 165, 0),
    "purple": (128, 0, 128),
}


def luminance(colour: RGB) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def contrast(first: RGB, second: RGB) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@functools.lru_cache(maxsize=4096)
def unseen(ink: RGB, ground: RGB) -> bool:
    """Whether text of the colour `ink` cannot be told from its ground."""
    near = max(abs(a - b) for a, b in zip(ink, ground, strict=True)) <= 48
    return near and contrast(ink, ground) < LEAST_CONTRAST


def parse_colour(value: str) -> RGB | None:
    """Return the colour of a CSS or Office notation, or None where it says none.

    Args:
        value: For example "#fff", "FFFFFF", "rgb(255, 255, 255)" or "white".
    """
    text = value.strip().lower().removesuffix("!important").strip()
    if text in _NAMES:
        return _NAMES[text]
    if text.startswith(("rgb(", "rgba(")):
        numbers = text[text.index("(") + 1 :].rstrip(")").replace(",", " ").replace("/", " ").split()
        return _from_numbers(numbers[:3])
    digits = text.removeprefix("#")
    if len(digits) in (3, 4):
        digits = "".join(character * 2 for character in digits[:3])
    try:
        return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)) if len(digits) in (6, 8) else None
    except ValueError:
        return None


def _from_numbers(numbers: list[str]) -> RGB | None:
    """Return the colour of three channels, each a number or a percentage."""
    channels = []
    for number in numbers:
        try:
            value = float(number[:-1]) * 2.55 if number.endswith("%") else float(number)
        except ValueError:
            return None
        channels.append(max(0, min(255, round(value))) if value == value else 0)  # noqa: PLR0124 - NaN differs from itself
    return (channels[0], channels[1], channels[2]) if len(channels) == 3 else None
