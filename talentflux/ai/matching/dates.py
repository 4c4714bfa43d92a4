"""Months of work from the dates of positions."""

from datetime import date

from talentflux.schemas.resume import Position

MONTHS = 12
_SINGLE_YEAR = 6  # "2019" alone: half a year on average lies behind or before it


def month_range(position: Position, as_of: date) -> tuple[int, int] | None:
    """Return the months a position covers.

    `2019` to `2023` counts as four years, `2019-03` to `2019-05` as three months: a month named as the end is
    worked in, a year named as the end is not counted.

    Args:
        position: A position with dates.
        as_of: The day on which a position still held is taken to end.

    Returns:
        First month and month behind the last, as 12 × year + month − 1; None without a start or an end.
    """
    if position.start is None:
        return None
    start = _month(position.start.value, default=1)
    if position.end is not None:
        text = position.end.value
        end = _month(text, default=1 if len(position.start.value) == 4 else 7) + (len(text) > 4)
        if end == start:
            end += _SINGLE_YEAR
    elif position.current:
        end = as_of.year * MONTHS + as_of.month
    else:
        return None
    return (start, end) if end > start else None


def _month(text: str, *, default: int) -> int:
    """Count the months up to a partial date."""
    month = int(text[5:7]) if len(text) >= 7 else default
    return int(text[:4]) * MONTHS + month - 1
