"""SQL that finds the resumes worth scoring: lexical and dense search inside one organization.

Under row-level security only leakproof operators may use an index before the policy has been checked. Those on arrays
and text vectors are not, so skills are looked up in `resume_skill`, and words of the text are counted for resumes
that were found by skill or by vector (for all of them while the organization is small).
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from talentflux.core.database import AnySession
from talentflux.models.resume import FAST_DIMENSIONS
from talentflux.schemas.ranking import MatchScope

EXACT_LIMIT: Final = 20_000
"""Up to so many resumes all vectors are compared; beyond, the approximate index is asked."""

SCAN_WIDTH: Final = 4
"""The index looks at so many times the rows asked for, at most 1,000, so that what it misses is rare."""


@dataclass(frozen=True)
class RetrievalQuery:
    """What is looked for.

    Attributes:
        vector: Of the job's text, length 1; None to search by words alone.
        embedder: Whose vectors it can be compared with.
        skill_ids: Skills asked for.
        words: A text query as `websearch_to_tsquery` reads it; empty for none.
        requisition_id: For what; None where it is not stored.
        among: Whose resumes are looked at.
    """

    vector: NDArray[np.float32] | None
    embedder: str | None
    skill_ids: tuple[str, ...]
    words: str
    requisition_id: UUID | None = None
    among: MatchScope = MatchScope.POOL


@dataclass(frozen=True)
class Retrieved:
    """A resume worth scoring, with what it was found by.

    Attributes:
        resume_id: The resume.
        similarity: Inner product with the query's vector; None without a vector of the same embedder.
        skills: How many of the skills asked for it shows.
        words: Rank of the text query in its text.
    """

    resume_id: UUID
    similarity: float | None
    skills: int
    words: float


_OF_SCOPE = """
    from resume
    where resume.organization_id = %(organization_id)s and resume.deleted_at is null and resume.status = 'parsed'
"""
_APPLIED = """
    and resume.id in (
        select resume_id from application
        where organization_id = %(organization_id)s and requisition_id = %(requisition_id)s and deleted_at is null
    )
"""
# Whoever said nothing may be approached while their data are kept; who said no, or yes for a time that is over, not.
_APPROACHABLE = """
    exists (
        select from candidate
        where candidate.organization_id = %(organization_id)s and candidate.id = resume.candidate_id
          and candidate.deleted_at is null and not candidate.do_not_contact and candidate.consent <> 'withdrawn'
          and (candidate.consent_until is null or candidate.consent_until > now())
          and (candidate.retain_until is null or candidate.retain_until > now())
    )
"""
_HAS_APPLIED = """
    exists (
        select from application
        where application.organization_id = %(organization_id)s and application.candidate_id = resume.candidate_id
          and application.requisition_id = %(requisition_id)s and application.deleted_at is null
    )
"""
_REDISCOVERED = f"and {_APPROACHABLE} and not {_HAS_APPLIED}"
_AMONG = {MatchScope.POOL: "", MatchScope.APPLICATIONS: _APPLIED, MatchScope.REDISCOVERY: _REDISCOVERED}
# Of the whole pool few are left out, so that is asked of those who were found only.
_CONSIDERED = {MatchScope.POOL: f"and ({_APPROACHABLE} or {_HAS_APPLIED})"}
_SIZE = """
    select count(*) from (
        select from resume where organization_id = %(organization_id)s limit %(rows)s
    ) counted
"""
# Adding zero keeps the planner from asking the approximate index.
_EXACT = """
    select resume.id {scope} and embedder = %(embedder)s
    order by (embedding <#> %(vector)s::halfvec) + 0 limit %(rows)s
"""
_APPROXIMATE = f"""
    select resume.id {{scope}} and embedder = %(embedder)s and vector_dims(embedding) = {FAST_DIMENSIONS}
    order by embedding::halfvec({FAST_DIMENSIONS}) <#> %(vector)s::halfvec({FAST_DIMENSIONS}) limit %(rows)s
"""
_SETTINGS = """
    select set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %(ef_search)s, true)
