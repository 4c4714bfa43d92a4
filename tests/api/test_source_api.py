"""Sources over the API."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.permissions import Role
from talentflux.schemas.source import SourceKind, SourceRead
from talentflux.services import source_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem
from tests.factories.people import add_person
from tests.factories.statements import count_statements

PATH = "/api/v1/sources"
AGENCY = {"name": "Nordic Talent", "kind": "agency"}


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {**AGENCY, "name": " "}, {"name": "x", "kind": "friend"}, {**AGENCY, "id": UNKNOWN}]
)
async def test_refuses_what_is_no_source(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await client.post(PATH, json=body), 422, "invalid_input")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_returns_404_for_an_unknown_source(client: httpx.AsyncClient, method: str) -> None:
    body = {"name": "x"} if method == "PATCH" else None
    assert_problem(await client.request(method, f"{PATH}/{UNKNOWN}", json=body, headers=ANY_VERSION), 404, "not_found")


async def test_who_only_reads_makes_none_and_another_organization_sees_none(
    app: FastAPI, client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    made = (await client.post(PATH, json=AGENCY)).json()
    resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    assert_problem(await client.post(PATH, json=AGENCY, headers=viewer.headers), 403, "forbidden")
    assert (await client.get(f"{PATH}/{made['id']}", headers=viewer.headers)).status_code == 200
    stranger = await add_person(resources.database, resources.tokens, UUID("01936c00-0000-7000-8000-0000000000ff"))
    assert_problem(await client.get(f"{PATH}/{made['id']}", headers=stranger.headers), 404, "not_found")
    assert (await client.get(PATH, headers=stranger.headers)).json()["items"] == []
    assert foreign


async def test_a_source_is_made_changed_hidden_and_shown_again(app: FastAPI, client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=AGENCY)
    made = SourceRead.model_validate_json(answer.content)
    path = f"{PATH}/{made.id}"
    assert answer.headers["location"] == path
    assert_problem(await client.post(PATH, json=AGENCY), 409, "conflict")
    assert_problem(await client.patch(path, json={"kind": "other"}), 428, "precondition_required")
    changed = await client.patch(path, json={"kind": "job_board"}, headers=ANY_VERSION)
    assert (changed.json()["name"], changed.json()["kind"]) == ("Nordic Talent", "job_board")
    candidate = (await client.post("/api/v1/candidates", json={"name": "Bo", "source_id": str(made.id)})).json()
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(f"/api/v1/candidates/{candidate['id']}")).json()["source_id"] == str(made.id)
    assert [each["id"] for each in (await client.get(PATH, params={"deleted": True})).json()["items"]] == [str(made.id)]
    again = (await client.post(PATH, json={**AGENCY, "kind": "job_board"})).json()
    assert_problem(await client.post(f"{path}/restore"), 409, "conflict")
    await client.delete(f"{PATH}/{again['id']}")
    assert (await client.post(f"{path}/restore")).json()["deleted_at"] is None
    await client.post(PATH, json={"name": "Fair", "kind": "other"})
    await client.get(PATH)
    with count_statements(app.state.resources.database) as issued:
        listed = (await client.get(PATH, params={"kind": "job_board"})).json()["items"]
    assert [each["id"] for each in listed] == [str(made.id)]
    assert len(issued) <= 2


async def test_ensuring_at_once_makes_one_source(app: FastAPI) -> None:
    async def ensure(_: int) -> UUID:
        async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
            return await source_service.ensure(session, SourceKind.IMPORT, "Old system")

    assert len(set(await asyncio.gather(*map(ensure, range(4))))) == 1
