"""Hiring teams and confidential requisitions. Refusals first."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from talentflux.core.database import Scope
from talentflux.core.permissions import TEAM_PERMISSIONS
from talentflux.dependencies import access_of
from talentflux.services import hiring_team_service
from tests.api.support import assert_problem
from tests.factories.people import Person
from tests.factories.tenants import Tenant, actions, add_tenant, unknown


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


async def test_a_key_of_a_service_has_a_part_in_no_team(tenant: Tenant) -> None:
    owner = await tenant.person()
    requisition_id = UUID(await tenant.requisition(owner))
    async with tenant.resources.database.read_session(Scope(tenant.organization_id)) as session:
        assert await hiring_team_service.role_on(session, requisition_id=requisition_id) is None
    async with tenant.resources.database.read_session(Scope(tenant.organization_id, owner.user_id)) as session:
        assert await hiring_team_service.role_on(session) is None


@pytest.mark.parametrize("role", ["hiring_manager", "interviewer", "viewer"])
async def test_only_recruiters_and_above_write_teams(tenant: Tenant, role: str) -> None:
    owner, who = await tenant.person(), await tenant.person(role)
    path = f"/requisitions/{await tenant.requisition(owner)}/team/{who.user_id}"
    assert_problem(await tenant.call(who, "PUT", path, {"role": "recruiter"}), 403, "forbidden")
    assert_problem(await tenant.call(who, "DELETE", path), 403, "forbidden")


@pytest.mark.parametrize(
    "body",
    [{}, {"role": "owner"}, {"role": "viewer"}, {"role": "recruiter", "user_id": unknown()}, {"role": "x\u0000"}],
)
async def test_other_fields_and_values_are_refused(tenant: Tenant, body: dict[str, str]) -> None:
    owner = await tenant.person()
    path = f"/requisitions/{await tenant.requisition(owner)}/team/{owner.user_id}"
    assert_problem(await tenant.call(owner, "PUT", path, body), 422, "invalid_input")


async def test_only_active_members_and_own_requisitions_are_found(app: FastAPI, tenant: Tenant) -> None:
    owner, paused = await tenant.person(), await tenant.person("viewer")
    stranger = await (await add_tenant(app, "Other")).person()
    await tenant.call(owner, "POST", f"/members/{paused.member_id}/deactivate")
    mine, theirs = await tenant.requisition(owner), await tenant.requisition(stranger)
    for requisition, user in (
        (mine, stranger.user_id),
        (mine, paused.user_id),
        (mine, unknown()),
        (theirs, owner.user_id),
        (unknown(), owner.user_id),
    ):
        path = f"/requisitions/{requisition}/team/{user}"
        assert_problem(await tenant.call(owner, "PUT", path, {"role": "recruiter"}), 404, "not_found")
        assert_problem(await tenant.call(owner, "DELETE", path), 404, "not_found")
    assert_problem(await tenant.call(owner, "GET", f"/requisitions/{theirs}/team"), 404, "not_found")


async def test_hiring_managers_and_interviewers_see_their_own_requisitions_only(tenant: Tenant) -> None:
    owner = await tenant.person()
    mine, other = await tenant.requisition(owner), await tenant.requisition(owner)
    for role in ("hiring_manager", "interviewer"):
        who = await tenant.person(role)
        assert (await tenant.call(who, "GET", "/requisitions")).json()["items"] == []
        put = await tenant.call(owner, "PUT", f"/requisitions/{mine}/team/{who.user_id}", {"role": role})
        assert put.status_code == 204
        assert [each["id"] for each in (await tenant.call(who, "GET", "/requisitions")).json()["items"]] == [mine]
        assert_problem(await tenant.call(who, "GET", f"/requisitions/{other}"), 404, "not_found")


async def test_a_part_adds_rights_on_its_requisition_only_and_until_it_is_taken_away(tenant: Tenant) -> None:
    owner, viewer = await tenant.person(), await tenant.person("viewer")
    mine, other = await tenant.requisition(owner), await tenant.requisition(owner)
    body = {"title": "Changed"}
    assert_problem(await tenant.call(viewer, "PATCH", f"/requisitions/{mine}", body), 403, "forbidden")
    path = f"/requisitions/{mine}/team/{viewer.user_id}"
    await tenant.call(owner, "PUT", path, {"role": "interviewer"})
    assert_problem(await tenant.call(viewer, "PATCH", f"/requisitions/{mine}", body), 403, "forbidden")
    await tenant.call(owner, "PUT", path, {"role": "hiring_manager"})
    assert (await tenant.call(viewer, "PATCH", f"/requisitions/{mine}", body)).status_code == 200
    assert_problem(await tenant.call(viewer, "PATCH", f"/requisitions/{other}", body), 403, "forbidden")
    assert (await tenant.call(owner, "DELETE", path)).status_code == 204
    assert_problem(await tenant.call(viewer, "PATCH", f"/requisitions/{mine}", body), 403, "forbidden")
    assert_problem(await tenant.call(owner, "DELETE", path), 404, "not_found")
    teams = [each for each in await actions(tenant.resources.database, tenant.organization_id) if "team" in each]
    assert teams == ["hiring_team.put", "hiring_team.put", "hiring_team.remove"]


async def test_a_hiring_manager_goes_on_seeing_what_they_made(tenant: Tenant) -> None:
    manager = await tenant.person("hiring_manager", name="Robin")
    made = await tenant.requisition(manager)
    assert (await tenant.call(manager, "GET", f"/requisitions/{made}")).status_code == 200
    [part] = (await tenant.call(manager, "GET", f"/requisitions/{made}/team")).json()["items"]
    assert (part["user_id"], part["name"], part["role"]) == (str(manager.user_id), "Robin", "hiring_manager")
    assert (await tenant.call(manager, "PATCH", f"/requisitions/{made}", {"status": "closed"})).status_code == 200


async def test_a_confidential_requisition_is_not_there_for_others(tenant: Tenant) -> None:
    owner, setter = await tenant.person(), await tenant.person("recruiter")
    recruiter, viewer = await tenant.person("recruiter"), await tenant.person("viewer")
    made = await tenant.requisition(owner)
    path = f"/requisitions/{made}"
    assert (await tenant.call(setter, "PATCH", path, {"confidential": True})).json()["confidential"] is True
    for who in (recruiter, viewer):
        assert (await tenant.call(who, "GET", "/requisitions")).json()["items"] == []
        for method, where, body in (
            ("GET", path, None),
            ("GET", f"{path}/team", None),
            ("GET", f"{path}/matches", None),
        ):
            assert_problem(await tenant.call(who, method, where, body), 404, "not_found")
    calls: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PATCH", path, {"confidential": False}),
        ("PUT", f"{path}/team/{recruiter.user_id}", {"role": "recruiter"}),
        ("DELETE", f"{path}/team/{setter.user_id}", None),
        ("DELETE", path, None),
    ]
    for method, where, given in calls:
        assert_problem(await tenant.call(recruiter, method, where, given), 404, "not_found")
    for who in (owner, await tenant.person("admin"), setter):
        assert (await tenant.call(who, "GET", path)).status_code == 200
    team = (await tenant.call(setter, "GET", f"{path}/team")).json()["items"]
    assert [(each["user_id"], each["role"]) for each in team] == [(str(setter.user_id), "recruiter")]
    put = await tenant.call(setter, "PUT", f"{path}/team/{viewer.user_id}", {"role": "interviewer"})
    assert put.status_code == 204
    assert (await tenant.call(viewer, "GET", path)).status_code == 200
    assert (await tenant.call(setter, "PATCH", path, {"confidential": False})).status_code == 200
    assert (await tenant.call(recruiter, "GET", path)).status_code == 200


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "admin", "owner"])
@pytest.mark.parametrize("way", ["text", "file"])
async def test_a_requisition_is_made_confidential_and_seen_by_its_maker(tenant: Tenant, role: str, way: str) -> None:
    maker, recruiter, viewer = (
        await tenant.person(role),
        await tenant.person("recruiter"),
        await tenant.person("viewer"),
    )
    made = await _make(tenant, maker, way, confidential=True)
    assert made.status_code == 201, made.text
    path = f"/requisitions/{made.json()['id']}"
    for who in (recruiter, viewer):
        assert_problem(await tenant.call(who, "GET", path), 404, "not_found")
        assert (await tenant.call(who, "GET", "/requisitions")).json()["items"] == []
    assert (await tenant.call(maker, "GET", path)).json()["confidential"] is True
    team = (await tenant.call(maker, "GET", f"{path}/team")).json()["items"]
    part = "hiring_manager" if role == "hiring_manager" else "recruiter"
    assert [(each["user_id"], each["role"]) for each in team] == [(str(maker.user_id), part)]


@pytest.mark.parametrize("way", ["text", "file"])
async def test_a_requisition_is_made_in_a_workspace_of_its_organization_only(
    app: FastAPI, tenant: Tenant, way: str
) -> None:
    other = await add_tenant(app, "Other")
    owner, stranger, manager = await tenant.person(), await other.person(), await tenant.person("hiring_manager")
    given = {"name": "Nordics", "slug": "nordics"}
    mine, theirs = [
        (await place.call(who, "POST", "/workspaces", given)).json()["id"]
        for place, who in ((tenant, owner), (other, stranger))
    ]
    for who in (owner, manager):
        for workspace in (theirs, unknown()):
            for hidden in (True, False):
                refused = await _make(tenant, who, way, workspace_id=workspace, confidential=hidden)
                assert_problem(refused, 404, "not_found", "body.workspace_id")
        made = await _make(tenant, who, way, workspace_id=mine)
        assert (made.json()["workspace_id"], made.json()["confidential"]) == (mine, False)
    assert len((await tenant.call(owner, "GET", "/requisitions")).json()["items"]) == 2


@pytest.mark.parametrize("role", ["interviewer", "viewer"])
async def test_who_makes_no_requisitions_makes_no_confidential_ones(tenant: Tenant, role: str) -> None:
    assert_problem(await _make(tenant, await tenant.person(role), "text", confidential=True), 403, "forbidden")


async def test_a_part_in_a_team_uploads_no_resumes(tenant: Tenant) -> None:
    owner, viewer = await tenant.person(), await tenant.person("viewer")
    made = await tenant.requisition(owner)
    await tenant.call(owner, "PUT", f"/requisitions/{made}/team/{viewer.user_id}", {"role": "recruiter"})
    files = {"files": ("ada.txt", b"Ada\nPython")}
    refused = await tenant.call(viewer, "POST", "/resumes", files=files, data={"requisition_id": made})
    assert_problem(refused, 403, "forbidden")


async def _team_calls(tenant: Tenant, owner: Person, made: str) -> list[tuple[str, str, Any]]:
    """Return what a recruiter of a team does with applications and postings of its requisition."""
    person = (await tenant.call(owner, "POST", "/candidates", {"name": "Mara Lindqvist"})).json()["id"]
    pay = {"pay_min": "48000", "pay_max": "60000", "pay_currency": "SEK", "pay_period": "month"}
    terms = {"places": [{"country": "SE", "city": "Uppsala"}], "remote": "none", **pay}
    body = {"requisition_id": made, "terms": terms}
    job = (await tenant.call(owner, "POST", "/jobs", body)).json()["id"]
    return [
        ("POST", f"/requisitions/{made}/applications", {"candidate_id": person}),
        ("POST", f"/requisitions/{made}/jobs", {"title": "Backend developer"}),
        ("PATCH", f"/jobs/{job}", {"title": "Frontend developer"}),
        ("POST", f"/jobs/{job}/publish", {}),
        ("POST", f"/jobs/{job}/tracking-links", {"name": "Newsletter"}),
        ("POST", f"/jobs/{job}/unpublish", None),
        ("DELETE", f"/jobs/{job}", None),
        ("POST", f"/jobs/{job}/restore", None),
    ]


@pytest.mark.parametrize("part", ["hiring_manager", "interviewer", "recruiter elsewhere", "none"])
async def test_who_is_no_recruiter_of_the_team_neither_enters_applications_nor_writes_postings(
    tenant: Tenant, part: str
) -> None:
    owner, viewer = await tenant.person(), await tenant.person("viewer")
    made, other = await tenant.requisition(owner), await tenant.requisition(owner)
    where = other if part == "recruiter elsewhere" else made
    if part != "none":
        body = {"role": part.partition(" ")[0]}
        assert (await tenant.call(owner, "PUT", f"/requisitions/{where}/team/{viewer.user_id}", body)).is_success
    for method, path, given in await _team_calls(tenant, owner, made):
        assert_problem(await tenant.call(viewer, method, path, given), 403, "forbidden")


@pytest.mark.parametrize("role", ["viewer", "hiring_manager", "interviewer"])
async def test_a_recruiter_of_the_team_enters_applications_and_publishes_postings(tenant: Tenant, role: str) -> None:
    owner, person = await tenant.person(), await tenant.person(role)
    made = await tenant.requisition(owner)
    calls = await _team_calls(tenant, owner, made)
    if role != "viewer":  # they see only who applied to requisitions of their teams
        await tenant.call(owner, "POST", *calls.pop(0)[1:])
    await tenant.call(owner, "PUT", f"/requisitions/{made}/team/{person.user_id}", {"role": "recruiter"})
    for method, path, given in calls:
        answer = await tenant.call(person, method, path, given)
        assert answer.is_success, (path, answer.text)
    # A path that names nothing says nothing about teams.
    assert_problem(await tenant.call(person, "POST", "/jobs", {"requisition_id": made}), 403, "forbidden")
    entered = {"requisition_id": made, "candidate_id": unknown()}
    assert_problem(await tenant.call(person, "POST", "/applications", entered), 403, "forbidden")


def test_all_that_a_part_in_a_team_adds_guards_a_route_that_names_the_requisition(app: FastAPI) -> None:
    names = ("{requisition_id}", "{application_id}", "{job_id}")
    reached = {
        access.permission
        for route in iter_route_contexts(app.routes)
        if any(name in (route.path or "") for name in names)
        for access in access_of(route)
    }
    assert frozenset().union(*TEAM_PERMISSIONS.values()) <= reached


async def test_a_service_key_cannot_hide_a_requisition_from_itself(tenant: Tenant) -> None:
    owner = await tenant.person()
    made = await tenant.requisition(owner)
    scopes = ["requisition:read", "requisition:write", "requisition:create"]
    keys = []
    for extra in ([], ["requisition:read_confidential"]):
        body = {"label": "Sync", "scopes": scopes + extra}
        keys.append((await tenant.call(owner, "POST", "/api-keys", body)).json()["key"])
    path = f"/requisitions/{made}"
    assert_problem(await tenant.call(keys[0], "PATCH", path, {"confidential": True}), 422, "key_not_allowed")
    assert (await tenant.call(keys[1], "PATCH", path, {"confidential": True})).status_code == 200
    assert_problem(await tenant.call(keys[0], "GET", path), 404, "not_found")
    assert (await tenant.call(keys[1], "GET", path)).json()["confidential"] is True
    created = await tenant.call(keys[0], "POST", "/requisitions", {"description": "Required:\n- SQL"})
    assert created.status_code == 201
    for way in ("text", "file"):
        assert_problem(await _make(tenant, keys[0], way, confidential=True), 422, "key_not_allowed")
        assert (await _make(tenant, keys[1], way, confidential=True)).json()["confidential"] is True


@pytest.mark.parametrize(
    "body",
    [{"organization_id": unknown()}, {"confidential": "maybe"}, {"status": "gone"}, {"title": ""}, {"id": unknown()}],
)
async def test_other_fields_of_requisitions_are_refused(tenant: Tenant, body: dict[str, str]) -> None:
    owner = await tenant.person()
    path = f"/requisitions/{await tenant.requisition(owner)}"
    assert_problem(await tenant.call(owner, "PATCH", path, body), 422, "invalid_input")


async def _make(tenant: Tenant, who: Person | str, way: str, **placed: bool | str) -> httpx.Response:
    """Make a requisition from a text or a file."""
    text = "Backend developer\n\nRequired:\n- SQL"
    if way == "text":
        return await tenant.call(who, "POST", "/requisitions", {"description": text, **placed})
    files = {"file": ("job.md", text.encode())}
    return await tenant.call(who, "POST", "/requisitions/from-file", files=files, data=placed)
