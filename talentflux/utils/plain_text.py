"""Words of people where only plain text may stand."""

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def without_controls(text: str) -> str:
    """Return a text without characters that control or hide something; one blank where lines ended.

    Args:
        text: Words of a person.
    """
    plain = ("" if unicodedata.category(char) in _HIDDEN else char for char in " ".join(text.split()))
    return "".join(plain)
