"""Lists read what they show by one statement, encode it once, and have the declared form."""

import re
from contextvars import ContextVar
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

from talentflux.api.router import PREFIX
from tests.api.conftest import Work
from tests.api.support import imported, requisition, resume_text

FILLED = ("applications", "candidates", "requisitions", "resumes", "requisitions/{requisition_id}/matches")


_asked: ContextVar[bool] = ContextVar("asked", default=False)
"""Whether what runs belongs to a request of the test: the audit log is written by a task of its own."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the database, in order."""
    seen: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def recorded(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        if _asked.get():
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


def _lists(app: FastAPI) -> dict[str, Any]:
    """Return path and response model of every list."""
    return {
        str(found.path_format): found.response_model
        for found in iter_route_contexts(app.routes)
        if str(getattr(found, "operation_id", "")).startswith("list_")
    }


async def test_every_list_has_its_declared_form_and_needs_two_statements(
    app: FastAPI, client: httpx.AsyncClient, work: Work, sent: list[str]
) -> None:
    made = await _fill(client, work)
    _asked.set(True)
    lists = {
        path: model for path, model in _lists(app).items() if set(re.findall(r"{(\w+)}", path)) <= {"requisition_id"}
    }
    assert lists.keys() >= {f"{PREFIX}/{name}" for name in FILLED}
    for path, model in lists.items():
        address = path.replace("{requisition_id}", made)
        await client.get(address)  # prepares what each connection prepares once, and reads the keys
        sent.clear()
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text
        page = TypeAdapter(model).validate_json(answer.content)
        assert page.items or path not in {f"{PREFIX}/{name}" for name in FILLED}, path
        most = 3 if path.startswith(f"{PREFIX}/users/me/") else 2  # one's own lists also read the account's key
        assert len(sent) <= most, (path, sent)
        for item, read in zip(answer.json()["items"], page.items, strict=True):
            assert item.keys() == type(read).model_fields.keys(), path
