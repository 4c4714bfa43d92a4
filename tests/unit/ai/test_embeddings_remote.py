import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from talentflux.ai.embeddings import EmbedderConfigurationError, EmbedderUnavailableError, get_embedder
from talentflux.ai.embeddings.remote import LONGEST_TEXT, TEXTS_PER_REQUEST, OpenAIEmbedder
from tests.factories.openai_server import Endpoint, serving


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def expected(text: str, dimensions: int = 8) -> Any:
    vector = np.zeros(dimensions, dtype=np.float32)
    vector[:2] = [len(text), ord(text[0])]
    return vector / np.linalg.norm(vector)


def test_refuses_to_start_without_a_key() -> None:
    with pytest.raises(EmbedderConfigurationError, match="api_key"):
        get_embedder("openai:text-embedding-3-small")


@pytest.mark.parametrize("spec", ["openai", "openai:", "openai:@64", "openai:model@none", "openai:model@0"])
def test_refuses_a_spec_without_model_or_with_wrong_dimensions(spec: str) -> None:
    with pytest.raises(EmbedderConfigurationError, match="MODEL@DIMENSIONS"):
        get_embedder(spec, api_key="key")


def test_refuses_a_base_url_that_is_no_web_address() -> None:
    with pytest.raises(EmbedderConfigurationError, match="base_url"):
        get_embedder("openai:model", api_key="key", base_url="file:///etc/passwd")


def test_says_which_extra_to_install_without_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(EmbedderConfigurationError, match=r"pip install 'talentflux\[openai\]'"):
        get_embedder("openai:model", api_key="key")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "AuthenticationError"), (404, "NotFoundError"), (400, "BadRequest")]
)
def test_a_refusal_is_reported_once_without_key_or_text(endpoint: Endpoint, status: int, kind: str) -> None:
    endpoint.failures = [status]
    embedder = get_embedder("openai:model@8", api_key="sk-very-secret", base_url=endpoint.url)
    with pytest.raises(EmbedderUnavailableError, match=rf"openai:model@8 failed: {kind}.*{status}") as caught:
        embedder.encode(["private words"])
    assert len(endpoint.requests) == 1
    assert "secret" not in str(caught.value)
    assert "private" not in str(caught.value)


def test_a_passing_failure_is_tried_again(endpoint: Endpoint) -> None:
    endpoint.failures = [503]
    vectors = OpenAIEmbedder("model@8", base_url=endpoint.url, retries=1).encode(["abc"])
    np.testing.assert_allclose(vectors[0], expected("abc"), rtol=1e-6)
    assert len(endpoint.requests) == 2


def test_a_lasting_failure_ends_in_an_error(endpoint: Endpoint) -> None:
    endpoint.failures = [500, 500]
    with pytest.raises(EmbedderUnavailableError, match="HTTP 500"):
        OpenAIEmbedder("model@8", base_url=endpoint.url, retries=1).encode(["abc"])


def test_an_endpoint_that_is_not_there_is_reported() -> None:
    with Endpoint() as closed:
        url = closed.url
    with pytest.raises(EmbedderUnavailableError, match="APIConnectionError"):
        OpenAIEmbedder("model@8", base_url=url, retries=0).encode(["abc"])


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {"data": None},
        {"data": [{"index": 0, "embedding": None}]},
        {"data": [{"index": 0, "embedding": [float("nan")] * 8}]},
        {"data": [{"index": 0, "embedding": [1.0] * 7}]},
        {"data": [{"index": 0, "embedding": [1.0] * 8}, {"index": 1, "embedding": [1.0] * 8}]},
        {"message": "welcome to another service"},
    ],
)
def test_an_answer_that_is_no_embedding_is_reported(endpoint: Endpoint, answer: dict[str, Any]) -> None:
    endpoint.answer = answer
    with pytest.raises(EmbedderUnavailableError, match="openai:model@8"):
        OpenAIEmbedder("model@8", base_url=endpoint.url, retries=0).encode(["abc"])


@pytest.mark.parametrize("encoding", ["base64", "float"])
def test_rows_follow_the_texts_and_have_length_one(endpoint: Endpoint, encoding: str) -> None:
    endpoint.base64 = encoding == "base64"
    vectors = get_embedder("openai:model", base_url=endpoint.url).encode(["abc", "", "z", "  "])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[[0, 2]], [expected("abc"), expected("z")], rtol=1e-6)
    assert not vectors[[1, 3]].any()
    assert endpoint.requests[-1]["input"] == ["abc", "z"]


def test_nothing_is_sent_for_empty_texts(endpoint: Endpoint) -> None:
    embedder = get_embedder("openai:model@16", base_url=endpoint.url)
    assert embedder.encode([]).shape == (0, 16)
    assert embedder.encode(["", "\n"]).shape == (2, 16)
    assert not endpoint.requests


def test_long_lists_are_sent_in_batches_and_long_texts_cut(endpoint: Endpoint) -> None:
    texts = [f"text {number}" for number in range(TEXTS_PER_REQUEST + 10)] + ["y" * 100_000] * 9
    vectors = get_embedder("openai:model@8", base_url=endpoint.url).encode(texts)
    assert [len(request["input"]) for request in endpoint.requests] == [256, 18, 1]
    np.testing.assert_allclose(vectors[-1], expected("y" * LONGEST_TEXT), rtol=1e-6)
    np.testing.assert_allclose(vectors[TEXTS_PER_REQUEST], expected(texts[TEXTS_PER_REQUEST]), rtol=1e-6)


def test_dimensions_are_requested_declared_or_asked_for(endpoint: Endpoint) -> None:
    assert get_embedder("openai:text-embedding-3-small", api_key="key").dimensions == 1536
    declared = get_embedder("openai:text-embedding-3-small@64", base_url=endpoint.url)
    assert declared.dimensions == 64
    assert declared.encode(["a"]).shape == (1, 64)
    assert endpoint.requests[-1]["dimensions"] == 64
    unknown = get_embedder("openai:nomic-embed-text:latest", base_url=endpoint.url)
    assert unknown.dimensions == 8
    assert "dimensions" not in endpoint.requests[-1]


def test_the_name_tells_model_and_dimensions(endpoint: Endpoint) -> None:
    assert get_embedder("openai:model@8", base_url=endpoint.url).name == "openai:model@8"
    assert get_embedder("openai:model", base_url=endpoint.url).name == "openai:model"


def test_key_and_address_come_from_the_environment_too(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    get_embedder("openai:model@8").encode(["a"])
    assert endpoint.keys == ["Bearer from-environment"]
