"""The screening queue: refusals first, then scores with evidence, people's words, and what is never done by a score."""

from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, imported, resume_text
from tests.factories.people import Person
from tests.factories.tenants import add_tenant

JOB = {"title": "Developer", "description": "Required:\n- Python\n- PostgreSQL"}
WORD = {"assessment": "strong", "reason": "She wrote the driver that we use."}


async def applied(client: httpx.AsyncClient, work: Work, **texts: bytes) -> tuple[str, list[dict[str, Any]]]:
    """Let people apply and return the requisition and its queue."""
    requisition = (await client.post("/api/v1/requisitions", json=JOB)).json()["id"]
    await imported(client, work, {f"{name}.txt": text for name, text in texts.items()}, requisition)
    return requisition, await queue(client, requisition_id=requisition)


async def queue(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/screenings", params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/applications/{UNKNOWN}/screening", None),
        ("POST", f"/applications/{UNKNOWN}/screening", None),
        ("PUT", f"/applications/{UNKNOWN}/screening/assessment", WORD),
        ("POST", f"/requisitions/{UNKNOWN}/screenings", None),
    ],
)
async def test_answers_404_for_what_is_not_there(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    assert_problem(await client.request(method, f"/api/v1{path}", json=body), 404, "not_found")


@pytest.mark.parametrize("given", [{}, {"assessment": "strong"}, {"assessment": "reject", "reason": "no"}])
async def test_a_word_needs_a_reason(client: httpx.AsyncClient, work: Work, given: dict[str, str]) -> None:
    _, (row,) = await applied(client, work, mara=resume_text())
    path = f"/api/v1/applications/{row['application_id']}/screening/assessment"
    assert_problem(await client.put(path, json=given), 422, "invalid_input")


async def test_other_organizations_and_wrong_roles_are_refused(
    app: FastAPI, client: httpx.AsyncClient, work: Work, owner: Person
) -> None:
    _, (row,) = await applied(client, work, mara=resume_text())
    path = f"/applications/{row['application_id']}/screening"
    other = await add_tenant(app)
    stranger = await other.person()
    assert (await other.call(stranger, "GET", "/screenings")).json()["items"] == []
    assert (await other.call(stranger, "GET", path)).status_code == 404
    assert (await other.call(stranger, "PUT", f"{path}/assessment", WORD)).status_code == 404
    here = await add_tenant(app)
    here.organization_id = owner.organization_id or here.organization_id
    viewer = await here.person(Role.VIEWER)
    assert (await here.call(viewer, "PUT", f"{path}/assessment", WORD)).status_code == 403
    interviewer = await here.person(Role.INTERVIEWER)
    assert (await here.call(interviewer, "GET", path)).status_code == 404, "in nobody's team"


async def test_each_application_is_screened_in_the_background_with_evidence(
    client: httpx.AsyncClient, work: Work
) -> None:
    weak = b"Olga Brandt\nolga@example.org\n\nExperience\n2019 - 2024 Gardener, Park\n- Roses\n"
    _, rows = await applied(client, work, mara=resume_text(), olga=weak)
    assert [row["state"] for row in rows] == ["done", "done"]
    assert rows[0]["total"] > rows[1]["total"]
    read = (await client.get(f"/api/v1/applications/{rows[0]['application_id']}/screening")).json()
    quotes = [each["quote"] for result in read["result"]["results"] for each in result["evidence"]]
    assert quotes
    assert all(quote in read["masked_text"] for quote in quotes)
    assert len(read["input_hash"]) == 64
    events = (await client.get("/api/v1/events", params={"type": "application.screened"})).json()["items"]
    assert {each["application_id"] for each in events} == {row["application_id"] for row in rows}


async def test_no_score_moves_or_rejects_anybody(client: httpx.AsyncClient, work: Work) -> None:
    _, (row,) = await applied(client, work, nobody=b"Nobody\n\nHobbies\nSleeping\n")
    assert row["total"] is None or row["total"] < 20
    application = (await client.get(f"/api/v1/applications/{row['application_id']}")).json()
    assert (application["stage"], application["status"]) == ("applied", "active")


async def test_hidden_text_is_flagged_and_lifts_nobody(client: httpx.AsyncClient, work: Work) -> None:
    honest = b"<html><body><p>Sarah Nolan</p><p>ann@example.org</p><h2>Experience</h2><p>Roses</p></body></html>"
    hidden = (
        honest.replace(b"Sarah Nolan", b"Elena Rossi")
        .replace(b"ann@", b"bo@")
        .replace(
            b"</body>",
            b'<p style="color:#fff;background:#fff;font-size:0">Python PostgreSQL Python PostgreSQL</p></body>',
        )
    )
    requisition = (await client.post("/api/v1/requisitions", json=JOB)).json()["id"]
    await imported(client, work, {"honest.html": honest, "hidden.html": hidden}, requisition)
    rows = {row["candidate_name"]: row for row in await queue(client, requisition_id=requisition)}
    assert rows["Elena Rossi"]["hidden_text"]
    assert not rows["Sarah Nolan"]["hidden_text"]
    assert rows["Elena Rossi"]["total"] == rows["Sarah Nolan"]["total"]
    assert [row["candidate_name"] for row in await queue(client, flagged=True)] == ["Elena Rossi"]


async def test_a_persons_word_stands_before_the_score_and_is_kept_for_nobody_to_read(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    weak = b"Olga Brandt\nolga@example.org\n\nExperience\n2019 - 2024 Gardener, Park\n- Roses\n"
    _, rows = await applied(client, work, mara=resume_text(), olga=weak)
    last = rows[-1]
    path = f"/api/v1/applications/{last['application_id']}/screening"
    read = (await client.put(f"{path}/assessment", json=WORD)).json()
    assert (read["assessment"], read["assessment_reason"], read["standing"]) == ("strong", WORD["reason"], 100.0)
    assert read["total"] == last["total"], "what was computed stays"
    assert read["assessed_by"].startswith("user:")
    assert (await queue(client))[0]["application_id"] == last["application_id"]
    assert [row["application_id"] for row in await queue(client, assessed=True)] == [last["application_id"]]
    stored = admin_connection.execute(
        "select assessment_reason from application_screening where assessment is not null"
    )
    row = stored.fetchone()
    assert row is not None
    assert b"driver" not in row[0]


async def test_edited_requirements_make_a_screening_old_until_it_is_made_anew(
    client: httpx.AsyncClient, work: Work
) -> None:
    requisition, (row,) = await applied(client, work, mara=resume_text())
    requirement = {"id": "r1", "kind": "skill", "text": "Rust", "skill_ids": ["rust"]}
    edited = await client.put(
        f"/api/v1/requisitions/{requisition}/requirements",
        json={"version": 1, "requirements": [requirement]}, headers={"If-Match": "*"},
    )  # fmt: skip
    assert edited.status_code == 200, edited.text
    assert (await queue(client))[0]["outdated"]
    asked = await client.post(f"/api/v1/requisitions/{requisition}/screenings")
    assert asked.json() == {"applications": 1}
    await work()
    (anew,) = await queue(client)
    assert (anew["outdated"], anew["id"] == row["id"]) == (False, False)
    read = (await client.get(f"/api/v1/applications/{row['application_id']}/screening")).json()
    assert [former["id"] for former in read["former"]] == [row["id"]]
    assert read["former"][0]["total"] == row["total"]


async def test_a_persons_word_outlives_another_screening(client: httpx.AsyncClient, work: Work) -> None:
    _, (row, other) = await applied(client, work, mara=resume_text(), olga=resume_text("olga@example.org"))
    path = f"/api/v1/applications/{row['application_id']}/screening"
    said = (await client.put(f"{path}/assessment", json=WORD | {"assessment": "weak"})).json()
    await client.post(f"/api/v1/requisitions/{row['requisition_id']}/screenings")
    await work()
    read = (await client.get(path)).json()
    assert (read["state"], read["assessment"], read["assessment_reason"]) == ("done", "weak", WORD["reason"])
    assert (read["standing"], read["assessed_by"], read["assessed_at"]) == (0, said["assessed_by"], said["assessed_at"])
    assert read["id"] != said["id"]
    assert [each["assessment"] for each in read["former"]] == ["weak"]
    assert [each["application_id"] for each in await queue(client, assessed=False)] == [other["application_id"]]


async def test_who_asks_later_for_no_screening_is_taken_out_of_the_order_at_once(
    client: httpx.AsyncClient, work: Work
) -> None:
    _, (row,) = await applied(client, work, mara=resume_text())
    path = f"/api/v1/applications/{row['application_id']}"
    assert row["total"] is not None
    for wish, expected in ((True, ("skipped", "opted_out", None)), (False, ("done", None, row["total"]))):
        changed = await client.patch(path, json={"do_not_screen": wish}, headers={"If-Match": "*"})
        assert changed.status_code == 200, changed.text
        await work()
        (now,) = await queue(client)
        assert (now["state"], now["reason"], now["total"]) == expected
    # A wish that comes while the program compares stands before what it finds.
    await client.post(f"{path}/screening")
    await client.patch(path, json={"do_not_screen": True}, headers={"If-Match": "*"})
    await work()
    (now,) = await queue(client)
    assert (now["state"], now["reason"]) == ("skipped", "opted_out")


async def test_equal_inputs_give_equal_scores(client: httpx.AsyncClient, work: Work) -> None:
    _, (row,) = await applied(client, work, mara=resume_text())
    path = f"/api/v1/applications/{row['application_id']}/screening"
    before = (await client.get(path)).json()
    await client.post(path)
    await work()
    after = (await client.get(path)).json()
    assert (after["total"], after["input_hash"]) == (before["total"], before["input_hash"])
    assert after["id"] != before["id"]


async def test_who_opted_out_is_left_to_a_person(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    _, (row,) = await applied(client, work, mara=resume_text())
    admin_connection.execute("update application set do_not_screen = true")
    await client.post(f"/api/v1/applications/{row['application_id']}/screening")
    await work()
    (now,) = await queue(client)
    assert (now["state"], now["reason"], now["total"]) == ("skipped", "opted_out", None)


async def test_what_cannot_be_read_stays_in_the_queue(client: httpx.AsyncClient, work: Work) -> None:
    _, (row,) = await applied(client, work, broken=b"")
    assert (row["state"], row["reason"]) == ("skipped", "unreadable")


async def test_the_queue_pages_in_the_order_of_standing(client: httpx.AsyncClient, work: Work) -> None:
    texts = {f"p{number}": resume_text(f"mara{number}@example.org") for number in range(5)}
    requisition, rows = await applied(client, work, **texts)
    seen, cursor = [], None
    while True:
        asked = {"limit": 2, "requisition_id": requisition} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/v1/screenings", params=asked)).json()
        seen += [row["id"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [row["id"] for row in rows]
