"""What the lists of `bench/lists.py` are held against: the bare framework over the driver, and ORM with Pydantic.

A floor runs the product's statement, prepared, in the binary protocol, on one open connection, and encodes what came
once with orjson, in an endpoint of the bare framework that is called as the product is. It knows no middleware, log-in,
scope, row-level security, audit or cursor, and reads names from a copy of the table in plain text, so that nothing is
decrypted. Its answers are the product's to the letter; the benchmark makes sure of it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
import psycopg
from fastapi import FastAPI
from fastapi.responses import Response
from psycopg.rows import dict_row
from sqlalchemy import MetaData, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.lists_rows import PLAIN
from talentflux.core.crypto import Keys
from talentflux.core.database import ReadSession, driver_url
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.models import Candidate
from talentflux.repositories.base import LAST_ID
from talentflux.schemas.application import ApplicationRead
from talentflux.schemas.board import MOST_CARDS, BoardCard
from talentflux.schemas.candidate import CandidateSummary
from talentflux.schemas.page import Page
from talentflux.schemas.requisition import RequisitionSummary
from talentflux.services import audit_service, candidate_profile
from talentflux.services.encryption_service import organization_keys

_OF_OTHERS = {
    "requisition_title": "r.title as requisition_title",
    "candidate_name": "p.name as candidate_name",
    "stage_name": "s.name as stage_name",
}
_OF_TEXT = {name: f"trim_scale({name})::text as {name}" for name in ("pay_min", "pay_max")}
_APPLIED = ", ".join(_OF_OTHERS.get(name, f"a.{name}") for name in ApplicationRead.model_fields)
_CARD = ", ".join(_OF_OTHERS.get(name, f"a.{name}") for name in BoardCard.model_fields)
_NEED = ", ".join(_OF_TEXT.get(name, name) for name in RequisitionSummary.model_fields)
_LISTS = {
    "candidates": f"select id, name, email, phone, location, headline, {', '.join(PLAIN)} from plain_candidate "
    "where deleted_at is null and id < %(after)s order by id desc limit 51",
    "requisitions": f"select {_NEED} from requisition "
    "where deleted_at is null and id < %(after)s order by id desc limit 51",
    "applications": f"select {_APPLIED} from application a join requisition r on r.id = a.requisition_id "
    "join plain_candidate p on p.id = a.candidate_id left join pipeline_stage s on s.id = a.stage_id "
    "where a.deleted_at is null and a.id < %(after)s order by a.id desc limit 51",
}
_STAGES = (
    "select s.id, s.name, s.kind, s.max_days, (select count(*) from application a where a.stage_id = s.id "
    "and a.requisition_id = %(board)s) as total from pipeline_stage s order by s.position"
)
_CARDS = (
    f"select {_CARD} from application a join plain_candidate p on p.id = a.candidate_id "
    f"where a.requisition_id = %(board)s order by a.position limit {MOST_CARDS}"
)
_ROWS = {
    "workspace": "select * from workspace where id = %(id)s",
    "requisition": f"select {_NEED}, description, requirements, warnings from requisition where id = %(id)s",
}


Endpoint = Callable[[], Awaitable[Response]]


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


def bare(connection: psycopg.AsyncConnection[Any], ids: dict[str, UUID]) -> FastAPI:
    """Return the bare framework over one open connection, with a path for each list and row.

    Args:
        connection: Of the superuser, so that no row-level security is in the way.
        ids: Of the rows that are read alone, and of the board's requisition.
    """
    app = FastAPI()
    for name, sql in _LISTS.items():
        app.get(f"/{name}", response_model=None)(_list(connection, sql))
    for name, sql in _ROWS.items():
        app.get(f"/{name}", response_model=None)(_row(connection, sql, ids[name]))
    app.get("/board", response_model=None)(_board(connection, ids["board"]))
    return app


async def _rows(connection: psycopg.AsyncConnection[Any], sql: str, **values: object) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        await cursor.execute(sql.encode(), values, prepare=True)
        return await cursor.fetchall()


def _encoded(body: object) -> Response:
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json")


def _list(connection: psycopg.AsyncConnection[Any], sql: str) -> Endpoint:
    async def read() -> Response:
        found = await _rows(connection, sql, after=LAST_ID)
        return _encoded({"items": found[:50], "next_cursor": str(found[49]["id"]), "total": None})

    return read


def _row(connection: psycopg.AsyncConnection[Any], sql: str, row_id: UUID) -> Endpoint:
    async def read() -> Response:
        return _encoded((await _rows(connection, sql, id=row_id))[0])

    return read


def _board(connection: psycopg.AsyncConnection[Any], requisition_id: UUID) -> Endpoint:
    async def read() -> Response:
        columns = {row["id"]: row for row in await _rows(connection, _STAGES, board=requisition_id)}
        for column in columns.values():
            column["cards"], column["next_cursor"] = [], None
        for card in await _rows(connection, _CARDS, board=requisition_id):
            columns[card["stage_id"]]["cards"].append(card)
        return _encoded({"requisition_id": requisition_id, "columns": list(columns.values())})

    return read


def usual(url: str) -> tuple[FastAPI, Callable[[], Awaitable[None]]]:
    """Return an ORM and a Pydantic response of the rows in plain text, without any log-in.

    Args:
        url: Of the superuser.
    """
    engine = create_async_engine(driver_url(url), pool_size=1)
    app = FastAPI()

    @app.get("/list")
    async def read_list() -> Page[CandidateSummary]:
        async with AsyncSession(engine) as session:
            statement = select(PlainCandidate).where(PlainCandidate.id < LAST_ID).order_by(PlainCandidate.id.desc())
            found = (await session.scalars(statement.limit(51))).all()
            items = [CandidateSummary.model_validate(row, from_attributes=True) for row in found[:50]]
            return Page(items=items, next_cursor=str(items[-1].id))

    return app, engine.dispose


def usual_here(product: FastAPI) -> None:
    """Add to the product the list of candidates as it is usually written: entities of the ORM, a Pydantic response.

    Args:
        product: Whose log-in, scope, audit and keys it takes.
    """

    @product.get("/usual")
    async def read_list(session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]) -> Page[CandidateSummary]:
        statement = select(Candidate).where(
            Candidate.organization_id == session.scope.organization_id,
            Candidate.deleted_at.is_(None),
            Candidate.id < LAST_ID,
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
        **{name: getattr(row, name) for name in PLAIN},
    )
