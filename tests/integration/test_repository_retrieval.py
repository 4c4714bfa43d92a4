"""Finding resumes: exact and approximate search by vector, search by skill and by word, inside one organization."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from talentflux.core.database import Database, Scope
from talentflux.models.resume import FAST_DIMENSIONS
from talentflux.repositories import retrieval_repository
from talentflux.repositories.retrieval_repository import RetrievalQuery, RetrievalRepository, Retrieved
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

OTHER = UUID("01936c00-0000-7000-8000-0000000000bb")
RESUMES = 200
EMBEDDER = "made-up"


def _vectors(count: int, dimensions: int = FAST_DIMENSIONS) -> NDArray[np.float32]:
    rows = np.random.default_rng(7).normal(size=(count, dimensions)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _fill(connection: psycopg.Connection, organization: UUID, vectors: NDArray[np.float32], base: int) -> None:
    """Enter one resume per vector; every tenth shows the skill `sql`, every fortieth says Zerspanung."""
    scope, text = str(organization), "select set_config('app.organization_id', %s, false)"
    connection.execute(text, [scope])
    with connection.cursor() as cursor:
        for number, vector in enumerate(vectors):
            identifier = UUID(int=base + number)
            cursor.execute(
                "insert into file (id, organization_id, name, media_type, size, sha256, key) "
                "values (%s, %s, '', '', 1, %s, '')",
                [identifier, scope, str(number)],
            )
            cursor.execute("insert into candidate (id, organization_id) values (%s, %s)", [identifier, scope])
            cursor.execute(
                "insert into resume (id, organization_id, file_id, candidate_id, sha256, status, masked_text, "
                "embedding, embedder) values (%s, %s, %s, %s, %s, 'parsed', %s, %s::halfvec, %s)",
                [identifier, scope, identifier, identifier, str(number),
                 "Zerspanung" if number % 40 == 0 else "nothing", str(vector.tolist()), EMBEDDER],
            )  # fmt: skip
            if number % 10 == 0:
                cursor.execute("insert into resume_skill values (%s, 'sql', %s)", [scope, identifier])


@pytest.fixture
def vectors(admin_connection: psycopg.Connection) -> NDArray[np.float32]:
    """Vectors of the local organization's resumes; the other organization has the same ones."""
    rows = _vectors(RESUMES)
    admin_connection.execute("insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER])
    with admin_connection.transaction():
        _fill(admin_connection, LOCAL_ORGANIZATION_ID, rows, 0)
        _fill(admin_connection, OTHER, rows, 1 << 64)
    admin_connection.execute("analyze")
    return rows


async def _find(database: Database, query: RetrievalQuery, rows: int = 20) -> list[Retrieved]:
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        return await RetrievalRepository(session).find(query, rows)


def _by_vector(vector: NDArray[np.float32]) -> RetrievalQuery:
    return RetrievalQuery(vector=vector, embedder=EMBEDDER, skill_ids=(), words="")


def _numbers(found: Sequence[Retrieved]) -> set[int]:
    return {each.resume_id.int for each in found}


async def test_small_organization_is_searched_in_exact_order(database: Database, vectors: NDArray[np.float32]) -> None:
    query = _vectors(RESUMES + 1)[-1]
    found = await _find(database, _by_vector(query))
    similarity = vectors @ query
    assert _numbers(found) == set(np.argsort(-similarity)[:20].tolist())
    for each in found:
        assert each.similarity == pytest.approx(similarity[each.resume_id.int], abs=2e-3)


async def test_large_organization_is_searched_by_the_index_and_sees_no_other(
    database: Database, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval_repository, "EXACT_LIMIT", 10)
    query = _vectors(RESUMES + 1)[-1]
    found = _numbers(await _find(database, _by_vector(query)))
    exact = set(np.argsort(-(vectors @ query))[:20].tolist())
    assert len(found) == 20
    assert len(found & exact) >= 18
    assert max(found) < RESUMES


async def test_vectors_of_another_embedder_are_never_compared(database: Database, vectors: NDArray[np.float32]) -> None:
    query = RetrievalQuery(vector=_vectors(1, 8)[0], embedder="other-8", skill_ids=("sql",), words="")
    found = await _find(database, query, rows=50)
    assert len(found) == 20
    assert {each.similarity for each in found} == {None}
    assert len(vectors) == RESUMES


async def test_skills_and_words_find_what_no_vector_does(database: Database, vectors: NDArray[np.float32]) -> None:
    query = RetrievalQuery(vector=None, embedder=None, skill_ids=("sql",), words='"zerspanung" or "dreherei"')
    found = await _find(database, query, rows=50)
    assert _numbers(found) == set(range(0, RESUMES, 10))
    assert {each.resume_id.int for each in found if each.words > 0} == set(range(0, RESUMES, 40))
    assert {each.skills for each in found} == {1}
    assert len(vectors) == RESUMES


@pytest.mark.parametrize("words", ["", '"', "or or", "- ' : & | !", "a" * 3000])
async def test_any_words_can_be_asked_for(database: Database, words: str) -> None:
    assert await _find(database, RetrievalQuery(vector=None, embedder=None, skill_ids=(), words=words)) == []


async def test_index_on_skills_is_used_under_row_security(database: Database, vectors: NDArray[np.float32]) -> None:
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        driver = await session.driver()
        await driver.execute("set local enable_seqscan = off")
        rows = await (
            await driver.execute(
                "explain select resume_id from resume_skill where organization_id = %s and skill_id = any(%s)",
                [LOCAL_ORGANIZATION_ID, ["sql"]],
            )
        ).fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert "Index" in plan
    assert "skill_id = ANY" in plan.partition("Index Cond")[2]
    assert len(vectors) == RESUMES


async def test_candidates_are_found_by_address_through_an_index(
    database: Database, vectors: NDArray[np.float32]
) -> None:
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        driver = await session.driver()
        await driver.execute("set local enable_seqscan = off")
        rows = await (
            await driver.execute(
                "explain select id from candidate "
                "where organization_id = %s and email_index = %s and deleted_at is null",
                [LOCAL_ORGANIZATION_ID, b"x" * 32],
            )
        ).fetchall()
    assert "candidate_organization_id_email_index_live_key" in "\n".join(row[0] for row in rows)
    assert len(vectors) == RESUMES
