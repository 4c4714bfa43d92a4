"""Webhooks: made, changed, asked to send again, deleted."""

from typing import Any

import httpx


async def play(_story: Any, send: httpx.AsyncClient, _work: Any) -> None:
    """Call every operation that changes webhooks."""
    given = {"url": "https://hooks.example.org/talentflux?token=canary-url-secret", "events": ["application.*"]}
    made = (await send.post("/api/v1/webhooks", json=given)).json()
    path = f"/api/v1/webhooks/{made['id']}"
    await send.patch(path, json={"description": "Payroll"})
    await send.post(f"{path}/rotate-secret", json={})
    delivery = (await send.post(f"{path}/ping")).json()
    await send.post(f"{path}/deliveries/{delivery['id']}/replay")
    await send.post(f"{path}/replay", json={"since": "2026-01-01T00:00:00Z"})
    await send.delete(path)
    await send.post(f"{path}/restore")
    await send.patch(path, json={"enabled": False})