"""
_BY_SKILL = """
    select resume_id from resume_skill
    where organization_id = %(organization_id)s and skill_id = any(%(skill_ids)s) {among}
    group by resume_id order by count(*) desc, resume_id desc limit %(rows)s
"""
_BY_WORDS = """
    select resume.id {scope} and words @@ websearch_to_tsquery('simple', %(words)s)
    order by ts_rank(words, websearch_to_tsquery('simple', %(words)s)) desc, resume.id desc limit %(rows)s
"""
_MEASURED = """
    select resume.id,
           case when embedder = %(embedder)s then -(embedding <#> %(vector)s::halfvec) end,
           (select count(*) from resume_skill
            where resume_skill.organization_id = resume.organization_id and resume_skill.resume_id = resume.id
              and skill_id = any(%(skill_ids)s)),
           case when %(words)s <> '' then ts_rank(words, websearch_to_tsquery('simple', %(words)s)) else 0 end
    {scope} and resume.id = any(%(ids)s) {considered}
"""


class RetrievalRepository:
    """Finds resumes of the organization for a requisition.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def find(self, query: RetrievalQuery, rows: int) -> list[Retrieved]:
        """Return the resumes nearest to a query by vector, by skills and by words.

        Args:
            query: What is looked for.
            rows: Most resumes from each of the three lists.

        Returns:
            The union of the lists, each resume with all three measures, in no order.
        """
        scope = _OF_SCOPE + _AMONG[query.among]
        values = self._values(query, rows)
        applied = query.among is MatchScope.APPLICATIONS
        small = applied or await self._is_small(values)
        found: set[UUID] = set()
        if query.vector is not None:
            found.update(await self._nearest(scope, values, small=small))
        if query.skill_ids and not applied:
            among = "" if query.among is MatchScope.POOL else f"and resume_id in (select resume.id {scope})"
            found.update(await self._ids(_BY_SKILL.format(among=among), values))
        if query.words and small:
            found.update(await self._ids(_BY_WORDS.format(scope=scope), values))
        if applied:
            found.update(await self._ids(f"select resume.id {scope} order by resume.id desc limit %(rows)s", values))
        measured = await self._rows(
            _MEASURED.format(scope=scope, considered=_CONSIDERED.get(query.among, "")), values | {"ids": list(found)}
        )
        return [Retrieved(*row) for row in measured]

    def _values(self, query: RetrievalQuery, rows: int) -> dict[str, Any]:
        """Return the parameters that all statements share."""
        vector = None if query.vector is None else "[" + ",".join(f"{value:.5g}" for value in query.vector) + "]"
        return {
            "organization_id": self._session.scope.organization_id,
            "requisition_id": query.requisition_id,
            "embedder": query.embedder,
            "vector": vector,
            "dimensions": 0 if query.vector is None else len(query.vector),
            "skill_ids": list(query.skill_ids),
            "words": query.words,
            "rows": rows,
        }

    async def _is_small(self, values: dict[str, Any]) -> bool:
        counted = await self._rows(_SIZE, values | {"rows": EXACT_LIMIT + 1})
        return int(counted[0][0]) <= EXACT_LIMIT

    async def _nearest(self, scope: str, values: dict[str, Any], *, small: bool) -> list[UUID]:
        """Return the nearest by vector: in exact order where few are compared or no index fits."""
        if small or values["dimensions"] != FAST_DIMENSIONS:
            return await self._ids(_EXACT.format(scope=scope), values)
        await self._rows(_SETTINGS, {"ef_search": str(min(1000, values["rows"] * SCAN_WIDTH))})
        return await self._ids(_APPROXIMATE.format(scope=scope), values)

    async def _ids(self, sql: str, values: dict[str, Any]) -> list[UUID]:
        return [row[0] for row in await self._rows(sql, values)]

    async def _rows(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        driver = await self._session.driver()
        async with driver.cursor(binary=True) as cursor:
            await cursor.execute(sql.encode(), values)
            return await cursor.fetchall()
