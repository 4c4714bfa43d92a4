"""Search over masked resumes: what is refused, what is found and why, and by whom."""

from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.repositories.candidate_search_repository import CandidateSearchRepository
from talentflux.schemas.base import Span
from talentflux.schemas.candidate_search import SearchPage
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.search_query import parse
from tests.api.conftest import Work
from tests.api.support import assert_problem, imported, requisition
from tests.factories.people import add_person

PATH = "/api/v1/candidates/search"
TEXTS = {
    "Mara Lindqvist": "Backend developer\nBuilt payment services in Python and PostgreSQL.\n\nSkills\nPython, Kafka",
    "Bo Ek": "Backend developer\nBuilt insurance systems in Java.\n\nSkills\nJava, Spring Boot, Oracle",
    "Ann Moreau": "Registered nurse\nIntensive care of patients, wound care.\n\nSkills\nNursing, first aid",
    "Eva Holm": "Accountant\nClosed the books each month, payroll for 300.\n\nSkills\nAccounting, SAP <R/3>",
    "Per Alm": "Data scientist\nMachine learning for retail in Python.\n\nSkills\nPyTorch, C++, SQL",
}


def _resume(name: str) -> bytes:
    first = name.split(maxsplit=1)[0].lower()
    return f"{name}\n{first}@example.org\n\nExperience\nNorthwind Data AB, 2018-01 - 2024-06\n{TEXTS[name]}\n".encode()


@pytest_asyncio.fixture
async def pool(client: httpx.AsyncClient, work: Work) -> dict[str, str]:
    """Five people of different trades; ids by first name."""
    await imported(client, work, {f"{name}.txt": _resume(name) for name in TEXTS})
    return {row["name"].split()[0]: row["id"] for row in (await client.get("/api/v1/candidates")).json()["items"]}


async def _search(client: httpx.AsyncClient, q: str, **filters: Any) -> SearchPage:
    answer = await client.get(PATH, params={"q": q, **filters})
    assert answer.status_code == 200, answer.text
    return SearchPage.model_validate_json(answer.content)


def _names(page: SearchPage) -> list[str]:
    return [(hit.name or "").split()[0] for hit in page.items]


@pytest.mark.parametrize(
    ("given", "field"),
    [({}, "query.q"), ({"q": ""}, "query.q"), ({"q": "x" * 501}, "query.q"), ({"q": "a\0b"}, "query.q"),
     ({"q": "a", "limit": 0}, "query.limit"), ({"q": "a", "cursor": "x"}, "query.cursor"),
     ({"q": "a", "sort": "name"}, "query.sort"), ({"q": "a", "tags": "x"}, "query.tags")],
)  # fmt: skip
async def test_refuses_searches_that_make_no_sense(
    client: httpx.AsyncClient, given: dict[str, Any], field: str
) -> None:
    assert_problem(await client.get(PATH, params=given), 422, "invalid_input", field)


async def test_refuses_who_may_not_read_resumes(app: FastAPI, client: httpx.AsyncClient) -> None:
    resources = app.state.resources
    interviewer = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.INTERVIEWER)
    answer = await client.get(PATH, params={"q": "python"}, headers=interviewer.headers)
    assert_problem(answer, 403, "forbidden")


async def test_another_organization_and_a_manager_without_a_team_find_nobody(
    app: FastAPI, client: httpx.AsyncClient, pool: dict[str, str], foreign: dict[str, UUID]
) -> None:
    resources = app.state.resources
    other = UUID("01936c00-0000-7000-8000-0000000000ff")
    stranger = await add_person(resources.database, resources.tokens, other)
    manager = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.HIRING_MANAGER)
    for person in (stranger, manager):
        for q in ("python", "NOT python", "a*", "nurse"):
            answer = await client.get(PATH, params={"q": q}, headers=person.headers)
            assert answer.json()["items"] == [], q
    assert pool
    assert foreign


async def test_words_come_first_and_similarity_finds_what_no_word_does(
    client: httpx.AsyncClient, pool: dict[str, str]
) -> None:
    for q, first in (("python", {"Mara", "Per"}), ("bookkeeping", {"Eva"}), ("hospital", {"Ann"})):
        page = await _search(client, q)
        assert set(_names(page)[: len(first)]) == first, q
        assert page.parts == ["words", "similarity"]
        assert page.complete
    assert (await _search(client, "bookkeeping")).items[0].found_by == ["similarity"]
    assert "words" in (await _search(client, "kafka")).items[0].found_by
    assert len(pool) == len(TEXTS)


