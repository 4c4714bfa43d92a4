"""Requisitions over the API."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from talentflux.schemas.page import Page
from talentflux.schemas.requisition import RequisitionRead, RequisitionSummary
from tests.api.support import JOB, UNKNOWN, assert_problem, requisition, zipped

REQUIREMENT = {"id": "r1", "kind": "skill", "text": "PostgreSQL", "skill_ids": ["postgresql"]}


def _calls(identifier: object) -> list[tuple[str, str, Any]]:
    return [
        ("GET", f"/api/v1/requisitions/{identifier}", None),
        ("DELETE", f"/api/v1/requisitions/{identifier}", None),
        ("PUT", f"/api/v1/requisitions/{identifier}/requirements", {"version": 1, "requirements": []}),
        ("POST", f"/api/v1/requisitions/{identifier}/match", {}),
        ("GET", f"/api/v1/requisitions/{identifier}/matches", None),
        ("GET", f"/api/v1/requisitions/{identifier}/matches/{UNKNOWN}", None),
    ]


@pytest.mark.parametrize(("method", "path", "body"), _calls(UNKNOWN))
async def test_returns_404_for_unknown_requisition(
    client: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    assert_problem(await client.request(method, path, json=body), 404, "not_found")


async def test_returns_404_for_requisition_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    for method, path, body in _calls(foreign["requisition"]):
        assert_problem(await client.request(method, path, json=body), 404, "not_found")
    assert (await client.get("/api/v1/requisitions")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.description"),
        ({"description": ""}, "body.description"),
        ({"description": "x" * 100_001}, "body.description"),
        ({"description": "x", "title": ""}, "body.title"),
        ({"description": "x", "descripton": "x"}, "body.descripton"),
        ({"description": "x", "requirements": [{"id": "r1", "kind": "years", "text": "y"}]}, "body.requirements.0"),
        ({"description": "x", "requirements": [REQUIREMENT, REQUIREMENT]}, "body"),
    ],
)
async def test_returns_422_naming_the_field(client: httpx.AsyncClient, body: Any, field: str) -> None:
    assert_problem(await client.post("/api/v1/requisitions", json=body), 422, "invalid_input", field)


async def test_returns_422_for_a_description_of_blanks(client: httpx.AsyncClient) -> None:
    assert_problem(await client.post("/api/v1/requisitions", json={"description": " \n "}), 422, "invalid_input")


async def test_returns_415_for_text(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/requisitions", content="x", headers={"Content-Type": "text/plain"})
    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "unreadable_file"),
        ("blank.txt", b"  \n ", "unreadable_file"),
        ("photo.bin", b"\x00\x01\x02" * 99, "unreadable_file"),
        ("resumes.zip", zipped({"a.txt": b"x"}), "unreadable_file"),
    ],
)
async def test_returns_422_naming_the_file_that_is_no_description(
    client: httpx.AsyncClient, name: str, data: bytes, code: str
) -> None:
    answer = await client.post("/api/v1/requisitions/from-file", files={"file": (name, data)})
    assert_problem(answer, 422, code)
    assert name in answer.json()["detail"]


async def test_returns_413_for_a_large_description_file(client: httpx.AsyncClient) -> None:
    files = {"file": ("job.txt", b"x" * (2**20 + 1))}
    assert_problem(await client.post("/api/v1/requisitions/from-file", files=files), 413, "too_large")


async def test_returns_409_when_somebody_else_edited_the_requirements(client: httpx.AsyncClient) -> None:
    made = await requisition(client)
    path = f"/api/v1/requisitions/{made['id']}/requirements"
    body = {"version": 1, "requirements": [REQUIREMENT]}
    assert (await client.put(path, json=body)).json()["requirements_version"] == 2
    assert_problem(await client.put(path, json=body), 409, "conflict", "body.version")


async def test_reads_title_and_requirements_from_a_text(client: httpx.AsyncClient) -> None:
    made = RequisitionRead.model_validate(await requisition(client))
    assert made.title == "Backend developer"
    assert made.requirements_version == 1
    found = {skill for each in made.requirements for skill in each.skill_ids}
    assert {"postgresql", "python", "kubernetes"} <= found
    read = (await client.get(f"/api/v1/requisitions/{made.id}")).json()
    assert read["requirements"][0]["span"]
    assert read["description"] == JOB


async def test_keeps_title_and_requirements_that_a_person_gave(client: httpx.AsyncClient) -> None:
    body = {"title": "Data wrangler", "description": JOB, "requirements": [REQUIREMENT]}
    made = (await client.post("/api/v1/requisitions", json=body)).json()
    assert made["title"] == "Data wrangler"
    assert [each["text"] for each in made["requirements"]] == ["PostgreSQL"]


async def test_reads_a_description_from_a_file(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/requisitions/from-file", files={"file": ("job.md", JOB.encode())})
    assert answer.status_code == 201
    assert answer.json()["title"] == "Backend developer"


async def test_edits_requirements_and_counts_the_version(client: httpx.AsyncClient) -> None:
    made = await requisition(client)
    path = f"/api/v1/requisitions/{made['id']}/requirements"
    answer = await client.put(path, json={"version": 1, "requirements": [REQUIREMENT]})
    assert answer.json()["requirements_version"] == 2
    assert answer.json()["updated_at"] >= made["updated_at"]
    read = (await client.get(f"/api/v1/requisitions/{made['id']}")).json()
    assert [each["text"] for each in read["requirements"]] == ["PostgreSQL"]


async def test_deleted_requisition_is_gone_from_list_and_by_id(client: httpx.AsyncClient) -> None:
    kept, gone = await requisition(client), await requisition(client)
    assert (await client.delete(f"/api/v1/requisitions/{gone['id']}")).status_code == 204
    assert (await client.get(f"/api/v1/requisitions/{gone['id']}")).status_code == 404
    listed = Page[RequisitionSummary].model_validate_json((await client.get("/api/v1/requisitions")).content)
    assert [str(item.id) for item in listed.items] == [kept["id"]]


async def test_filters_by_status(client: httpx.AsyncClient) -> None:
    await requisition(client)
    listed = await client.get("/api/v1/requisitions", params={"status": "closed"})
    assert listed.json() == {"items": [], "next_cursor": None, "total": None}
