"""SQL that finds candidates by the words of their current resumes and by its vector, inside one organization.

What is searched for is given to row-level security as a setting of the transaction, `app.words`: as a part of the
policy of `candidate_text` the condition may use its index (ADR 0011). So each read of that table sees what meets it.
The index gives all who have the words, so it is for words that few have. Where many of the newest resumes have them,
resumes are read from the newest on until there are enough; where few candidates meet the filters, theirs are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import dict_row
from sqlalchemy import and_, select, true
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from talentflux.core.database import AnySession
from talentflux.models import Candidate, CandidateNameToken, Resume
from talentflux.models.resume import FAST_DIMENSIONS
from talentflux.repositories.candidate_filter import CandidateFilter, Shape, conditions, matching
from talentflux.repositories.candidate_repository import SUMMARY
from talentflux.repositories.retrieval_repository import EXACT_LIMIT, SCAN_WIDTH
from talentflux.utils.search_query import All, Not, Query, Term

MOST_WORDED: Final = 400
"""So many of those who have the words are put in order, the newest candidates."""
MOST_NEAR: Final = 100
"""So many of those who are nearest by vector are looked at beside them."""
LOOKED_AT: Final = 500
"""So many of the newest resumes tell how common words are."""
COMMON: Final = 25
"""Words are common where so many of these have them."""
FEW: Final = 2000
"""Up to so many candidates who meet filters, all their resumes are read and compared."""

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call] # no hints there
_SAY = """
select asked.words::text, set_config('app.words', asked.words::text, true), (
    select count(*) from (
        select words from resume where organization_id = %(organization_id)s and deleted_at is null
        order by id desc limit %(looked_at)s
    ) newest where newest.words @@ asked.words
) {more}
from (select {query}) asked (words)
"""
_BEGIN = """, (
        select count(*) from (select from resume where organization_id = %(organization_id)s limit %(exact)s) counted
    ),
    set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %(ef_search)s, true)
"""
_WORDED = """
    select t.candidate_id from candidate_text t
    where t.organization_id = %(organization_id)s {filtered}
    order by t.candidate_id desc limit %(most_worded)s + 1
"""
_READ = """
    select candidate.id as candidate_id from candidate
    join resume r on r.organization_id = candidate.organization_id and r.id = candidate.current_resume_id
    where candidate.organization_id = %(organization_id)s and candidate.deleted_at is null and {filtered}
        and r.words @@ %(words)s::tsquery and r.words <> ''
    order by candidate.id desc limit %(most_worded)s + 1
