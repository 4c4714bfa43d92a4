"""The skill lexicon over the API."""

import httpx
import pytest

from talentflux.schemas.page import Page
from talentflux.schemas.skill import Skill
from tests.api.support import assert_problem


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 101}, {"q": "sql", "limit": 0}])
async def test_returns_422_for_a_search_without_sense(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert_problem(await client.get("/api/v1/skills", params=query), 422, "invalid_input")


async def test_finds_skills_nearest_first(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/skills", params={"q": "POSTGRES", "limit": 3})
    found = Page[Skill].model_validate_json(answer.content).items
    assert found[0].id == "postgresql"
    assert len(found) <= 3
    assert (await client.get("/api/v1/skills", params={"q": "zzqqxx"})).json()["items"] == []


async def test_the_same_search_is_answered_from_the_cache(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/api/v1/skills", params={"q": "postg", "limit": 3}) for _ in range(3)]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    other = await client.get("/api/v1/skills", params={"q": "postg", "limit": 1})
    assert len(other.json()["items"]) == 1
    figures = (await client.get("/metrics")).text
    assert 'talentflux_cache_requests_total{result="miss"} 2.0' in figures
    assert 'talentflux_cache_requests_total{result="hit"} 2.0' in figures
