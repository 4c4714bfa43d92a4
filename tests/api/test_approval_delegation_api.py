"""Delegations over the API: no circles, the time that they hold for, and decisions in another's place."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import by, chained, decided, made, submitted
from tests.factories.tenants import Tenant, add_tenant

PATH = "/approval-delegations"


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


async def people(tenant: Tenant, number: int) -> list[Person]:
    return [await tenant.person(Role.RECRUITER) for _ in range(number)]


def period(start: int = -1, end: int = 7) -> dict[str, str]:
    now = datetime.now(UTC)
    return {"starts_at": str(now + timedelta(days=start)), "ends_at": str(now + timedelta(days=end))}


async def delegate(tenant: Tenant, who: Person, to: Person, **when: Any) -> httpx.Response:
    return await tenant.call(who, "POST", PATH, {"stand_in_id": str(to.user_id), **(when or period())})


async def test_refuses_who_may_not_decide_or_is_not_there(app: FastAPI, tenant: Tenant, boss: Person) -> None:
    viewer = await tenant.person(Role.VIEWER)
    stranger = await (await add_tenant(app, "Southwind")).person(Role.OWNER)
    assert_problem(await delegate(tenant, viewer, boss), 403, "forbidden")
    for to in (viewer, boss, stranger):
        assert_problem(await delegate(tenant, boss, to), 422, "invalid_input", "body.stand_in_id")
    answer = await tenant.call(boss, "POST", PATH, {"stand_in_id": UNKNOWN, **period()})
    assert_problem(answer, 422, "invalid_input", "body.stand_in_id")


@pytest.mark.parametrize(("start", "end"), [(-3, -1), (1, 1), (2, 1), (0, 400)])
async def test_refuses_a_time_that_is_over_empty_or_too_long(
    tenant: Tenant, boss: Person, start: int, end: int
) -> None:
    (other,) = await people(tenant, 1)
    assert_problem(await delegate(tenant, boss, other, **period(start, end)), 422, "invalid_input")


async def test_refuses_circles_of_any_length_that_hold_at_once(tenant: Tenant) -> None:
    one, two, three = await people(tenant, 3)
    assert (await delegate(tenant, one, two, **period(0, 10))).status_code == 201
    assert_problem(await delegate(tenant, two, one, **period(5, 6)), 409, "delegation_cycle")
    assert (await delegate(tenant, two, three, **period(4, 6))).status_code == 201
    assert_problem(await delegate(tenant, three, one, **period(5, 20)), 409, "delegation_cycle")
    assert (await delegate(tenant, three, one, **period(6, 20))).status_code == 201
    assert (await delegate(tenant, two, one, **period(10, 20))).status_code == 201


async def test_of_two_at_once_that_make_a_circle_one_is_refused(tenant: Tenant) -> None:
    one, two = await people(tenant, 2)
    answers = await asyncio.gather(delegate(tenant, one, two), delegate(tenant, two, one))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_refuses_to_end_what_others_delegated(app: FastAPI, tenant: Tenant, boss: Person) -> None:
    one, two = await people(tenant, 2)
    made_ = (await delegate(tenant, one, two)).json()
    stranger = await (await add_tenant(app, "Southwind")).person(Role.OWNER)
    for who in (two, boss, stranger):
        assert_problem(await tenant.call(who, "DELETE", f"{PATH}/{made_['id']}"), 404, "not_found")
    assert [each["id"] for each in (await tenant.call(two, "GET", PATH)).json()["items"]] == [made_["id"]]
    assert (await tenant.call(boss, "GET", PATH)).json()["items"] == []
    assert (await tenant.call(one, "DELETE", f"{PATH}/{made_['id']}")).status_code == 204


async def test_a_stand_in_decides_while_the_delegation_holds(tenant: Tenant, boss: Person) -> None:
    head, stand_in, later = await people(tenant, 3)
    await chained(tenant, boss, by(head))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    assert_problem(await decided(tenant, stand_in, approval), 403, "not_approver")
    await delegate(tenant, head, later, **period(1, 2))
    made_ = (await delegate(tenant, head, stand_in)).json()
    assert_problem(await decided(tenant, later, approval), 403, "not_approver")
    listed = (await tenant.call(stand_in, "GET", "/approvals")).json()["items"]
    assert [item["id"] for item in listed] == [approval["id"]]
    await tenant.call(head, "DELETE", f"{PATH}/{made_['id']}")
    assert (await tenant.call(stand_in, "GET", "/approvals")).json()["items"] == []
    await delegate(tenant, head, stand_in)
    answer = (await decided(tenant, stand_in, approval)).json()
    assert answer["status"] == "approved"
    (decision,) = answer["steps"][0]["decisions"]
    assert (decision["user_id"], decision["for_user_id"]) == (str(stand_in.user_id), str(head.user_id))


async def test_a_stand_in_of_a_stand_in_decides_for_all_their_places_at_once(tenant: Tenant, boss: Person) -> None:
    head, between, last = await people(tenant, 3)
    await chained(tenant, boss, by(head, last, rule="all"))
    await delegate(tenant, head, between)
    await delegate(tenant, between, last)
    approval = await submitted(tenant, boss, await made(tenant, boss))
    answer = (await decided(tenant, last, approval)).json()
    assert answer["status"] == "approved"
    assert {each["for_user_id"] for each in answer["steps"][0]["decisions"]} == {str(head.user_id), str(last.user_id)}


async def test_who_asks_does_not_decide_by_standing_in(tenant: Tenant, boss: Person) -> None:
    head, asking = await people(tenant, 2)
    await chained(tenant, boss, by(head))
    await delegate(tenant, head, asking)
    approval = await submitted(tenant, asking, await made(tenant, asking))
    assert (await tenant.call(asking, "GET", "/approvals")).json()["items"] == []
    assert_problem(await decided(tenant, asking, approval), 403, "not_approver")


async def test_who_left_stands_in_for_nobody(tenant: Tenant, boss: Person) -> None:
    head, between, last = await people(tenant, 3)
    await chained(tenant, boss, by(head))
    await delegate(tenant, head, between)
    await delegate(tenant, between, last)
    approval = await submitted(tenant, boss, await made(tenant, boss))
    await tenant.call(boss, "POST", f"/members/{between.member_id}/deactivate")
    assert_problem(await decided(tenant, last, approval), 403, "not_approver")
