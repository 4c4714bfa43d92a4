"""Cells that a spreadsheet program opens without running them."""

from typing import Any, Final

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_PARTS: Final = (",", ";", "\t", "\n", "\r")


def spreadsheet_safe(cell: Any) -> Any:
    """Return a cell that is taken for no formula: one that begins like one gets an apostrophe before it.

    A program that divides at another sign than the comma sees cells begin inside ours; so what follows such a sign
    and looks like a formula is kept from it by a blank.

    Args:
        cell: Text, or anything else, which is left alone.
    """
    if not isinstance(cell, str) or not cell:
        return cell
    if any(part in cell for part in _PARTS):
        for part in _PARTS:
            for start in _STARTS[:4]:
                cell = cell.replace(part + start, f"{part} {start}")
    return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS) else cell
