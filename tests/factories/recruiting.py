"""One organization with a row of everything that recruiters have, and requests to every operation about it."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.conftest import Work
from tests.api.support import resume_text
from tests.factories.jobs import TERMS
from tests.factories.people import Person
from tests.factories.tenants import Tenant, add_tenant

_PARAMETER = re.compile(r"{(\w+)}")


@dataclass
class Story:
    """What was made about one confidential requisition and the one who applied to it.

    Attributes:
        tenant: The organization.
        owner: Who made it.
        mark: A word in all that is said of the requisition.
        name: A word in all that is said of the candidate.
        ids: By the name of the parameter that takes them.
    """

    tenant: Tenant
    owner: Person
    mark: str
    name: str
    ids: dict[str, str] = field(default_factory=dict)

    async def make(self, path: str, body: Any = None, *, name: str | None = None, method: str = "POST") -> Any:
        """Send what is taken as the owner, and keep the id under a name."""
        answer = await self.tenant.call(self.owner, method, path, body)
        assert answer.is_success, (method, path, answer.text)
        made = answer.json() if answer.content else {}
        if name is not None:
            self.ids[name] = made["id"]
        return made

    async def send_file(self, path: str, name: str, data: bytes, fields: dict[str, str]) -> Any:
        """Upload a file as the owner."""
        answer = await self.tenant.call(self.owner, "POST", path, files={"file": (name, data)}, data=fields)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def fill(self, work: Work) -> None:
        """Make a row of everything."""
        await self._requisition()
        await self._candidate(work)
        await self._kept()
        await self._application()
        await work()

    async def _requisition(self) -> None:
        mark, ids = self.mark, self.ids
        chain = {"name": "Chain", "department": "Board", "self_approval": True,
                 "steps": [{"name": "One", "user_ids": [str(self.owner.user_id)]}]}  # fmt: skip
        await self.make("/approval-chains", chain, name="approval_chain_id")
        given = {"title": f"{mark} chief", "description": f"Required:\n- Python\n- {mark}", "confidential": True,
                 "department": "Board", "draft": True, "external_id": f"{mark}-1"}  # fmt: skip
        path = f"/requisitions/{(await self.make('/requisitions', given, name='requisition_id'))['id']}"
        await self.make(f"{path}/openings", {"external_id": f"{mark}-seat"}, name="opening_id")
        await self.make(f"{path}/submit")
        approval = (await self.make(f"{path}/approvals", method="GET"))["items"][0]
        ids["approval_id"] = approval["id"]
        step_id = (await self.make(f"/approvals/{approval['id']}", method="GET"))["steps"][0]["id"]
        decision = {"step_id": step_id, "decision": "approve", "comment": f"{mark} agreed"}
        await self.make(f"/approvals/{approval['id']}/decide", decision)
        await self.make(f"{path}/open")
        job = {"requisition_id": ids["requisition_id"], "title": f"{mark} posting", "language": "en",
               "description": mark, "terms": TERMS}  # fmt: skip
        await self.make("/jobs", job, name="job_id")
        await self.make(f"/jobs/{ids['job_id']}/tracking-links", {"name": f"{mark} link"}, name="tracking_link_id")
        await self.make("/requisition-templates", {"name": "Plain", "content": {"title": "T", "description": "D"}},
                        name="requisition_template_id")  # fmt: skip

    async def _candidate(self, work: Work) -> None:
        mark, ids = self.name, self.ids
        await self.make("/sources", {"name": "Agency", "kind": "agency"}, name="source_id")
        person = {"name": f"Mara {mark}", "email": f"mara@{mark}.example.org".lower(), "headline": f"{mark} expert",
                  "phone": "+4687001199", "source_id": ids["source_id"]}  # fmt: skip
        await self.make("/candidates", person, name="candidate_id")
        answer = await self.tenant.call(
            self.owner, "POST", "/resumes",
            files=[("files", ("a.txt", resume_text(f"Mara {mark}", person["email"], mark)))],
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        ids["resume_id"], ids["task_id"] = answer.json()["resumes"][0]["resume_id"], answer.json()["task"]["id"]
        await work()

    async def _kept(self) -> None:
        mark, ids = self.name, self.ids
        path = f"/candidates/{ids['candidate_id']}"
        await self.make(f"{path}/tags", {"names": ["Known"]}, method="PUT")
        ids["tag_id"] = (await self.make("/tags", method="GET"))["items"][0]["id"]
        await self.make("/talent-pools", {"name": "Pool"}, name="talent_pool_id")
        await self.make(f"/talent-pools/{ids['talent_pool_id']}/candidates", {"candidate_ids": [ids["candidate_id"]]})
        await self.make(f"{path}/links", {"url": f"https://github.com/{mark}"}, name="candidate_link_id")
        made = await self.send_file("/attachments", f"{mark}.pdf", b"%PDF-1.7", {"candidate_id": ids["candidate_id"]})
        ids["attachment_id"] = made["id"]
        for kind in ("text", "user"):
            body = {"resource": "candidate", "slug": f"wish_{kind}", "name": "Wish", "type": kind}
            await self.make("/custom-fields", body, name="custom_field_id")
        await self.make(f"{path}/custom-fields", {"values": {"wish_text": mark}}, method="PUT")
        twin = await self.make("/candidates", {"name": f"Mara {mark}", "headline": mark}, name="other_id")
        merge = await self.make(f"{path}/merge", {"other_id": twin["id"]}, name="candidate_merge_id")
        await self.make(f"/candidates/merges/{merge['id']}/undo")
        ids["other_id"] = twin["id"]
        await self.make("/saved-searches", {"name": mark, "q": "python"}, name="saved_search_id")

    async def _application(self) -> None:
        mark, ids = self.mark, self.ids
        body = {"requisition_id": ids["requisition_id"], "candidate_id": ids["candidate_id"]}
        made = await self.make("/applications", body, name="application_id")
        path = f"/applications/{made['id']}"
        await self.make("/referrals", body | {"note": f"{mark} is good"}, name="referral_id")
        await self.make(f"{path}/tasks", {"title": f"Call {mark}"}, name="application_task_id")
        note = {"body": f"{mark} wants more", "private": True, "application_id": made["id"]}
        await self.make(f"/candidates/{ids['candidate_id']}/notes", note, name="note_id")
        pipeline = await self.make(f"/requisitions/{ids['requisition_id']}/pipeline", method="GET")
        ids["stage_id"] = pipeline["stages"][1]["id"]
        await self.make("/reject-reasons", {"name": "Too early"}, name="reject_reason_id")
        own = await self.make("/pipelines", {"name": "Own"}, name="pipeline_id")
        ids["own_stage_id"] = own["stages"][1]["id"]
        automation = {"action": "create_task", "title": "Look at it"}
        stage = f"/pipelines/{own['id']}/stages/{own['stages'][0]['id']}"
        await self.make(f"{stage}/automations", automation, name="automation_id")
        await self.make(f"{path}/reject", {"send_email": True, "delay_minutes": 60, "subject": mark, "body": mark})
        actions = await self.make(f"{path}/actions", method="GET")
        ids["application_action_id"] = actions["items"][0]["id"]
        await self.make(f"{path}/reopen", {})
        table = f"name,email\n{self.name} Import,i@{self.name}.example.org\n".encode()
        target = {"kind": "applications", "requisition_id": ids["requisition_id"]}
        sent = await self.send_file("/imports", "people.csv", table, target)
        ids["data_import_id"] = sent["id"]
        await self.make("/exports", {"kind": "candidates"}, name="data_export_id")
        await self.make("/webhooks", {"url": "https://hooks.example.org/x"}, name="webhook_id")

    def operations(self, methods: set[str]) -> list[tuple[str, str, dict[str, Any]]]:
        """Return method, path with the ids of the story, and description of what can be called with them."""
        found = []
        for path, entries in self.tenant.app.openapi()["paths"].items():
            for method, described in entries.items():
                names = _PARAMETER.findall(path)
                known = self.ids | {"version": "1", "user_id": str(self.owner.user_id)}
                if method.upper() in methods and path.startswith("/api/v1/") and all(name in known for name in names):
                    filled = _PARAMETER.sub(lambda match: known[match[1]], path.removeprefix("/api/v1"))  # noqa: B023 -- used before the loop goes on
                    found.append((method.upper(), filled, described))
        return found


async def add_story(app: FastAPI, work: Work, mark: str, name: str) -> Story:
    """Make an organization and fill it; its owner sees all of it."""
    tenant = await add_tenant(app)
    story = Story(tenant, await tenant.person(Role.OWNER), mark, name)
    await story.fill(work)
    return story


def example_of(story: Story, described: dict[str, Any]) -> Any:
    """Return the body that the description of an operation gives as an example; None where it takes none."""
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = content["schema"]
    own = schema.get("examples")
    while "$ref" in schema or "allOf" in schema or "anyOf" in schema:
        schema = (schema.get("allOf") or schema.get("anyOf") or [schema])[0]
        schema = story.tenant.app.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = content.get("examples") or own or schema.get("examples") or [content.get("example", {})]
    return next(iter(found.values()))["value"] if isinstance(found, dict) else found[0]


def words(answer: httpx.Response) -> str:
    """Return what an answer says, headers included."""
    return f"{answer.headers} {answer.text}".lower()
