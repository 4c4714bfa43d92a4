"""Imports and exports: uploaded, mapped, checked, run; asked for and downloaded."""

from typing import Any

import httpx


async def play(_story: Any, send: httpx.AsyncClient, work: Any) -> None:
    """Call every operation that changes imports and exports."""
    table = b"name,email\nCanary Import,canary-import@example.org\n"
    made = await send.post("/api/v1/imports", files={"file": ("people.csv", table, "text/csv")})
    path = f"/api/v1/imports/{made.json()['id']}"
    await send.patch(path, json={"mapping": ["name", "email"]}, headers={"If-Match": made.headers["etag"]})
    await send.post(f"{path}/check")
    await work()
    await send.post(f"{path}/run")
    await send.post("/api/v1/exports", json={"kind": "candidates"})
    await work()
