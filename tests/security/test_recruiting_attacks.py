"""Ids of another tenant inside of bodies, odd values in every field, stale versions: refused, and nothing written."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.conftest import Work
from tests.factories.canaries import tenant_tables
from tests.factories.recruiting import Story, add_story, example_of, words

MARK, NAME = "Zyqokavu", "Vorzelquim"
Case = tuple[str, str, Any]
STEP = 12
"""Every so many of the odd values are tried in one place, others in the next."""
WRITTEN_BY_REFUSALS = {
    "application_bulk",
    "task",
    "idempotency_key",
    "user_session",
    "audit_event",
    "audit_head",
    "event",
    "member",
}


@pytest.fixture
async def theirs(app: FastAPI, work: Work) -> Story:
    return await add_story(app, work, MARK, NAME)


@pytest.fixture
async def ours(app: FastAPI, work: Work) -> Story:
    return await add_story(app, work, "Plain", "Linden")


def check_own(before: dict[str, list[str]], after: dict[str, list[str]], *foreign: str) -> None:
    """Check that bulk work was done to own applications alone, and that no row of others, or about them, is new."""
    changed = {table: set(kept) ^ set(after[table]) for table, kept in before.items() if kept != after[table]}
    assert changed.keys() <= {"application", "application_stage_change", "candidate_tag", "webhook_delivery"}
    changed.pop("webhook_delivery", None)
    told = [(table, row) for table, rows in changed.items() for row in rows for each in foreign if each in row]
    assert [row for row in told if row[0] != "candidate_tag"] == []


def refused(path: str) -> set[int]:
    """Return how a request is refused; bulk work is taken on and tells of each refusal in its task."""
    return {202, 404, 422} if path.startswith("/applications/bulk") else {404, 409, 422}


def snapshot(connection: psycopg.Connection) -> dict[str, list[str]]:
    return {
        table: sorted(row[0] for row in connection.execute(f"select t::text from {table} t").fetchall())
        for table in tenant_tables(connection)
        if table not in WRITTEN_BY_REFUSALS
    }


def of_requisitions(own: dict[str, str], other: dict[str, str]) -> Iterator[Case]:
    """Yield requests about own rows that name a requisition, or what belongs to one, that is not to be named."""
    application, candidate = f"/applications/{own['application_id']}", f"/candidates/{own['candidate_id']}"
    yield "POST", "/applications", {"requisition_id": other["requisition_id"], "candidate_id": own["candidate_id"]}
    yield "POST", f"{application}/transfer", {"requisition_id": other["requisition_id"]}
    yield "PATCH", application, {"after_id": other["application_id"]}
    yield "PATCH", application, {"before_id": other["application_id"]}
    yield "POST", f"{candidate}/notes", {"body": "x", "application_id": other["application_id"]}
    yield "POST", "/referrals", {"candidate_id": own["candidate_id"], "requisition_id": other["requisition_id"]}
    job = {"requisition_id": other["requisition_id"], "title": "T", "language": "en", "description": "D", "terms": {}}
    yield "POST", "/jobs", job
    yield "POST", "/requisition-templates", {"name": "New", "requisition_id": other["requisition_id"]}
    for action in ({"stage": "interview"}, None):
        for ids in ([other["application_id"]], [own["application_id"], other["application_id"]]):
            body = {"application_ids": ids} | ({"move": action} if action else {"tag": ["Known"]})
            yield "POST", "/applications/bulk", body


def of_the_tenant(own: dict[str, str], other: dict[str, str], people: dict[str, str]) -> Iterator[Case]:
    """Yield requests about own rows that name rows or people of another tenant."""
    application, candidate = f"/applications/{own['application_id']}", f"/candidates/{own['candidate_id']}"
    requisition = f"/requisitions/{own['requisition_id']}"
    them = people["them"]
    entered = {"requisition_id": own["requisition_id"], "candidate_id": own["other_id"]}
    for name in ("candidate_id", "resume_id", "source_id", "stage_id"):
        yield "POST", "/applications", entered | {name: other[name]}
    yield "PATCH", application, {"stage_id": other["stage_id"]}
    yield "POST", f"{application}/reject", {"reject_reason_id": other["reject_reason_id"]}
    yield "POST", f"{application}/tasks", {"title": "Call", "assignee_id": them}
    bulk = {"application_ids": [own["application_id"]]}
    yield "POST", "/applications/bulk", bulk | {"move": {"stage_id": other["stage_id"]}}
    yield "POST", "/applications/bulk", bulk | {"reject": {"reject_reason_id": other["reject_reason_id"]}}
    yield "POST", "/candidates", {"name": "New", "source_id": other["source_id"]}
    yield "PATCH", candidate, {"source_id": other["source_id"]}
    yield "PUT", f"{candidate}/current-resume", {"resume_id": other["resume_id"]}
    yield "PUT", f"{candidate}/custom-fields", {"values": {"wish_user": them}}
    yield "POST", f"{candidate}/merge", {"other_id": other["candidate_id"]}
    yield "POST", f"{candidate}/notes", {"body": "x", "mentions": [them]}
    yield "PATCH", f"/notes/{own['note_id']}", {"mentions": [people["us"], them]}
    yield "POST", "/candidates/tags", {"candidate_ids": [own["candidate_id"], other["candidate_id"]], "add": ["New"]}
    yield "POST", f"/tags/{own['tag_id']}/merge", {"other_id": other["tag_id"]}
    pool = f"/talent-pools/{own['talent_pool_id']}/candidates"
    yield "POST", pool, {"candidate_ids": [own["other_id"], other["candidate_id"]]}
    yield "POST", "/referrals", {"candidate_id": other["candidate_id"]}
    yield "POST", "/referrals", {"candidate_id": own["candidate_id"], "user_id": them}
    yield "POST", f"/jobs/{own['job_id']}/tracking-links", {"name": "New", "source_id": other["source_id"]}
    yield "PUT", f"{requisition}/pipeline", {"pipeline_id": other["pipeline_id"]}
    yield "PUT", f"{requisition}/team/{them}", {"role": "recruiter"}
    steps: list[dict[str, Any]] = [{"name": "S", "user_ids": [them]}, {"approval_chain_id": other["approval_chain_id"]}]
    for step in steps:
        yield "POST", "/approval-chains", {"name": "New", "steps": [step]}
        yield "PUT", f"/approval-chains/{own['approval_chain_id']}", {"name": "Chain", "steps": [step]}
    times = {"starts_at": "2098-12-21T00:00:00Z", "ends_at": "2099-01-04T00:00:00Z"}
    yield "POST", "/approval-delegations", {"stand_in_id": them} | times
    stage = f"/pipelines/{own['pipeline_id']}/stages/{own['own_stage_id']}"
    yield "POST", f"{stage}/automations", {"action": "create_task", "title": "Call", "assignee_id": them}
    yield "DELETE", f"{stage}?move_to={other['stage_id']}", None


async def test_ids_of_another_tenant_in_bodies_are_refused_and_nothing_is_written_or_told(
    ours: Story, theirs: Story, work: Work, admin_connection: psycopg.Connection
) -> None:
    people = {"them": str(theirs.owner.user_id), "us": str(ours.owner.user_id)}
    before = snapshot(admin_connection)
    wrong = []
    for method, path, body in (*of_requisitions(ours.ids, theirs.ids), *of_the_tenant(ours.ids, theirs.ids, people)):
        answer = await ours.tenant.call(ours.owner, method, path, body)
        told = [word for word in (MARK, NAME) if word.lower() in words(answer)]
        if answer.status_code not in refused(path) or told:
            wrong.append((method, path, body, answer.status_code, answer.text[:300]))
    await work()
    check_own(before, snapshot(admin_connection), str(theirs.tenant.organization_id), *theirs.ids.values())
    assert wrong == []


async def test_a_recruiter_names_nothing_of_a_confidential_requisition_in_bodies(
    theirs: Story, work: Work, admin_connection: psycopg.Connection
) -> None:
    recruiter = await theirs.tenant.person(Role.RECRUITER)
    made = {"description": "Required:\n- Python"}
    requisition = (await theirs.tenant.call(recruiter, "POST", "/requisitions", made)).json()
    entered = {"requisition_id": requisition["id"], "candidate_id": theirs.ids["other_id"]}
    application = (await theirs.tenant.call(recruiter, "POST", "/applications", entered)).json()
    own = theirs.ids | {"application_id": application["id"], "requisition_id": requisition["id"]}
    before = snapshot(admin_connection)
    wrong = []
    for method, path, body in of_requisitions(own, theirs.ids):
        answer = await theirs.tenant.call(recruiter, method, path, body)
        if answer.status_code not in refused(path) or MARK.lower() in words(answer):
            wrong.append((method, path, body, answer.status_code, answer.text[:300]))
    await work()
    check_own(before, snapshot(admin_connection), theirs.ids["application_id"], theirs.ids["requisition_id"])
    assert wrong == []


async def test_filters_by_rows_of_another_tenant_find_nothing(ours: Story, theirs: Story) -> None:
    for name in ("talent_pool_id", "source_id", "requisition_id"):
        filters = {"name": name, "q": "python", "filters": {name: theirs.ids[name]}}
        made = await ours.tenant.call(ours.owner, "POST", "/saved-searches", filters)
        if made.status_code == 201:
            found = await ours.tenant.call(ours.owner, "GET", f"/saved-searches/{made.json()['id']}/candidates")
            assert found.status_code in {200, 409}  # a search that names what is not there is not run
            assert found.json().get("items", []) == []
        for path in ("/candidates", "/candidates/search?q=python", "/applications"):
            answer = await ours.tenant.call(ours.owner, "GET", path, params={name: theirs.ids[name], "q": "python"})
            if answer.status_code == 200:
                assert answer.json()["items"] == [] or name not in str(answer.url), (path, name)


async def test_a_stale_version_is_refused_by_every_operation_that_takes_one(
    ours: Story, admin_connection: psycopg.Connection
) -> None:
    before = snapshot(admin_connection)
    wrong, tried = [], 0
    for method, path, described in ours.operations({"POST", "PUT", "PATCH", "DELETE"}):
        if not any(each["name"] == "If-Match" for each in described.get("parameters", [])):
            continue
        body = example_of(ours, described)
        answer = await ours.tenant.call(ours.owner, method, path, body, headers={"If-Match": '"0"'}, match=None)
        tried += 1
        # Nothing of the story is deleted, and proof of who one is comes first where it is asked for.
        if answer.status_code != 412 and not (
            described["operationId"].startswith("restore_") or answer.status_code == 403
        ):
            wrong.append((described["operationId"], answer.status_code, answer.text[:200]))
    after = snapshot(admin_connection)
    assert [table for table, kept in before.items() if kept != after[table]] == []
    assert wrong == []
    assert tried > 40


JSON = {"Content-Type": "application/json"}
ODD: tuple[Any, ...] = (
    "\ud800", "x\udfff y", float("nan"), float("-inf"),
    "\0", "x\0y", "\u202eevil\u202c", "e" * 10_000, "", " ", "\ufeff", "\U0010ffff", "é" * 300, "%s%s{0}{{x}}",
    "9999-12-31", "0001-01-01", "1899-12-31T23:59:59Z", "9999-12-31T23:59:59.999999-23:59", "-1", "1e400",
    -1, 0, 2**31, 2**63, -(2**63) - 1, 1e308, 10**30, None, True, [], {}, [[]], [None], ["\0"], {"\0": "\0"},
)  # fmt: skip
"""Values that fields meet sooner or later."""


def leaves(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the places of all values in a body."""
    yield at
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield from leaves(value, (*at, key))


def replaced(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    """Return a body with another value at a place."""
    if not at:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[at[0]] = replaced(copy[at[0]], at[1:], value)
    return copy


@pytest.mark.timeout(300)
async def test_odd_values_in_any_field_are_answered_and_never_an_error_of_the_server(ours: Story) -> None:
    wrong, tried = [], 0
    for method, path, described in ours.operations({"POST", "PUT", "PATCH"}):
        schema = next(iter(described.get("requestBody", {}).get("content", {})), None)
        if schema != "application/json" or path.startswith(("/auth", "/users", "/organizations", "/members")):
            continue
        body = example_of(ours, described)
        properties = {name: ours.ids.get(name, value) for name, value in body.items()} if isinstance(body, dict) else {}
        for number, place in enumerate(leaves(properties)):
            for odd in ODD[number % STEP :: STEP]:
                sent = json.dumps(replaced(properties, place, odd))
                answer = await ours.tenant.call(ours.owner, method, path, content=sent, headers=JSON)
                tried += 1
                if answer.status_code >= 500:
                    wrong.append((described["operationId"], place, odd, answer.status_code))
    assert wrong == []
    assert tried > 500
