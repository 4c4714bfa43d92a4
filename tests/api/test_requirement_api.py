"""Versions of requirements over the API: kept, compared, restored."""

import asyncio
from typing import Any

import httpx
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.schemas.page import Page
from talentflux.schemas.requisition import RequirementVersionSummary
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import made, read
from tests.factories.tenants import Tenant, add_tenant

SQL = {"id": "r1", "kind": "skill", "text": "SQL", "skill_ids": ["sql"]}
PYTHON = {"id": "r2", "kind": "skill", "text": "Python", "skill_ids": ["python"]}


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


async def edited(tenant: Tenant, who: Person, row: dict[str, Any], version: int, *given: Any) -> httpx.Response:
    body = {"version": version, "requirements": list(given)}
    return await tenant.call(who, "PUT", f"/requisitions/{row['id']}/requirements", body)


async def test_returns_404_for_what_is_unknown_or_of_another_organization(
    app: FastAPI, tenant: Tenant, boss: Person
) -> None:
    row = await made(tenant, boss)
    other = await add_tenant(app, "Southwind")
    theirs = await made(other, await other.person(Role.OWNER))
    for requisition, version in ((row["id"], 7), (theirs["id"], 1), (UNKNOWN, 1)):
        path = f"/requisitions/{requisition}/requirements"
        for method, part in (
            ("GET", f"/versions/{version}"),
            ("GET", f"/difference?older=1&newer={version}"),
            ("POST", f"/versions/{version}/restore"),
        ):
            assert_problem(await tenant.call(boss, method, f"{path}{part}", {"version": 1}), 404, "not_found")
    answer = await tenant.call(boss, "GET", f"/requisitions/{theirs['id']}/requirements/versions")
    assert_problem(answer, 404, "not_found")


async def test_refuses_who_may_only_read_to_restore(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    path = f"/requisitions/{row['id']}/requirements/versions"
    viewer = await tenant.person(Role.VIEWER)
    assert_problem(await tenant.call(viewer, "POST", f"{path}/1/restore", {"version": 1}), 403, "forbidden")
    assert (await tenant.call(viewer, "GET", path)).status_code == 200


async def test_refuses_versions_that_are_no_numbers(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    for version in ("0", "-1", "x", str(2**31)):
        answer = await tenant.call(boss, "GET", f"/requisitions/{row['id']}/requirements/versions/{version}")
        assert_problem(answer, 422, "invalid_input", "path.version")


async def test_of_two_who_edit_or_restore_at_once_one_is_told(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, requirements=[SQL])
    restore = tenant.call(boss, "POST", f"/requisitions/{row['id']}/requirements/versions/1/restore", {"version": 1})
    answers = await asyncio.gather(edited(tenant, boss, row, 1, PYTHON), restore)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await read(tenant, boss, row))["requirements_version"] == 2


async def test_every_version_is_kept_with_who_made_it(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, requirements=[SQL])
    colleague = await tenant.person(Role.RECRUITER)
    assert (await edited(tenant, colleague, row, 1, SQL, PYTHON)).status_code == 200
    answer = await tenant.call(boss, "GET", f"/requisitions/{row['id']}/requirements/versions", params={"limit": "1"})
    page = Page[RequirementVersionSummary].model_validate_json(answer.content)
    params = {"cursor": page.next_cursor}
    answer = await tenant.call(boss, "GET", f"/requisitions/{row['id']}/requirements/versions", params=params)
    page.items += Page[RequirementVersionSummary].model_validate_json(answer.content).items
    assert [(item.version, item.requirement_count, item.actor) for item in page.items] == [
        (2, 2, f"user:{colleague.user_id}"),
        (1, 1, f"user:{boss.user_id}"),
    ]
    first = (await tenant.call(boss, "GET", f"/requisitions/{row['id']}/requirements/versions/1")).json()
    assert [each["text"] for each in first["requirements"]] == ["SQL"]


async def test_says_what_came_went_changed_and_moved(tenant: Tenant, boss: Person) -> None:
    third = {"id": "r3", "kind": "skill", "text": "Docker", "skill_ids": ["docker"]}
    row = await made(tenant, boss, requirements=[SQL, PYTHON])
    await edited(tenant, boss, row, 1, third, PYTHON | {"necessity": "should", "weight": 2})
    path = f"/requisitions/{row['id']}/requirements/difference"
    found = (await tenant.call(boss, "GET", path, params={"older": "1", "newer": "2"})).json()
    assert [each["id"] for each in found["added"]] == ["r3"]
    assert [each["id"] for each in found["removed"]] == ["r1"]
    assert [(each["id"], each["fields"]) for each in found["changed"]] == [("r2", ["necessity", "weight"])]
    assert found["reordered"] is False
    await edited(tenant, boss, row, 2, PYTHON, SQL)
    found = (await tenant.call(boss, "GET", path, params={"older": "1", "newer": "3"})).json()
    assert (found["added"], found["removed"], found["changed"], found["reordered"]) == ([], [], [], True)


async def test_restoring_makes_a_new_version_of_an_old_list(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, requirements=[SQL])
    await edited(tenant, boss, row, 1, PYTHON)
    path = f"/requisitions/{row['id']}/requirements/versions"
    restored = (await tenant.call(boss, "POST", f"{path}/1/restore", {"version": 2})).json()
    assert restored["requirements_version"] == 3
    assert [each["text"] for each in restored["requirements"]] == ["SQL"]
    assert (await tenant.call(boss, "GET", f"{path}/3")).json()["restored_from"] == 1
