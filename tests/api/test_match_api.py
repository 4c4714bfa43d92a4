"""From a requisition and stored resumes to a ranking with evidence."""

import httpx
import psycopg
import pytest

from talentflux.schemas.page import Page
from talentflux.schemas.ranking import MatchRead, RankedMatch
from tests.api.conftest import Work
from tests.api.support import JOB, UNKNOWN, assert_problem, imported, requisition, resume_text

COOK = b"""Nora Koch
nora@example.org

Experience
Head chef, Hotel Adler, 2015-01 - 2024-01
Menu planning and kitchen hygiene for 80 guests a night.
"""


async def _matched(client: httpx.AsyncClient, work: Work, requisition_id: str, **body: object) -> httpx.Response:
    answer = await client.post(f"/api/v1/requisitions/{requisition_id}/match", json=body)
    assert answer.status_code == 202, answer.text
    await work()
    task = (await client.get(f"/api/v1/tasks/{answer.json()['id']}")).json()
    assert (task["status"], task["percentage"]) == ("succeeded", 100), task
    return await client.get(f"/api/v1/requisitions/{requisition_id}/matches")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "all"}, "body.scope"),
        ({"limit": 0}, "body.limit"),
        ({"limit": 501}, "body.limit"),
        ({"top": 1}, "body.top"),
    ],
)
async def test_returns_422_naming_the_field(client: httpx.AsyncClient, body: dict[str, object], field: str) -> None:
    made = await requisition(client)
    answer = await client.post(f"/api/v1/requisitions/{made['id']}/match", json=body)
    assert_problem(answer, 422, "invalid_input", field)


async def test_returns_404_for_a_candidate_who_is_not_in_the_ranking(client: httpx.AsyncClient) -> None:
    made = await requisition(client)
    assert_problem(await client.get(f"/api/v1/requisitions/{made['id']}/matches/{UNKNOWN}"), 404, "not_found")


async def test_ranks_nobody_in_an_empty_pool(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    assert (await _matched(client, work, made["id"])).json() == {"items": [], "next_cursor": None, "total": None}


async def test_ranks_the_pool_by_evidence(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text(skills="Kubernetes"), "nora.txt": COOK})
    answer = await _matched(client, work, made["id"])
    ranked = Page[RankedMatch].model_validate_json(answer.content).items
    assert [row.candidate_name for row in ranked] == ["Mara Lindqvist", "Nora Koch"]
    assert ranked[0].total > ranked[1].total
    assert any("PostgreSQL" in strength for strength in ranked[0].strengths)
    assert any("PostgreSQL" in gap for gap in ranked[1].gaps)
    path = f"/api/v1/requisitions/{made['id']}/matches/{ranked[0].candidate_id}"
    detail = MatchRead.model_validate_json((await client.get(path)).content)
    quotes = [each for result in detail.result.results for each in result.evidence]
    assert quotes
    assert all(each.span.of(detail.masked_text) == each.quote for each in quotes)
    assert "Lindqvist" not in detail.masked_text
    assert detail.outdated is False
    assert detail.total == detail.result.total


async def test_blind_ranking_leaves_names_out(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()})
    await _matched(client, work, made["id"])
    answer = await client.get(f"/api/v1/requisitions/{made['id']}/matches", params={"blind": True})
    assert "Lindqvist" not in answer.text
    candidate = answer.json()["items"][0]["candidate_id"]
    path = f"/api/v1/requisitions/{made['id']}/matches/{candidate}"
    assert "Lindqvist" not in (await client.get(path, params={"blind": True})).text
    assert (await client.get(path)).json()["candidate_name"] == "Mara Lindqvist"


async def test_ranks_only_those_who_applied(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"nora.txt": COOK}, made["id"])
    await imported(client, work, {"mara.txt": resume_text()})
    answer = await _matched(client, work, made["id"], scope="applications")
    assert [row["candidate_name"] for row in answer.json()["items"]] == ["Nora Koch"]


async def test_scores_no_more_than_the_limit_and_takes_the_nearest(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text(), "nora.txt": COOK})
    answer = await _matched(client, work, made["id"], limit=1)
    assert [row["candidate_name"] for row in answer.json()["items"]] == ["Mara Lindqvist"]


async def test_new_ranking_takes_the_place_of_the_former(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()})
    first = (await _matched(client, work, made["id"])).json()["items"]
    edited = {"version": 1, "requirements": [{"id": "r1", "kind": "skill", "text": "Docker", "skill_ids": ["docker"]}]}
    await client.put(f"/api/v1/requisitions/{made['id']}/requirements", json=edited)
    path = f"/api/v1/requisitions/{made['id']}/matches/{first[0]['candidate_id']}"
    assert (await client.get(path)).json()["outdated"] is True
    second = (await _matched(client, work, made["id"])).json()["items"]
    assert len(second) == 1
    assert (second[0]["requirements_version"], first[0]["requirements_version"]) == (2, 1)
    assert (await client.get(path)).json()["outdated"] is False


