"""Candidates over the API."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from talentflux.schemas.candidate import CandidateRead, CandidateSummary
from talentflux.schemas.page import Page
from tests.api.conftest import Work
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, imported, resume_text, upload


async def _only(client: httpx.AsyncClient, work: Work) -> str:
    await imported(client, work, {"mara.txt": resume_text()})
    identifier: str = (await client.get("/api/v1/candidates")).json()["items"][0]["id"]
    return identifier


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_returns_404_for_unknown_candidate(client: httpx.AsyncClient, method: str) -> None:
    body: dict[str, str] | None = {} if method == "PATCH" else None
    assert_problem(await client.request(method, f"/api/v1/candidates/{UNKNOWN}", json=body), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_returns_404_for_candidate_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID], method: str
) -> None:
    body = {"name": "Changed"} if method == "PATCH" else None
    path = f"/api/v1/candidates/{foreign['candidate']}"
    assert_problem(await client.request(method, path, json=body), 404, "not_found")
    assert "Canary" not in (await client.get("/api/v1/candidates")).text
    listed = await client.get("/api/v1/candidates", params={"email": "canary@example.org"})
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "body.name"),
        ({"email": "nobody"}, "body.email"),
        ({"id": UNKNOWN}, "body.id"),
        ({"phone": 7}, "body.phone"),
    ],
)
async def test_returns_422_naming_the_field(client: httpx.AsyncClient, body: Any, field: str) -> None:
    answer = await client.patch(f"/api/v1/candidates/{UNKNOWN}", json=body)
    assert_problem(answer, 422, "invalid_input", field)


async def test_returns_409_for_the_address_of_another(client: httpx.AsyncClient, work: Work) -> None:
    identifier = await _only(client, work)
    await imported(client, work, {"bo.txt": resume_text("Bo Ek", "bo@example.org")})
    answer = await client.patch(
        f"/api/v1/candidates/{identifier}", json={"email": "BO@example.org"}, headers=ANY_VERSION
    )
    assert_problem(answer, 409, "conflict", "body.email")


async def test_corrects_given_fields_and_leaves_the_others(client: httpx.AsyncClient, work: Work) -> None:
    identifier = await _only(client, work)
    answer = await client.patch(
        f"/api/v1/candidates/{identifier}", json={"location": "Uppsala", "headline": None}, headers=ANY_VERSION
    )
    changed = CandidateRead.model_validate_json(answer.content)
    assert (changed.location, changed.headline, changed.name) == ("Uppsala", None, "Mara Lindqvist")
    assert changed.updated_at > changed.created_at


async def test_correction_survives_another_version_of_the_resume(client: httpx.AsyncClient, work: Work) -> None:
    identifier = await _only(client, work)
    await client.patch(f"/api/v1/candidates/{identifier}", json={"name": "Mara L. Berg"}, headers=ANY_VERSION)
    await imported(client, work, {"new.txt": resume_text(skills="Redis")})
    assert (await client.get(f"/api/v1/candidates/{identifier}")).json()["name"] == "Mara L. Berg"


async def test_deleted_candidate_is_gone_and_the_file_can_be_sent_again(client: httpx.AsyncClient, work: Work) -> None:
    identifier = await _only(client, work)
    assert (await client.delete(f"/api/v1/candidates/{identifier}")).status_code == 204
    assert (await client.get(f"/api/v1/candidates/{identifier}")).status_code == 404
    assert (await client.get("/api/v1/resumes")).json()["items"] == []
    again = (await upload(client, {"mara.txt": resume_text()})).json()
    assert again["resumes"][0]["duplicate"] is False


async def test_lists_newest_first_and_finds_by_address(client: httpx.AsyncClient, work: Work) -> None:
    await _only(client, work)
    await imported(client, work, {"bo.txt": resume_text("Bo Ek", "bo@example.org")})
    listed = Page[CandidateSummary].model_validate_json((await client.get("/api/v1/candidates")).content)
    assert [item.name for item in listed.items] == ["Bo Ek", "Mara Lindqvist"]
    found = await client.get("/api/v1/candidates", params={"email": "MARA.Lindqvist@example.org"})
    assert [item["name"] for item in found.json()["items"]] == ["Mara Lindqvist"]
