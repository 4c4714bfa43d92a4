"""The life of a requisition: which action is allowed when, for whom, and what it leaves behind."""

import asyncio
import random
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from talentflux.core.database import Database, Scope
from talentflux.core.errors import ConflictError
from talentflux.core.permissions import Role
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.services import requisition_service
from talentflux.services.requisition_states import ACTIONS, allowed
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import DESCRIPTION, act, by, chained, made, read, submitted
from tests.factories.tenants import Tenant, actions, add_tenant

VERBS = [name for name, action in ACTIONS.items() if action.by_person]


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


@pytest.mark.parametrize("verb", VERBS)
async def test_returns_404_for_an_unknown_requisition_and_one_of_another_organization(
    app: FastAPI, tenant: Tenant, boss: Person, verb: str
) -> None:
    other = await add_tenant(app, "Southwind")
    row = await made(other, await other.person(Role.OWNER))
    for identifier in (UNKNOWN, row["id"]):
        assert_problem(await tenant.call(boss, "POST", f"/requisitions/{identifier}/{verb}"), 404, "not_found")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INTERVIEWER])
async def test_refuses_who_may_not_write(tenant: Tenant, boss: Person, role: Role) -> None:
    row = await made(tenant, boss)
    person = await tenant.person(role)
    await tenant.call(boss, "PUT", f"/requisitions/{row['id']}/team/{person.user_id}", {"role": "interviewer"})
    assert_problem(await act(tenant, person, row, "hold"), 403, "forbidden")


async def test_a_hiring_manager_may_act_in_the_own_team_only(tenant: Tenant, boss: Person) -> None:
    manager = await tenant.person(Role.HIRING_MANAGER)
    mine, other = await made(tenant, manager), await made(tenant, boss)
    assert (await act(tenant, manager, mine, "hold")).json()["status"] == "on_hold"
    assert_problem(await act(tenant, manager, other, "hold"), 403, "forbidden")


async def test_refuses_what_the_status_does_not_allow_and_changes_nothing(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss, draft=True)
    for verb in set(VERBS) - set(allowed("draft")):
        answer = await act(tenant, boss, row, verb)
        assert_problem(answer, 409, "requisition_state")
        assert "submit, open, close" in answer.json()["detail"]
    assert (await read(tenant, boss, row))["status"] == "draft"


