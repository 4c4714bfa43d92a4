"""Openings beyond what was approved: they wait for an approval of their own, and the requisition goes on."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.services import opening_service
from talentflux.utils.ids import new_id
from tests.api.support import assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import act, by, chained, decided, made, read, submitted
from tests.factories.tenants import Tenant, add_tenant


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


@pytest_asyncio.fixture
async def head(tenant: Tenant) -> Person:
    return await tenant.person(Role.HIRING_MANAGER)


async def approved(tenant: Tenant, boss: Person, head: Person, *, status: str = "open") -> dict[str, Any]:
    """Return a requisition with one opening that went through its chain."""
    await chained(tenant, boss, by(head))
    row = await made(tenant, boss, headcount=1)
    await decided(tenant, head, await submitted(tenant, boss, row))
    if status != "approved":
        await act(tenant, boss, row, "open")
    if status == "on_hold":
        await act(tenant, boss, row, "hold")
    return row


async def add(tenant: Tenant, who: Person, row: dict[str, Any]) -> dict[str, Any]:
    answer = await tenant.call(who, "POST", f"/requisitions/{row['id']}/openings", {})
    assert answer.status_code == 201, answer.text
    made_: dict[str, Any] = answer.json()
    return made_


async def change(tenant: Tenant, who: Person, row: dict[str, Any], opening: dict[str, Any], status: str) -> Any:
    path = f"/requisitions/{row['id']}/openings/{opening['id']}"
    return await tenant.call(who, "PATCH", path, {"status": status})


async def requests(tenant: Tenant, who: Person, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the requests for approval of a requisition, the latest first."""
    listed = (await tenant.call(who, "GET", f"/requisitions/{row['id']}/approvals")).json()["items"]
    return [(await tenant.call(who, "GET", f"/approvals/{each['id']}")).json() for each in listed]


async def seats(tenant: Tenant, who: Person, row: dict[str, Any]) -> list[str]:
    items = (await tenant.call(who, "GET", f"/requisitions/{row['id']}/openings")).json()["items"]
    return [each["status"] for each in items]


async def state(tenant: Tenant, who: Person, row: dict[str, Any]) -> tuple[str, int]:
    now = await read(tenant, who, row)
    return now["status"], now["headcount"]


