"""Every list, filter and search of a recruiter at 1,000,000 candidates and 3,000,000 applications, against 10,000.

Two scratch databases are filled: one of 200 organizations of uneven size, of which the measured one has a tenth of all
candidates, and one where it has 10,000 and is alone. Both are asked in turns, through the whole application as a
recruiter with row-level security, so that both meet the same machine. Then the plan of each statement is written down
and searched for sequential scans of large tables.

    python -m bench.scale [--candidates N] [--share PART] [--folder FOLDER] [--only BEGINNING]

A folder that is given is kept and used again. With 200,000 candidates, half of them of the measured organization, it
has as many as at full size, but less lies between them.
"""

import argparse
import asyncio
import contextlib
import json
import math
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
from pydantic import SecretStr

from bench.figures import Figure, print_figures
from bench.scale_calls import CALLS, OF_OWNERS, Known, know
from bench.scale_fill import fill, sizes
from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.keyring import Keyring
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE, APP_ROLE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.dependencies import Resources
from talentflux.main import create_app
from talentflux.models import UserSession
from talentflux.services import auth_service
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id

CANDIDATES = 1_000_000
SHARE = 0.1
SMALL = 10_000
TIMES = 40
MOST = 3.0
_LARGE = 10_000  # rows of a table that must not be read from one end to the other
_WARM = 8  # calls before the clock runs: as many as let the server settle for a plan
_MEMORY = "1GB"  # of each server for pages of tables: a database of this size does not run in what a laptop gives
_SCAN = re.compile(r"Seq Scan on (\w+)")


@dataclass(frozen=True)
class Side:
    """One of the two databases with the application over it.

    Attributes:
        recruiter: Asks as a recruiter.
        owner: Asks as an owner, for what recruiters may not.
        known: What to ask for.
        log: The server's log.
        admin: A connection of the superuser.
    """

    recruiter: httpx.AsyncClient
    owner: httpx.AsyncClient
    known: Known
    log: Path
    admin: psycopg.Connection


@dataclass(frozen=True)
class Measured:
    """One call at both sizes, in seconds.

    Attributes:
        name: Of the call.
        small: 95th percentile at 10,000 candidates.
        large: The same at full size.
        median: Of the calls at full size.
        scans: Large tables that are read from one end to the other at full size.
    """

    name: str
    small: float
    large: float
    median: float
    scans: Sequence[str]

    @property
    def ratio(self) -> float:
        """How many times as long it takes at full size."""
        return self.large / self.small


async def _account(database: Database, admin: psycopg.Connection, role: str) -> UUID:
    """Return the account of a role, made where there is none."""
    row = admin.execute("select user_id from member where role = %s", [role]).fetchone()
    if row is not None:
        return UUID(str(row[0]))
    made = await auth_service.create_owner(
        database,
        email=f"{role}@example.org",
        name="Bench",
        password="violet harbour 44 lamps",
        organization=LOCAL_ORGANIZATION_ID,
    )
    admin.execute("update member set role = %s where user_id = %s", [role, made.user_id])
    return made.user_id


async def _prepare(running: EmbeddedConnection, settings: Settings, per_organization: Sequence[int]) -> None:
    """Fill a database that is new."""
    keyring = Keyring.from_settings(settings)
    with psycopg.connect(running.url(ADMIN_ROLE), autocommit=True) as admin:
        async with Database(running.app_url, 1, keyring=keyring) as database:
            recruiter = await _account(database, admin, "recruiter")
            async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
                await organization_keys(session)
            async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
                keys = await organization_keys(session)
        made = fill(admin, keys, per_organization, str(recruiter))
    rows = ", ".join(f"{count:,} {table}" for table, count in made.rows.items() if count >= _LARGE)
    print(f"Filled in {made.seconds:.0f} s: {rows}. Really encrypted: {made.sealed:,} profiles of the first one.")


@contextlib.asynccontextmanager
async def _side(running: EmbeddedConnection, settings: Settings, log: Path) -> AsyncIterator[Side]:
    """Open the application over a filled database."""
    async with AsyncExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(running.url(ADMIN_ROLE), autocommit=True))
        app = create_app(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        resources: Resources = app.state.resources

        async def client(role: str) -> httpx.AsyncClient:
            user_id = await _account(resources.database, admin, role)
            headers = {"Authorization": f"Bearer {await _token(resources, user_id)}"}
            opened = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=headers, timeout=None
            )
            return await stack.enter_async_context(opened)

        recruiter, owner = await client("recruiter"), await client("owner")
        search = {"name": "Bench", "filters": {"min_years": 5}, "q": "specialist"}
        answer = await recruiter.post("/api/v1/saved-searches", json=search)
        assert answer.status_code == 201, answer.text
        known = know(admin, str(await _account(resources.database, admin, "recruiter")), answer.json()["id"])
        yield Side(recruiter, owner, known, log, admin)


async def _token(resources: Resources, user_id: UUID) -> str:
    session_id = new_id()
    async with resources.database.write_session(Scope(identity=True)) as session:
        expires_at = datetime.now(UTC) + timedelta(hours=6)
        found = UserSession(
            id=session_id,
            user_id=user_id,
            organization_id=LOCAL_ORGANIZATION_ID,
            kind="token",
            expires_at=expires_at,
        )
        session.add(found)
    return (await resources.tokens.issue(user_id, session_id, LOCAL_ORGANIZATION_ID)).token


