"""The whole API on a loopback port, called with what Schemathesis makes of its description."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import hypothesis
import requests
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.keyring import Keyring
from talentflux.main import create_app
from talentflux.schemas.referral import ReferralCreate
from talentflux.services import application_service, candidate_service, referral_service
from talentflux.services.token_service import TokenService
from tests.factories.people import Person, add_organization, add_person
from tests.factories.sharing import share_statements

load_all_checks()
HELD_AGAINST = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
RESUME = b"Mara Lindqvist\nBackend developer\nmara.lindqvist@example.org\n\nSkills\nPython, PostgreSQL\n"
Operation = Any
FRESH_SECONDS = 60
"""Much less than a log-in and a proof of identity last."""


@dataclass
class Tally:
    """What came of the cases of one operation or of many.

    Attributes:
        statuses: How often each status was answered.
        violations: One sentence each.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many requests were made."""
        return self.statuses.total()

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        self.statuses.update(other.statuses)
        self.violations += other.violations


class ServedApi:
    """The application on a loopback port.

    Args:
        settings: Name the database.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app: FastAPI = create_app(settings)
        share_statements(self.app.state.resources.database)
        self.url = ""
        self._untouched: tuple[Person, dict[str, str]] | None = None
        self._made_at = 0.0
        schema = schemathesis.openapi.from_dict(self.app.openapi())
        found = list(schema.get_all_operations())
        self.operations: list[Operation] = [each.ok() for each in found if isinstance(each, Ok)]
        if len(self.operations) < len(found):
            raise ValueError("the description holds operations that cannot be read")

    @contextmanager
    def running(self) -> Iterator["ServedApi"]:
        """Serve until the block ends."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            config = uvicorn.Config(self.app, log_level="critical", log_config=None, lifespan="on")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
            thread.start()
            try:
                while not server.started and thread.is_alive():
                    time.sleep(0.01)
                yield self
            finally:
                server.should_exit = True
                thread.join(30)

    def newcomer(self) -> tuple[Person, dict[str, str]]:
        """Make an owner of a new organization with a row of each kind; return them and the ids by parameter."""
        self._made_at = time.monotonic()
        return asyncio.run(self._newcomer())

    async def _newcomer(self) -> tuple[Person, dict[str, str]]:
        url = self.settings.database_url
        assert url is not None
        keyring = Keyring.from_settings(self.settings)
        async with Database(url.get_secret_value(), 2, keyring=keyring) as database:
            share_statements(database)
            organization = await add_organization(database)
            person = await add_person(database, TokenService(database, self.settings), organization)
            ids = await asyncio.to_thread(self._made_over_http, person)
            async with database.write_session(Scope(organization, person.user_id)) as session:
                candidate = await candidate_service.from_resume(session, None)
                made = await referral_service.create(session, ReferralCreate(candidate_id=candidate.id))
            ids |= {"candidate_id": str(candidate.id), "referral_id": str(made.id)}
            async with database.write_session(Scope(organization, person.user_id)) as session:
                given = (UUID(ids[name]) for name in ("requisition_id", "candidate_id", "resume_id"))
                await application_service.ensure(session, *given)
        listed = self._call(person, "get", "/applications").json()["items"]
        ids |= {"application_id": listed[0]["id"], "user_id": str(person.user_id)}
        return person, ids | self._course_over_http(person, ids["application_id"])

    def _course_over_http(self, person: Person, application_id: str) -> dict[str, str]:
        """Make what an application goes through, and return the ids by parameter."""
        pipeline = self._call(person, "post", "/pipelines", json={"name": "Short"}).json()
        ids = {"pipeline_id": pipeline["id"], "stage_id": pipeline["stages"][1]["id"]}
        given = {"action": "create_task", "title": "Look"}
        for name, path, body in (
            ("automation_id", f"/pipelines/{ids['pipeline_id']}/stages/{ids['stage_id']}/automations", given),
            ("reject_reason_id", "/reject-reasons", {"name": "Too early"}),
            ("application_task_id", f"/applications/{application_id}/tasks", {"title": "Call"}),
        ):
            ids[name] = self._call(person, "post", path, json=body).json()["id"]
        return ids

    def _made_over_http(self, person: Person) -> dict[str, str]:
        ids = {"organization_id": str(person.organization_id), "member_id": str(person.member_id)}
        made = self._call(person, "post", "/requisitions", json={"description": "Required:\n- Python"})
        ids["requisition_id"] = made.json()["id"]
        sent = self._call(person, "post", "/resumes", files={"files": ("mara.txt", RESUME)}).json()
        ids |= {"task_id": sent["task"]["id"], "resume_id": sent["resumes"][0]["resume_id"]}
        ids |= self._record_over_http(person)
        ids["source_id"] = self._call(person, "post", "/sources", json={"name": "Fair", "kind": "other"}).json()["id"]
        saved = self._call(person, "post", "/saved-searches", json={"name": "Backend", "q": "python"})
        ids["saved_search_id"] = saved.json()["id"]
        ids |= self._posted_over_http(person, ids["requisition_id"])
        ids["workspace_id"] = self._call(
            person, "post", "/workspaces", json={"name": "Nordic", "slug": "nordic"}
        ).json()["id"]
        return ids

    def _posted_over_http(self, person: Person, requisition_id: str) -> dict[str, str]:
        """Publish a job with a tracking link, and return the ids by parameter."""
        terms = {"places": [{"country": "US", "region": "Texas", "city": "Austin"}]}
        job = self._call(person, "post", "/jobs", json={"requisition_id": requisition_id, "terms": terms}).json()
        self._call(person, "post", f"/jobs/{job['id']}/publish", json={})
        link = self._call(person, "post", f"/jobs/{job['id']}/tracking-links", json={"name": "Poster"}).json()
        return {"job_id": job["id"], "tracking_link_id": link["id"]}

    def _record_over_http(self, person: Person) -> dict[str, str]:
        """Make a candidate with all that is kept about one, and return the ids by parameter."""
        ids = {}
        pair = [{"name": "Noa Twice", "phone": "+4687001122"}, {"name": "Noa Twice"}]
        one, other = (self._call(person, "post", "/candidates", json=given).json()["id"] for given in pair)
        for name, path, body in (
            ("note_id", f"/candidates/{one}/notes", {"body": "Calls back."}),
            ("candidate_link_id", f"/candidates/{one}/links", {"url": "https://github.com/example"}),
            ("talent_pool_id", "/talent-pools", {"name": "Nordics"}),
            (
                "custom_field_id",
                "/custom-fields",
                {"resource": "candidate", "slug": "wish", "name": "Wish", "type": "text"},
            ),
            ("candidate_merge_id", f"/candidates/{one}/merge", {"other_id": other}),
        ):
            ids[name] = self._call(person, "post", path, json=body).json()["id"]
        self._call(person, "put", f"/candidates/{one}/tags", json={"names": ["New"]})
        ids["tag_id"] = self._call(person, "get", "/tags").json()["items"][0]["id"]
        given = {"files": {"file": ("mara.txt", RESUME)}, "data": {"candidate_id": one}}
        ids["attachment_id"] = self._call(person, "post", "/attachments", **given).json()["id"]
        return ids

    def _call(self, person: Person, method: str, path: str, **sent: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False  # no proxies to look for
            answer = session.request(method, f"{self.url}/api/v1{path}", headers=person.headers, timeout=30, **sent)
        answer.raise_for_status()
        return answer

    def check(self, operation: Operation, examples: int, seed: int) -> Tally:
        """Call one operation with valid and with invalid requests, as an owner.

        Args:
            operation: One of `operations`.
            examples: Most requests of each kind.
            seed: Of the random requests.
        """
        tally = Tally()
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                self._sweep(strategy, operation, tally, examples, seed)
            except hypothesis.errors.Unsatisfiable:
                continue  # an operation without parameters cannot be called wrongly
        return tally

    def _sweep(self, strategy: Any, operation: Operation, tally: Tally, examples: int, seed: int) -> None:
        # Whoever was only read by or refused still has all rows as they were made, which is most of the work.
        fresh = time.monotonic() - self._made_at < FRESH_SECONDS
        person, ids = self._untouched = (fresh and self._untouched) or self.newcomer()

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=strategy, known=st.booleans())
        def sweep(case: Any, known: bool) -> None:  # noqa: FBT001 -- hypothesis passes by name
            nonlocal person, ids
            if known and case.path_parameters:
                case.path_parameters |= {name: ids[name] for name in case.path_parameters if name in ids}
            answer = case.call(base_url=self.url, headers=person.headers, timeout=30)
            tally.statuses[answer.status_code] += 1
            try:
                case.validate_response(answer, checks=HELD_AGAINST)
            except FailureGroup as group:
                tally.violations += [f"{case.as_curl_command()}: {_sentence(each)}" for each in group.exceptions]
            if answer.status_code < 400 and operation.method.upper() != "GET":
                self._untouched = None
            if answer.status_code == 401 and operation.definition.raw.get("security"):
                person, ids = self._untouched = self.newcomer()  # the operation ended the log-in

        sweep()


def _sentence(failure: Any) -> str:
    return " ".join(f"{failure.title} {failure.message}".split())[:600]