async def test_phrases_and_operators_are_met_by_all_who_are_found(
    client: httpx.AsyncClient, pool: dict[str, str]
) -> None:
    for q, names in (
        ('"machine learning"', {"Per"}),
        ('"learning machine"', set()),
        ("python AND kafka", {"Mara"}),
        ("python NOT kafka", {"Per"}),
        ("python -kafka", {"Per"}),
        ("kafka OR oracle", {"Mara", "Bo"}),
        ("(kafka OR oracle) -java", {"Mara"}),
        ("NOT python", {"Bo", "Ann", "Eva"}),
        ("account*", {"Eva"}),
        ('"spring boot" | "wound care"', {"Bo", "Ann"}),
        ("nobody-says-this OR nor-this", set()),
    ):
        page = await _search(client, q)
        assert set(_names(page)) == names, q
        assert all("words" in hit.found_by for hit in page.items)
    assert pool


WRITTEN = {
    "Karla Brandt": "•Python\nEntwicklung von „Maschinellem Lernen“ für Ärztinnen, 2018–2024. Straßenbau. Full-Stack.",
    "Luisa Prado": "Ingeniera\nDesarrolló «aprendizaje automático» para niños y administración pública. Java/Kotlin.",
    "Nora Keane": "Data engineer\nBuilt “feature stores” in C++ and Node.js, a full stack. O’Reilly course. Vitamin C.",
}


@pytest_asyncio.fixture
async def writers(client: httpx.AsyncClient, work: Work) -> None:
    """Three people who write with the signs of their languages."""
    texts = {name: f"{name}\n\nExperience\nNorthwind, 2018-01 - 2024-06\n{text}\n" for name, text in WRITTEN.items()}
    await imported(client, work, {f"{name}.txt": text.encode() for name, text in texts.items()})


@pytest.mark.usefixtures("writers")
async def test_words_are_found_and_marked_whatever_signs_and_accents_they_are_written_with(
    client: httpx.AsyncClient,
) -> None:
    for q, name, marked in (
        ('"maschinellem lernen"', "Karla", "Maschinellem Lernen"),
        ("„maschinellem lernen“", "Karla", "Maschinellem Lernen"),
        ("«AERZTINNEN» OR arztinnen", "Karla", "Ärztinnen"),
        ("A\u0308RZTINNEN*", "Karla", "Ärztinnen"),
        ("STRASSENBAU*", "Karla", "Straßenbau"),
        ("pyth*", "Karla", "Python"),
        ("“aprendizaje automatico”", "Luisa", "aprendizaje automático"),
        ("ninos AND administracion", "Luisa", "niños"),
        ("kotlin AND java", "Luisa", "Java"),
        ('"feature stores"', "Nora", "feature stores"),
        ('"node"', "Nora", "Node"),
        ("c++ AND northwind", "Nora", "C++"),
        ("o'reilly AND course", "Nora", "O’Reilly"),
    ):
        page = await _search(client, q)
        assert _names(page) == [name], q
        marks = [unescape(Span.of(span, each.text)) for each in page.items[0].snippets for span in each.spans]
        assert marked in marks, q
    for q, names in (
        ('"full stack"', {"Karla", "Nora"}),
        ("full-stack AND northwind", {"Karla", "Nora"}),
        ('"c" AND northwind', {"Nora"}),
        ('"c#"', set()),
        ('"stores feature"', set()),
    ):
        assert set(_names(await _search(client, q))) == names, q
    (hit,) = (await _search(client, '"c" AND vitamin')).items
    assert [each.text[span.start : span.end + 1] for each in hit.snippets for span in each.spans] == ["Vitamin ", "C."]
    listed = await client.get("/api/v1/candidates", params={"text": "“feature stores” –java"})
    assert [row["name"] for row in listed.json()["items"]] == ["Nora Keane"]


async def test_malformed_searches_are_answered(client: httpx.AsyncClient, pool: dict[str, str]) -> None:
    for q in ("((", '"', "OR", "NOT", "python OR", ")(python", '"python', "'", "\\", "a & b", ":*", "!", "<->", "%s"):
        assert (await client.get(PATH, params={"q": q})).status_code == 200, q
    assert "Mara" in _names(await _search(client, ')("python'))
    assert (await _search(client, "((")).parts == []
    assert pool


