"""Traces sent over OTLP to a receiver on loopback: what they hold, and what they must not."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import text

from talentflux.core import tracing
from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.middleware import RequestMiddleware
from talentflux.core.rate_limit import RateLimiter
from talentflux.core.telemetry import Telemetry

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Receiver(ThreadingHTTPServer):
    """Takes what an exporter sends."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> list[Span]:
        found = []
        for body in self.received:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces" and self.headers.get("Content-Encoding") is None:
            self.server.received.append(body)  # type: ignore[attr-defined] # a Receiver
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tracing_to(receiver: Receiver) -> Iterator[Receiver]:
    tracing.start(Settings(otlp_endpoint=receiver.endpoint, _env_file=None), "api")
    yield receiver
    tracing.stop()


def attributes(span: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in span.attributes}


async def test_an_unreachable_endpoint_changes_no_answer(database: Database) -> None:
    tracing.start(Settings(otlp_endpoint="http://127.0.0.1:9", _env_file=None), "api")
    try:
        with tracing.span("job", "consumer"):
            async with database.read_session(Scope()) as session:
                assert (await session.execute(text("select 1"))).scalar_one() == 1
    finally:
        await asyncio.to_thread(tracing.stop)


async def test_a_request_its_statements_and_its_caller_are_one_trace(tracing_to: Receiver, database: Database) -> None:
    await database.engine.dispose()
    tracing.watch(database.engine)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["route"], scope["path_params"] = object(), {"candidate_id": "canary-7"}
        async with database.read_session(Scope()) as session:
            await session.execute(text("select length(:name)"), {"name": "Canary Lindqvist"})
            await (await session.driver()).execute("select 'Canary Lindqvist', %s", ["canary@example.org"])
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    settings = Settings(_env_file=None)
    wrapped = RequestMiddleware(app, settings, Telemetry(), RateLimiter(settings), {})
    transport = httpx.ASGITransport(app=wrapped)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/candidates/canary-7?email=canary@example.org", headers={"traceparent": PARENT})
    await asyncio.to_thread(tracing.stop)
    spans = {span.name: span for span in tracing_to.spans()}
    request = spans["GET /candidates/{candidate_id}"]
    assert request.trace_id.hex() == PARENT.split("-")[1]
    assert request.parent_span_id.hex() == PARENT.split("-")[2]
    assert answer.headers["traceparent"].split("-")[1:3] == [request.trace_id.hex(), request.span_id.hex()]
    assert attributes(request) == {
        "http.request.method": "GET",
        "http.route": "/candidates/{candidate_id}",
        "http.response.status_code": 503,
        "error.type": "503",
    }
    statements = [span for span in tracing_to.spans() if span.name == "SELECT"]
    assert len(statements) == 2
    assert "BEGIN" in spans
    assert all(span.parent_span_id == request.span_id for span in statements)
    assert attributes(statements[0]) == {"db.system.name": "postgresql", "db.operation.name": "SELECT"}
    assert b"anary" not in b"".join(tracing_to.received)


@pytest.mark.parametrize("given", ["", "nonsense", "00-0000-00-01", PARENT + "x" * 5000, "ff-" + PARENT[3:]])
async def test_a_broken_traceparent_begins_a_trace_of_its_own(tracing_to: Receiver, given: str) -> None:
    with tracing.request("GET", given) as span:
        assert span is not None
        assert f"{span.get_span_context().trace_id:032x}" not in given


async def test_an_error_is_named_by_its_class_and_never_quoted(tracing_to: Receiver) -> None:
    with pytest.raises(ValueError, match="canary"), tracing.span("job", "consumer", job_task="resume.read"):
        raise ValueError("canary")
    await asyncio.to_thread(tracing.stop)
    (span,) = tracing_to.spans()
    assert attributes(span) == {"job.task": "resume.read", "error.type": "ValueError"}
    assert not span.events
    assert b"canary" not in b"".join(tracing_to.received)


def test_nothing_of_opentelemetry_is_imported_without_the_setting() -> None:
    # FastAPI itself imports the small package opentelemetry-api where it finds it.
    parts = "('opentelemetry.sdk', 'opentelemetry.exporter')"
    source = f"import sys, talentflux.main; sys.exit(any(name.startswith({parts}) for name in sys.modules))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TALENTFLUX")}
    assert subprocess.run([sys.executable, "-c", source], env=environment, check=False).returncode == 0


def test_spans_cost_nothing_and_headers_are_empty_without_the_setting() -> None:
    with tracing.request("GET", PARENT) as span, tracing.span("job") as inner:
        assert span is inner is None
        assert tracing.outgoing() == {}
