"""Lists, a board and single rows over the API against the floor: the same rows through the driver, encoded once.

All answer in process, called as a server calls them, without a network or a client (`bench/lists_calls.py`). The
product does so with its middleware, log-in, scope, row-level security, cursor, decryption and audit; the floors
(`bench/lists_floors.py`) with one open connection, in the bare framework, over names in plain text.

Two ways to write the list of candidates that are usual stand beside it. One reads the same encrypted rows with the
product's own log-in, scope, audit and keys, and differs by the ORM's entities and the framework's Pydantic response
alone: it is the comparison that the issue asks for ("an ORM and Pydantic response of the same rows"). The other reads
the table in plain text with the ORM, without any log-in, scope or decryption; it is printed to show what all of these
cost together.

That something was viewed is written to the audit log a moment later, many events at a time. Each turn of a call ends
with this, so that no call pays for another one's; what it adds is printed beside each list.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from pydantic import SecretStr

from bench.figures import Figure, print_figures
from bench.lists_calls import Call, compare
from bench.lists_floors import bare, usual, usual_here
from bench.lists_rows import fill
from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.keyring import Keyring
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.dependencies import Resources
from talentflux.main import create_app
from talentflux.models import UserSession
from talentflux.services import auth_service
from talentflux.services.audit_keeper import write_events
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils import collector
from talentflux.utils.ids import new_id
from tests.factories.statements import count_statements

TIMES_FLOOR_LIST: Final = 2.0
TIMES_ORM: Final = 3.0
TIMES_FLOOR_ROW: Final = 2.5
MOST_STATEMENTS: Final = 2
_LISTS: Final = {
    "candidates": "list of 50 candidates",
    "requisitions": "list of 50 requisitions",
    "applications": "list of 50 applications",
    "board": "board of 500 cards",
}
_ROWS: Final = {"workspace": "one row, a workspace", "requisition": "one row, a requisition with all that it holds"}


async def _token(resources: Resources) -> str:
    """Return an access token of an owner."""
    owner = await auth_service.create_owner(
        resources.database,
        email="owner@example.org",
        name="Bench",
        password="violet harbour 44 lamps",
        organization=LOCAL_ORGANIZATION_ID,
    )
    session_id = new_id()
    async with resources.database.write_session(Scope(identity=True)) as session:
        session.add(
            UserSession(
                id=session_id,
                user_id=owner.user_id,
                organization_id=LOCAL_ORGANIZATION_ID,
                kind="token",
                expires_at=datetime.now(UTC) + timedelta(hours=1),
            )
        )
    return (await resources.tokens.issue(owner.user_id, session_id, LOCAL_ORGANIZATION_ID)).token


async def _same(ours: Call, floor: Call) -> None:
    """Make sure that two calls answer the same rows.

    Raises:
        SystemExit: They do not.
    """
    one, other = await ours.answer(), await floor.answer()
    for given in (one, other):
        given.pop("next_cursor", None)
        given.pop("pipeline_id", None)
    if one != other:
        raise SystemExit(f"these are not the same rows: {str(one)[:2000]}\n{str(other)[:2000]}")


async def _statements(database: Database, call: Call) -> float:
    with count_statements(database) as issued:
        await call()
    return float(len(issued))


async def _measure(running: EmbeddedConnection, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return the processor seconds of each call, and the statements of each of ours."""
    settings = Settings(
        database_url=SecretStr(running.app_url), data_folder=folder, rate_limit_address=10**8, _env_file=None
    )
    keyring = Keyring.from_settings(settings)
    async with AsyncExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(running.url(ADMIN_ROLE), autocommit=True))
        database = await stack.enter_async_context(Database(running.app_url, 1, keyring=keyring))
        workspace, board = await fill(database, admin)
        product = create_app(settings)
        usual_here(product)
        await stack.enter_async_context(product.router.lifespan_context(product))
        token = await _token(product.state.resources)
        connection: psycopg.AsyncConnection[Any] = await psycopg.AsyncConnection.connect(
            running.url(ADMIN_ROLE), autocommit=True, options="-c timezone=UTC"
        )
        await stack.enter_async_context(connection)
        orm, dispose = usual(running.url(ADMIN_ROLE))
        stack.push_async_callback(dispose)
        floor = bare(connection, {"workspace": workspace, "requisition": board, "board": board})
        ours = {
            **{name: f"/api/v1/{name}?limit=50" for name in _LISTS if name != "board"},
            "board": f"/api/v1/requisitions/{board}/board",
            "workspace": f"/api/v1/workspaces/{workspace}",
            "requisition": f"/api/v1/requisitions/{board}",
        }
        calls = {name: Call(product, target, token) for name, target in ours.items()}
        floors = {f"{name} floor": Call(floor, f"/{name}") for name in ours}
        collector.settle()  # as a server does when it starts
        for name in _LISTS:
            await _same(calls[name], floors[f"{name} floor"])
        served = product.state.resources.database
        found, whole = await compare(
            {**calls, **floors, "orm": Call(product, "/usual", token), "plain orm": Call(orm, "/list")},
            partial(write_events, served),
        )
        found |= {f"{name} whole": whole[name] for name in ours}
        return found, {name: await _statements(served, calls[name]) for name in ours}


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server runs as another user when this runs as root
        with EmbeddedPostgres(folder / "postgres", fsync=False) as running:
            migrate.upgrade(running.owner_url)
            found, issued = asyncio.run(_measure(running, folder))
    figures = []
    most = dict.fromkeys(_LISTS, TIMES_FLOOR_LIST) | {"workspace": TIMES_FLOOR_ROW}
    for name, said in {**_LISTS, **_ROWS}.items():
        own, floor = found[name], found[f"{name} floor"]
        limit = MOST_STATEMENTS if name in _LISTS else None
        figures += [
            Figure(said, own * 1e6, None, unit=" µs"),
            Figure("    the same through driver and framework, names in plain", floor * 1e6, None, unit=" µs"),
            Figure("    times the floor", own / floor, most.get(name), higher_is_better=False, unit="×"),
            Figure("    with its event written to the audit log", found[f"{name} whole"] * 1e6, None, unit=" µs"),
            Figure("    statements", issued[name], limit, higher_is_better=False),
        ]
    return [
        *figures,
        Figure("list of 50 candidates through ORM and Pydantic, decrypted", found["orm"] * 1e6, None, unit=" µs"),
        Figure("    times the list", found["orm"] / found["candidates"], TIMES_ORM, unit="×"),
        Figure("list of 50 candidates through ORM and Pydantic, in plain", found["plain orm"] * 1e6, None, unit=" µs"),
        Figure("    times the list", found["plain orm"] / found["candidates"], None, unit="×"),
    ]


if __name__ == "__main__":
    print_figures(run())
