import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from talentflux.ai.embeddings import Embedder, EmbedderConfigurationError, get_embedder
from talentflux.ai.embeddings.static import LONGEST_WORD, MODEL_FOLDER, REMEMBERED_WORDS, StaticEmbedder

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCXYZäéñß0123456789+#./-&'()", min_size=1, max_size=20)


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))


@pytest.mark.parametrize("file", ["tokenizer.json", "weights.npy", "scales.npy", "config.json"])
def test_refuses_a_model_without_one_of_its_files(copied_model: Path, file: str) -> None:
    (copied_model / file).unlink()
    with pytest.raises(EmbedderConfigurationError, match="reinstall the package"):
        StaticEmbedder(copied_model)


@pytest.mark.parametrize("file", ["tokenizer.json", "weights.npy", "config.json"])
def test_refuses_a_damaged_file(copied_model: Path, file: str) -> None:
    (copied_model / file).write_bytes(b"\x00damaged")
    with pytest.raises(EmbedderConfigurationError, match="model/ cannot be read"):
        StaticEmbedder(copied_model)


def test_refuses_files_that_do_not_fit_each_other(copied_model: Path) -> None:
    np.save(copied_model / "scales.npy", np.ones(3, dtype=np.float32))
    with pytest.raises(EmbedderConfigurationError, match="inconsistent"):
        StaticEmbedder(copied_model)


@pytest.mark.parametrize("spec", ["", "word2vec", "static:large", "Static"])
def test_refuses_an_unknown_embedder_and_names_the_known_ones(spec: str) -> None:
    with pytest.raises(EmbedderConfigurationError, match=r"static, openai:MODEL or minilm:FOLDER"):
        get_embedder(spec)


def test_refuses_minilm_without_its_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EmbedderConfigurationError, match=r"pip install 'talentflux\[onnx\]'"):
        get_embedder(f"minilm:{tmp_path}")


def test_the_default_embedder_is_loaded_once_and_fits_the_interface() -> None:
    first = get_embedder()
    assert first is get_embedder("static")
    assert isinstance(first, Embedder)
    assert first.name == json.loads((MODEL_FOLDER / "config.json").read_text(encoding="utf-8"))["name"]


def test_the_model_takes_at_most_nine_megabytes() -> None:
    assert sum(file.stat().st_size for file in MODEL_FOLDER.iterdir()) <= 9_000_000


def test_gives_zero_rows_for_texts_without_words(embedder: StaticEmbedder) -> None:
    vectors = embedder.encode(["", " \n\t ", "nurse"])
    assert not vectors[:2].any()
    assert np.linalg.norm(vectors[2]) == pytest.approx(1.0, abs=1e-5)


def test_gives_no_rows_for_no_texts(embedder: StaticEmbedder) -> None:
    vectors = embedder.encode([])
    assert vectors.shape == (0, embedder.dimensions)
    assert vectors.dtype == np.float32


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=5))
def test_equals_the_sum_over_all_word_pieces_of_the_text(embedder: StaticEmbedder, texts: list[str]) -> None:
    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
    weights = np.load(MODEL_FOLDER / "weights.npy").astype(np.float32)
    scales = np.load(MODEL_FOLDER / "scales.npy")
    for text, vector in zip(texts, embedder.encode(texts), strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        total = (weights[ids] * scales[ids, None]).sum(axis=0)
        length = np.linalg.norm(total)
        np.testing.assert_allclose(vector, total / length if length else total, atol=2e-5)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_row_of_length_one_or_zero(embedder: StaticEmbedder, text: str) -> None:
    length = float(np.linalg.norm(embedder.encode([text])[0]))
    assert length == 0 or length == pytest.approx(1.0, abs=1e-4)


def test_forgets_words_rather_than_growing_without_bound() -> None:
    embedder = StaticEmbedder()
    before = embedder.encode(["word3 word7 nurse"])
    text = " ".join(f"word{number}" for number in range(REMEMBERED_WORDS - 100))
    embedder.encode([text, text.replace("word", "other")])
    assert len(embedder._memory.rows) <= REMEMBERED_WORDS
    np.testing.assert_array_equal(embedder.encode(["word3 word7 nurse"]), before)


def test_reads_a_text_with_more_distinct_words_than_it_remembers() -> None:
    embedder = StaticEmbedder()
    text = " ".join(f"word{number}" for number in range(REMEMBERED_WORDS + 5))
    vector = embedder.encode([text])[0]
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def test_cuts_runs_without_spaces(embedder: StaticEmbedder) -> None:
    vectors = embedder.encode(["x" * 1_000_000, "nurse" + "y" * 10_000])
    assert np.isfinite(vectors).all()
    assert max(map(len, embedder._memory.rows)) <= LONGEST_WORD


def test_threads_get_the_same_vectors(embedder: StaticEmbedder) -> None:
    fresh = StaticEmbedder()
    texts = [f"{a} {b} engineer {n}" for n in range(40) for a in ("java", "data") for b in ("senior", "junior")]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(fresh.encode, [texts, texts[::-1], texts, texts[::-1]]))
    expected = embedder.encode(texts)
    for result, wanted in zip(results, [expected, expected[::-1]] * 2, strict=True):
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("software developer", "computer programmer", "dental nurse"),
        ("registered nurse", "hospital ward nurse", "network engineer"),
        ("repair electrical wiring", "electrician", "pastry chef"),
        ("bookkeeping", "accounting", "welding"),
    ],
)
def test_like_work_is_nearer_than_other_work(embedder: StaticEmbedder, text: str, near: str, far: str) -> None:
    vectors = embedder.encode([text, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_spelt_out_words_are_told_from_known_ones(embedder: StaticEmbedder) -> None:
    english, german, empty = embedder.fragmentation(
        ["executive managers", "fachinformatikerin anwendungsentwicklung", ""]
    )
    assert english == 0
    assert german > 0.5
    assert empty == 0
