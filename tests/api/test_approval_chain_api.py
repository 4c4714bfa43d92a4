"""Approval chains over the API: what makes one impossible, whom it is for, who may change it."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import act, by, chained, made, submitted
from tests.factories.tenants import Tenant, add_tenant

PATH = "/approval-chains"


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


@pytest_asyncio.fixture
async def head(tenant: Tenant) -> Person:
    return await tenant.person(Role.HIRING_MANAGER)


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.VIEWER])
async def test_refuses_who_is_no_admin(tenant: Tenant, boss: Person, role: Role) -> None:
    chain = await chained(tenant, boss, by(boss))
    person = await tenant.person(role)
    body = {"name": "Mine", "steps": [by(person)]}
    for method, path in (("POST", PATH), ("PUT", f"{PATH}/{chain['id']}"), ("DELETE", f"{PATH}/{chain['id']}")):
        assert_problem(await tenant.call(person, method, path, body), 403, "forbidden")


async def test_returns_404_for_an_unknown_chain_and_one_of_another_organization(
    app: FastAPI, tenant: Tenant, boss: Person
) -> None:
    other = await add_tenant(app, "Southwind")
    stranger = await other.person(Role.OWNER)
    chain = await chained(other, stranger, by(stranger))
    body = {"name": "Mine", "steps": [by(boss)]}
    for identifier in (UNKNOWN, chain["id"]):
        for method in ("GET", "PUT", "DELETE"):
            assert_problem(await tenant.call(boss, method, f"{PATH}/{identifier}", body), 404, "not_found")
    assert (await tenant.call(boss, "GET", PATH)).json()["items"] == []
    step = {"name": "Theirs", "approval_chain_id": chain["id"]}
    answer = await tenant.call(boss, "POST", PATH, {"name": "Foreign", "steps": [step]})
    assert_problem(answer, 422, "approval_chain_unknown", "body.steps.0")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"steps": []}, "body.steps"),
        ({"steps": [{"name": "Nobody"}]}, "body.steps.0"),
        ({"steps": [{"name": "Two kinds", "role": "owner", "user_ids": [UNKNOWN]}]}, "body.steps.0"),
        ({"steps": [{"name": "Twice", "user_ids": [UNKNOWN, UNKNOWN]}]}, "body.steps.0"),
        ({"steps": [{"name": "Owners", "role": "owner"}], "pay_above": "1"}, "body"),
        ({"steps": [{"name": "Owners", "role": "owner"}], "remind_after_days": 0}, "body.remind_after_days"),
    ],
)
async def test_refuses_a_chain_of_another_form(tenant: Tenant, boss: Person, body: dict[str, Any], field: str) -> None:
    assert_problem(await tenant.call(boss, "POST", PATH, {"name": "Wrong", **body}), 422, "invalid_input", field)


async def test_refuses_a_step_that_nobody_can_decide_and_names_it(tenant: Tenant, boss: Person) -> None:
    viewer = await tenant.person(Role.VIEWER)
    left = await tenant.person(Role.ADMIN)
    await tenant.call(boss, "POST", f"/members/{left.member_id}/deactivate")
    first = {"name": "First", "role": "owner"}
    for step in (
        {"name": "Lost", "role": "recruiter"},
        {"name": "Lost", "role": "viewer"},
        {"name": "Lost", "user_ids": [UNKNOWN]},
        by(viewer, name="Lost"),
        by(boss, left, name="Lost"),
    ):
        answer = await tenant.call(boss, "POST", PATH, {"name": "Wrong", "steps": [first, step]})
        assert_problem(answer, 422, "approval_chain_impossible", "body.steps.1")
        assert "“Lost”" in answer.json()["detail"]
    assert (await tenant.call(boss, "GET", PATH)).json()["items"] == []


async def test_refuses_a_chain_that_leads_back_into_itself(tenant: Tenant, boss: Person) -> None:
    one = await chained(tenant, boss, by(boss), name="One")
    two = await chained(tenant, boss, {"name": "Part", "approval_chain_id": one["id"]}, name="Two")
    for part in (one, two):
        body = {"name": "One", "steps": [by(boss), {"name": "Circle", "approval_chain_id": part["id"]}]}
        answer = await tenant.call(boss, "PUT", f"{PATH}/{one['id']}", body)
        assert_problem(answer, 422, "approval_chain_cyclic")
        assert "leads back" in answer.json()["detail"]
    assert (await tenant.call(boss, "GET", f"{PATH}/{one['id']}")).json()["steps"] == one["steps"]


async def test_of_two_changes_at_once_that_make_a_circle_together_one_is_refused(tenant: Tenant, boss: Person) -> None:
    chains = [await chained(tenant, boss, by(boss), name=name) for name in ("One", "Two")]
    bodies = [
        {"name": chain["name"], "steps": [{"name": "Part", "approval_chain_id": other["id"]}]}
        for chain, other in zip(chains, reversed(chains), strict=True)
    ]
    calls = (
        tenant.call(boss, "PUT", f"{PATH}/{chain['id']}", body) for chain, body in zip(chains, bodies, strict=True)
    )
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200, 422]


async def test_refuses_to_delete_a_chain_that_is_a_part_of_another(tenant: Tenant, boss: Person) -> None:
    one = await chained(tenant, boss, by(boss), name="One")
    await chained(tenant, boss, {"name": "Part", "approval_chain_id": one["id"]}, name="Two")
    answer = await tenant.call(boss, "DELETE", f"{PATH}/{one['id']}")
    assert_problem(answer, 409, "approval_chain_used")
    assert "“Part”" in answer.json()["detail"]


async def test_refuses_a_second_chain_of_a_name_and_a_change_of_an_older_version(tenant: Tenant, boss: Person) -> None:
    one = await chained(tenant, boss, by(boss), name="One")
    body = {"name": "One", "steps": [by(boss)]}
    assert_problem(await tenant.call(boss, "POST", PATH, body), 409, "conflict")
    answer = await tenant.call(boss, "PUT", f"{PATH}/{one['id']}", body, match=None)
    assert_problem(answer, 428, "precondition_required")
    answer = await tenant.call(boss, "PUT", f"{PATH}/{one['id']}", body, match='"1.0123456789ab"')
    assert_problem(answer, 412, "precondition_failed")


async def test_refuses_to_submit_where_only_who_asks_could_decide(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(head, name="Fine"), by(boss, name="Alone"))
    row = await made(tenant, boss)
    answer = await act(tenant, boss, row, "submit")
    assert_problem(answer, 409, "approval_impossible")
    assert "“Alone”" in answer.json()["detail"]


async def test_refuses_to_submit_where_an_approver_has_left(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(head, await tenant.person(Role.ADMIN), name="Both", rule="all"))
    row = await made(tenant, boss)
    await tenant.call(boss, "DELETE", f"/members/{head.member_id}")
    answer = await act(tenant, boss, row, "submit")
    assert_problem(answer, 409, "approval_impossible")
    assert "“Both”" in answer.json()["detail"]


async def test_a_chain_applies_to_what_it_says(tenant: Tenant, boss: Person, head: Person) -> None:
    space = (await tenant.call(boss, "POST", "/workspaces", {"name": "Nordic", "slug": "nordic"})).json()["id"]
    yearly = {"pay_currency": "EUR", "pay_period": "year"}
    await chained(tenant, boss, by(head), name="Space", workspace_id=space)
    await chained(tenant, boss, by(head), name="Department", department="Sales")
    await chained(tenant, boss, by(head), name="Pay", department="IT", pay_above="60000", **yearly)
    cases = [
        ({}, "open"),
        ({"workspace_id": space}, "draft"),
        ({"department": "Sales"}, "draft"),
        ({"department": "IT", "pay_max": "60000", **yearly}, "open"),
        ({"department": "IT", "pay_max": "60000.01", **yearly}, "draft"),
        ({"department": "IT", "pay_min": "60001", **yearly}, "draft"),
        ({"department": "IT"}, "draft"),
        ({"department": "IT", "pay_max": "1", "pay_currency": "USD", "pay_period": "year"}, "draft"),
    ]
    for terms, status in cases:
        assert (await made(tenant, boss, **terms))["status"] == status, terms


async def test_the_chain_with_the_lowest_priority_is_taken_and_parts_apply_not_by_themselves(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    part = await chained(tenant, boss, by(head, name="Inside"), name="Part", standalone=False, priority=1)
    assert (await made(tenant, boss))["status"] == "open"
    await chained(tenant, boss, by(head, name="Late"), name="Late", priority=90)
    inner = {"name": "Those", "approval_chain_id": part["id"]}
    await chained(tenant, boss, by(head, name="Before"), inner, name="Early", priority=10)
    listed = (await tenant.call(boss, "GET", PATH)).json()["items"]
    assert [chain["name"] for chain in listed] == ["Part", "Early", "Late"]
    approval = await submitted(tenant, boss, await made(tenant, boss))
    assert [step["name"] for step in approval["steps"]] == ["Before", "Inside"]


async def test_a_chain_that_is_changed_or_deleted_changes_no_request_that_runs(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    chain = await chained(tenant, boss, by(head, name="Old"))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    body = {"name": "New", "steps": [{"name": "New", "role": "owner"}]}
    assert (await tenant.call(boss, "PUT", f"{PATH}/{chain['id']}", body)).status_code == 200
    assert (await tenant.call(boss, "DELETE", f"{PATH}/{chain['id']}")).status_code == 204
    now = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()
    assert [step["name"] for step in now["steps"]] == ["Old"]
    assert now["status"] == "pending"
    assert (await tenant.call(boss, "GET", f"{PATH}/{chain['id']}")).status_code == 404
