"""The index of routes and the short path of reads answer what the framework would."""

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from talentflux.api.reading import ShortPath
from talentflux.core.config import Settings
from talentflux.main import create_app

PLACE = "01936c00-0000-7000-8000-00000000abcd"


def api_routes(app: FastAPI) -> list[RouteContext]:
    return [found for found in iter_route_contexts(app.routes) if isinstance(found.original_route, APIRoute)]


def short(app: FastAPI) -> set[str]:
    """The paths of all routes that take the short path."""
    return {str(found.path) for found in api_routes(app) if ShortPath.of(found) is not None}


async def test_lists_and_single_rows_take_the_short_path_and_the_public_ones_do_too(app: FastAPI) -> None:
    assert {"/api/v1/candidates", "/api/v1/candidates/{candidate_id}", "/login"} <= short(app)


async def test_what_asks_for_more_than_its_guard_takes_the_long_path(app: FastAPI) -> None:
    assert not {"/api/v1/skills", "/api/v1/resumes/{resume_id}/file", "/health"} & short(app)


async def test_each_path_is_answered_by_its_own_route(app: FastAPI) -> None:
    table = app.router.middleware_stack._app._table  # type: ignore[attr-defined] # of the index, behind the public front
    missed = []
    for found in api_routes(app):
        if ":path}" in str(found.path):
            continue
        words = [PLACE if word.startswith("{") else word for word in str(found.path).split("/")]
        for method in found.methods or ():
            answering = table.find(method, words)
            if answering is None or answering.endpoint is not found.endpoint:
                missed.append((method, found.path))
    assert not missed


async def test_routes_are_made_ready_once_for_all_applications_of_a_process(app: FastAPI, settings: Settings) -> None:
    another = create_app(settings)
    ready, again = ([each.dependant for each in api_routes(either)] for either in (app, another))
    assert len(ready) > 200
    assert all(one is other for one, other in zip(ready, again, strict=True))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("candidates/no-id", "candidate_id"),
        ("candidates?limit=0", "limit"),
        ("candidates?limit=1&limit=x", "limit"),
        ("candidates?unknown=1", "unknown"),
        ("candidates?sort=name", "sort"),
    ],
)
async def test_malformed_parameters_are_refused_by_name(client: httpx.AsyncClient, asked: str, field: str) -> None:
    answer = await client.get(f"/api/v1/{asked}")
    assert answer.status_code == 422
    assert field in answer.text


async def test_no_log_in_is_refused_before_anything_is_read(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get(f"/api/v1/candidates/{PLACE}")
    assert answer.status_code == 401


async def test_other_methods_are_refused_by_the_framework(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/v1/candidates")
    assert answer.status_code == 405


async def test_ids_in_other_spellings_name_the_same_row(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/requisitions", json={"description": "Required:\n- PostgreSQL"})
    row_id = made.json()["id"]
    for spelling in (row_id, row_id.upper(), row_id.replace("-", "")):
        answer = await client.get(f"/api/v1/requisitions/{spelling}")
        assert answer.json()["id"] == row_id