async def test_names_and_addresses_are_not_searched_but_a_filter_finds_names(
    client: httpx.AsyncClient, pool: dict[str, str]
) -> None:
    for q in ("mara AND developer", '"lindqvist"', "mara OR lindqvist", '"mara@example.org"'):
        assert _names(await _search(client, q)) == [], q
    assert _names(await _search(client, "developer", name="lind")) == ["Mara"]
    assert pool


async def test_snippets_quote_the_masked_text_with_marks(client: httpx.AsyncClient, pool: dict[str, str]) -> None:
    (hit,) = (await _search(client, '"machine learning"')).items
    (snippet,) = hit.snippets
    assert [Span.of(span, snippet.text) for span in snippet.spans] == ["Machine learning"]
    assert "for retail in Python" in snippet.text
    (hit,) = (await _search(client, "SAP AND payroll")).items
    assert "&lt;R/3&gt;" in "".join(snippet.text for snippet in hit.snippets)
    assert all("Holm" not in unescape(snippet.text) for snippet in hit.snippets)
    assert (await _search(client, "NOT python")).items[0].snippets == []
    assert pool


async def test_filters_narrow_a_search(client: httpx.AsyncClient, pool: dict[str, str], work: Work) -> None:
    wanted = await requisition(client)
    await imported(client, work, {"again.txt": _resume("Per Alm") + b"Applied.\n"}, wanted["id"])
    for filters, names in (
        ({"requisition_id": wanted["id"]}, {"Per"}),
        ({"stage": "applied"}, {"Per"}),
        ({"skills": "apache-kafka"}, {"Mara"}),
        ({"min_years": 90}, set()),
        ({"consent": "unknown", "do_not_contact": False}, {"Mara", "Per"}),
    ):
        assert set(_names(await _search(client, "python AND northwind", **filters))) == names, filters
    assert pool


async def test_pages_follow_each_other_and_belong_to_their_search(
    client: httpx.AsyncClient, pool: dict[str, str]
) -> None:
    whole = _names(await _search(client, "northwind AND data"))
    assert len(whole) == len(TEXTS)
    read: list[str] = []
    given: dict[str, Any] = {"q": "northwind AND data", "limit": 2}
    address = f"{PATH}?{httpx.QueryParams(given)}"
    while address:
        answer = await client.get(address)
        read += [hit["name"].split()[0] for hit in answer.json()["items"]]
        link = answer.links.get("next", {}).get("url", "")
        address = link
    assert read == whole
    cursor = (await client.get(PATH, params=given)).json()["next_cursor"]
    others: list[dict[str, Any]] = [{"q": "northwind"}, {"q": "northwind AND data", "min_years": 1}]
    for other in others:
        answer = await client.get(PATH, params={**other, "limit": 2, "cursor": cursor})
        assert_problem(answer, 422, "invalid_input", "query.cursor")
    assert pool


async def test_deleted_candidates_are_not_found_and_restored_ones_are(
    client: httpx.AsyncClient, pool: dict[str, str]
) -> None:
    path = f"/api/v1/candidates/{pool['Mara']}"
    await client.delete(path)
    assert _names(await _search(client, "kafka OR oracle")) == ["Bo"]
    await client.post(f"{path}/restore")
    assert set(_names(await _search(client, "kafka OR oracle"))) == {"Mara", "Bo"}


async def test_contact_data_is_for_who_may_see_it(
    app: FastAPI, client: httpx.AsyncClient, pool: dict[str, str]
) -> None:
    assert (await _search(client, "kafka AND python")).items[0].email == "mara@example.org"
    resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    answer = await client.get(PATH, params={"q": "kafka AND python"}, headers=viewer.headers)
    assert [(hit["email"], hit["phone"]) for hit in answer.json()["items"]] == [(None, None)]
    assert "mara@" not in answer.text
    assert pool


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100),
        st.lists(st.sampled_from(["a", "C++", "NOT", "OR", "(", ")", '"', "*", "-", "'", "\\", ":", "b*", "%"])).map(
            " ".join
        ),
    )
)
async def test_the_database_takes_whatever_is_typed(database: Database, typed: str) -> None:
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await CandidateSearchRepository(session).begin(parse(typed))
