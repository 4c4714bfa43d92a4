"""A recruiter's month through the API alone, from the draft of a requisition to a hire, in two organizations."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from talentflux.core.config import Settings
from talentflux.core.permissions import Role
from tests.api.conftest import Work
from tests.api.support import resume_text
from tests.factories.jobs import TERMS, challenge, send, send_file
from tests.factories.people import Person
from tests.factories.requisitions import by, chained, decided, submitted
from tests.factories.tenants import Tenant, add_tenant
from tests.factories.webhook_receiver import Receiver, webhook_receiver

DESCRIPTION = "Backend developer\n\nRequired:\n- Python\n- PostgreSQL\n\nNice to have:\n- Kafka"
GARDENER = b"Olga Brandt\nolga@example.org\n\nExperience\n2019-01 - 2024-01 Gardener, City Park\n- Roses\n"


@dataclass
class Month:
    """One organization's month.

    Attributes:
        tenant: The organization.
        anonymous: A client without log-in.
        names: Of applicants, by what becomes of them.
    """

    tenant: Tenant
    anonymous: httpx.AsyncClient
    names: dict[str, str]
    owner: Person = field(init=False)
    recruiter: Person = field(init=False)
    manager: Person = field(init=False)
    requisition: dict[str, Any] = field(init=False)
    job: dict[str, Any] = field(init=False)

    async def call(self, who: Person, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Send a request that succeeds, and return what it answers."""
        answer = await self.tenant.call(who, method, path, body, **more)
        assert answer.is_success, (method, path, answer.text)
        return answer.json() if answer.content else None

    async def staff(self) -> None:
        """Let the people be there."""
        self.owner = await self.tenant.person(Role.OWNER)
        self.recruiter = await self.tenant.person(Role.RECRUITER)
        self.manager = await self.tenant.person(Role.HIRING_MANAGER)

    async def approve(self) -> None:
        """From a draft to an open requisition with two seats, approved by the hiring manager."""
        await chained(self.tenant, self.owner, by(self.manager))
        made = await self.call(
            self.recruiter, "POST", "/requisitions",
            {"title": "Backend developer", "description": DESCRIPTION, "draft": True, "places": TERMS["places"],
             "pay_min": TERMS["pay_min"], "pay_max": TERMS["pay_max"], "pay_currency": "SEK", "pay_period": "month"},
        )  # fmt: skip
        assert made["status"] == "draft"
        path = f"/requisitions/{made['id']}"
        await self.call(self.recruiter, "PUT", f"{path}/team/{self.manager.user_id}", {"role": "hiring_manager"})
        for seat in ("SEAT-1", "SEAT-2"):
            await self.call(self.recruiter, "POST", f"{path}/openings", {"external_id": seat})
        refused = await self.tenant.call(self.recruiter, "POST", f"{path}/open", {})
        assert refused.status_code == 409, "it has not been approved"
        approval = await submitted(self.tenant, self.recruiter, made)
        waiting = await self.call(self.manager, "GET", "/approvals")
        assert [each["id"] for each in waiting["items"]] == [approval["id"]]
        assert (await decided(self.tenant, self.manager, approval)).status_code == 200
        self.requisition = await self.call(self.recruiter, "GET", path)
        if self.requisition["status"] == "approved":
            self.requisition = await self.call(self.recruiter, "POST", f"{path}/open", {})
        assert self.requisition["status"] == "open"

    async def publish(self) -> None:
        """Publish a job with a form and a link of a source."""
        form = [{"id": "permit", "kind": "yes_no", "label": "May you work in Sweden?", "required": True,
                 "knock_out": {"yes": True}}]  # fmt: skip
        given = {"requisition_id": self.requisition["id"], "title": "Backend developer", "language": "en",
                 "description": "We build **tools**.", "terms": TERMS, "form": form}  # fmt: skip
        made = await self.call(self.recruiter, "POST", "/jobs", given)
        self.job = await self.call(self.recruiter, "POST", f"/jobs/{made['id']}/publish", {})
        public = (await self.anonymous.get(f"/api/v1/public/jobs/{self.job['id']}")).json()
        assert public["title"] == "Backend developer"
        assert "48000" in json.dumps(public).replace("48000.00", "48000"), "the pay range is shown"

    async def apply(self) -> None:
        """Let three people apply: by file, by file, and by a profile."""
        for fate, text in (("hired", None), ("rejected", GARDENER)):
            name = self.names[fate]
            data = text or resume_text(name, f"{fate}@{self.names['domain']}", "Kafka")
            answer = await send_file(
                self.anonymous, self.job["id"], {"resume": (f"{fate}.txt", data)},
                name=name, email=f"{fate}@{self.names['domain']}", answers={"permit": fate == "hired"},
            )  # fmt: skip
            assert answer.status_code == 202, answer.text
        name = self.names["withdrawn"]
        answer = await send(
            self.anonymous, self.job["id"], name=name, email=f"withdrawn@{self.names['domain']}",
            answers={"permit": True},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text

    async def decide(self, work: Work) -> None:
        """Look at the queue, move the best, reject one with an e-mail, let one withdraw, hire."""
        path = f"/requisitions/{self.requisition['id']}"
        queue = (await self.call(self.recruiter, "GET", f"/screenings?requisition_id={self.requisition['id']}"))[
            "items"
        ]
        assert queue[0]["candidate_name"] == self.names["hired"]
        assert {row["status"] for row in queue} == {"active"}, "no score decides"
        ids = {row["candidate_name"]: row["application_id"] for row in queue}
        best, other, third = (ids[self.names[fate]] for fate in ("hired", "rejected", "withdrawn"))
        answers = await self.call(self.recruiter, "GET", f"/applications/{other}/answers")
        assert "flag" in json.dumps(answers), "a knock-out question flags and rejects nobody"
        candidate = next(row["candidate_id"] for row in queue if row["application_id"] == best)
        note = {"body": "Call her on Monday.", "mentions": [str(self.manager.user_id)]}
        await self.call(self.recruiter, "POST", f"/candidates/{candidate}/notes", note)
        await self.call(self.recruiter, "PUT", f"/candidates/{candidate}/tags", {"names": ["Shortlist"]})
        for stage in ("screen", "interview", "offer"):
            await self.call(self.manager, "PATCH", f"/applications/{best}", {"stage": stage})
        reason = await self.call(self.owner, "POST", "/reject-reasons", {"name": "Lacks experience"})
        rejection = {"reject_reason_id": reason["id"], "delay_minutes": 0, "subject": "Your application",
                     "body": "Dear {{ candidate_name }}, we chose somebody else."}  # fmt: skip
        await self.call(self.recruiter, "POST", f"/applications/{other}/reject", rejection)
        await self.call(self.recruiter, "POST", f"/applications/{third}/withdraw")
        await work()
        hired = await self.call(self.manager, "PATCH", f"/applications/{best}", {"stage": "hired"})
        assert hired["status"] == "hired"
        openings = (await self.call(self.recruiter, "GET", f"{path}/openings"))["items"]
        assert sorted(each["status"] for each in openings) == ["filled", "open"]
        history = (await self.call(self.recruiter, "GET", f"/applications/{best}/history"))["items"]
        kinds = [each["to_kind"] for each in sorted(history, key=lambda each: each["created_at"])]
        assert kinds == ["applied", "screen", "interview", "offer", "hired"]
        timeline = (await self.call(self.recruiter, "GET", f"/candidates/{candidate}/timeline"))["items"]
        assert {"candidate.created", "candidate.noted", "application.created", "application.screened"} <= {
            each["type"] for each in timeline
        }

    async def close(self) -> None:
        """Close the requisition with a seat left; the posting is gone from the public."""
        solved = await challenge(self.anonymous, self.job["id"])
        await self.call(
            self.recruiter, "POST", f"/requisitions/{self.requisition['id']}/close", {"reason": "The budget is spent."}
        )
        assert (await self.anonymous.get(f"/api/v1/public/jobs/{self.job['id']}")).status_code == 404
        late = await send(self.anonymous, self.job["id"], **solved, answers={"permit": True})
        assert late.status_code in {404, 409, 410}, late.text
        letters = (await self.call(self.owner, "GET", "/emails"))["items"]
        told = {each["recipient"] for each in letters if each["template"] == "candidate_message"}
        assert told == {f"rejected@{self.names['domain']}"}, "to the form's address, and to nobody else"

    async def everything_seen(self) -> str:
        """Return all that this organization's owner gets to see."""
        paths = ("/candidates", "/applications", "/requisitions", "/jobs", "/events", "/screenings?active=false",
                 f"/requisitions/{self.requisition['id']}/board", "/requisitions/health", "/emails")  # fmt: skip
        return "".join([json.dumps(await self.call(self.owner, "GET", path)) for path in paths])


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    return settings.model_copy(update={"outbound_allowed": f"127.0.0.1:{receiver.port}"})


@pytest.fixture
def receiver() -> Any:
    with webhook_receiver() as running:
        yield running


async def test_a_month_can_be_lived_through_the_api_in_two_organizations_side_by_side(
    app: FastAPI, anonymous: httpx.AsyncClient, work: Work, receiver: Receiver
) -> None:
    names = (
        {"hired": "Mara Lindqvist", "rejected": "Olga Brandt", "withdrawn": "Jonas Becker", "domain": "one.example"},
        {"hired": "Priya Natarajan", "rejected": "Sarah Nolan", "withdrawn": "Daniel Okafor", "domain": "two.example"},
    )
    months = [
        Month(await add_tenant(app, name), anonymous, mine)
        for name, mine in zip(("Northwind", "Southwind"), names, strict=True)
    ]
    for step in ("staff", "approve", "publish", "apply"):
        await asyncio.gather(*(getattr(month, step)() for month in months))
        if step == "staff":
            await months[0].call(months[0].owner, "POST", "/webhooks", {"url": receiver.url})
    await work()
    for month in months:
        await month.decide(work)
        await month.close()
    await work()
    seen = [await month.everything_seen() for month in months]
    for mine, theirs in ((0, 1), (1, 0)):
        for fate in ("hired", "rejected", "withdrawn"):
            assert names[mine][fate] in seen[mine]
            assert names[theirs][fate] not in seen[mine]
        assert str(months[theirs].requisition["id"]) not in seen[mine]
    told = b"".join(message.body for message in receiver.messages)
    assert {"requisition.opened", "job.published", "application.created", "application.hired"} <= {
        json.loads(message.body)["type"] for message in receiver.messages
    }
    assert str(months[1].tenant.organization_id).encode() not in told
    for fate in ("hired", "rejected", "withdrawn"):
        assert names[0][fate].encode() not in told
