"""What changing a row comes to in every service: values are set, and what was there before is told."""

from collections.abc import Mapping
from typing import Any

from talentflux.core.database import WriteSession
from talentflux.repositories.base import unique


async def change(session: WriteSession, row: Any, given: Mapping[str, object], taken: str) -> dict[str, object]:
    """Set columns of a row.

    Args:
        session: The transaction.
        row: As it was read in it.
        given: The values, by column.
        taken: What is said where another row has what there may be once only.

    Returns:
        What stood in these columns before.

    Raises:
        ConflictError: Another row has it.
    """
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        setattr(row, name, value)
    with unique(taken):
        await session.flush()
    return before
