import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentflux.ai.embeddings import get_embedder
from talentflux.ai.embeddings.lexical import SpellingIndex, character_sequences
from talentflux.ai.embeddings.linking import LONGEST_WINDOW, LabelIndex, sentence_windows
from talentflux.ai.embeddings.titles import TitleIndex, title_similarity

SKILLS = [
    ("sql", ["SQL", "query databases"]),
    ("java", ["Java", "Java programming"]),
    ("care", ["provide nursing care", "care for patients"]),
    ("weld", ["weld metal parts", "welding"]),
]


@pytest.fixture(scope="module")
def skills() -> LabelIndex:
    return LabelIndex(SKILLS, get_embedder())


def test_refuses_an_entry_without_label() -> None:
    with pytest.raises(ValueError, match="'empty' has no label"):
        LabelIndex([("empty", [])], get_embedder())


@pytest.mark.parametrize("sentence", ["", " - ", "…,;", "()"])
def test_a_sentence_without_words_names_nothing(skills: LabelIndex, sentence: str) -> None:
    assert skills.rank(sentence) == []


def test_an_index_without_entries_finds_nothing() -> None:
    assert LabelIndex([], get_embedder()).rank("welding") == []


def test_finds_each_skill_named_in_a_sentence_with_its_words(skills: LabelIndex) -> None:
    sentence = "You have several years with Java, SQL and a driving licence."
    first, second = skills.rank(sentence, 2)
    assert {first.key, second.key} == {"java", "sql"}
    for entry in (first, second):
        assert entry.score == pytest.approx(1.0, abs=1e-4)
        assert sentence[entry.window.start : entry.window.end] == entry.label == entry.window.text


def test_finds_the_window_anywhere_in_a_long_text(skills: LabelIndex) -> None:
    text = " ".join(f"filler{number}" for number in range(150)) + " Java " + " ".join(f"more{n}" for n in range(90))
    best = skills.rank(text, 1)[0]
    assert (best.key, best.label, best.window.text) == ("java", "Java", "Java")
    assert text[best.window.start : best.window.end] == "Java"


def test_ranks_each_entry_once_by_falling_score(skills: LabelIndex) -> None:
    ranked = skills.rank("nurses look after patients on the ward", 10)
    assert sorted(entry.key for entry in ranked) == ["care", "java", "sql", "weld"]
    assert ranked[0].key == "care"
    assert [entry.score for entry in ranked] == sorted((entry.score for entry in ranked), reverse=True)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_windows_are_short_distinct_and_lie_in_the_sentence(sentence: str) -> None:
    windows = sentence_windows(sentence)
    assert len({window.text for window in windows}) == len(windows)
    for window in windows[1:]:
        assert 1 <= len(window.text.split(" ")) <= LONGEST_WINDOW
        assert 0 <= window.start < window.end <= len(sentence)
        assert sentence[window.start : window.end].startswith(window.text.split(" ")[0])


def test_titles_of_the_same_work_come_first() -> None:
    titles = ["pastry chef", "staff nurse", "computer programmer", "welder", "accountant", "primary school teacher"]
    queries = ["software developer", "bookkeeper", "baker"]
    scores = title_similarity(queries, titles, get_embedder())
    assert [titles[int(row.argmax())] for row in scores] == ["computer programmer", "accountant", "pastry chef"]


def test_title_scores_are_z_scores_of_each_query() -> None:
    scores = title_similarity(["nurse", "cook"], ["chef", "midwife", "welder", "clerk"], get_embedder())
    np.testing.assert_allclose(scores.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(scores.std(axis=1), 1, atol=1e-4)


def test_spelling_ranks_titles_of_a_language_that_the_model_does_not_know() -> None:
    titles = ["grundschullehrer", "krankenpfleger", "softwareentwickler", "bauingenieur"]
    scores = title_similarity(["grundschullehrerin", "softwareentwicklerin"], titles, get_embedder())
    assert scores.argmax(axis=1).tolist() == [0, 2]


def test_ranking_without_titles_or_queries_gives_empty_scores() -> None:
    embedder = get_embedder()
    assert TitleIndex([], embedder).scores(["nurse"]).shape == (1, 0)
    assert TitleIndex(["nurse"], embedder).scores([]).shape == (0, 1)


def test_a_single_title_scores_zero_rather_than_nothing() -> None:
    assert TitleIndex(["nurse"], get_embedder()).scores(["nurse", ""]).tolist() == [[0.0], [0.0]]


def test_spelling_equals_the_cosine_of_tf_idf_vectors() -> None:
    texts, query = ["team lead", "team leader", "cook"], "team leads"
    documents = [list(character_sequences(text)) for text in texts]
    asked = list(character_sequences(query))
    terms = sorted({term for document in [*documents, asked] for term in document})
    idf = {t: math.log((1 + len(texts)) / (1 + sum(t in document for document in documents))) + 1 for t in terms}

    def vector(sequences: list[str]) -> np.ndarray:
        counts = [sequences.count(term) for term in terms]
        raw = np.array([(1 + math.log(n)) * idf[t] if n else 0.0 for t, n in zip(terms, counts, strict=True)])
        return raw / np.linalg.norm(raw)

    expected = [float(vector(asked) @ vector(document)) for document in documents]
    np.testing.assert_allclose(SpellingIndex(texts).scores(query), expected, rtol=1e-5)


def test_spelling_of_something_else_scores_zero() -> None:
    index = SpellingIndex(["cook", ""])
    assert index.scores("").tolist() == [0.0, 0.0]
    assert index.scores("xyz").tolist() == [0.0, 0.0]
