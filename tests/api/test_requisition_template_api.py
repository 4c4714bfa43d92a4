"""Templates and copies of requisitions over the API."""

from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.schemas.page import Page
from talentflux.schemas.requisition_template import TemplateRead, TemplateSummary
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import by, chained, made, read
from tests.factories.tenants import Tenant, add_tenant

PATH = "/requisition-templates"
CONTENT = {"title": "Developer", "description": "Required:\n- SQL"}
TERMS: dict[str, Any] = {
    "department": "Engineering",
    "employment_type": "full_time",
    "pay_min": "50000",
    "pay_max": "60000.5",
    "pay_currency": "EUR",
    "pay_period": "year",
    "places": [{"country": "SE", "region": None, "city": "Uppsala"}],
    "remote": "hybrid",
    "remote_countries": ["SE"],
}


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


async def template(tenant: Tenant, who: Person, **more: Any) -> TemplateRead:
    answer = await tenant.call(who, "POST", PATH, {"name": "Developers", **(more or {"content": CONTENT})})
    assert answer.status_code == 201, answer.text
    return TemplateRead.model_validate_json(answer.content)


async def test_returns_404_for_what_is_unknown_or_of_another_organization(
    app: FastAPI, tenant: Tenant, boss: Person
) -> None:
    other = await add_tenant(app, "Southwind")
    stranger = await other.person(Role.OWNER)
    theirs, row = await template(other, stranger), await made(other, stranger)
    for identifier in (UNKNOWN, theirs.id):
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/requisitions")):
            answer = await tenant.call(boss, method, f"{PATH}/{identifier}{path}", {})
            assert_problem(answer, 404, "not_found")
    body = {"name": "Stolen", "requisition_id": row["id"]}
    assert_problem(await tenant.call(boss, "POST", PATH, body), 404, "not_found")
    assert_problem(await tenant.call(boss, "POST", f"/requisitions/{row['id']}/copy", {}), 404, "not_found")
    assert (await tenant.call(boss, "GET", PATH)).json()["items"] == []


async def test_refuses_roles_that_make_no_requisitions(tenant: Tenant, boss: Person) -> None:
    made_ = await template(tenant, boss)
    row = await made(tenant, boss)
    viewer, manager = await tenant.person(Role.VIEWER), await tenant.person(Role.HIRING_MANAGER)
    assert_problem(await tenant.call(viewer, "POST", f"{PATH}/{made_.id}/requisitions", {}), 403, "forbidden")
    assert_problem(await tenant.call(viewer, "POST", f"/requisitions/{row['id']}/copy", {}), 403, "forbidden")
    assert_problem(await tenant.call(manager, "PATCH", f"{PATH}/{made_.id}", {"name": "Mine"}), 403, "forbidden")
    assert (await tenant.call(manager, "POST", f"{PATH}/{made_.id}/requisitions", {})).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"content": CONTENT, "requisition_id": UNKNOWN}, "body"),
        ({"content": CONTENT | {"pay_min": 1}}, "body.content"),
        ({"content": CONTENT | {"places": [{"country": "XX"}]}}, "body.content.places.0.country"),
        ({"content": {"title": "x"}}, "body.content.description"),
    ],
)
async def test_refuses_content_that_makes_no_sense(
    tenant: Tenant, boss: Person, body: dict[str, Any], field: str
) -> None:
    assert_problem(await tenant.call(boss, "POST", PATH, {"name": "Wrong", **body}), 422, "invalid_input", field)


async def test_refuses_a_name_twice_and_a_change_of_an_older_version(tenant: Tenant, boss: Person) -> None:
    made_ = await template(tenant, boss)
    assert_problem(await tenant.call(boss, "POST", PATH, {"name": "Developers", "content": CONTENT}), 409, "conflict")
    path = f"{PATH}/{made_.id}"
    assert_problem(await tenant.call(boss, "PATCH", path, {}, match=None), 428, "precondition_required")
    answer = await tenant.call(boss, "PATCH", path, {"name": "New"}, match='"1.0123456789ab"')
    assert_problem(answer, 412, "precondition_failed")


