"""The recruiter's view: filters of the list, and how requisitions go."""

from typing import Any

import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.repositories import requisition_repository
from talentflux.repositories.base import FIRST_ID
from talentflux.schemas.page import Page
from talentflux.schemas.requisition import RequisitionSummary
from talentflux.schemas.requisition_health import RequisitionHealth
from tests.api.support import assert_problem
from tests.api.test_opening_api import applied
from tests.factories.people import Person
from tests.factories.requisitions import act, by, chained, made, submitted
from tests.factories.statements import count_statements
from tests.factories.tenants import Tenant, add_tenant


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


async def titles(tenant: Tenant, who: Person, **params: str) -> list[str]:
    answer = await tenant.call(who, "GET", "/requisitions", params=params)
    assert answer.status_code == 200, answer.text
    return sorted(item.title for item in Page[RequisitionSummary].model_validate_json(answer.content).items)


async def health(tenant: Tenant, who: Person, **params: str) -> dict[str, RequisitionHealth]:
    answer = await tenant.call(who, "GET", "/requisitions/health", params=params)
    assert answer.status_code == 200, answer.text
    return {item.title: item for item in Page[RequisitionHealth].model_validate_json(answer.content).items}


@pytest.mark.parametrize(
    "params",
    [
        {"status": "lost"}, {"country": "Sweden"}, {"country": "XX"}, {"workspace_id": "x"}, {"q": ""},
        {"opened_after": "2026-01-01T00:00:00"},
    ],
)  # fmt: skip
async def test_refuses_filters_that_make_no_sense(tenant: Tenant, boss: Person, params: dict[str, str]) -> None:
    answer = await tenant.call(boss, "GET", "/requisitions", params=params)
    assert_problem(answer, 422, "invalid_input", f"query.{next(iter(params))}")


async def test_shows_neither_lists_nor_health_of_what_one_does_not_see(
    app: FastAPI, tenant: Tenant, boss: Person
) -> None:
    other = await add_tenant(app, "Southwind")
    await made(other, await other.person(Role.OWNER), title="Theirs")
    await made(tenant, boss, title="Secret", confidential=True)
    await made(tenant, boss, title="Shown")
    viewer, manager = await tenant.person(Role.VIEWER), await tenant.person(Role.HIRING_MANAGER)
    assert await titles(tenant, viewer) == sorted(await health(tenant, viewer)) == ["Shown"]
    assert await titles(tenant, manager) == sorted(await health(tenant, manager)) == []
    assert sorted(await health(tenant, boss)) == ["Secret", "Shown"]
    answer = await tenant.call(viewer, "GET", "/requisitions/health", params={"deleted": "true"})
    assert_problem(answer, 403, "forbidden")


async def test_filters_by_each_property_and_by_several_at_once(
    tenant: Tenant, boss: Person, admin_connection: psycopg.Connection
) -> None:
    space = (await tenant.call(boss, "POST", "/workspaces", {"name": "Nordic", "slug": "nordic"})).json()["id"]
    places = [{"country": "SE", "city": "Uppsala"}, {"country": "DE", "city": "Berlin"}]
    rows = {
        "One": await made(tenant, boss, title="One", places=places, department="IT", workspace_id=space),
        "Two 100%": await made(tenant, boss, title="Two 100%", places=[{"country": "DE", "city": "Bonn"}]),
        "Old": await made(tenant, boss, title="Old", department="IT", external_id="REQ-3"),
    }
    member = await tenant.person(Role.RECRUITER)
    await tenant.call(boss, "PUT", f"/requisitions/{rows['Old']['id']}/team/{member.user_id}", {"role": "recruiter"})
    await act(tenant, boss, rows["Old"], "hold")
    admin_connection.execute("update requisition set opened_at = '2020-05-05' where title = 'Old'")
    cases: list[tuple[dict[str, str], list[str]]] = [
        ({"status": "on_hold"}, ["Old"]),
        ({"department": "IT"}, ["Old", "One"]),
        ({"department": "IT", "status": "open"}, ["One"]),
        ({"workspace_id": space}, ["One"]),
        ({"team_member_id": str(member.user_id)}, ["Old"]),
        ({"team_member_id": str(boss.user_id)}, []),
        ({"country": "DE"}, ["One", "Two 100%"]),
        ({"country": "SE", "city": "Berlin"}, []),
        ({"city": "Berlin"}, ["One"]),
        ({"opened_before": "2021-01-01T00:00:00Z"}, ["Old"]),
        ({"opened_after": "2021-01-01T00:00:00Z"}, ["One", "Two 100%"]),
        ({"external_id": "REQ-3"}, ["Old"]),
        ({"q": "o"}, ["Old", "One", "Two 100%"]),
        ({"q": "two"}, ["Two 100%"]),
        ({"q": "100%"}, ["Two 100%"]),
        ({"q": "%"}, ["Two 100%"]),
        ({"q": "_"}, []),
        ({"q": "\\"}, []),
    ]
    for params, expected in cases:
        assert await titles(tenant, boss, **params) == expected, params


