"""Jobs for tests: a requisition's posting that passes the gate, and solved puzzles."""

import json
from typing import Any

import httpx
import psycopg

from talentflux.core import puzzle
from tests.api.support import requisition

TERMS: dict[str, Any] = {
    "places": [{"country": "SE", "region": None, "city": "Malmö"}],
    "remote": "hybrid",
    "remote_countries": ["SE"],
    "employment_type": "full_time",
    "department": "Engineering",
    "pay_min": "48000",
    "pay_max": "60000",
    "pay_currency": "SEK",
    "pay_period": "month",
}

FORM: list[dict[str, Any]] = [
    {"id": "permit", "kind": "yes_no", "label": "May you work here?", "required": True, "knock_out": {"yes": True}},
    {"id": "years", "kind": "number", "label": "Years?", "minimum": 0, "maximum": 60, "knock_out": {"minimum": 3}},
    {
        "id": "shift",
        "kind": "select",
        "label": "Which?",
        "options": ["day", "night"],
        "knock_out": {"options": ["day"]},
    },
    {"id": "tools", "kind": "multi_select", "label": "Tools?", "options": ["a", "b", "c"]},
    {"id": "start", "kind": "date", "label": "When?"},
    {"id": "site", "kind": "url", "label": "Where?"},
    {"id": "why", "kind": "long_text", "label": "Why?"},
    {"id": "sample", "kind": "file", "label": "A sample"},
]
"""A question of every kind."""


def count(connection: psycopg.Connection, table: str) -> int:
    """Return how many rows a table has."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


async def job(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    """Make a draft that passes the gate, for a new requisition unless one is given."""
    if "requisition_id" not in given:
        given["requisition_id"] = (await requisition(client))["id"]
    body = {"title": "Backend developer", "language": "en", "description": "We build **tools**.", "terms": TERMS}
    answer = await client.post("/api/v1/jobs", json=body | given)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def published(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    """Make a job and publish it."""
    made = await job(client, **given)
    answer = await client.post(f"/api/v1/jobs/{made['id']}/publish", json={})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def challenge(client: httpx.AsyncClient, job_id: str) -> dict[str, str]:
    """Return a solved puzzle for a job's form."""
    answer = await client.get(f"/api/v1/public/jobs/{job_id}/challenge")
    assert answer.status_code == 200, answer.text
    given = answer.json()
    return {"challenge": given["challenge"], "solution": puzzle.solve(given["challenge"], given["difficulty"])}


async def send(client: httpx.AsyncClient, job_id: str, **given: Any) -> httpx.Response:
    """Send the form of a job as JSON."""
    solved = {} if "challenge" in given else await challenge(client, job_id)
    body = {"name": "Mara Lindqvist", "email": "mara.lindqvist@example.org"} | solved | given
    return await client.post(f"/api/v1/public/jobs/{job_id}/applications", json=body)


async def send_file(
    client: httpx.AsyncClient, job_id: str, files: dict[str, tuple[str, bytes]], **given: Any
) -> httpx.Response:
    """Send the form of a job with files, by the names of their parts."""
    solved = {} if "challenge" in given else await challenge(client, job_id)
    body = {"name": "Mara Lindqvist", "email": "mara.lindqvist@example.org"} | solved | given
    parts = [(name, (file, data, "application/octet-stream")) for name, (file, data) in files.items()]
    return await client.post(
        f"/api/v1/public/jobs/{job_id}/applications", files=parts, data={"application": json.dumps(body)}
    )
