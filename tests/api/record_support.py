"""What tests of what is kept about candidates share."""

from typing import Any

import httpx

from tests.api.support import ANY_VERSION

FOREIGN = "Foreign Canary"


async def made(client: httpx.AsyncClient, path: str, body: Any, status: int = 201) -> dict[str, Any]:
    """Send a body that is taken, and return the answer."""
    answer = await client.post(f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def candidate(client: httpx.AsyncClient, name: str = "Mara Lindqvist", **fields: Any) -> str:
    """Enter a candidate and return the id."""
    return str((await made(client, "/candidates", {"name": name, **fields}))["id"])


async def shown(client: httpx.AsyncClient, path: str) -> Any:
    """Return what a path shows."""
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
    """Put a body, whatever the version."""
    return await client.put(f"/api/v1{path}", json=body, headers=ANY_VERSION)


async def patch(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
    """Change something, whatever its version."""
    return await client.patch(f"/api/v1{path}", json=body, headers=ANY_VERSION)
