"""Ranking: what is looked for, and how the finds of several searches become one order."""

from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from talentflux.ai.embeddings import get_embedder
from talentflux.core.errors import DependencyError
from talentflux.repositories.retrieval_repository import Retrieved
from talentflux.schemas.requirement import JobDescription, Requirement, RequirementKind
from talentflux.services.match_service import fuse, query


def test_fusion_weighs_how_far_a_resume_stands_out() -> None:
    def one(number: int, similarity: float | None, skills: int, words: float) -> Retrieved:
        return Retrieved(UUID(int=number), similarity, skills, words)

    best = one(1, 0.9, 5, 0.1)
    unknown = one(2, None, 5, 0.1)
    near = one(3, 0.5, 0, 0.0)
    far = one(4, 0.1, 0, 0.0)
    assert [identifier.int for identifier in fuse([far, near, unknown, best], 4)] == [1, 2, 3, 4]
    assert [identifier.int for identifier in fuse([far, near, unknown, best], 1)] == [1]
    assert fuse([], 5) == []
    assert len(fuse([one(n, 0.5, 1, 0.0) for n in range(3)], 5)) == 3


def _job(*requirements: Requirement, text: str = "Baker wanted") -> JobDescription:
    return JobDescription(title="Baker", text=text, requirements=list(requirements))


def _skill(number: int, skill_ids: list[str], terms: list[str]) -> Requirement:
    return Requirement(id=f"r{number}", kind=RequirementKind.SKILL, text="x", skill_ids=skill_ids, terms=terms)


def test_query_asks_for_skills_by_id_and_for_the_rest_by_word() -> None:
    made = query(_job(_skill(1, ["sql"], ["SQL"]), _skill(2, [], ["Sauerteig", 'say "no" \0'])), get_embedder())
    assert made.skill_ids == ("sql",)
    assert made.words == '"sauerteig" or "say no"'
    assert made.vector is not None
    assert np.isclose(np.linalg.norm(made.vector), 1.0, atol=1e-4)


def test_query_without_known_words_has_no_vector() -> None:
    class Silent:
        name = "silent"
        dimensions = 4

        def encode(self, texts: list[str]) -> NDArray[np.float32]:
            return np.zeros((len(texts), 4), np.float32)

    assert query(_job(), Silent()).vector is None  # type: ignore[arg-type] # lists are enough here


def test_query_has_at_most_forty_words() -> None:
    terms = [f"term{number}" for number in range(100)]
    assert query(_job(_skill(1, [], terms)), get_embedder()).words.count(" or ") == 39


def test_query_goes_by_skills_and_words_when_the_vector_is_not_needed() -> None:
    unreachable = get_embedder("openai:any@8", api_key="unit", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(DependencyError):
        query(_job(_skill(1, ["sql"], [])), unreachable)
    made = query(_job(_skill(1, ["sql"], [])), unreachable, need_vector=False)
    assert (made.vector, made.skill_ids) == (None, ("sql",))
