"""E-mails about approvals: approvers are told and reminded, and who asked learns what was decided."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from talentflux.core.database import Database
from tests.api.conftest import Work
from tests.api.test_approval_decision_api import boss, head, reminding, second, tenant
from tests.factories.people import Person
from tests.factories.requisitions import by, chained, decided, made, submitted
from tests.factories.tenants import Tenant

__all__ = ["boss", "head", "second", "tenant"]


async def test_approvers_are_told_and_reminded_until_they_decide(  # noqa: PLR0917 -- fixtures
    tenant: Tenant,
    boss: Person,
    head: Person,
    second: Person,
    database: Database,
    admin_connection: psycopg.Connection,
) -> None:
    await chained(tenant, boss, by(head, second, rule="all"), remind_after_days=2)
    approval = await submitted(tenant, boss, await made(tenant, boss, title="Backend developer"))
    remind = reminding(database, tenant, UUID(approval["steps"][0]["id"]))
    assert await remind() == 2
    letters = await tenant.letters()
    assert sorted((template, to) for template, to, _ in letters) == [
        ("approval_requested", "head@example.org"),
        ("approval_requested", "second@example.org"),
    ]
    assert all(approval["id"] in body and "Backend developer" in body for *_, body in letters)
    assert await remind() == 0
    await decided(tenant, second, approval)
    for _ in range(2):
        _pass_days(admin_connection, 2)
        assert sorted(await asyncio.gather(*(remind() for _ in range(3)))) == [0, 0, 1]
    assert [(template, to) for template, to, _ in (await tenant.letters())[2:]] == [
        ("approval_reminder", "head@example.org")
    ] * 2
    step = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()["steps"][0]
    assert step["reminders"] == 2
    await decided(tenant, head, approval)
    _pass_days(admin_connection, 2)
    assert await remind() == 0


@pytest.mark.parametrize(
    ("decision", "comment", "expected"),
    [
        ("decline", "Not in\nthe plan.", ["was declined and is a draft again", "What was said: “Not in the plan.”"]),
        ("decline", None, ["was declined"]),
        ("approve", "Go on.", ["is approved", "“Go on.”"]),
    ],
)
async def test_who_asked_is_told_what_was_decided(  # noqa: PLR0917 -- fixtures and parameters
    tenant: Tenant, boss: Person, head: Person, second: Person, decision: str, comment: str | None, expected: list[str]
) -> None:
    await chained(tenant, boss, by(head))
    requisition = await made(tenant, boss, title="Backend developer")
    approval = await submitted(tenant, second, requisition)
    answer = await decided(tenant, head, approval, decision=decision, comment=comment)
    assert answer.status_code == 200, answer.text
    ((template, to, body),) = await tenant.letters()
    words = " ".join(body.split())
    assert (template, to) == ("approval_decided", "second@example.org")
    assert all(each in words for each in [*expected, "“Backend developer”", str(requisition["id"])])
    assert ("What was said" in words) == (comment is not None)


async def test_who_asked_is_told_once_and_only_at_the_end(tenant: Tenant, boss: Person, head: Person) -> None:
    await chained(tenant, boss, by(head), by(head))
    approval = await submitted(tenant, boss, await made(tenant, boss))
    await decided(tenant, head, approval)
    assert await tenant.letters() == []
    approval = (await tenant.call(boss, "GET", f"/approvals/{approval['id']}")).json()
    answers = await asyncio.gather(*(decided(tenant, head, approval, step=1) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    assert [template for template, *_ in await tenant.letters()] == ["approval_decided"]


async def test_who_decided_themself_or_has_left_is_told_nothing(
    tenant: Tenant, boss: Person, head: Person, second: Person
) -> None:
    await chained(tenant, boss, by(head, second), self_approval=True)
    approval = await submitted(tenant, second, await made(tenant, boss))
    await decided(tenant, second, approval)
    approval = await submitted(tenant, second, await made(tenant, boss))
    members = (await tenant.call(boss, "GET", "/members")).json()["items"]
    member = next(each["id"] for each in members if each["user_id"] == str(second.user_id))
    assert (await tenant.call(boss, "POST", f"/members/{member}/deactivate")).is_success
    await decided(tenant, head, approval)
    assert [template for template, *_ in await tenant.letters() if template == "approval_decided"] == []


async def test_a_worker_tells_approvers_and_their_stand_ins_when_a_step_begins(  # noqa: PLR0917 -- fixtures
    tenant: Tenant, boss: Person, head: Person, second: Person, work: Work, admin_connection: psycopg.Connection
) -> None:
    await chained(tenant, boss, by(head))
    now = datetime.now(UTC)
    when = {"starts_at": str(now - timedelta(days=1)), "ends_at": str(now + timedelta(days=9))}
    body = {"stand_in_id": str(second.user_id), **when}
    assert (await tenant.call(head, "POST", "/approval-delegations", body)).status_code == 201
    await submitted(tenant, boss, await made(tenant, boss))
    await work()
    found = admin_connection.execute("select user_id from email_message where template = 'approval_requested'")
    assert {row[0] for row in found} == {head.user_id, second.user_id}
    later = admin_connection.execute(
        "select scheduled_at > now() + interval '2 days' from procrastinate_jobs "
        "where task_name = 'approval.remind' and status = 'todo'"
    ).fetchall()
    assert later == [(True,)]


def _pass_days(connection: psycopg.Connection, days: int) -> None:
    """Let reminders be due as they are after some days."""
    connection.execute("update approval_step set remind_at = remind_at - make_interval(days => %s)", [days])
