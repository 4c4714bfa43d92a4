"""A list over the API against the bare floor: the same rows through the driver and the bare framework.

Both answer 50 rows in process, without a network: the product with its middleware, scope, row-level security and
cursor; the floor with one statement on an open connection and the same encoding.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import orjson
import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.figures import Figure, print_figures
from talentflux.core.config import Settings
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.main import create_app
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

ROWS = 5_000
REQUESTS = 400
TIMES_FLOOR = 5.0
_COLUMNS = "id, name, email, phone, location, headline, created_at, updated_at"
_FLOOR_SQL = f"select {_COLUMNS} from candidate order by id desc limit 50".encode()


def _fill(connection: psycopg.Connection) -> None:
    connection.execute(
        "insert into candidate (id, organization_id, name, email, phone, location, headline) "
        "select ('01936c00-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, %s, 'Person ' || n, "
        "n || '@example.org', '+4912345' || n, 'Uppsala', 'Backend developer' from generate_series(1, %s) n",
        [LOCAL_ORGANIZATION_ID, ROWS],
    )
    connection.execute("vacuum analyze candidate")


async def _median(ask: Callable[[], Awaitable[httpx.Response]]) -> float:
    """Return the median processor time of this process for one request, in seconds."""
    spent = []
    for number in range(REQUESTS + 50):
        began = time.process_time()
        answer = await ask()
        ended = time.process_time()
        assert answer.status_code == 200
        if number >= 50:
            spent.append(ended - began)
    return statistics.median(spent)


async def _measure(running: EmbeddedConnection, folder: Path) -> tuple[float, float]:
    """Return seconds per request of the product and of the floor."""
    connection = await psycopg.AsyncConnection.connect(running.url(ADMIN_ROLE), autocommit=True)

    async def bare(_request: Request) -> Response:
        async with connection.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(_FLOOR_SQL)
            return Response(orjson.dumps({"items": await cursor.fetchall()}), media_type="application/json")

    floor = Starlette(routes=[Route("/", bare)])
    product = create_app(Settings(database_url=SecretStr(running.app_url), data_folder=folder))
    async with (
        product.router.lifespan_context(product),
        connection,
        httpx.AsyncClient(transport=httpx.ASGITransport(product), base_url="http://testserver") as ours,
        httpx.AsyncClient(transport=httpx.ASGITransport(floor), base_url="http://testserver") as theirs,
    ):
        return (
            await _median(lambda: ours.get("/api/v1/candidates?limit=50")),
            await _median(lambda: theirs.get("/")),
        )


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres", fsync=False) as running:
            migrate.upgrade(running.owner_url)
            with psycopg.connect(running.url(ADMIN_ROLE), autocommit=True) as admin:
                _fill(admin)
            product, floor = asyncio.run(_measure(running, folder))
    return [
        Figure("list of 50 candidates over the API", product * 1e6, None, unit=" µs"),
        Figure("the same rows through driver and bare framework", floor * 1e6, None, unit=" µs"),
        Figure("list, times the bare floor", product / floor, TIMES_FLOOR, higher_is_better=False, unit="×"),
    ]


if __name__ == "__main__":
    print_figures(run())
