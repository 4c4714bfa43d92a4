"""Openings over the API, and hiring that fills them."""

import asyncio
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.schemas.opening import OpeningList
from talentflux.services import opening_service
from talentflux.utils.ids import new_id
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import act, made, read
from tests.factories.tenants import Tenant, add_tenant


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


def applied(connection: psycopg.Connection, tenant: Tenant, requisition_id: str) -> UUID:
    """Let somebody have applied; return the application."""
    candidate, application = new_id(), new_id()
    connection.execute(
        "insert into candidate (id, organization_id) values (%s, %s)", [candidate, tenant.organization_id]
    )
    connection.execute(
        "insert into application (id, organization_id, requisition_id, candidate_id) values (%s, %s, %s, %s)",
        [application, tenant.organization_id, requisition_id, candidate],
    )
    return application


async def openings(tenant: Tenant, who: Person, requisition_id: str) -> OpeningList:
    answer = await tenant.call(who, "GET", f"/requisitions/{requisition_id}/openings")
    return OpeningList.model_validate_json(answer.content)


async def test_returns_404_for_what_is_unknown_of_another_requisition_or_organization(
    app: FastAPI, tenant: Tenant, boss: Person
) -> None:
    mine, sibling = await made(tenant, boss), await made(tenant, boss, headcount=1)
    other = await add_tenant(app, "Southwind")
    stranger = await other.person(Role.OWNER)
    theirs = await made(other, stranger, headcount=1)
    foreign = (await openings(other, stranger, theirs["id"])).items[0].id
    nearby = (await openings(tenant, boss, sibling["id"])).items[0].id
    for requisition, opening in (
        (mine["id"], UNKNOWN), (mine["id"], nearby), (mine["id"], foreign), (theirs["id"], foreign),
    ):  # fmt: skip
        for method in ("PATCH", "DELETE"):
            answer = await tenant.call(boss, method, f"/requisitions/{requisition}/openings/{opening}", {})
            assert_problem(answer, 404, "not_found")
    for method in ("GET", "POST"):
        assert_problem(await tenant.call(boss, method, f"/requisitions/{theirs['id']}/openings", {}), 404, "not_found")


async def test_refuses_who_may_only_read(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, headcount=1)
    viewer = await tenant.person(Role.VIEWER)
    assert len((await openings(tenant, viewer, row["id"])).items) == 1
    assert_problem(await tenant.call(viewer, "POST", f"/requisitions/{row['id']}/openings", {}), 403, "forbidden")