"""
# Adding zero keeps the planner from asking the approximate index.
_EXACT = """
    select c.id from candidate c
    join resume r on r.organization_id = c.organization_id and r.id = c.current_resume_id
    where c.organization_id = %(organization_id)s and c.deleted_at is null and r.embedder = %(embedder)s {filtered}
    order by (r.embedding <#> %(vector)s::halfvec) + 0 limit %(most_near)s
"""
_APPROXIMATE = f"""
    select c.id from resume r
    join candidate c on c.organization_id = r.organization_id and c.current_resume_id = r.id
    where r.organization_id = %(organization_id)s and r.embedder = %(embedder)s
        and vector_dims(r.embedding) = {FAST_DIMENSIONS} and c.deleted_at is null {{filtered}}
    order by r.embedding::halfvec({FAST_DIMENSIONS}) <#> %(vector)s::halfvec({FAST_DIMENSIONS}) limit %(most_near)s
"""  # noqa: S608 -- a number of ours
_NOBODY = "select null::uuid where false"
_MEASURED = """
with worded as materialized ({worded}), near (candidate_id) as materialized ({near}),
pool as (
    select candidate_id from (select candidate_id from worded limit %(most_worded)s) ranked
    union select candidate_id from near
)
select c.id, case when r.embedder = %(embedder)s then -(r.embedding <#> %(vector)s::halfvec) end,
    found.worded, c.id in (select candidate_id from near),
    case when found.worded then ts_rank(r.words, %(words)s::tsquery, 1) else 0 end,
    (select count(*) from worded) > %(most_worded)s
from pool
join candidate c on c.organization_id = %(organization_id)s and c.id = pool.candidate_id and c.deleted_at is null
join resume r on r.organization_id = c.organization_id and r.id = c.current_resume_id
cross join lateral (select coalesce(r.words @@ %(words)s::tsquery and r.words <> '', false)) found (worded)
"""


@dataclass(frozen=True)
class Said:
    """Words that are searched for.

    Attributes:
        words: The query as PostgreSQL has it; empty where it asks for no word.
        common: Whether many resumes have them.
    """

    words: str
    common: bool


@dataclass(frozen=True)
class Begun(Said):
    """What is known when a search begins.

    Attributes:
        small: Whether all vectors of the organization may be compared.
    """

    small: bool


@dataclass(frozen=True)
class Measured:
    """A candidate who was found.

    Attributes:
        candidate_id: Whom.
        similarity: Inner product with the vector of the query; None without a vector of the same embedder.
        worded: Whether the resume has the words.
        near: Whether the candidate is one of the nearest by vector.
        rank: Of the words in it.
        cut: Whether more have the words than were looked at.
    """

    candidate_id: UUID
    similarity: float | None
    worded: bool
    near: bool
    rank: float
    cut: bool


class CandidateSearchRepository:
    """Finds candidates of the organization.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def say(self, query: Query) -> Said:
        """Let this transaction see those rows of `candidate_text` that have the words of a query.

        Args:
            query: What is searched for.
        """
        ((words, _, having),) = await self._say(query, "", {})
        return Said(words, having >= COMMON)

    async def begin(self, query: Query | None) -> Begun:
        """Let this transaction search for words, and see how common they are and how large the organization is.

        Args:
            query: What is searched for.
        """
        given = {"exact": EXACT_LIMIT + 1, "ef_search": str(min(1000, MOST_NEAR * SCAN_WIDTH))}
        ((words, _, having, counted, *_),) = await self._say(query, _BEGIN, given)
        return Begun(words, having >= COMMON, counted <= EXACT_LIMIT)

    async def find(
        self,
        begun: Begun,
        wanted: CandidateFilter,
        vector: NDArray[np.float32] | None,
        embedder: str,
        *,
        strict: bool,
    ) -> list[Measured]:
        """Return those who have the words and those who are nearest by vector, in no order.

        Args:
            begun: What `begin` returned.
            wanted: The filters.
            vector: Of what is searched for, length 1; None to search by words alone.
            embedder: Whose vectors it can be compared with.
            strict: Whether all must have the words.
        """
        few = await self._few(wanted)
        among = "= any(%(few)s)" if few is not None else f"in ({compiled(wanted.shape())})"
        filtered = f"and {{}} {among}" if wanted.shape() else ""
        near = _NOBODY
        if vector is not None and not (strict and begun.words):
            exact = begun.small or few is not None or len(vector) != FAST_DIMENSIONS
            near = (_EXACT if exact else _APPROXIMATE).format(filtered=filtered.format("c.id"))
        worded = _NOBODY.replace("select null::uuid", "select null::uuid as candidate_id")
        if begun.words and few is not None:
            worded = _READ.format(filtered=f"candidate.id {among}")
        elif begun.words and begun.common:
            # As conditions of this very table: the planner would think fewer are left of a second look at it.
            worded = _READ.format(filtered=_conditions(wanted.shape()))
        elif begun.words:
            worded = _WORDED.format(filtered=filtered.format("t.candidate_id"))
        values = {
            **wanted.values,
            "few": few,
            "organization_id": self._session.scope.organization_id,
            "vector": None if vector is None else "[" + ",".join(f"{value:.5g}" for value in vector) + "]",
            "embedder": embedder if vector is not None else None,
            "words": begun.words,
            "most_worded": MOST_WORDED,
            "most_near": MOST_NEAR,
        }
        rows = await self._rows(_MEASURED.format(worded=worded, near=near), values)
        return [Measured(*row) for row in rows]

    async def summaries(self, candidate_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """Return the summary columns of candidates, with the masked text of the current resume, by id."""
        driver = await self._session.driver()
        values = {"organization_id": self._session.scope.organization_id, "ids": list(candidate_ids)}
        async with driver.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(_summaries().encode(), values)
            return {row["id"]: row for row in await cursor.fetchall()}

    async def known_names(self, tokens: Sequence[bytes]) -> set[bytes]:
        """Return those of some tokens that a candidate's name has."""
        token = CandidateNameToken.token
        statement = (
            select(token)
            .distinct()
            .where(CandidateNameToken.organization_id == self._session.scope.organization_id, token.in_(tokens))
        )
        return set(await self._session.scalars(statement))

    async def _say(self, query: Query | None, more: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        values = {"organization_id": self._session.scope.organization_id, "looked_at": LOOKED_AT, **given}
        sql = _SAY.format(query=_tsquery(query, values), more=more)
        return await self._rows(sql, values)

    async def _few(self, wanted: CandidateFilter) -> list[UUID] | None:
        """Return those who meet filters; None where there are many, or no filters."""
        if not wanted.shape():
            return None
        given = {"organization_id": self._session.scope.organization_id, "rows": FEW + 1}
        sql = f"{compiled(wanted.shape())} order by candidate.id desc limit %(rows)s"
        found = await self._rows(sql, {**wanted.values, **given})
        return [row[0] for row in found] if len(found) <= FEW else None

    async def _rows(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        driver = await self._session.driver()
        async with driver.cursor(binary=True) as cursor:
            await cursor.execute(sql.encode(), values, prepare=False)  # planned for what is asked
            return await cursor.fetchall()


@lru_cache(maxsize=256)
def compiled(shape: Shape) -> str:
    """Return the SQL of the ids of those who meet filters, with the parameters of `CandidateFilter.values`.

    Args:
        shape: Which filters are given.
    """
    return str(matching(shape).compile(dialect=_DIALECT))


@lru_cache(maxsize=256)
def _conditions(shape: Shape) -> str:
    return str(and_(true(), *conditions(shape)).compile(dialect=_DIALECT))


@lru_cache(maxsize=1)
def _summaries() -> str:
    masked = Resume.masked_text.label("masked_text")
    statement = (
        select(*SUMMARY, masked)
        .join(
            Resume, (Resume.organization_id == Candidate.organization_id) & (Resume.id == Candidate.current_resume_id)
        )
        .where(Candidate.deleted_at.is_(None))
    )
    sql = str(statement.compile(dialect=_DIALECT))
    return sql + " and candidate.organization_id = %(organization_id)s and candidate.id = any(%(ids)s)"


def _tsquery(query: Query | None, values: dict[str, Any]) -> str:
    """Return SQL that makes a text query, whose terms PostgreSQL takes apart as it does the texts.

    Args:
        query: What is searched for.
        values: Gets the terms as parameters.
    """
    if query is None:
        return "''::tsquery"
    if isinstance(query, Term):
        name = f"term_{len(values)}"
        values[name] = query.text
        words = f"phraseto_tsquery('simple', plain_words(%({name})s))"
        return (
            f"case when {words}::text = '' then '' else {words}::text || ':*' end::tsquery" if query.begins else words
        )
    if isinstance(query, Not):
        return f"!!({_tsquery(query.part, values)})"
    sign = " && " if isinstance(query, All) else " || "
    return "(" + sign.join(f"({_tsquery(part, values)})" for part in query.parts) + ")"
