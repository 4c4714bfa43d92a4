"""Applications: entered, moved, decided, done in bulk; and what they go through."""

from typing import Any

import httpx

from tests.api.conftest import Work

ROOT = "/api/v1"


async def play(story: Any, send: httpx.AsyncClient, work: Work) -> None:
    """Call every operation that changes an application or a pipeline."""
    _ = story
    made = (await send.post(f"{ROOT}/requisitions", json={"description": "Required:\n- Python"})).json()
    other = (await send.post(f"{ROOT}/requisitions", json={"description": "Required:\n- SQL"})).json()
    person = (await send.post(f"{ROOT}/candidates", json={"name": "Noor Haddad"})).json()
    body = {"requisition_id": made["id"], "candidate_id": person["id"]}
    application = (await send.post(f"{ROOT}/applications", json=body)).json()
    another = (await send.post(f"{ROOT}/candidates", json={"name": "Sam Okoro"})).json()
    await send.post(f"{ROOT}/requisitions/{made['id']}/applications", json={"candidate_id": another["id"]})
    path = f"{ROOT}/applications/{application['id']}"
    task = (await send.post(f"{path}/tasks", json={"title": "Call"})).json()
    await send.patch(f"{ROOT}/application-tasks/{task['id']}", json={"done": True})
    await send.post(f"{path}/reject", json={})
    waiting = (await send.get(f"{path}/actions")).json()["items"][0]
    await send.post(f"{path}/actions/{waiting['id']}/cancel")
    await send.post(f"{path}/reopen", json={})
    await send.post(f"{path}/withdraw")
    await send.post(f"{path}/reopen", json={})
    await send.post(f"{path}/transfer", json={"requisition_id": other["id"]})
    bulk = {"application_ids": [application["id"]], "tag": ["Shortlist"]}
    await send.post(f"{ROOT}/applications/bulk/preview", json=bulk)
    await send.post(f"{ROOT}/applications/bulk", json=bulk)
    await work()
    await _pipelines(send, made["id"])


async def _pipelines(send: httpx.AsyncClient, requisition_id: str) -> None:
    reason = (await send.post(f"{ROOT}/reject-reasons", json={"name": "Lacks experience"})).json()
    await send.patch(f"{ROOT}/reject-reasons/{reason['id']}", json={"name": "Too early"})
    await send.delete(f"{ROOT}/reject-reasons/{reason['id']}")
    pipeline = (await send.post(f"{ROOT}/pipelines", json={"name": "Short"})).json()
    path = f"{ROOT}/pipelines/{pipeline['id']}"
    await send.patch(path, json={"name": "Shorter"})
    stage = (await send.post(f"{path}/stages", json={"name": "Sample", "kind": "screen", "position": 2})).json()
    stage_path = f"{path}/stages/{stage['stages'][1]['id']}"
    await send.patch(stage_path, json={"max_days": 5})
    given = {"action": "create_task", "title": "Look"}
    automation = (await send.post(f"{stage_path}/automations", json=given)).json()
    await send.patch(f"{ROOT}/stage-automations/{automation['id']}", json={"enabled": False})
    await send.delete(f"{ROOT}/stage-automations/{automation['id']}")
    await send.delete(stage_path)
    await send.put(f"{ROOT}/requisitions/{requisition_id}/pipeline", json={"pipeline_id": pipeline["id"]})
    await send.delete(path)
