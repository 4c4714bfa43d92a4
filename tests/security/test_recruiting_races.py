"""Two things at once to the same application, requisition or candidate: one wins, and what is left agrees."""

import asyncio

import httpx
import psycopg
import pytest

from tests.api.conftest import Work
from tests.api.hiring_support import applied, board, candidate, change, step
from tests.api.support import ANY_VERSION, requisition
from tests.factories.jobs import challenge, published, send

TIMES = 6


def value(connection: psycopg.Connection, query: str, *given: object) -> object:
    row = connection.execute(query, given).fetchone()
    assert row is not None
    return row[0]


async def test_a_stage_deleted_while_somebody_is_moved_into_it_keeps_nobody(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    for number in range(TIMES):
        made = await requisition(client)
        entered = await applied(client, made["id"], f"Mara{number} Lindqvist")
        own = (await client.post("/api/v1/pipelines", json={"name": f"Own {number}"})).json()
        put = await client.put(f"/api/v1/requisitions/{made['id']}/pipeline", json={"pipeline_id": own["id"]})
        assert put.status_code == 200, put.text
        pipeline = (await client.get(f"/api/v1/requisitions/{made['id']}/pipeline")).json()
        target = next(stage for stage in pipeline["stages"] if stage["kind"] == "screen")
        path = f"/api/v1/pipelines/{pipeline['id']}/stages/{target['id']}"
        moved, deleted = await asyncio.gather(
            change(client, entered["id"], stage_id=target["id"]), client.delete(path, headers=ANY_VERSION)
        )
        assert moved.status_code in {200, 404, 409, 422}, moved.text
        assert deleted.status_code in {204, 409, 422}, deleted.text
        shown = await board(client, made["id"])
        assert sum(cards.count(entered["id"]) for cards in shown.values()) == 1
    orphans = (
        "select count(*) from application a left join pipeline_stage s on s.id = a.stage_id and s.deleted_at is null "
        "where a.stage_id is not null and s.id is null"
    )
    assert value(admin_connection, orphans) == 0


async def test_who_applies_while_the_requisition_closes_is_in_or_told_so(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    for number in range(TIMES):
        job = await published(client)
        solved = await challenge(anonymous, job["id"])
        sent, closed = await asyncio.gather(
            send(anonymous, job["id"], **solved, name="Mara Lindqvist", email=f"m{number}@example.org"),
            client.post(f"/api/v1/requisitions/{job['requisition_id']}/close", json={}, headers=ANY_VERSION),
        )
        assert closed.status_code == 200, closed.text
        assert sent.status_code in {202, 404, 409, 410}, sent.text
        kept = value(
            admin_connection, "select count(*) from application where requisition_id = %s", job["requisition_id"]
        )
        assert kept == (1 if sent.status_code == 202 else 0)


async def test_an_application_moved_while_its_candidate_is_merged_is_in_one_place(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    for number in range(TIMES):
        entered = await applied(client, None, f"Mara{number} Lindqvist")
        keep = await candidate(client, f"Maria{number} Lindqvist")
        merged, moved = await asyncio.gather(
            client.post(f"/api/v1/candidates/{keep}/merge", json={"other_id": entered["candidate_id"]}),
            change(client, entered["id"], stage="interview"),
        )
        assert merged.status_code in {200, 201}, merged.text
        assert moved.status_code in {200, 404, 409, 412}, moved.text
        row = (await client.get(f"/api/v1/applications/{entered['id']}")).json()
        assert row["candidate_id"] == keep
        assert row["stage"] == ("interview" if moved.status_code == 200 else "applied")
    doubled = (
        "select count(*) from (select 1 from application where deleted_at is null "
        "group by requisition_id, candidate_id having count(*) > 1) d"
    )
    assert value(admin_connection, doubled) == 0


@pytest.mark.timeout(120)
async def test_a_rejection_undone_while_its_letter_is_sent_sends_it_or_not_and_says_which(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    for number in range(TIMES):
        entered = await applied(client, None, f"Mara{number} Lindqvist")
        body = {"send_email": True, "delay_minutes": 0, "subject": "Your application", "body": "We chose another."}
        both = await asyncio.gather(*(step(client, entered["id"], "reject", body) for _ in range(2)))
        assert sorted(answer.status_code for answer in both) in ([200, 409], [200, 200]), [a.text for a in both]
        _, undone = await asyncio.gather(work(), step(client, entered["id"], "reopen", {}))
        assert undone.status_code in {200, 409}, undone.text
        await work()
        actions = (await client.get(f"/api/v1/applications/{entered['id']}/actions")).json()["items"]
        letters = [each for each in actions if each["purpose"] == "rejection"]
        assert len(letters) == 1, letters
        assert letters[0]["state"] in {"done", "cancelled"}, letters
    sent = "select count(*) from email_message"
    done = "select count(*) from application_action where purpose = 'rejection' and state = 'done'"
    assert value(admin_connection, sent) == value(admin_connection, done)


async def test_a_chain_replaced_while_a_requisition_is_approved_changes_no_approval_that_runs(
    client: httpx.AsyncClient,
) -> None:
    me = (await client.get("/api/v1/users/me")).json()["id"]
    chain = {"name": "All", "steps": [{"name": "One", "user_ids": [me]}], "self_approval": True}
    made = (await client.post("/api/v1/approval-chains", json=chain)).json()
    more = chain | {"steps": [{"name": "One", "user_ids": [me]}, {"name": "Two", "user_ids": [me]}]}
    for _ in range(TIMES):
        draft = {"description": "Required:\n- Python", "draft": True}
        path = f"/api/v1/requisitions/{(await client.post('/api/v1/requisitions', json=draft)).json()['id']}"
        await client.put(f"/api/v1/approval-chains/{made['id']}", json=chain, headers=ANY_VERSION)
        assert (await client.post(f"{path}/submit")).is_success
        approval = (await client.get(f"{path}/approvals")).json()["items"][0]
        step_id = (await client.get(f"/api/v1/approvals/{approval['id']}")).json()["steps"][0]["id"]
        decision = {"step_id": step_id, "decision": "approve", "comment": "Yes."}
        replaced, *decided = await asyncio.gather(
            client.put(f"/api/v1/approval-chains/{made['id']}", json=more, headers=ANY_VERSION),
            *(client.post(f"/api/v1/approvals/{approval['id']}/decide", json=decision) for _ in range(2)),
        )
        assert replaced.status_code == 200, replaced.text
        assert sorted(answer.status_code for answer in decided) in ([200, 409], [200, 200])
        assert (await client.get(path)).json()["status"] in {"approved", "open"}
