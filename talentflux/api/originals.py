"""How the bytes of a file are answered: as they were sent, and never shown by a browser in this origin."""

from typing import Any, Final
from urllib.parse import quote

from fastapi import Response

from talentflux.core.file_store import FileStore
from talentflux.services.resume_service import Original

BYTES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The bytes as they were sent.", "content": {"*/*": {"example": "%PDF-1.7"}}}
}
"""What the API's description says of such an answer."""


async def original_answer(store: FileStore, original: Original) -> Response:
    """Read an original and answer it as an attachment.

    Args:
        store: Where it lies.
        original: Which.

    Raises:
        NotFoundError: Nothing lies there any more.
        DependencyError: The store did not answer.
    """
    name = quote(original.name.rsplit("/", 1)[-1], safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    data = await store.get(original.key, original.cipher)
    return Response(data, media_type=original.media_type, headers=headers)
