"""Lists read what they show by one statement, encode it once, and have the declared form."""

from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from talentflux.api.router import PREFIX
from talentflux.api.v1 import application, candidate, resume
from talentflux.api.v1 import requisition as requisition_api
from tests.api.conftest import Work
from tests.api.support import imported, requisition, resume_text


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the database, in order."""
    seen: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def recorded(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(query.decode() if isinstance(query, bytes) else str(query))
        return await execute(self, query, *arguments, **options)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", recorded)
    return seen


async def _fill(client: httpx.AsyncClient, work: Work) -> str:
    """Make rows for every list; return the requisition's id."""
    made: str = (await requisition(client))["id"]
    files = {f"{n}.txt": resume_text(f"Person {n}x", f"p{n}@example.org") for n in range(3)} | {"empty.pdf": b""}
    await imported(client, work, files, made)
    await client.post(f"/api/v1/requisitions/{made}/match")
    await work()
    return made


def _lists() -> dict[str, Any]:
    """Return path and response model of every list that is answered from rows."""
    routers = [stem.router for stem in (application, candidate, requisition_api, resume)]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {
        f"{PREFIX}{route.path}": route.response_model
        for route in routes
        if (route.operation_id or "").startswith("list_")
    }


async def test_every_list_has_its_declared_form_and_needs_two_statements(
    app: FastAPI, client: httpx.AsyncClient, work: Work, sent: list[str]
) -> None:
    made = await _fill(client, work)
    lists = _lists()
    described = app.openapi()["paths"]
    assert lists.keys() == {
        path for path, each in described.items() if each.get("get", {}).get("operationId", "").startswith("list_")
    }
    for path, model in lists.items():
        sent.clear()
        answer = await client.get(path.replace("{requisition_id}", made))
        assert answer.status_code == 200, answer.text
        page = TypeAdapter(model).validate_json(answer.content)
        assert page.items, path
        assert len(sent) == 2, (path, sent)
        assert "set_config" in sent[0]
        declared = type(page.items[0]).model_fields.keys()
        assert all(item.keys() == declared for item in answer.json()["items"]), path
