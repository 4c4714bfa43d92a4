"""Every operation of the description with random parameters and bodies: no fault of ours, every error as declared."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.support import UNKNOWN, requisition, resume_text, upload

# Before a route is chosen the middleware may refuse the host (421) or the origin (403).
OF_ALL = {405, 421, 403}
UNICODE = st.text(max_size=30)
WORD = st.text(st.characters(blacklist_characters="/.", blacklist_categories=["Cs"]), min_size=1, max_size=30)
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    UNICODE,
    st.sampled_from(["", "\0", "\u202e", "a" * 3_000, "r1", "skill", "must", "python", "[", "=1+1", UNKNOWN]),
)


def value(  # noqa: PLR0911 -- one answer per kind of schema
    schema: dict[str, Any], known: dict[str, Any], depth: int = 0
) -> st.SearchStrategy[Any]:
    """Return values that mostly have the form of a schema, and now and then do not."""
    if "$ref" in schema:
        return value(known[schema["$ref"].rpartition("/")[2]], known, depth)
    if "anyOf" in schema:
        return st.one_of(*(value(each, known, depth) for each in schema["anyOf"]))
    if "enum" in schema:
        return st.one_of(st.sampled_from(schema["enum"]), JUNK)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.one_of(st.integers(0, 300), st.integers(-(2**70), 2**70)),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    kind = schema.get("type")
    if kind == "object" and depth < 4:
        parts = {name: value(each, known, depth + 1) for name, each in schema.get("properties", {}).items()}
        required = {name: parts.pop(name) for name in schema.get("required", []) if name in parts}
        return st.one_of(st.fixed_dictionaries(required, optional=parts), st.dictionaries(UNICODE, JUNK, max_size=2))
    if kind == "array" and depth < 4:
        return st.lists(value(schema.get("items", {}), known, depth + 1), max_size=3)
    if kind == "string":
        texts = [UNICODE, st.sampled_from(["r1", "en", "Required:\n- Python\n- 3 years of SQL"])]
        return st.one_of(*texts, st.just(UNKNOWN)) if schema.get("format") == "uuid" else st.one_of(*texts)
    return kinds.get(str(kind), JUNK)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def request(data: st.DataObject, path: str, operation: dict[str, Any], document: dict[str, Any], ids: list[str]) -> Any:
    """Draw path, query and body of one request."""
    known = document["components"]["schemas"]
    query: dict[str, Any] = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            part = data.draw(st.one_of(st.sampled_from(ids), st.sampled_from(ids), WORD))
            path = path.replace(f"{{{parameter['name']}}}", quote(part, safe="") or UNKNOWN)
        elif data.draw(st.booleans()):
            drawn = data.draw(value(parameter["schema"], known))
            query[parameter["name"]] = drawn if isinstance(drawn, (str, int, float, bool)) else str(drawn)
    content = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = {}
    if "application/json" in content:
        body["json"] = data.draw(value(content["application/json"]["schema"], known))
    elif content:
        name = "file" if "from-file" in path else "files"
        body["files"] = [(name, (data.draw(UNICODE) or "a", data.draw(st.binary(max_size=200))))]
        body["data"] = {"requisition_id": data.draw(st.one_of(st.sampled_from(ids), UNICODE))}
    return path, query, body


async def test_no_parameter_makes_a_fault_and_every_error_is_declared(app: FastAPI) -> None:
    document = app.openapi()
    loop = asyncio.get_running_loop()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        made = (await requisition(client))["id"]
        stored = (await upload(client, {"a.txt": resume_text()})).json()
        ids = [UNKNOWN, made, stored["task"]["id"], stored["resumes"][0]["resume_id"]]

        @settings(
            max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(st.data())
        def sweep(data: st.DataObject) -> None:
            path, method, operation = data.draw(st.sampled_from(operations(document)))
            url, query, body = request(data, path, operation, document, ids)
            coroutine = client.request(method, url, params=query, **body)
            answer = asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)
            check(answer, operation, f"{method} {url} {query} {body}")

        await asyncio.to_thread(sweep)


def check(answer: httpx.Response, operation: dict[str, Any], said: str) -> None:
    declared = {int(status) for status in operation["responses"]}
    assert answer.status_code < 500, said
    assert answer.status_code in declared | OF_ALL, (answer.status_code, said)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", said
        assert answer.json()["detail"], said


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete", "trace"])
async def test_methods_that_a_path_does_not_take_are_405(app: FastAPI, client: httpx.AsyncClient, method: str) -> None:
    for path, methods in app.openapi()["paths"].items():
        if method not in methods and "{" not in path and not path.endswith("from-file"):  # that one is taken for an id
            answer = await client.request(method, path)
            assert answer.status_code == 405, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"