async def _ask(side: Side, name: str, number: int) -> float:
    path = CALLS[name](side.known, number)
    asker = side.owner if name in OF_OWNERS else side.recruiter
    began = time.perf_counter()
    answer = await asker.get(path)
    spent = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{name}: {path} is answered {answer.status_code}: {answer.text[:300]}")
    return spent


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[math.ceil(len(seconds) * 0.95) - 1]


async def _time(small: Side, large: Side, name: str) -> Measured:
    """Ask both in turns."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(-_WARM, TIMES):
        for side, seconds in ((small, spent[0]), (large, spent[1])):
            taken = await _ask(side, name, abs(number))
            if number >= 0:
                seconds.append(taken)
    found = Measured(name, _p95(spent[0]), _p95(spent[1]), statistics.median(spent[1]), ())
    flag = "" if found.ratio <= MOST else " SHORT"
    print(f"{name:<40}{found.small * 1e3:>10.1f}{found.large * 1e3:>12.1f}{found.ratio:>8.2f}{flag}", flush=True)
    return found


async def _plans(large: Side, names: Sequence[str]) -> dict[str, str]:
    """Return the plans of the statements of each call, as the server has them after some calls."""
    found = {}
    for name in names:
        begins = large.log.stat().st_size
        for number in range(_WARM):
            await _ask(large, name, number)
        with large.log.open("rb") as log:
            log.seek(begins)
            found[name] = log.read().decode(errors="replace")
    return found


def _watch(admin: psycopg.Connection, *, on: bool) -> None:
    """Let the server write the plans of the application's new connections into its log, or no more."""
    watched = {
        "session_preload_libraries": "auto_explain",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_analyze": "on",
    }
    for name, value in watched.items():
        wanted = f"set {name} = '{value}'" if on else f"reset {name}"
        admin.execute(f"alter role {APP_ROLE} {wanted}".encode())


async def _measure(stack: AsyncExitStack, folder: Path, wanted: Sequence[int], names: Sequence[str]) -> list[Measured]:
    """Fill both databases where they are new, time the calls and look at their plans."""
    opened = []
    for name, per_organization in (("small", [SMALL]), ("large", wanted)):
        place = folder / name
        server = EmbeddedPostgres(place / "postgres", fsync=False, memory=_MEMORY)
        running = stack.enter_context(server)
        settings = Settings(
            database_url=SecretStr(running.app_url),
            data_folder=place,
            database_pool_size=1,
            rate_limit_address=0,
            rate_limit_account=0,
        )
        note = place / "filled.json"
        if not note.is_file():
            migrate.upgrade(running.owner_url)
            await _prepare(running, settings, per_organization)
            note.write_text(json.dumps(per_organization))
        opened.append((running, settings, server.folder / "server.log"))
    large = opened[1]
    async with AsyncExitStack() as sides:
        both = [await sides.enter_async_context(_side(*each)) for each in opened]
        print(f"{'p95 in ms':<40}{f'{SMALL:,}':>10}{f'{sum(wanted):,}':>12}{'times':>8}")
        found = [await _time(both[0], both[1], name) for name in names]
        tables = both[1].admin.execute("select relname from pg_class where reltuples >= %s", [_LARGE]).fetchall()
        counted = {row[0] for row in tables}
        _watch(both[1].admin, on=True)
    try:
        async with _side(*large) as side:
            plans = await _plans(side, names)
            _watch(side.admin, on=False)
    finally:
        (folder / "plans.json").write_text(json.dumps(plans, indent=1))
    return [replace(one, scans=sorted(set(_SCAN.findall(plans[one.name])) & counted)) for one in found]


def run(candidates: int = CANDIDATES, folder: Path | None = None, only: str = "", share: float = SHARE) -> list[Figure]:
    """Fill, measure, print the table and return the figures.

    Args:
        candidates: In all 200 organizations.
        folder: Where the databases are kept; by default they are removed.
        only: Measure only calls whose name begins so; several with `|` between.
        share: Of the measured organization in all candidates.
    """
    names = [name for name in CALLS if any(name.startswith(part) for part in only.split("|"))]

    async def measure(place: Path) -> list[Measured]:
        async with AsyncExitStack() as stack:
            return await _measure(stack, place, sizes(candidates, share), names)

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(measure(folder))
    else:
        with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as name:
            found = asyncio.run(measure(Path(name)))
    for one in found:
        if one.scans:
            print(f"sequential scans: {one.name}: {' '.join(one.scans)}")
    slowest = max(found, key=lambda one: one.ratio)
    middle = statistics.median(one.ratio for one in found)
    long, scanning = sum(one.ratio > MOST for one in found), sum(bool(one.scans) for one in found)
    return [
        Figure(f"calls of a recruiter at {candidates:,} candidates", len(found), None),
        Figure("calls whose p95 is more than 3 times as long", long, 0, higher_is_better=False),
        Figure(f"p95, times that at {SMALL:,}: {slowest.name}", slowest.ratio, MOST, higher_is_better=False, unit="×"),
        Figure("p95, times: median of all calls", middle, MOST, higher_is_better=False, unit="×"),
        Figure("calls with a sequential scan of a large table", scanning, 0, higher_is_better=False),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    print_figures(run(asked.candidates, asked.folder, asked.only, asked.share))