async def test_pages_keep_their_filters(tenant: Tenant, boss: Person) -> None:
    for number in range(3):
        await made(tenant, boss, title=f"IT {number}", department="IT")
        await made(tenant, boss, title=f"HR {number}", department="HR")
    first = (await tenant.call(boss, "GET", "/requisitions", params={"department": "IT", "limit": "2"})).json()
    rest = await titles(tenant, boss, department="IT", limit="2", cursor=first["next_cursor"])
    assert [item["title"] for item in first["items"]] + rest == ["IT 2", "IT 1", "IT 0"]
    answer = await tenant.call(
        boss, "GET", "/requisitions", params={"department": "HR", "cursor": first["next_cursor"]}
    )
    assert_problem(answer, 422, "invalid_input")


async def test_says_how_requisitions_go_and_why_one_wants_a_look(
    tenant: Tenant, boss: Person, admin_connection: psycopg.Connection
) -> None:
    rows: dict[str, Any] = {}
    begun: dict[str, dict[str, Any]] = {
        "Fine": {"headcount": 2},
        "Late": {"target_date": "2020-01-01"},
        "Seat late": {"headcount": 1},
        "Quiet": {},
        "Held": {"target_date": "2020-01-01"},
        "Closed": {"target_date": "2020-01-01"},
    }
    for title, more in begun.items():
        rows[title] = await made(tenant, boss, title=title, **more)
    applications = [applied(admin_connection, tenant, rows["Fine"]["id"]) for _ in range(3)]
    admin_connection.execute("update application set stage = 'interview' where id = %s", [applications[0]])
    admin_connection.execute("update application set deleted_at = now() where id = %s", [applications[1]])
    admin_connection.execute(
        "update opening set target_date = '2020-02-02' where requisition_id = %s", [rows["Seat late"]["id"]]
    )
    await act(tenant, boss, rows["Held"], "hold")
    await act(tenant, boss, rows["Closed"], "close")
    _age(admin_connection, rows["Quiet"]["id"], 100)
    await chained(tenant, boss, by(await tenant.person(Role.ADMIN)))
    rows["Waiting"] = await made(tenant, boss, title="Waiting")
    await submitted(tenant, boss, rows["Waiting"])
    _age(admin_connection, rows["Waiting"]["id"], 6)
    found = await health(tenant, boss)
    flags = {title: [str(flag.flag) for flag in item.flags] for title, item in found.items()}
    assert flags == {
        "Fine": [],
        "Late": ["overdue"],
        "Seat late": ["overdue"],
        "Quiet": ["quiet", "no_applications", "old"],
        "Held": ["overdue"],
        "Closed": [],
        "Waiting": ["waits_for_approval"],
    }
    fine, quiet = found["Fine"], found["Quiet"]
    assert (fine.applications, fine.headcount, fine.filled) == ({"applied": 1, "interview": 1}, 2, 0)
    assert (quiet.age_days, quiet.quiet_days) == (100, 100)
    assert str(found["Seat late"].next_target_date) == "2020-02-02"
    assert found["Late"].overdue_days > 365
    assert all(flag.reason for item in found.values() for flag in item.flags)
    assert list(await health(tenant, boss, status="on_hold")) == ["Held"]


async def test_an_event_of_an_application_counts_as_activity(
    tenant: Tenant, boss: Person, admin_connection: psycopg.Connection
) -> None:
    row = await made(tenant, boss, title="Busy")
    _age(admin_connection, row["id"], 100, events=False)
    assert (await health(tenant, boss))["Busy"].quiet_days == 0


async def test_health_takes_one_statement(app: FastAPI, tenant: Tenant, boss: Person) -> None:
    for _ in range(3):
        await made(tenant, boss)
    await health(tenant, boss)
    with count_statements(app.state.resources.database) as issued:
        await health(tenant, boss)
    assert len(issued) == 1, issued


async def test_counts_are_read_from_an_index_alone(
    tenant: Tenant, boss: Person, database: Database, admin_connection: psycopg.Connection
) -> None:
    row = await made(tenant, boss)
    applied(admin_connection, tenant, row["id"])
    admin_connection.execute("vacuum analyze application")
    async with database.read_session(Scope(tenant.organization_id)) as session:
        driver = await session.driver()
        await driver.execute("set local enable_seqscan = off")
        await driver.execute("set local enable_bitmapscan = off")
        await driver.execute("set local enable_sort = off")
        statement = requisition_repository._HEALTH.view("created_at").ready({})
        values = {**statement.constants, "organization_id": tenant.organization_id, "after_id": FIRST_ID, "rows": 51}
        plan = await (await driver.execute(f"explain {statement.sql}".encode(), values)).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "Index Only Scan using application_counted_idx" in text
    assert "event_organization_id_requisition_id_id_idx" in text
    assert "Seq Scan" not in text


def _age(connection: psycopg.Connection, requisition_id: str, days: int, *, events: bool = True) -> None:
    """Let a requisition, and what happened with it, be older."""
    connection.execute("alter table requisition disable trigger all")
    connection.execute(
        "update requisition set opened_at = opened_at - make_interval(days => %(days)s), "
        "updated_at = updated_at - make_interval(days => %(days)s) where id = %(id)s",
        {"days": days, "id": requisition_id},
    )
    connection.execute("alter table requisition enable trigger all")
    if events:
        connection.execute(
            "update event set created_at = created_at - make_interval(days => %s) where requisition_id = %s",
            [days, requisition_id],
        )