async def test_takes_the_newest_version_of_a_candidates_resume(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"old.txt": resume_text()})
    newest = await imported(client, work, {"new.txt": resume_text(skills="Kubernetes")})
    rows = (await _matched(client, work, made["id"])).json()["items"]
    assert [row["resume_id"] for row in rows] == newest["resumes"]


async def test_deleted_candidates_are_not_ranked(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()})
    row = (await _matched(client, work, made["id"])).json()["items"][0]
    await client.delete(f"/api/v1/candidates/{row['candidate_id']}")
    assert (await client.get(f"/api/v1/requisitions/{made['id']}/matches")).json()["items"] == []
    assert (await _matched(client, work, made["id"])).json()["items"] == []


async def test_pages_through_equal_totals_without_loss(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = await requisition(client)
    await imported(client, work, {f"{n}.txt": resume_text(f"Person {n}x", f"p{n}@example.org") for n in range(5)})
    await _matched(client, work, made["id"])
    admin_connection.execute("update match set total = 50.123456789012345")
    seen: list[str] = []
    url: str | None = f"/api/v1/requisitions/{made['id']}/matches?limit=2"
    while url:
        answer = await client.get(url)
        seen += [row["candidate_id"] for row in answer.json()["items"]]
        link = answer.headers.get("link")
        url = link.removeprefix("<").partition(">")[0] if link else None
    assert len(seen) == len(set(seen)) == 5


async def test_rediscovery_finds_who_has_not_applied_and_may_be_approached(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = await requisition(client)
    names = ["Jonas Becker", "Priya Natarajan", "Sarah Nolan", "Markus Steiner", "Elena Rossi", "Daniel Okafor"]
    files = {f"{name}.txt": resume_text(name, f"{name.split()[0].lower()}@example.org") for name in names}
    await imported(client, work, files)
    await imported(client, work, {"applied.txt": resume_text("Mara Lindqvist", "applied@example.org")}, made["id"])
    people = {row["name"]: row["id"] for row in (await client.get("/api/v1/candidates")).json()["items"]}
    for name, change in {
        "Priya Natarajan": "consent = 'given', consent_until = now() + interval '1 day'",
        "Sarah Nolan": "consent = 'withdrawn'",
        "Markus Steiner": "consent = 'given', consent_until = now() - interval '1 day'",
        "Elena Rossi": "do_not_contact = true",
        "Daniel Okafor": "retain_until = now() - interval '1 day'",
    }.items():
        admin_connection.execute(f"update candidate set {change} where id = %s", [people[name]])
    ranked = (await _matched(client, work, made["id"], scope="rediscovery")).json()["items"]
    assert {row["candidate_name"] for row in ranked} == {"Jonas Becker", "Priya Natarajan"}
    assert all(row["strengths"] for row in ranked)
    ranked = (await _matched(client, work, made["id"], scope="pool")).json()["items"]
    assert {row["candidate_name"] for row in ranked} == {"Jonas Becker", "Priya Natarajan", "Mara Lindqvist"}


async def test_rediscovery_leaves_out_who_shows_nothing_of_what_is_asked_for(
    client: httpx.AsyncClient, work: Work
) -> None:
    await imported(client, work, {"mara.txt": resume_text(), "nora.txt": COOK})
    for description, names in ((JOB, ["Mara Lindqvist"]), ("Welder\n\nRequired:\n- TIG welding\n", []), ("???", [])):
        made = await requisition(client, description)
        ranked = (await _matched(client, work, made["id"], scope="rediscovery")).json()["items"]
        assert [row["candidate_name"] for row in ranked] == names


@pytest.mark.parametrize(
    "change",
    [
        {"consent": "withdrawn"},
        {"consent": "given", "consent_until": "2026-01-01T00:00:00Z"},
        {"retain_until": "2026-01-01T00:00:00Z"},
        {"do_not_contact": True, "reason": "Asked for it."},
    ],
)
async def test_who_may_not_be_approached_any_more_is_no_longer_shown_in_a_ranking_but_applicants_are(
    client: httpx.AsyncClient, work: Work, change: dict[str, object]
) -> None:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()})
    await imported(client, work, {"bo.txt": resume_text("Bo Ek", "bo@example.org")}, made["id"])
    ranked = (await _matched(client, work, made["id"])).json()["items"]
    people = {row["candidate_name"]: row["candidate_id"] for row in ranked}
    assert people.keys() == {"Mara Lindqvist", "Bo Ek"}
    for candidate_id in people.values():
        path = f"/api/v1/candidates/{candidate_id}"
        headers = {"If-Match": "*"}
        if "do_not_contact" in change:
            answer = await client.put(f"{path}/contact", json=change, headers=headers)
        else:
            answer = await client.patch(path, json=change, headers=headers)
        assert answer.status_code == 200, answer.text
    path = f"/api/v1/requisitions/{made['id']}/matches"
    assert [row["candidate_name"] for row in (await client.get(path)).json()["items"]] == ["Bo Ek"]
    assert_problem(await client.get(f"{path}/{people['Mara Lindqvist']}"), 404, "not_found")
    assert (await client.get(f"{path}/{people['Bo Ek']}")).status_code == 200
