"""What followers are told, and which clocks run, when the stages of many change at once."""

from typing import Any

import httpx
import psycopg

from tests.api.hiring_support import applied, change, stages, step
from tests.api.support import requisition

PATH = "/api/v1/pipelines"


async def told(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found = await client.get("/api/v1/events", params={"type": "application.pipeline_changed"})
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def remove(client: httpx.AsyncClient, requisition_id: str, kind: str, move_to: str) -> None:
    """Take a stage out of the pipeline of a requisition."""
    path = f"/api/v1/requisitions/{requisition_id}/pipeline"
    pipeline, column = (await client.get(path)).json(), await stages(client, requisition_id)
    gone = await client.delete(f"{PATH}/{pipeline['id']}/stages/{column[kind]}", params={"move_to": column[move_to]})
    assert gone.status_code == 204, gone.text


async def test_followers_are_told_of_each_application_whose_stage_is_taken_away(client: httpx.AsyncClient) -> None:
    one = await applied(client)
    two = await applied(client, one["requisition_id"], "Sam Okoro")
    column = await stages(client, one["requisition_id"])
    await change(client, two["id"], stage="screen")
    await remove(client, one["requisition_id"], "screen", "applied")
    (event,) = await told(client)
    assert (event["application_id"], event["candidate_id"]) == (two["id"], two["candidate_id"])
    assert event["data"] == {
        "stage": "applied", "stage_id": column["applied"], "from_stage_id": column["screen"],
    }  # fmt: skip


async def test_followers_are_told_when_a_requisition_gets_another_pipeline(client: httpx.AsyncClient) -> None:
    one = await applied(client)
    default = (await client.get(f"/api/v1/requisitions/{one['requisition_id']}/pipeline")).json()["id"]
    path = f"/api/v1/requisitions/{one['requisition_id']}/pipeline"
    await client.put(path, json={"pipeline_id": default})
    (event,) = await told(client)
    now = await stages(client, one["requisition_id"])
    assert (event["application_id"], event["data"]["stage_id"]) == (one["id"], now["applied"])


async def test_the_clock_runs_for_who_comes_to_interviews_because_a_stage_is_taken_away(
    client: httpx.AsyncClient,
) -> None:
    made = await requisition(client)
    places = [{"country": "CA", "region": "ON", "city": "Toronto"}]
    await client.patch(f"/api/v1/requisitions/{made['id']}", json={"places": places}, headers={"If-Match": "*"})
    there = await applied(client, made["id"])
    gone = await applied(client, made["id"], "Alex Moreau")
    elsewhere = await applied(client, name="Sam Okoro")
    for each in (there, gone, elsewhere):
        await change(client, each["id"], stage="screen")
    await step(client, gone["id"], "withdraw")
    await remove(client, made["id"], "screen", "interview")
    due = [
        (await client.get(f"/api/v1/applications/{each['id']}")).json()["answer_due_at"] is not None
        for each in (there, gone, elsewhere)
    ]
    assert due == [True, False, False]


async def test_who_withdrew_is_never_in_a_stage_for_too_long(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    gone = await applied(client)
    await change(client, gone["id"], stage="screen")
    await step(client, gone["id"], "withdraw")
    path = f"/api/v1/requisitions/{gone['requisition_id']}/pipeline"
    pipeline, column = (await client.get(path)).json(), await stages(client, gone["requisition_id"])
    await client.patch(
        f"{PATH}/{pipeline['id']}/stages/{column['applied']}", json={"max_days": 1}, headers={"If-Match": "*"}
    )
    await remove(client, gone["requisition_id"], "screen", "applied")
    await client.put(path, json={"pipeline_id": pipeline["id"]})
    assert admin_connection.execute("select stage_due_at from application").fetchone() == (None,)
