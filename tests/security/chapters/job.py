"""Jobs written, published, taken back; tracking links; an application through the public form."""

from typing import Any

import httpx

from tests.api.conftest import Work
from tests.factories.jobs import job, published, send


async def play(_story: Any, send_: httpx.AsyncClient, work: Work) -> None:
    """Call every operation that changes jobs and tracking links, and apply."""
    shown = await published(send_, form=[{"id": "why", "kind": "text", "label": "Why?"}])
    path = f"/api/v1/jobs/{shown['id']}"
    await send_.patch(path, json={"title": "Senior developer"})
    link = (await send_.post(f"{path}/tracking-links", json={"name": "Newsletter"})).json()
    given = {"name": "Form Canary", "email": "form.canary@example.org", "answers": {"why": "Answer Canary"}}
    await send(send_, shown["id"], source=link["code"], **given)
    await work()
    await send_.delete(f"/api/v1/tracking-links/{link['id']}")
    await send_.post(f"{path}/unpublish")
    await send_.delete(path)
    await send_.post(f"{path}/restore")
    await job(send_)
    await send_.post(f"/api/v1/requisitions/{shown['requisition_id']}/jobs", json={"title": "Another"})
