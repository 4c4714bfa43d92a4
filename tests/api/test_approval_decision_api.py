"""Decisions on approvals over the API: whose they are, counted once, and what follows."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.schemas.approval import ApprovalRead, ApprovalSummary
from talentflux.schemas.page import Page
from talentflux.services import approval_mail
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.requisitions import act, by, chained, decided, made, read, submitted
from tests.factories.statements import count_statements
from tests.factories.tenants import Tenant, add_tenant


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest_asyncio.fixture
async def boss(tenant: Tenant) -> Person:
    return await tenant.person(Role.OWNER)


@pytest_asyncio.fixture
async def head(tenant: Tenant) -> Person:
    return await tenant.person(Role.HIRING_MANAGER, email="head@example.org")


@pytest_asyncio.fixture
async def second(tenant: Tenant) -> Person:
    return await tenant.person(Role.RECRUITER, email="second@example.org")


def reminding(database: Database, tenant: Tenant, step_id: UUID) -> Callable[[], Awaitable[int]]:
    """Return what the delayed job does."""

    async def remind() -> int:
        async with database.write_session(Scope(tenant.organization_id)) as session:
            return await approval_mail.remind(session, step_id, "http://127.0.0.1:8000")

    return remind


async def waiting(tenant: Tenant, who: Person, **params: str) -> list[str]:
    answer = await tenant.call(who, "GET", "/approvals", params=params)
    assert answer.status_code == 200, answer.text
    return [str(item.id) for item in Page[ApprovalSummary].model_validate_json(answer.content).items]


async def test_returns_404_for_an_unknown_approval_and_one_of_another_organization(
    app: FastAPI, tenant: Tenant, boss: Person
) -> None:
    other = await add_tenant(app, "Southwind")
    stranger, approver = await other.person(Role.OWNER), await other.person(Role.ADMIN)
    await chained(other, stranger, by(approver))
    approval = await submitted(other, stranger, await made(other, stranger))
    for identifier in (UNKNOWN, approval["id"]):
        decision = {"step_id": approval["steps"][0]["id"], "decision": "approve"}
        calls = [
            ("GET", "", None),
            ("POST", "/decide", decision),
            ("POST", "/reassign", {"user_ids": [str(boss.user_id)]}),
        ]
        for method, path, body in calls:
            answer = await tenant.call(boss, method, f"/approvals/{identifier}{path}", body)
            assert_problem(answer, 404, "not_found")
    assert await waiting(tenant, boss, view="all") == []


async def test_refuses_who_is_no_approver_of_the_step(
    tenant: Tenant, boss: Person, head: Person, second: Person
) -> None:
    await chained(tenant, boss, by(head), by(second))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    assert_problem(await decided(tenant, second, approval), 403, "not_approver")
    assert_problem(await decided(tenant, boss, approval), 403, "not_approver")
    assert_problem(await decided(tenant, second, approval, step=1), 409, "approval_step_waits")
    outsider = await tenant.person(Role.HIRING_MANAGER)
    assert_problem(await decided(tenant, outsider, approval), 404, "not_found")
    assert_problem(await tenant.call(outsider, "GET", f"/approvals/{approval['id']}"), 404, "not_found")
    for role in (Role.VIEWER, Role.INTERVIEWER):
        assert_problem(await decided(tenant, await tenant.person(role), approval), 403, "forbidden")


async def test_refuses_to_show_all_requests_to_who_is_no_admin(tenant: Tenant, second: Person) -> None:
    assert_problem(await tenant.call(second, "GET", "/approvals", params={"view": "all"}), 403, "forbidden")


async def test_refuses_a_step_of_another_request_and_a_comment_without_end(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    await chained(tenant, boss, by(head))
    one, two = [await submitted(tenant, boss, await made(tenant, boss)) for _ in range(2)]
    mixed = one | {"steps": two["steps"]}
    assert_problem(await decided(tenant, head, mixed), 404, "not_found")
    assert_problem(await decided(tenant, head, one, comment="x" * 2001), 422, "invalid_input", "body.comment")


async def test_refuses_a_service_key(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(head))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    body = {"label": "Site", "scopes": ["approval:decide", "approval:read"]}
    key = (await tenant.call(boss, "POST", "/api-keys", body)).json()
    assert_problem(await decided(tenant, key["key"], approval), 403, "key_not_allowed")


async def test_an_approver_sees_and_decides_on_a_requisition_that_they_do_not_see_otherwise(
    tenant: Tenant, boss: Person, head: Person
) -> None:
    await chained(tenant, boss, by(head))
    row = await made(tenant, boss, confidential=True, title="Secret need", pay_max="70000",
                     pay_currency="EUR", pay_period="year")  # fmt: skip
    approval = await submitted(tenant, boss, row)
    assert_problem(await tenant.call(head, "GET", f"/requisitions/{row['id']}"), 404, "not_found")
    assert await waiting(tenant, head) == [approval["id"]]
    shown = ApprovalRead.model_validate((await tenant.call(head, "GET", f"/approvals/{approval['id']}")).json())
    assert (shown.subject.title, str(shown.subject.pay_max)) == ("Secret need", "70000")
    assert shown.steps[0].missing_ids == [head.user_id]
    answer = await decided(tenant, head, approval, comment="In the plan.")
    assert answer.json()["status"] == "approved"
    assert answer.json()["steps"][0]["decisions"][0]["comment"] == "In the plan."
    assert await waiting(tenant, head) == []
    now = await read(tenant, boss, row)
    assert (now["status"], now["actions"]) == ("approved", ["open", "close"])
    assert (await act(tenant, boss, row, "open")).json()["status"] == "open"


async def test_steps_are_decided_in_their_order(tenant: Tenant, boss: Person, head: Person, second: Person) -> None:
    await chained(tenant, boss, by(head), {"name": "Recruiters", "role": "recruiter"})
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    assert (await waiting(tenant, head), await waiting(tenant, second)) == ([approval["id"]], [])
    assert await waiting(tenant, boss, view="requested") == [approval["id"]]
    assert (await decided(tenant, head, approval)).json()["status"] == "pending"
    assert (await waiting(tenant, head), await waiting(tenant, second)) == ([], [approval["id"]])
    assert (await decided(tenant, second, approval, step=1)).json()["status"] == "approved"
    assert (await read(tenant, boss, row))["status"] == "approved"


async def test_all_needs_everybody_and_any_needs_one(
    tenant: Tenant, boss: Person, head: Person, second: Person
) -> None:
    await chained(tenant, boss, by(head, second, rule="all"), by(head, second, rule="any"))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    half = (await decided(tenant, head, approval)).json()
    assert half["steps"][0]["status"] == "pending"
    assert half["steps"][0]["missing_ids"] == [str(second.user_id)]
    assert_problem(await decided(tenant, head, approval), 409, "approval_step_decided")
    assert (await decided(tenant, second, approval)).json()["steps"][0]["status"] == "approved"
    assert (await decided(tenant, second, approval, step=1)).json()["status"] == "approved"
    assert_problem(await decided(tenant, head, approval, step=1), 409, "approval_ended")


async def test_one_who_declines_ends_the_request(tenant: Tenant, boss: Person, head: Person, second: Person) -> None:
    await chained(tenant, boss, by(head, second, rule="all"), by(head))
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    answer = (await decided(tenant, head, approval, decision="decline", comment="Not this year.")).json()
    assert (answer["status"], answer["steps"][0]["status"]) == ("declined", "declined")
    assert (await read(tenant, boss, row))["status"] == "draft"
    assert_problem(await decided(tenant, second, approval), 409, "approval_ended")
    again = await submitted(tenant, boss, row)
    assert again["id"] != approval["id"]
    listed = (await tenant.call(boss, "GET", f"/requisitions/{row['id']}/approvals")).json()["items"]
    assert [item["status"] for item in listed] == ["pending", "declined"]


async def test_two_decisions_at_once_are_counted_once(
    tenant: Tenant, boss: Person, head: Person, second: Person
) -> None:
    await chained(tenant, boss, by(head, second), by(head, second, name="Next"))
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    answers = await asyncio.gather(*(decided(tenant, who, approval) for who in (head, head, head, second, second)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    now = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()
    assert [len(step["decisions"]) for step in now["steps"]] == [1, 0]
    assert [step["status"] for step in now["steps"]] == ["approved", "pending"]


async def test_approving_and_withdrawing_at_once_leave_one_truth(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(head))
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    answers = await asyncio.gather(decided(tenant, head, approval), act(tenant, boss, row, "withdraw"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    status = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()["status"]
    expected = {"approved": "approved", "withdrawn": "draft"}[status]
    assert (await read(tenant, boss, row))["status"] == expected


async def test_who_asks_decides_only_where_the_chain_says_so(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(boss, head))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    assert await waiting(tenant, boss) == []
    assert_problem(await decided(tenant, boss, approval), 403, "not_approver")
    await chained(tenant, boss, by(boss), name="Own", priority=1, self_approval=True)
    approval = await submitted(tenant, boss, await made(tenant, boss))
    assert await waiting(tenant, boss) == [approval["id"]]
    assert (await decided(tenant, boss, approval)).json()["status"] == "approved"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": "Architect"}, ["title"]),
        ({"pay_max": "90000"}, ["pay_max"]),
        ({"department": "Sales", "employment_type": "intern"}, ["department", "employment_type"]),
    ],
)
async def test_a_change_of_what_was_approved_sends_the_requisition_back(
    tenant: Tenant, boss: Person, head: Person, changes: dict[str, str], fields: list[str]
) -> None:
    await chained(tenant, boss, by(head))
    row = await made(tenant, boss, pay_max="70000", pay_currency="EUR", pay_period="year")
    approval = await submitted(tenant, boss, row)
    await decided(tenant, head, approval)
    await act(tenant, boss, row, "open")
    path = f"/requisitions/{row['id']}"
    same = await tenant.call(boss, "PATCH", path, {"external_id": "REQ-1", "pay_max": "70000.00"})
    assert same.json()["status"] == "open"
    assert (await tenant.call(boss, "PATCH", path, changes)).json()["status"] == "draft"
    now = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()
    assert (now["status"], now["changed_fields"]) == ("superseded", fields)
    assert_problem(await act(tenant, boss, row, "open"), 409, "requisition_state")


async def test_a_change_while_the_approval_is_pending_ends_it(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(head))
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    await tenant.call(boss, "PATCH", f"/requisitions/{row['id']}", {"title": "Architect"})
    assert (await read(tenant, boss, row))["status"] == "draft"
    answer = await decided(tenant, head, approval)
    assert_problem(answer, 409, "approval_ended")


async def test_a_step_whose_approver_left_is_stuck_until_an_admin_names_others(
    tenant: Tenant, boss: Person, head: Person, second: Person
) -> None:
    await chained(tenant, boss, by(head, second, rule="all"))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    await decided(tenant, second, approval)
    assert (await tenant.call(boss, "DELETE", f"/members/{head.member_id}")).status_code == 204
    step = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()["steps"][0]
    assert "An admin can name others" in step["stuck"]
    path = f"/approvals/{approval['id']}/reassign"
    heir = await tenant.person(Role.ADMIN)
    assert_problem(await tenant.call(second, "POST", path, {"user_ids": [str(heir.user_id)]}), 403, "forbidden")
    for wrong in (UNKNOWN, str(head.user_id), str(boss.user_id)):
        answer = await tenant.call(boss, "POST", path, {"user_ids": [wrong]})
        assert_problem(answer, 422, "approval_impossible", "body.user_ids")
    body = {"user_ids": [str(heir.user_id), str(second.user_id)], "rule": "all"}
    now = (await tenant.call(boss, "POST", path, body)).json()
    assert now["steps"][0]["stuck"] is None
    assert now["steps"][0]["missing_ids"] == [str(heir.user_id)]
    assert (await decided(tenant, heir, approval)).json()["status"] == "approved"
    assert_problem(await tenant.call(boss, "POST", path, body), 409, "approval_ended")


async def test_a_role_without_members_is_stuck(tenant: Tenant, boss: Person, second: Person) -> None:
    await chained(tenant, boss, {"name": "Recruiters", "role": "recruiter", "rule": "all"})
    approval = await submitted(tenant, boss, await made(tenant, boss))
    await tenant.call(boss, "POST", f"/members/{second.member_id}/deactivate")
    step = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()["steps"][0]
    assert step["stuck"].startswith("No active member is left")
    assert_problem(await decided(tenant, second, approval), 404, "not_found")


async def test_the_request_for_a_requisition_that_was_deleted_waits_for_nobody(
    tenant: Tenant, boss: Person, head: Person, database: Database
) -> None:
    await chained(tenant, boss, by(head))
    row = await made(tenant, boss)
    approval = await submitted(tenant, boss, row)
    await tenant.call(boss, "DELETE", f"/requisitions/{row['id']}")
    assert await waiting(tenant, head) == []
    assert await reminding(database, tenant, UUID(approval["steps"][0]["id"]))() == 0
    assert_problem(await decided(tenant, head, approval), 404, "not_found")
    await tenant.call(boss, "POST", f"/requisitions/{row['id']}/restore")
    assert await waiting(tenant, head) == [approval["id"]]


async def test_comments_are_in_no_log(tenant: Tenant, boss: Person, head: Person, database: Database) -> None:
    await chained(tenant, boss, by(head))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    await decided(tenant, head, approval, comment="canary-comment")
    async with database.read_session(Scope(tenant.organization_id)) as session:
        entries = " ".join(await session.scalars(text("select entry from audit_event")))
        events = " ".join(await session.scalars(text("select data::text from event")))
        queued = " ".join(await session.scalars(text("select args::text from procrastinate_jobs")))
    assert "canary-comment" not in entries + events + queued


async def test_the_list_of_what_waits_takes_two_statements_and_goes_page_by_page(
    app: FastAPI, tenant: Tenant, boss: Person, head: Person
) -> None:
    await chained(tenant, boss, by(head))
    ids = [(await submitted(tenant, boss, await made(tenant, boss)))["id"] for _ in range(3)]
    with count_statements(app.state.resources.database) as issued:
        first = (await tenant.call(head, "GET", "/approvals", params={"limit": "2"})).json()
    assert len(issued) <= 3, issued
    rest = await waiting(tenant, head, cursor=first["next_cursor"])
    assert [item["id"] for item in first["items"]] + rest == list(reversed(ids))
