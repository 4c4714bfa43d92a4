"""Routes that take files: whoever may not send them is answered before the body is read."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from tests.factories.people import Person, add_person

UPLOADS = ["/api/v1/resumes", "/api/v1/requisitions/from-file"]
MULTIPART = "multipart/form-data; boundary=X"
URLENCODED = "application/x-www-form-urlencoded"
COOKIE = {"Cookie": "talentflux_session=made-up"}


async def status_before_the_body(app: FastAPI, path: str, headers: dict[str, str]) -> tuple[int, dict[bytes, bytes]]:
    """Send the head of a request and no body; return what is answered without it."""
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        answers.append(message)

    given = {"Host": "testserver", "Content-Length": str(2**30), **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "http", "server": ("testserver", 80),
        "client": ("127.0.0.1", 4711),
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 10)
    return answers[0]["status"], dict(answers[0]["headers"])


@pytest.mark.parametrize("path", UPLOADS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Authorization": "Bearer made-up"}, 401),
        ({"Authorization": f"Bearer tfk_{'0' * 32}_{'A' * 43}"}, 401),
        ({**COOKIE, "X-CSRF-Token": "made-up"}, 403),
        (COOKIE, 403),
        ({"Idempotency-Key": "a"}, 401),
    ],
    ids=["nothing", "basic", "token", "key", "cookie", "no CSRF token", "repeatable"],
)
async def test_strangers_are_refused_before_the_body(
    app: FastAPI, path: str, headers: dict[str, str], status: int
) -> None:
    found, answer = await status_before_the_body(app, path, {"Content-Type": MULTIPART, **headers})
    assert found == status
    assert answer[b"connection"] == b"close"


@pytest.mark.parametrize("path", UPLOADS)
async def test_who_lacks_the_permission_is_refused_before_the_body(app: FastAPI, owner: Person, path: str) -> None:
    resources: Resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, owner.organization_id, Role.VIEWER)
    seeker = await add_person(resources.database, resources.tokens)
    for person in (viewer, seeker):
        found, _ = await status_before_the_body(app, path, {"Content-Type": MULTIPART, **person.headers})
        assert found == 403


@pytest.mark.parametrize("path", UPLOADS)
@pytest.mark.parametrize("kind", [URLENCODED, "application/json", ""])
async def test_another_media_type_is_refused_before_the_body(app: FastAPI, owner: Person, path: str, kind: str) -> None:
    for headers in ({}, COOKIE, owner.headers):
        found, _ = await status_before_the_body(app, path, {"Content-Type": kind, **headers})
        assert found == 415


async def test_an_upload_is_counted_once(app: FastAPI, owner: Person) -> None:
    resources: Resources = app.state.resources
    counted: list[object] = []
    check = resources.limiter.check_credential

    async def noted(scope: Any, credential: Any) -> None:
        counted.append(credential)
        await check(scope, credential)

    resources.limiter.check_credential = noted  # type: ignore[method-assign] # looks on, changes nothing
    body = iter([b"--X--\r\n"])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(body), "more_body": False}

    async def send(_: Any) -> None:
        return

    headers = {"host": "testserver", "content-type": MULTIPART, **owner.headers}
    await app(
        {
            "type": "http", "http_version": "1.1", "method": "POST", "path": UPLOADS[0], "query_string": b"",
            "scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 4711),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        },
        receive,
        send,
    )  # fmt: skip
    assert len(counted) == 1