async def test_refuses_a_version_that_is_not_the_present_one(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    stale = {"If-Match": '"1.0123456789ab"'}
    answer = await tenant.call(boss, "POST", f"/requisitions/{row['id']}/hold", {}, headers=stale)
    assert_problem(answer, 412, "precondition_failed")


async def test_refuses_to_open_a_draft_that_must_be_approved(tenant: Tenant, boss: Person) -> None:
    await chained(tenant, boss, by(await tenant.person(Role.ADMIN)))
    row = await made(tenant, boss)
    assert row["status"] == "draft"
    assert_problem(await act(tenant, boss, row, "open"), 409, "requisition_state")


@pytest.mark.parametrize("status", ["filled", "pending_approval", "draft", "approved"])
async def test_refuses_a_patch_to_a_status_that_no_action_leads_to(tenant: Tenant, boss: Person, status: str) -> None:
    row = await made(tenant, boss)
    answer = await tenant.call(boss, "PATCH", f"/requisitions/{row['id']}", {"status": status})
    assert_problem(answer, 409, "requisition_state")


async def test_only_an_open_requisition_takes_applications(tenant: Tenant, boss: Person, database: Database) -> None:
    row = await made(tenant, boss)
    scope = Scope(tenant.organization_id)
    async with database.write_session(scope) as session:
        await requisition_service.require_open(session, UUID(row["id"]), lock=True)
    await act(tenant, boss, row, "hold")
    with pytest.raises(ConflictError) as refused:
        async with database.read_session(scope) as session:
            await requisition_service.require_open(session, UUID(row["id"]))
    assert refused.value.code == "requisition_not_open"


async def test_is_open_by_default_and_a_draft_where_asked(tenant: Tenant, boss: Person) -> None:
    row, draft = await made(tenant, boss), await made(tenant, boss, draft=True)
    assert (row["status"], draft["status"]) == ("open", "draft")
    assert row["opened_at"]
    assert draft["opened_at"] is None
    assert draft["actions"] == ["submit", "open", "close"]


async def test_goes_from_draft_to_closed_and_back(tenant: Tenant, boss: Person, database: Database) -> None:
    row = await made(tenant, boss, draft=True)
    seen = []
    for verb in ("submit", "open", "hold", "resume", "close", "reopen"):
        answer = await act(tenant, boss, row, verb, reason=f"{verb}, as agreed")
        assert answer.status_code == 200, answer.text
        seen.append(answer.json()["status"])
        assert answer.json()["status_reason"] == f"{verb}, as agreed"
        assert (answer.json()["closed_at"] is not None) == (verb == "close")
    assert seen == ["approved", "open", "on_hold", "open", "closed", "open"]
    written = await actions(database, tenant.organization_id)
    assert [each for each in written if each.startswith("requisition.")][-6:] == [
        f"requisition.{verb}" for verb in ("submit", "open", "hold", "resume", "close", "reopen")
    ]
    async with database.read_session(Scope(tenant.organization_id)) as session:
        events = list(await session.scalars(text("select type from event order by id")))
    assert [each.partition(".")[2] for each in events] == [
        "created", "submitted", "opened", "held", "resumed", "closed", "reopened",
    ]  # fmt: skip


async def test_a_reason_is_in_no_log(tenant: Tenant, boss: Person, database: Database) -> None:
    row = await made(tenant, boss)
    await act(tenant, boss, row, "hold", reason="canary-reason")
    async with database.read_session(Scope(tenant.organization_id)) as session:
        entries = " ".join(await session.scalars(text("select entry from audit_event")))
        events = " ".join(await session.scalars(text("select data::text from event")))
    assert "canary-reason" not in entries + events


async def test_patch_closes_and_opens_as_before(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    path = f"/requisitions/{row['id']}"
    for status in ("closed", "open", "on_hold", "open", "open"):
        answer = await tenant.call(boss, "PATCH", path, {"status": status})
        assert answer.json()["status"] == status


async def test_closing_withdraws_the_approval_that_is_pending(tenant: Tenant, boss: Person) -> None:
    await chained(tenant, boss, by(await tenant.person(Role.ADMIN)))
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    assert (await act(tenant, boss, row, "close")).json()["status"] == "closed"
    assert (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()["status"] == "withdrawn"


async def test_reopening_what_was_never_approved_makes_a_draft_where_a_chain_applies(
    tenant: Tenant, boss: Person
) -> None:
    row = await made(tenant, boss)
    await act(tenant, boss, row, "close")
    await chained(tenant, boss, by(await tenant.person(Role.ADMIN)))
    assert (await act(tenant, boss, row, "reopen")).json()["status"] == "draft"


async def test_of_the_same_action_twice_at_once_one_is_refused(tenant: Tenant, boss: Person) -> None:
    row = await made(tenant, boss)
    answers = await asyncio.gather(*(act(tenant, boss, row, "hold") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


@pytest.mark.parametrize("seed", range(4))
async def test_random_actions_do_what_the_table_says_and_nothing_else(tenant: Tenant, boss: Person, seed: int) -> None:
    chance = random.Random(seed)
    row = await made(tenant, boss, draft=True)
    status = "draft"
    for _ in range(30):
        verb = chance.choice(VERBS)
        answer = await act(tenant, boss, row, verb)
        if verb in allowed(status):
            assert answer.status_code == 200, answer.text
            status = answer.json()["status"]
            assert RequisitionStatus(status) in ACTIONS[verb].targets
        else:
            assert_problem(answer, 409, "requisition_state")
            assert (await read(tenant, boss, row))["status"] == status


async def test_terms_that_contradict_what_stays_are_refused(tenant: Tenant, boss: Person) -> None:
    pay = {"pay_min": "50000", "pay_max": "60000", "pay_currency": "EUR", "pay_period": "year"}
    row = await made(tenant, boss, **pay)
    path = f"/requisitions/{row['id']}"
    for changes in (
        {"pay_min": "60001"},
        {"pay_currency": None},
        {"pay_max": "60000.123"},
        {"remote_countries": ["SE"]},
    ):
        assert_problem(await tenant.call(boss, "PATCH", path, changes), 422, "invalid_input", "body")
    now = await read(tenant, boss, row)
    assert {name: now[name] for name in pay} == pay


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pay_min": 2, "pay_max": 1, "pay_currency": "EUR", "pay_period": "year"}, "body"),
        ({"pay_min": 1}, "body"),
        ({"pay_min": 1, "pay_currency": "XYZ", "pay_period": "year"}, "body.pay_currency"),
        ({"pay_min": "0.5", "pay_currency": "JPY", "pay_period": "hour"}, "body"),
        ({"pay_min": -1}, "body.pay_min"),
        ({"pay_min": "1e15"}, "body.pay_min"),
        ({"pay_min": "NaN"}, "body.pay_min"),
        ({"places": [{"country": "XX"}]}, "body.places.0.country"),
        ({"places": [{"city": "Uppsala"}]}, "body.places.0.country"),
        ({"remote": "full", "remote_countries": ["SE", "se"]}, "body.remote_countries.1"),
        ({"remote_countries": ["SE"]}, "body"),
        ({"employment_type": "serf"}, "body.employment_type"),
        ({"title": " "}, "body.title"),
        ({"department": " \t"}, "body.department"),
        ({"external_id": " "}, "body.external_id"),
        ({"headcount": 501}, "body.headcount"),
        ({"interview_plan": [{"name": "Talk", "minutes": 1}]}, "body.interview_plan.0.minutes"),
        ({"interview_plan": [{"name": "Talk", "attributes": ["Depth", "depth"]}]}, "body.interview_plan.0"),
    ],
)
async def test_refuses_terms_that_make_no_sense(tenant: Tenant, boss: Person, body: dict[str, Any], field: str) -> None:
    answer = await tenant.call(boss, "POST", "/requisitions", {"description": DESCRIPTION, **body})
    assert_problem(answer, 422, "invalid_input", field)


async def test_refuses_an_external_id_that_another_requisition_has(app: FastAPI, tenant: Tenant, boss: Person) -> None:
    await made(tenant, boss, external_id="REQ-1")
    answer = await tenant.call(boss, "POST", "/requisitions", {"description": DESCRIPTION, "external_id": "REQ-1"})
    assert_problem(answer, 409, "conflict")
    row = await made(tenant, boss)
    answer = await tenant.call(boss, "PATCH", f"/requisitions/{row['id']}", {"external_id": "REQ-1"})
    assert_problem(answer, 409, "conflict")
    other = await add_tenant(app, "Southwind")
    await made(other, await other.person(Role.OWNER), external_id="REQ-1")


async def test_terms_come_back_as_they_were_given(tenant: Tenant, boss: Person) -> None:
    terms = {
        "external_id": "REQ-7",
        "employment_type": "part_time",
        "pay_min": "31.5",
        "pay_max": "40",
        "pay_currency": "GBP",
        "pay_period": "hour",
        "places": [{"country": "GB", "region": "Scotland", "city": "Leith"}],
        "remote": "hybrid",
        "remote_countries": ["GB"],
        "department": "Engineering",
        "target_date": "2027-03-01",
        "interview_plan": [
            {
                "name": "Talk",
                "kind": "panel",
                "minutes": 60,
                "interviewer_roles": ["Peer"],
                "attributes": ["Depth"],
            }
        ],
    }
    row = await made(tenant, boss, **terms, headcount=2)
    now = await read(tenant, boss, row)
    assert {name: now[name] for name in terms} == terms
    assert (now["headcount"], now["filled"]) == (2, 0)
    listed = (await tenant.call(boss, "GET", "/requisitions")).json()["items"][0]
    assert {name: listed[name] for name in terms if name != "interview_plan"} == {
        name: value for name, value in terms.items() if name != "interview_plan"
    }
    cleared = dict.fromkeys(["pay_min", "pay_max", "pay_currency", "pay_period", "department"])
    changed = (await tenant.call(boss, "PATCH", f"/requisitions/{row['id']}", cleared)).json()
    assert all(changed[name] is None for name in cleared)
