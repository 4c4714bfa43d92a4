"""Requisitions, chains and decisions as people send them."""

from typing import Any

import httpx

from tests.factories.people import Person
from tests.factories.tenants import Tenant

DESCRIPTION = "Backend developer\n\nRequired:\n- PostgreSQL"


async def made(tenant: Tenant, who: Person, **more: Any) -> dict[str, Any]:
    """Make a requisition and return it."""
    answer = await tenant.call(who, "POST", "/requisitions", {"description": DESCRIPTION, **more})
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def act(tenant: Tenant, who: Person, row: dict[str, Any], action: str, **body: Any) -> httpx.Response:
    """Do something with a requisition."""
    return await tenant.call(who, "POST", f"/requisitions/{row['id']}/{action}", body)


async def read(tenant: Tenant, who: Person, row: dict[str, Any]) -> dict[str, Any]:
    """Return a requisition as it is now."""
    now: dict[str, Any] = (await tenant.call(who, "GET", f"/requisitions/{row['id']}")).json()
    return now


async def chained(tenant: Tenant, who: Person, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Make an approval chain and return it."""
    body = {"name": f"Chain of {len(steps)}", "steps": list(steps), **more}
    answer = await tenant.call(who, "POST", "/approval-chains", body)
    assert answer.status_code == 201, answer.text
    chain: dict[str, Any] = answer.json()
    return chain


async def submitted(tenant: Tenant, who: Person, row: dict[str, Any]) -> dict[str, Any]:
    """Submit a requisition and return the request for its approval."""
    answer = await act(tenant, who, row, "submit")
    assert answer.status_code == 200, answer.text
    listed = (await tenant.call(who, "GET", f"/requisitions/{row['id']}/approvals")).json()["items"]
    approval: dict[str, Any] = (await tenant.call(who, "GET", f"/approvals/{listed[0]['id']}")).json()
    return approval


async def decided(
    tenant: Tenant, who: Person | str, approval: dict[str, Any], step: int = 0, decision: str = "approve", **more: Any
) -> httpx.Response:
    """Decide on a step of a request."""
    body = {"step_id": approval["steps"][step]["id"], "decision": decision, **more}
    return await tenant.call(who, "POST", f"/approvals/{approval['id']}/decide", body)


def by(*people: Person, name: str = "Heads", rule: str = "any") -> dict[str, Any]:
    """Return a step that persons decide."""
    return {"name": name, "user_ids": [str(each.user_id) for each in people], "rule": rule}