async def test_a_seat_that_waits_is_not_opened_by_hand_and_none_is_made_to_wait(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    row = await approved(tenant, boss, head)
    opening = await add(tenant, boss, row)
    assert_problem(await change(tenant, boss, row, opening, "open"), 409, "opening_waits")
    assert_problem(await change(tenant, boss, row, opening, "filled"), 409, "opening_filled")
    path = f"/requisitions/{row['id']}/openings"
    first = (await tenant.call(boss, "GET", path)).json()["items"][0]
    assert_problem(await change(tenant, boss, row, first, "pending_approval"), 409, "opening_waits")


async def test_a_seat_is_refused_where_only_who_asks_could_approve_it(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    row = await approved(tenant, boss, head)
    body = {"role": "recruiter"}
    assert (await tenant.call(boss, "PUT", f"/requisitions/{row['id']}/team/{head.user_id}", body)).is_success
    refused = await tenant.call(head, "POST", f"/requisitions/{row['id']}/openings", {})
    assert_problem(refused, 409, "approval_impossible")
    assert (await state(tenant, boss, row), await seats(tenant, boss, row)) == (("open", 1), ["open"])


@pytest.mark.parametrize("status", ["approved", "open", "on_hold"])
@pytest.mark.parametrize("decision", ["approve", "decline"])
async def test_one_more_than_was_approved_waits_and_the_requisition_goes_on(
    tenant: Tenant, boss: Person, head: Person, status: str, decision: str
) -> None:
    row = await approved(tenant, boss, head, status=status)
    opening = await add(tenant, boss, row)
    assert opening["status"] == "pending_approval"
    assert await state(tenant, boss, row) == (status, 1)
    request = (await requests(tenant, boss, row))[0]
    assert (request["status"], request["subject"]["headcount"]) == ("pending", 2)
    waiting = (await tenant.call(head, "GET", "/approvals")).json()["items"]
    assert [each["id"] for each in waiting] == [request["id"]]
    assert (await decided(tenant, head, request, decision=decision)).status_code == 200
    yes = decision == "approve"
    assert await state(tenant, boss, row) == (status, 2 if yes else 1)
    assert await seats(tenant, boss, row) == ["open", "open" if yes else "closed"]
    assert (await tenant.letters())[-1][0] == "approval_decided"
    assert ("goes on as it was" in " ".join((await tenant.letters())[-1][2].split())) == (not yes)


async def test_where_no_chain_applies_a_seat_is_open_at_once(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, headcount=1)
    assert (await add(tenant, boss, row))["status"] == "open"
    assert await state(tenant, boss, row) == ("open", 2)


async def test_as_many_as_were_approved_need_no_other_approval(tenant: Tenant, boss: Person, head: Person) -> None:
    row = await approved(tenant, boss, head)
    path = f"/requisitions/{row['id']}/openings"
    first = (await tenant.call(boss, "GET", path)).json()["items"][0]
    await tenant.call(boss, "DELETE", f"{path}/{first['id']}")
    again = await add(tenant, boss, row)
    assert again["status"] == "open"
    assert len(await requests(tenant, boss, row)) == 1
    assert (await change(tenant, boss, row, again, "closed")).json()["status"] == "closed"
    assert (await add(tenant, boss, row))["status"] == "open"
    assert (await change(tenant, boss, row, again, "open")).json()["status"] == "pending_approval"


async def test_several_that_wait_are_asked_for_together(tenant: Tenant, boss: Person, head: Person) -> None:
    row = await approved(tenant, boss, head)
    await asyncio.gather(*(add(tenant, boss, row) for _ in range(3)))
    found = await requests(tenant, boss, row)
    assert [each["status"] for each in found] == ["pending", "superseded", "superseded", "approved"]
    assert found[0]["subject"]["headcount"] == 4
    await decided(tenant, head, found[0])
    assert await state(tenant, boss, row) == ("open", 4)


async def test_giving_up_all_that_wait_withdraws_the_request(tenant: Tenant, boss: Person, head: Person) -> None:
    row = await approved(tenant, boss, head)
    one, two = [await add(tenant, boss, row) for _ in range(2)]
    await change(tenant, boss, row, one, "closed")
    assert (await requests(tenant, boss, row))[0]["status"] == "pending"
    await tenant.call(boss, "DELETE", f"/requisitions/{row['id']}/openings/{two['id']}")
    request = (await requests(tenant, boss, row))[0]
    assert request["status"] == "withdrawn"
    assert_problem(await decided(tenant, head, request), 409, "approval_ended")
    assert await state(tenant, boss, row) == ("open", 1)


async def test_a_change_of_what_was_approved_takes_the_seats_that_wait_along_into_the_draft(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    row = await approved(tenant, boss, head)
    await add(tenant, boss, row)
    await tenant.call(boss, "PATCH", f"/requisitions/{row['id']}", {"title": "Architect"})
    assert await state(tenant, boss, row) == ("draft", 2)
    request = await submitted(tenant, boss, row)
    assert request["subject"]["headcount"] == 2
    await decided(tenant, head, request)
    assert await state(tenant, boss, row) == ("approved", 2)


async def test_closing_gives_up_what_waits(tenant: Tenant, boss: Person, head: Person) -> None:
    row = await approved(tenant, boss, head)
    await add(tenant, boss, row)
    await act(tenant, boss, row, "close")
    assert await seats(tenant, boss, row) == ["open", "closed"]
    assert (await requests(tenant, boss, row))[0]["status"] == "withdrawn"


@pytest.mark.parametrize("reopened", [False, True])
async def test_a_requisition_that_is_filled_meanwhile_looks_for_people_again_with_the_approval(
    tenant: Tenant,
    boss: Person,
    head: Person,
    database: Database,
    admin_connection: psycopg.Connection,
    *,
    reopened: bool,
) -> None:
    row = await approved(tenant, boss, head)
    await add(tenant, boss, row)
    candidate, application = new_id(), new_id()
    mine = tenant.organization_id
    admin_connection.execute("insert into candidate (id, organization_id) values (%s, %s)", [candidate, mine])
    admin_connection.execute(
        "insert into application (id, organization_id, requisition_id, candidate_id) values (%s, %s, %s, %s)",
        [application, mine, row["id"], candidate],
    )
    async with database.write_session(Scope(mine)) as session:
        assert await opening_service.fill(session, UUID(row["id"]), application) is not None
    assert await state(tenant, boss, row) == ("filled", 1)
    if reopened:
        await act(tenant, boss, row, "reopen")
    await decided(tenant, head, (await requests(tenant, boss, row))[0])
    assert await state(tenant, boss, row) == ("open", 2)
    assert await seats(tenant, boss, row) == ["filled", "open"]
