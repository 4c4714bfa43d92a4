"""What no operation takes: unknown fields, fields that are not the caller's, U+0000, half of a surrogate pair."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.api.support import UNKNOWN

FOREIGN = {"id": UNKNOWN, "organization_id": UNKNOWN, "created_at": "2020-01-01T00:00:00Z", "is_admin": True}
Body = Any

FREE = {"values", "custom", "answers", "columns", "json_resume"}
"""Fields that hold what others name: slugs, questions, columns, documents. Their own checks refuse what is wrong."""


def bodies(app: FastAPI) -> list[tuple[str, str, Body]]:
    """Return method, path and example of every operation that takes JSON."""
    found = []
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                example = content.get("example") or (content["schema"].get("examples") or [{}])[0]
                found.append((method, path, example))
    return found


def objects(value: Body, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where objects stand in a body."""
    if isinstance(value, dict):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects(inner, (*path, key))


def strings(value: Body, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where strings stand in a body."""
    if isinstance(value, str):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from strings(inner, (*path, key))


def at(body: Body, path: tuple[Any, ...]) -> Body:
    for key in path:
        body = body[key]
    return body


async def send(client: httpx.AsyncClient, method: str, path: str, body: Body) -> httpx.Response:
    address = "/".join(UNKNOWN if part.startswith("{") else part for part in path.split("/"))
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    return await client.request(method, address, content=json.dumps(body).encode(), headers=headers)


async def test_no_operation_takes_a_field_that_it_does_not_know(app: FastAPI, client: httpx.AsyncClient) -> None:
    seen = 0
    for method, path, example in bodies(app):
        for place in objects(example):
            if FREE & set(place):
                continue
            for name, value in FOREIGN.items():
                body = copy.deepcopy(example)
                if name in at(body, place):
                    continue
                at(body, place)[name] = value
                answer = await send(client, method, path, body)
                assert answer.status_code == 422, (method, path, place, name, answer.text)
                named = ".".join(["body", *(str(key) for key in place), name])
                assert named in [error["field"] for error in answer.json()["errors"]], (named, answer.text)
                seen += 1
    assert seen > 20


@pytest.mark.parametrize("sign", ["\0", "\ud800", "a\udfffb"])
async def test_no_text_with_a_sign_that_is_none_makes_a_fault(
    app: FastAPI, client: httpx.AsyncClient, sign: str
) -> None:
    seen = 0
    for method, path, example in bodies(app):
        for place in strings(example):
            body = copy.deepcopy(example)
            at(body, place[:-1])[place[-1]] = sign
            answer = await send(client, method, path, body)
            assert answer.status_code == 422, (method, path, place, answer.text)
            seen += 1
    assert seen > 10


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (rb'"\\u0000"', 201),
        (rb'"\\\u0000"', 422),
        (rb'"\\\\ud800"', 201),
        (rb'"\ud83d\ude00 \u00e9"', 201),
        (rb'"\ude00\ud83d"', 422),
        (rb'"\ud83d\ud83d\ude00"', 422),
        (b'"\xed\xa0\x80"', 422),
        ('"\U0001f600 한"'.encode(), 201),
        ('"x"'.encode("utf-16"), 422),
    ],
)
async def test_text_is_told_from_what_looks_like_none(client: httpx.AsyncClient, text: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"description": ' + text + b"}"
    answer = await client.post("/api/v1/requisitions", content=body, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("sign", ["%00", "%ED%A0%80", "%FF", "%F0%9F", "%0d%0aX:%20y"])
async def test_no_parameter_with_a_sign_that_is_none_makes_a_fault(
    app: FastAPI, client: httpx.AsyncClient, sign: str
) -> None:
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                address = "/".join(UNKNOWN if part.startswith("{") else part for part in path.split("/"))
                if parameter["in"] == "path":
                    address = path.replace(f"{{{parameter['name']}}}", sign)
                    address = "/".join(UNKNOWN if part.startswith("{") else part for part in address.split("/"))
                elif parameter["in"] == "query":
                    address += f"?{parameter['name']}={sign}"
                answer = await client.request(method, address)
                assert answer.status_code < 500, (method, address, answer.text)