async def test_refuses_an_external_id_twice_and_a_seat_of_what_is_closed(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    path = f"/requisitions/{row['id']}/openings"
    assert (await tenant.call(boss, "POST", path, {"external_id": "HC-1"})).status_code == 201
    assert_problem(await tenant.call(boss, "POST", path, {"external_id": "HC-1"}), 409, "conflict")
    await act(tenant, boss, row, "close")
    assert_problem(await tenant.call(boss, "POST", path, {}), 409, "requisition_state")


async def test_refuses_to_fill_change_or_take_away_by_hand_what_hiring_fills(
    tenant: Tenant, boss: Person, database: Database, admin_connection: psycopg.Connection
) -> None:
    row = await made(tenant, boss, headcount=2)
    application = applied(admin_connection, tenant, row["id"])
    async with database.write_session(Scope(tenant.organization_id)) as session:
        filled = await opening_service.fill(session, UUID(row["id"]), application)
    path = f"/requisitions/{row['id']}/openings"
    free = next(item.id for item in (await openings(tenant, boss, row["id"])).items if item.id != filled)
    assert_problem(await tenant.call(boss, "PATCH", f"{path}/{free}", {"status": "filled"}), 409, "opening_filled")
    assert_problem(await tenant.call(boss, "PATCH", f"{path}/{filled}", {"status": "open"}), 409, "opening_filled")
    assert_problem(await tenant.call(boss, "DELETE", f"{path}/{filled}"), 409, "opening_filled")


async def test_seats_are_added_given_up_and_taken_away_and_counted(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, target_date="2027-03-01", headcount=1)
    path = f"/requisitions/{row['id']}/openings"
    body = {"external_id": "HC-2", "target_date": "2027-01-15"}
    added = (await tenant.call(boss, "POST", path, body)).json()
    assert {name: added[name] for name in body} == body
    assert [str(item.target_date) for item in (await openings(tenant, boss, row["id"])).items] == [
        "2027-03-01",
        "2027-01-15",
    ]
    counts = []
    for status in ("closed", "open", None):
        changed = await tenant.call(boss, "PATCH", f"{path}/{added['id']}", {"status": status})
        assert changed.status_code == 200
        counts.append((await read(tenant, boss, row))["headcount"])
    assert counts == [1, 2, 2]
    assert (await tenant.call(boss, "DELETE", f"{path}/{added['id']}")).status_code == 204
    assert (await read(tenant, boss, row))["headcount"] == 1


async def test_hiring_fills_what_is_due_first_and_then_the_requisition(
    tenant: Tenant, boss: Person, database: Database, admin_connection: psycopg.Connection
) -> None:
    row = await made(tenant, boss, headcount=1)
    requisition_id = UUID(row["id"])
    path = f"/requisitions/{row['id']}/openings"
    due = (await tenant.call(boss, "POST", path, {"target_date": "2027-01-15"})).json()["id"]
    hired = [applied(admin_connection, tenant, row["id"]) for _ in range(3)]
    filled = []
    for application in (hired[0], hired[0], hired[1], hired[2]):
        async with database.write_session(Scope(tenant.organization_id)) as session:
            filled.append(await opening_service.fill(session, requisition_id, application))
    assert filled[0] == filled[1] == UUID(due)
    assert filled[2] not in {None, filled[0]}
    assert filled[3] is None
    now = await read(tenant, boss, row)
    assert (now["status"], now["headcount"], now["filled"]) == ("filled", 2, 2)
    assert now["closed_at"]
    for application in (hired[1], hired[2]):
        async with database.write_session(Scope(tenant.organization_id)) as session:
            await opening_service.release(session, requisition_id, application)
    now = await read(tenant, boss, row)
    assert (now["status"], now["filled"], now["closed_at"]) == ("open", 1, None)
    free = [item for item in (await openings(tenant, boss, row["id"])).items if item.status == "open"]
    assert [item.application_id for item in free] == [None]


async def test_giving_up_the_last_seat_that_is_free_leaves_the_requisition_filled(
    tenant: Tenant, boss: Person, database: Database, admin_connection: psycopg.Connection
) -> None:
    row = await made(tenant, boss, headcount=2)
    async with database.write_session(Scope(tenant.organization_id)) as session:
        await opening_service.fill(session, UUID(row["id"]), applied(admin_connection, tenant, row["id"]))
    free = next(item.id for item in (await openings(tenant, boss, row["id"])).items if item.status == "open")
    await tenant.call(boss, "PATCH", f"/requisitions/{row['id']}/openings/{free}", {"status": "closed"})
    assert (await read(tenant, boss, row))["status"] == "filled"


async def test_hiring_without_openings_leaves_the_requisition_open(
    tenant: Tenant, boss: Person, database: Database, admin_connection: psycopg.Connection
) -> None:
    row = await made(tenant, boss)
    async with database.write_session(Scope(tenant.organization_id)) as session:
        application = applied(admin_connection, tenant, row["id"])
        assert await opening_service.fill(session, UUID(row["id"]), application) is None
    assert (await read(tenant, boss, row))["status"] == "open"


@pytest.mark.parametrize("seats", [1, 3])
async def test_those_hired_at_once_fill_one_seat_each(
    tenant: Tenant, boss: Person, database: Database, admin_connection: psycopg.Connection, seats: int
) -> None:
    row = await made(tenant, boss, headcount=seats)
    hired = [applied(admin_connection, tenant, row["id"]) for _ in range(4)]

    async def hire(application: UUID) -> UUID | None:
        async with database.write_session(Scope(tenant.organization_id)) as session:
            return await opening_service.fill(session, UUID(row["id"]), application)

    found = [opening for opening in await asyncio.gather(*map(hire, hired)) if opening is not None]
    assert len(found) == len(set(found)) == seats
    now = await read(tenant, boss, row)
    assert (now["status"], now["filled"]) == ("filled", seats)