async def test_refuses_to_show_deleted_templates_to_readers(tenant: Tenant, boss: Person) -> None:
    viewer = await tenant.person(Role.VIEWER)
    assert_problem(await tenant.call(viewer, "GET", PATH, params={"deleted": "true"}), 403, "forbidden")


async def test_a_requisition_of_a_template_of_a_requisition_is_like_the_first(tenant: Tenant, boss: Person) -> None:
    plan = [{"name": "Talk", "kind": "video", "minutes": 45, "interviewer_roles": [], "attributes": ["Depth"]}]
    row = await made(tenant, boss, **TERMS, external_id="REQ-1", headcount=2, interview_plan=plan)
    made_ = await template(tenant, boss, requisition_id=row["id"])
    answer = await tenant.call(boss, "POST", f"{PATH}/{made_.id}/requisitions", {"external_id": "REQ-2"})
    new = answer.json()
    same = [*TERMS, "title", "description", "requirements", "language", "interview_plan", "headcount"]
    assert {name: new[name] for name in same} == {name: row[name] for name in same}
    assert (new["status"], new["external_id"], answer.headers["location"]) == (
        "draft", "REQ-2", f"/api/v1/requisitions/{new['id']}",
    )  # fmt: skip


async def test_templates_are_listed_changed_and_deleted(tenant: Tenant, boss: Person) -> None:
    made_ = await template(tenant, boss, content=CONTENT | {"department": "IT"})
    path = f"{PATH}/{made_.id}"
    changed = await tenant.call(boss, "PATCH", path, {"name": "Coders", "content": CONTENT | {"title": "Coder"}})
    assert (changed.json()["name"], changed.json()["content"]["title"]) == ("Coders", "Coder")
    listed = Page[TemplateSummary].model_validate_json((await tenant.call(boss, "GET", PATH)).content)
    assert [(item.name, item.title, item.department) for item in listed.items] == [("Coders", "Coder", None)]
    assert (await tenant.call(boss, "GET", PATH, params={"department": "IT"})).json()["items"] == []
    assert (await tenant.call(boss, "DELETE", path)).status_code == 204
    assert (await tenant.call(boss, "GET", path)).status_code == 404
    gone = (await tenant.call(boss, "GET", PATH, params={"deleted": "true"})).json()["items"]
    assert [item["id"] for item in gone] == [str(made_.id)]
    await template(tenant, boss, name="Coders", content=CONTENT)


async def test_a_copy_has_the_team_pipeline_and_openings_only_where_asked(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, **TERMS, external_id="REQ-1", headcount=2)
    colleague, left = await tenant.person(Role.INTERVIEWER), await tenant.person(Role.INTERVIEWER)
    for person in (colleague, left):
        await tenant.call(boss, "PUT", f"/requisitions/{row['id']}/team/{person.user_id}", {"role": "interviewer"})
    await tenant.call(boss, "DELETE", f"/members/{left.member_id}")
    path = f"/requisitions/{row['id']}/copy"
    bare = (await tenant.call(boss, "POST", path, {"title": "Another", "draft": False})).json()
    assert (bare["title"], bare["status"], bare["headcount"], bare["external_id"]) == ("Another", "open", 0, None)
    assert bare["description"] == row["description"]
    assert {name: bare[name] for name in TERMS} == TERMS
    assert (await tenant.call(boss, "GET", f"/requisitions/{bare['id']}/team")).json()["items"] == []
    whole = (await tenant.call(boss, "POST", path, {"team": True, "pipeline": True, "openings": True})).json()
    assert (whole["status"], whole["headcount"]) == ("draft", 2)
    team = (await tenant.call(boss, "GET", f"/requisitions/{whole['id']}/team")).json()["items"]
    assert [part["user_id"] for part in team] == [str(colleague.user_id)]


async def test_a_copy_is_a_draft_where_a_chain_applies(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    await chained(tenant, boss, by(await tenant.person(Role.ADMIN)))
    copy = (await tenant.call(boss, "POST", f"/requisitions/{row['id']}/copy", {"draft": False})).json()
    assert copy["status"] == "draft"
    assert (await read(tenant, boss, row))["status"] == "open"
