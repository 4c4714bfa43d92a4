"""What holds for every request: trusted hosts and origins, request ids, problems."""

import httpx
import pytest
from fastapi import FastAPI

from tests.api.support import UNKNOWN, assert_problem


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "", "[::1", "localhost.", "0"]
)
async def test_returns_421_to_a_foreign_host_name(client: httpx.AsyncClient, host: str) -> None:
    assert_problem(await client.get("/api/v1/candidates", headers={"Host": host}), 421, "untrusted_host")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "LOCALHOST:1"])
async def test_serves_the_loopback_names(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/health", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver:81", "null", "file://"])
async def test_returns_403_to_a_form_on_a_foreign_page(client: httpx.AsyncClient, origin: str) -> None:
    answer = await client.post("/api/v1/requisitions", json={"description": "x"}, headers={"Origin": origin})
    assert_problem(answer, 403, "cross_origin")
    assert (await client.get("/api/v1/requisitions")).json()["items"] == []


async def test_takes_a_form_of_its_own_page(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://testserver"}
    answer = await client.post("/api/v1/requisitions", json={"description": "Cook"}, headers=headers)
    assert answer.status_code == 201


async def test_returns_404_as_problem_for_unknown_path(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/api/v1/nothing"), 404, "not_found")


async def test_returns_405_as_problem(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/v1/candidates")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


async def test_returns_413_for_large_json(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/requisitions", json={"description": "x" * (3 * 2**20)})
    assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize("body", [b"{", b'{"description": "\\ud800"}', b"[]", b"null"])
async def test_returns_422_for_json_that_is_none(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/api/v1/requisitions", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "invalid_input")


async def test_returns_422_for_characters_that_cannot_be_stored(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/requisitions", json={"description": "Cook\0", "title": "Cook\0"})
    assert_problem(answer, 422, "invalid_input")


async def test_problem_does_not_repeat_what_was_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/requisitions", json={"description": 7, "secret": "canary-1"})
    assert_problem(answer, 422, "invalid_input", "body.secret")
    assert "canary-1" not in answer.text


async def test_fault_of_ours_is_answered_without_trace(app: FastAPI, client: httpx.AsyncClient) -> None:
    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("canary-2 select * from candidate")

    answer = await client.get("/fault")
    assert_problem(answer, 500, "internal_error")
    assert "canary-2" not in answer.text


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-12345", True), ("short", False), ("x" * 65, False), ("a b c d e f", False)]
)
async def test_request_id_comes_back_or_is_made(
    client: httpx.AsyncClient,
    given: str,
    kept: bool,  # noqa: FBT001 -- a case
) -> None:
    answer = await client.get(f"/api/v1/tasks/{UNKNOWN}", headers={"X-Request-Id": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
