"""Contact data is for those who may see it; everybody else reads the rest. Refusals first."""

from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.schemas.candidate import CandidateSummary
from talentflux.schemas.private import private_fields
from talentflux.schemas.stored_resume import ResumeRead
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.support import assert_problem, resume_text
from tests.factories.people import Person
from tests.factories.tenants import Tenant

EMAIL = "mara.lindqvist@example.org"
PHONE = "+46 8 500 12 345"


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return Tenant(app, LOCAL_ORGANIZATION_ID)


@pytest_asyncio.fixture
async def resume(tenant: Tenant, work: Work) -> dict[str, Any]:
    """A resume of a candidate who applied to a requisition, read by a worker."""
    owner = await tenant.person()
    requisition = await tenant.requisition(owner)
    text = resume_text(email=f"{EMAIL}\n{PHONE}")
    sent = await tenant.call(
        owner, "POST", "/resumes", files={"files": ("mara.txt", text)}, data={"requisition_id": requisition}
    )
    assert sent.status_code == 202, sent.text
    await work()
    [item] = (await tenant.call(owner, "GET", "/resumes")).json()["items"]
    return {**item, "requisition_id": requisition}


async def _key(tenant: Tenant, *scopes: str) -> str:
    owner = await tenant.person()
    made = await tenant.call(owner, "POST", "/api-keys", {"label": "Sync", "scopes": scopes})
    return str(made.json()["key"])


def test_private_fields_are_those_that_the_schemas_declare() -> None:
    assert private_fields(CandidateSummary) == {"email", "phone"}
    assert private_fields(ResumeRead) == {"parsed", "text", "hidden", "warnings"}


async def test_viewers_and_interviewers_get_no_contact_data(tenant: Tenant, resume: dict[str, Any]) -> None:
    owner, viewer, interviewer = [await tenant.person(role) for role in ("owner", "viewer", "interviewer")]
    team = f"/requisitions/{resume['requisition_id']}/team/{interviewer.user_id}"
    await tenant.call(owner, "PUT", team, {"role": "interviewer"})
    sync = await _key(tenant, "candidate:read", "resume:read")
    readers: list[Person | str] = [viewer, interviewer, sync]
    for who in readers:
        for path in (f"/candidates/{resume['candidate_id']}", "/candidates", "/candidates?q=mara"):
            answer = await tenant.call(who, "GET", path)
            row = answer.json().get("items", [answer.json()])[0]
            assert row["name"] == "Mara Lindqvist"
            assert row["email"] is None
            assert row["phone"] is None
            assert EMAIL not in answer.text
        for query in (f"email={EMAIL}", "phone=%2B46850012345"):
            assert_problem(await tenant.call(who, "GET", f"/candidates?{query}"), 403, "forbidden")


async def test_viewers_get_the_masked_text_of_resumes_only(tenant: Tenant, resume: dict[str, Any]) -> None:
    readers: list[Person | str] = [await tenant.person("viewer"), await _key(tenant, "resume:read")]
    path = f"/resumes/{resume['id']}"
    for who in readers:
        answer = await tenant.call(who, "GET", path)
        read = answer.json()
        assert (read["parsed"], read["text"], read["hidden"], read["warnings"]) == (None, None, [], [])
        assert "PostgreSQL" in read["masked_text"]
        assert EMAIL not in answer.text
        assert "12 345" not in answer.text
        assert_problem(await tenant.call(who, "GET", f"{path}/file"), 403, "forbidden")
        assert_problem(await tenant.call(who, "GET", f"{path}/json-resume"), 403, "forbidden")


async def test_contact_data_alone_gives_no_resumes(tenant: Tenant, resume: dict[str, Any]) -> None:
    key = await _key(tenant, "candidate:read", "candidate:read_private")
    assert (await tenant.call(key, "GET", f"/candidates/{resume['candidate_id']}")).json()["email"] == EMAIL
    for path in ("", "/file", "/json-resume"):
        assert_problem(await tenant.call(key, "GET", f"/resumes/{resume['id']}{path}"), 403, "forbidden")


async def test_a_key_that_writes_is_not_shown_what_it_may_not_read(tenant: Tenant, resume: dict[str, Any]) -> None:
    key = await _key(tenant, "candidate:read", "candidate:write")
    path = f"/candidates/{resume['candidate_id']}"
    changed = await tenant.call(key, "PATCH", path, {"location": "Oslo"})
    assert changed.json()["location"] == "Oslo"
    assert changed.json()["email"] is None
    owner = await tenant.person()
    assert (await tenant.call(owner, "GET", path)).json()["email"] == EMAIL


@pytest.mark.parametrize("role", ["owner", "admin", "recruiter"])
async def test_who_recruits_sees_all(tenant: Tenant, resume: dict[str, Any], role: str) -> None:
    who = await tenant.person(role)
    [found] = (await tenant.call(who, "GET", f"/candidates?email={EMAIL}")).json()["items"]
    assert found["email"] == EMAIL
    path = f"/resumes/{resume['id']}"
    assert EMAIL in (await tenant.call(who, "GET", path)).json()["text"]
    assert EMAIL in (await tenant.call(who, "GET", f"{path}/file")).text
    assert (await tenant.call(who, "GET", f"{path}/json-resume")).json()["basics"]["email"] == EMAIL


async def test_a_hiring_manager_sees_contact_data_of_their_own_applicants(
    tenant: Tenant, resume: dict[str, Any]
) -> None:
    owner, manager = await tenant.person(), await tenant.person("hiring_manager")
    path = f"/candidates/{resume['candidate_id']}"
    assert_problem(await tenant.call(manager, "GET", path), 404, "not_found")
    assert_problem(await tenant.call(manager, "GET", f"/resumes/{resume['id']}"), 404, "not_found")
    team = f"/requisitions/{resume['requisition_id']}/team/{manager.user_id}"
    await tenant.call(owner, "PUT", team, {"role": "hiring_manager"})
    assert (await tenant.call(manager, "GET", path)).json()["email"] == EMAIL
    assert EMAIL in (await tenant.call(manager, "GET", f"/resumes/{resume['id']}")).json()["text"]
