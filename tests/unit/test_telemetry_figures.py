"""Figures for Prometheus: what they tell and what they must not."""

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings.base import EmbedderUnavailableError
from talentflux.ai.embeddings.remote import OpenAIEmbedder
from talentflux.core.errors import UnreadableFileError
from talentflux.core.observing import observed
from talentflux.core.telemetry import Telemetry


def count(text: str, name: str) -> float:
    """Return a figure by its name with labels; 0 where it is not there."""
    found = [float(line.rpartition(" ")[2]) for line in text.splitlines() if line.rpartition(" ")[0] == name]
    return found[0] if found else 0.0


def test_a_made_up_method_is_no_figure_of_its_own() -> None:
    telemetry = Telemetry()
    for number in range(50):
        telemetry.observe(f"CANARY{number}", "unmatched", 405, 0.1)
    text = telemetry.render({}).decode()
    assert "CANARY" not in text
    assert count(text, 'talentflux_requests_total{method="other",route="unmatched",status="405"}') == 50


def test_reading_a_file_is_timed_whether_it_works_or_not() -> None:
    name = 'talentflux_ai_seconds_count{outcome="done",part="parser"}'
    before = count(Telemetry().render({}).decode(), name)
    with ReaderPool(1) as pool:
        pool.run(b"Canary Lindqvist\nBackend developer\n", "canary.txt")
        with pytest.raises(UnreadableFileError):
            pool.run(b"%PDF-1.7 broken", "canary.pdf")
    text = Telemetry().render({}).decode()
    assert count(text, name) == before + 2
    assert "anary" not in text


def test_a_call_of_the_embedding_model_that_fails_is_counted_as_such() -> None:
    name = 'talentflux_ai_seconds_count{outcome="failed",part="embedder"}'
    before = count(Telemetry().render({}).decode(), name)
    embedder = OpenAIEmbedder("text-embedding-3-small", base_url="http://127.0.0.1:9/v1", retries=0, timeout=2)
    with pytest.raises(EmbedderUnavailableError):
        embedder.encode(["canary"])
    text = Telemetry().render({}).decode()
    assert count(text, name) == before + 1
    assert "canary" not in text


def test_what_raises_is_told_too() -> None:
    name = 'talentflux_ai_seconds_count{outcome="failed",part="parser"}'
    before = count(Telemetry().render({}).decode(), name)
    with pytest.raises(LookupError), observed("parser"):
        raise LookupError
    assert count(Telemetry().render({}).decode(), name) == before + 1


async def test_the_pool_tells_its_size_and_use() -> None:
    telemetry = Telemetry()
    engine = create_async_engine("postgresql+psycopg://127.0.0.1:9/none", pool_size=7)
    telemetry.pool_wait.observe(0.02)
    text = telemetry.render({"todo": 3}, engine.pool).decode()
    assert count(text, "talentflux_database_pool_size") == 7
    assert count(text, "talentflux_database_pool_used") == 0
    assert count(text, "talentflux_database_pool_wait_seconds_count") == 1
    assert count(text, 'talentflux_queue_jobs{state="todo"}') == 3
    await engine.dispose()
