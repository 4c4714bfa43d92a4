"""Methods that a path does not take. What parameters and bodies do is tried by test_schemathesis.py."""

import re

import httpx
import pytest
from fastapi import FastAPI


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete", "trace"])
async def test_methods_that_a_path_does_not_take_are_405(app: FastAPI, client: httpx.AsyncClient, method: str) -> None:
    taken = [
        re.compile(re.sub(r"{\w+}", "[^/]+", path))
        for path, methods in app.openapi()["paths"].items()
        if method in methods
    ]
    tried = 0
    for path in app.openapi()["paths"]:
        if "{" in path or any(form.fullmatch(path) for form in taken):  # what looks like an id is taken for one
            continue
        answer = await client.request(method, path)
        assert answer.status_code == 405, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        tried += 1
    assert tried > 10
