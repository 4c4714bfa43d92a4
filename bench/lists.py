"""One row and a list over the API against the bare floor: the same rows through the driver and the bare framework.

All answer in process, without a network. The product does so with its middleware, log-in, scope, row-level security,
cursor and decryption; the floors with one statement on an open connection over a table of the same shape in plain
text. Two ways to write the list that are usual stand beside it. One reads the same encrypted rows with the product's
own log-in, scope, audit and keys, and differs by the ORM's entities and the framework's Pydantic response alone: it is
the comparison that the issue asks for ("an ORM and Pydantic response of the same rows"). The other reads the table in
plain text with the ORM, without any log-in, scope or decryption; it is printed to show what all of these cost together.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import orjson
import psycopg
from fastapi import FastAPI
from fastapi.responses import Response
from psycopg.rows import dict_row
from pydantic import SecretStr
from sqlalchemy import MetaData, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.figures import Figure, print_figures
from talentflux.core.config import Settings
from talentflux.core.crypto import Keys
from talentflux.core.database import Database, ReadSession, Scope, driver_url
from talentflux.core.keyring import Keyring
from talentflux.core.permissions import Permission
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.dependencies import Resources, reads
from talentflux.main import create_app
from talentflux.models import Candidate, UserSession, Workspace
from talentflux.schemas.candidate import CandidateSummary
from talentflux.schemas.page import Page
from talentflux.services import audit_service, auth_service, candidate_profile
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id

ROWS = 2_000
REQUESTS = 400
ROUNDS = 40
TIMES_FLOOR_LIST = 2.0
TIMES_ORM = 3.0
TIMES_FLOOR_ROW = 2.5
_PLAIN = ", ".join(name for name in CandidateSummary.model_fields if name not in ("id", *candidate_profile.FIELDS))
_COLUMNS = f"id, name, email, phone, location, headline, {_PLAIN}"
_LIST_SQL = f"select {_COLUMNS} from plain_candidate where id < %s order by id desc limit 51".encode()
_ROW_SQL = b"select * from workspace where id = %s"
_LAST = UUID(int=2**128 - 1)
Ask = Callable[[], Awaitable[httpx.Response]]


class _Base(DeclarativeBase):
    """Base of the table in plain text."""

    metadata = MetaData()


class PlainCandidate(_Base):
    """A candidate as it would be without encryption."""

    __tablename__ = "plain_candidate"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    location: Mapped[str | None]
    headline: Mapped[str | None]
    external_id: Mapped[str | None]
    source_id: Mapped[UUID | None]
    total_years: Mapped[float | None]
    consent: Mapped[str]
    do_not_contact: Mapped[bool]
    current_resume_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


def _profiles() -> list[dict[str, str | None]]:
    return [
        {
            "name": f"Person {number}",
            "email": f"{number}@example.org",
            "phone": f"+4912345{number:06}",
            "location": "Uppsala",
            "headline": "Backend developer",
        }
        for number in range(ROWS)
    ]


async def _fill(database: Database, admin: psycopg.Connection) -> UUID:
    """Make the same candidates encrypted and in plain text, and a workspace; return its id."""
    scope = Scope(LOCAL_ORGANIZATION_ID)
    async with database.write_session(scope) as session:
        await organization_keys(session)
    workspace = Workspace(id=new_id(), organization_id=LOCAL_ORGANIZATION_ID, name="Nordics", slug="nordics")
    async with database.write_session(scope) as session:
        keys = await organization_keys(session)
        session.add(workspace)
        for profile in _profiles():
            row_id = new_id()
            columns = candidate_profile.columns(keys, row_id, profile)
            session.add(Candidate(id=row_id, organization_id=LOCAL_ORGANIZATION_ID, **columns))
    admin.execute(
        "create table plain_candidate as select id, ''::text as name, ''::text as email, ''::text as phone, "
        f"'Uppsala'::text as location, 'Backend developer'::text as headline, {_PLAIN} from candidate"
    )
    admin.execute(
        "update plain_candidate p set name = 'Person ' || n, email = n || '@example.org', "
        "phone = '+4912345' || lpad(n::text, 6, '0') "
        "from (select id, row_number() over (order by id) - 1 as n from plain_candidate) k where k.id = p.id"
    )
    admin.execute("alter table plain_candidate add primary key (id)")
    admin.execute("vacuum analyze plain_candidate")
    admin.execute("vacuum analyze candidate")
    return workspace.id


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


def _floor(connection: psycopg.AsyncConnection[Any], workspace: UUID) -> FastAPI:
    """Return the bare framework over one open connection."""
    app = FastAPI()

    async def rows(sql: bytes, *values: object) -> list[dict[str, Any]]:
        async with connection.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(sql, values)
            return await cursor.fetchall()

    @app.get("/list")
    async def read_list() -> Response:
        found = await rows(_LIST_SQL, _LAST)
        body = {"items": found[:50], "next_cursor": str(found[49]["id"])}
        return Response(orjson.dumps(body), media_type="application/json")

    @app.get("/row")
    async def read_row() -> Response:
        return Response(orjson.dumps((await rows(_ROW_SQL, workspace))[0]), media_type="application/json")

    return app


def _usual(url: str) -> tuple[FastAPI, Callable[[], Awaitable[None]]]:
    """Return an ORM and a Pydantic response of the same plain rows."""
    engine = create_async_engine(driver_url(url), pool_size=1)
    app = FastAPI()

    @app.get("/list")
    async def read_list() -> Page[CandidateSummary]:
        async with AsyncSession(engine) as session:
            statement = select(PlainCandidate).where(PlainCandidate.id < _LAST).order_by(PlainCandidate.id.desc())
            found = (await session.scalars(statement.limit(51))).all()
            items = [CandidateSummary.model_validate(row, from_attributes=True) for row in found[:50]]
            return Page(items=items, next_cursor=str(items[-1].id))

    return app, engine.dispose


def _usual_here(product: FastAPI) -> None:
    """Add to the product the list as it is usually written: entities of the ORM, a Pydantic response."""

    @product.get("/usual")
    async def read_list(session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]) -> Page[CandidateSummary]:
        statement = select(Candidate).where(
            Candidate.organization_id == session.scope.organization_id,
            Candidate.deleted_at.is_(None),
            Candidate.id < _LAST,
        )
        found = (await session.scalars(statement.order_by(Candidate.id.desc()).limit(51))).all()
        keys = await organization_keys(session)
        items = [_summary(keys, row) for row in found[:50]]
        shown = {"candidates": [item.id for item in items]}
        await audit_service.viewed(session, "candidate.list", "candidate", None, details=shown)
        return Page(items=items, next_cursor=str(items[-1].id))


def _summary(keys: Keys, row: Candidate) -> CandidateSummary:
    return CandidateSummary(
        id=row.id,
        **candidate_profile.read(keys, row),
        **{name: getattr(row, name) for name in _PLAIN.split(", ")},
    )


async def _round(ask: Ask) -> list[float]:
    """Return the processor time of this process for each of some requests, in seconds."""
    spent = []
    for _ in range(REQUESTS // ROUNDS):
        began = time.process_time()
        answer = await ask()
        spent.append(time.process_time() - began)
        assert answer.status_code == 200, answer.text
    return spent


async def _compare(asks: dict[str, Ask]) -> dict[str, float]:
    """Return the median seconds per request of each, asked in turns so that all meet the same machine."""
    spent: dict[str, list[float]] = {name: [] for name in asks}
    for ask in asks.values():
        await _round(ask)
    for _ in range(ROUNDS):
        for name, ask in asks.items():
            spent[name] += await _round(ask)
    return {name: statistics.median(times) for name, times in spent.items()}


async def _measure(running: EmbeddedConnection, folder: Path) -> dict[str, float]:
    settings = Settings(database_url=SecretStr(running.app_url), data_folder=folder, rate_limit_address=10**6)
    keyring = Keyring.from_settings(settings)
    async with AsyncExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(running.url(ADMIN_ROLE), autocommit=True))
        database = await stack.enter_async_context(Database(running.app_url, 1, keyring=keyring))
        workspace = await _fill(database, admin)
        product = create_app(settings)
        _usual_here(product)
        await stack.enter_async_context(product.router.lifespan_context(product))
        token = await _token(product.state.resources)
        connection = await psycopg.AsyncConnection.connect(running.url(ADMIN_ROLE), autocommit=True)
        await stack.enter_async_context(connection)
        orm, dispose = _usual(running.url(ADMIN_ROLE))
        stack.push_async_callback(dispose)

        async def client(app: FastAPI, **headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app)
            opened = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)
            return await stack.enter_async_context(opened)

        ours = await client(product, Authorization=f"Bearer {token}")
        bare = await client(_floor(connection, workspace))
        usual = await client(orm)
        return await _compare(
            {
                "list": lambda: ours.get("/api/v1/candidates?limit=50"),
                "list floor": lambda: bare.get("/list"),
                "list orm": lambda: ours.get("/usual"),
                "list plain orm": lambda: usual.get("/list"),
                "row": lambda: ours.get(f"/api/v1/workspaces/{workspace}"),
                "row floor": lambda: bare.get("/row"),
            }
        )


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres", fsync=False) as running:
            migrate.upgrade(running.owner_url)
            found = asyncio.run(_measure(running, folder))
    micros = {name: seconds * 1e6 for name, seconds in found.items()}
    lower = {"higher_is_better": False}
    return [
        Figure("list of 50 candidates, names decrypted", micros["list"], None, unit=" µs"),
        Figure("the same rows in plain through driver and framework", micros["list floor"], None, unit=" µs"),
        Figure("the same rows, names decrypted, through ORM and Pydantic", micros["list orm"], None, unit=" µs"),
        Figure("the same rows in plain through ORM and Pydantic", micros["list plain orm"], None, unit=" µs"),
        Figure("list, times the floor", found["list"] / found["list floor"], TIMES_FLOOR_LIST, unit="×", **lower),
        Figure("ORM and Pydantic, times the list", found["list orm"] / found["list"], TIMES_ORM, unit="×"),
        Figure("ORM and Pydantic in plain, times the list", found["list plain orm"] / found["list"], None, unit="×"),
        Figure("one row, logged in", micros["row"], None, unit=" µs"),
        Figure("the same row through driver and framework", micros["row floor"], None, unit=" µs"),
        Figure("one row, times the floor", found["row"] / found["row floor"], TIMES_FLOOR_ROW, unit="×", **lower),
    ]


if __name__ == "__main__":
    print_figures(run())
