"""The screening of applications: asked for again, and a person's word on one."""

from typing import Any

import httpx


async def play(_story: Any, send: httpx.AsyncClient, work: Any) -> None:
    """Call every operation that changes screenings."""
    row = (await send.get("/api/v1/applications")).json()["items"][0]
    await send.post(f"/api/v1/applications/{row['id']}/screening")
    await send.post(f"/api/v1/requisitions/{row['requisition_id']}/screenings")
    await work()
    given = {"assessment": "possible", "reason": "Corrected Canary reads better than the score says."}
    await send.put(f"/api/v1/applications/{row['id']}/screening/assessment", json=given)
