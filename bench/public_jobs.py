"""The public list of jobs against the bare framework that answers a constant of the same size.

Both answer in process, called as a server calls them, without a network: ids, hosts, limits, headers and figures of the
product are in its time. The list holds 50 of 2,000 jobs in 20 organizations and is asked for with and without filters;
within a second the same question is answered from memory, so questions that nobody asked before stand beside it.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import psycopg
from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import SecretStr

from bench.figures import Figure, print_figures
from talentflux.core.config import Settings
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE, DATABASE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.main import create_app
from talentflux.models import Job
from talentflux.services.job_rendering import Employer, card_of
from talentflux.utils.ids import new_id

SHARE = 0.40
_ORGANIZATIONS, _JOBS = 20, 100
_ROUNDS, _CALLS = 15, 200
_PLACES = ("Malmö", "Berlin", "Lyon", "Porto")
App = Callable[..., Awaitable[None]]


def _scope(target: str) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"application/json"), (b"user-agent", b"bench")],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
    }


async def _call(app: App, target: str) -> tuple[int, int]:
    """Return status and size of an answer."""
    status, size = 0, 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, size
        status = message.get("status", status)
        size += len(message.get("body", b""))

    await app(_scope(target), receive, send)
    return status, size


async def _seconds(app: App, target: str) -> float:
    """Return processor seconds of one answer."""
    began = time.process_time()
    for _ in range(_CALLS):
        await _call(app, target)
    return (time.process_time() - began) / _CALLS


def _bare(size: int) -> FastAPI:
    app = FastAPI()
    constant = b"x" * size

    @app.get("/jobs")
    async def read() -> Response:
        return Response(constant, media_type="application/json")

    return app


def _fill(connection: psycopg.Connection) -> None:
    """Enter organizations with published jobs, as the product renders them."""
    for number in range(_ORGANIZATIONS):
        owner, need = new_id(), new_id()
        employer = Employer(f"Works {number}", f"works-{number}")
        connection.execute(
            "insert into organization (id, slug, name) values (%s, %s, %s)", [owner, employer.slug, employer.name]
        )
        connection.execute(
            "insert into requisition (id, organization_id, title, description, requirements, warnings) "
            "values (%s, %s, 'Need', 'x', '[]', '{}')",
            [need, owner],
        )
        for each in range(_JOBS):
            _enter(connection, owner, employer, _job(need, number, each))


def _job(need: UUID, number: int, each: int) -> SimpleNamespace:
    return SimpleNamespace(
        id=new_id(), requisition_id=need, title=f"Developer {each} of works {number}", slug="developer", language="en",
        description="We build **tools** for warehouses.\n\n" * 20, employment_type="full_time",
        department=f"Team {each % 5}", places=[{"country": "SE", "region": None, "city": _PLACES[each % 4]}],
        remote=("none", "hybrid", "full")[each % 3], remote_countries=["SE"], pay_min=48000, pay_max=60000,
        pay_currency="SEK", pay_period="month", pay_shown=True, screening=True, screening_notice="A notice. " * 10,
        form=[], expire_at=datetime(2099, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def _enter(connection: psycopg.Connection, owner: UUID, employer: Employer, job: SimpleNamespace) -> None:
    connection.execute(
        "insert into job (id, organization_id, requisition_id, title, slug, language, description, status) "
        "values (%s, %s, %s, %s, %s, 'en', 'x', 'published')",
        [job.id, owner, job.requisition_id, job.title, job.slug],
    )
    moment = datetime.now(UTC) - timedelta(seconds=1)
    card = card_of(cast("Job", job), employer, moment, hidden=False) | {"organization_id": owner}
    marks = ", ".join(["%s"] * len(card))
    connection.execute(f"insert into job_card ({', '.join(card)}) values ({marks})", list(card.values()))


async def _measure(running: EmbeddedConnection, folder: Path) -> dict[str, float]:
    settings = Settings(
        database_url=SecretStr(running.app_url),
        data_folder=folder,
        rate_limit_address=100_000_000,
        _env_file=None,
    )
    product = create_app(settings)
    async with product.router.lifespan_context(product):
        plain = "/api/v1/public/jobs?limit=50"
        status, size = await _call(product, plain)
        if status != 200 or size < 10_000:
            raise SystemExit(f"the public list answered {status} with {size} bytes")
        filtered = "/api/v1/public/jobs?q=developer&place=malm%C3%B6&remote=none"
        bare = _bare(size)
        asked: dict[str, tuple[App, str]] = {
            "bare": (bare, "/jobs"),
            "list": (product, plain),
            "filtered": (product, filtered),
            "organization": (product, "/api/v1/public/organizations/works-3/jobs"),
        }
        found: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(_ROUNDS):
            for name, (app, target) in asked.items():
                found[name].append(await _seconds(app, target))
        unasked = []
        for number in range(300):
            began = time.process_time()
            await _call(product, f"{plain}&q=developer%20{number}")
            unasked.append(time.process_time() - began)
    return {name: statistics.median(values) for name, values in found.items()} | {
        "unasked": statistics.median(unasked),
        "size": float(size),
    }


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server runs as another user when this runs as root
        with EmbeddedPostgres(folder / "postgres", fsync=False) as running:
            migrate.upgrade(running.owner_url)
            with psycopg.connect(running.url(ADMIN_ROLE, DATABASE)) as connection:
                _fill(connection)
            found = asyncio.run(_measure(running, folder))
    micros = {name: seconds * 1e6 for name, seconds in found.items() if name != "size"}
    return [
        Figure("public list of 50 jobs", micros["list"], None, unit=" µs"),
        Figure(f"the bare framework, {found['size'] / 1000:.0f} kB of a constant", micros["bare"], None, unit=" µs"),
        Figure("list, share of the bare framework's throughput", found["bare"] / found["list"], SHARE),
        Figure("filtered list, the same", found["bare"] / found["filtered"], SHARE),
        Figure("list of one organization, the same", found["bare"] / found["organization"], SHARE),
        Figure("a question that nobody asked within the second", micros["unasked"], None, unit=" µs"),
    ]


if __name__ == "__main__":
    print_figures(run())
