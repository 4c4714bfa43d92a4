"""Names of members in lists of what they did."""

from collections.abc import Iterable
from typing import Any

import orjson

from talentflux.core.database import AnySession
from talentflux.services.encryption_service import platform_keys


async def open_names(session: AnySession, rows: Iterable[dict[str, Any]], user_id: str, name: str) -> None:
    """Put the names of members in the place of their ciphertexts; null where no member is named.

    Args:
        session: The transaction.
        rows: With `user_wrapped_key` and `user_profile`, null where the user is no member any more.
        user_id: The column that holds the user's id.
        name: The column that gets the name.

    Raises:
        TamperedError: A row was changed or moved.
    """
    listed = list(rows)
    sealed = [(row[user_id], row.pop("user_wrapped_key"), row.pop("user_profile")) for row in listed]
    if not any(key for _, key, _ in sealed):
        for row in listed:
            row[name] = None
        return
    opened = (await platform_keys(session)).open_persons("user_account.profile", sealed)
    for row, plain in zip(listed, opened, strict=True):
        row[name] = None if plain is None else orjson.loads(plain)["name"]
