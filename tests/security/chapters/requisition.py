"""Requisitions from draft to closed, with their approvals, openings, versions, templates and copies."""

from typing import Any

import httpx

from talentflux.core.permissions import Role
from tests.api.conftest import Work

_API = "/api/v1"


async def play(story: Any, send: httpx.AsyncClient, _work: Work) -> None:
    """Call every operation that changes requisitions, openings, approvals and templates."""
    await _without_approval(send)
    await _approved(story, send)
    await _templates(send)


async def _without_approval(send: httpx.AsyncClient) -> None:
    path = await _draft(send)
    for action in ("submit", "open", "hold", "resume", "close", "reopen"):
        await send.post(f"{path}/{action}", json={"reason": "So it was agreed"})
    opening = (await send.post(f"{path}/openings", json={"external_id": "HC-1"})).json()
    await send.patch(f"{path}/openings/{opening['id']}", json={"target_date": "2027-03-01"})
    await send.delete(f"{path}/openings/{opening['id']}")
    requirement = {"id": "r1", "kind": "skill", "text": "Python", "skill_ids": ["python"]}
    await send.put(f"{path}/requirements", json={"version": 1, "requirements": [requirement]})
    await send.post(f"{path}/requirements/versions/1/restore", json={"version": 2})
    await send.post(f"{path}/copy", json={"team": True, "pipeline": True, "openings": True})


async def _approved(story: Any, send: httpx.AsyncClient) -> None:
    colleague = await story.person(Role.ADMIN)
    step = {"name": "Colleague", "user_ids": [str(colleague.user_id)]}
    chain = {"name": "All", "steps": [step], "self_approval": True}
    made = (await send.post(f"{_API}/approval-chains", json=chain)).json()
    await send.put(f"{_API}/approval-chains/{made['id']}", json=chain | {"remind_after_days": None})
    path = await _draft(send)
    await send.post(f"{path}/submit")
    await send.post(f"{path}/withdraw")
    await send.post(f"{path}/submit")
    approval = (await send.get(f"{path}/approvals")).json()["items"][0]
    me = (await send.get(f"{_API}/users/me")).json()["id"]
    await send.post(f"{_API}/approvals/{approval['id']}/reassign", json={"user_ids": [me]})
    step_id = (await send.get(f"{_API}/approvals/{approval['id']}")).json()["steps"][0]["id"]
    decision = {"step_id": step_id, "decision": "approve", "comment": "In the plan."}
    await send.post(f"{_API}/approvals/{approval['id']}/decide", json=decision)
    given = {
        "stand_in_id": str(colleague.user_id),
        "starts_at": "2098-12-21T00:00:00Z",
        "ends_at": "2099-01-04T00:00:00Z",
    }
    delegation = (await send.post(f"{_API}/approval-delegations", json=given)).json()
    await send.delete(f"{_API}/approval-delegations/{delegation['id']}")
    await send.delete(f"{_API}/approval-chains/{made['id']}")


async def _templates(send: httpx.AsyncClient) -> None:
    path = await _draft(send)
    given = {"name": "Developers", "requisition_id": path.rpartition("/")[2]}
    made = (await send.post(f"{_API}/requisition-templates", json=given)).json()
    template = f"{_API}/requisition-templates/{made['id']}"
    await send.patch(template, json={"name": "Developers in the north"})
    await send.post(f"{template}/requisitions", json={})
    await send.delete(template)


async def _draft(send: httpx.AsyncClient) -> str:
    body = {"description": "Required:\n- Python", "draft": True}
    return f"{_API}/requisitions/{(await send.post(f'{_API}/requisitions', json=body)).json()['id']}"
