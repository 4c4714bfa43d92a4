"""The description of the API: complete, with examples that are true."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from talentflux.api import examples
from talentflux.schemas.application import ApplicationRead
from talentflux.schemas.audit import AuditEventRead, ChainVerification
from talentflux.schemas.auth import JsonWebKeySet, TokenPair
from talentflux.schemas.base import Schema
from talentflux.schemas.candidate import CandidateRead, CandidateSummary
from talentflux.schemas.email import EmailRead
from talentflux.schemas.organization import OrganizationRead
from talentflux.schemas.ranking import MatchRead, RankedMatch
from talentflux.schemas.screening import ScreeningReport
from talentflux.schemas.second_factor import RecoveryCodes, SecondFactorRead, SecondFactorSetup
from talentflux.schemas.sign_on import IdentityProviderRead
from talentflux.schemas.skill import Skill
from talentflux.schemas.stored_resume import ResumeRead, ResumeSummary, UploadAccepted
from talentflux.schemas.task import TaskRead
from talentflux.schemas.user import MembershipList, SessionList, UserRead

TRUE: dict[str, type[Schema]] = {
    "ORGANIZATION": OrganizationRead,
    "CANDIDATE_SUMMARY": CandidateSummary,
    "CANDIDATE": CandidateRead,
    "RESUME_SUMMARY": ResumeSummary,
    "RESUME": ResumeRead,
    "TASK": TaskRead,
    "MATCH_TASK": TaskRead,
    "UPLOAD": UploadAccepted,
    "MATCH_SUMMARY": RankedMatch,
    "MATCH": MatchRead,
    "APPLICATION": ApplicationRead,
    "EMAIL": EmailRead,
    "SKILL": Skill,
    "SHORTLIST": ScreeningReport,
    "USER": UserRead,
    "TOKEN_PAIR": TokenPair,
    "SESSION_LIST": SessionList,
    "MEMBERSHIP_LIST": MembershipList,
    "JWKS": JsonWebKeySet,
    "SECOND_FACTOR": SecondFactorRead,
    "SECOND_FACTOR_SETUP": SecondFactorSetup,
    "RECOVERY_CODES": RecoveryCodes,
    "IDENTITY_PROVIDER": IdentityProviderRead,
    "AUDIT_EVENT": AuditEventRead,
    "AUDIT_VERIFICATION": ChainVerification,
}


async def _operations(client: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    document = (await client.get("/openapi.json")).json()
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_operation_has_name_summary_description_and_tag(client: httpx.AsyncClient) -> None:
    operations = await _operations(client)
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names)) > 15
    for _, path, operation in operations:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"]), path
        assert operation["summary"], path
        assert len(operation["description"]) > 20, path
        assert operation["tags"], path


async def test_every_operation_has_examples(client: httpx.AsyncClient) -> None:
    for method, path, operation in await _operations(client):
        for status, response in operation["responses"].items():
            if status.startswith("2") and status != "204":
                assert all(content.get("example") for content in response["content"].values()), (method, path)
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            schema = content["schema"]
            assert media_type == "multipart/form-data" or schema.get("examples") or content.get("example"), path


async def test_every_operation_declares_its_errors_as_problems(client: httpx.AsyncClient) -> None:
    for method, path, operation in await _operations(client):
        if not path.startswith("/api/"):
            continue
        errors = {status: each for status, each in operation["responses"].items() if status[0] in "45"}
        assert {"500", "503"} <= errors.keys(), path
        if "{" in path:
            assert {"404", "422"} <= errors.keys(), path
        if operation.get("requestBody"):
            assert {"415", "422"} <= errors.keys(), (method, path)
        for response in errors.values():
            assert list(response["content"]) == ["application/problem+json"], (method, path)


async def test_description_names_no_schema_that_is_missing(client: httpx.AsyncClient) -> None:
    text = (await client.get("/openapi.json")).text
    document = (await client.get("/openapi.json")).json()
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named <= document["components"]["schemas"].keys()
    assert "HTTPValidationError" not in named


def test_every_operation_lies_under_the_prefix_in_plural(app: FastAPI) -> None:
    for route in app.routes:
        if isinstance(route, APIRoute) and route.path.startswith("/api/"):
            assert re.match(r"/api/v1/(auth|[a-z-]+s)(/|$)", route.path), route.path


@pytest.mark.parametrize("name", TRUE)
def test_examples_have_the_form_of_the_answers(name: str) -> None:
    TRUE[name].model_validate(getattr(examples, name))


def test_no_example_is_untested() -> None:
    named = {name for name in vars(examples) if name.isupper() and not name.startswith("_")}
    assert {name for name in named if not name.endswith("_ID")} == {*TRUE, "REQUIREMENT", "AUDIT_LINE", "AUDIT_TABLE"}


def test_every_operation_says_who_may_call_it_and_how(app: FastAPI) -> None:
    document = app.openapi()
    schemes = document["components"]["securitySchemes"]
    guarded = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            ways = operation["security"]
            assert {name for way in ways for name in way} <= schemes.keys(), path
            if not ways:
                continue
            guarded += 1
            assert {"401", "403", "421", "429"} <= operation["responses"].keys(), path
            browser = next(way for way in ways if "session" in way)
            assert ("csrf" in browser) is (method not in {"get", "head"}), path
    assert guarded > 60


def test_examples_keep_what_is_null(app: FastAPI) -> None:
    answer = app.openapi()["paths"]["/api/v1/candidates"]["get"]["responses"]["200"]
    example = answer["content"]["application/json"]["example"]
    assert example["next_cursor"] is None
    assert example["items"][0].keys() == CandidateSummary.model_fields.keys()
