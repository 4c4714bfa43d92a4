"""SQL of public jobs, in transactions of no organization: a policy of the table shows what is public and no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from talentflux.core.database import ReadSession

# The policy says the same; said here, the index knows of it.
_NOW: Final = (
    "not hidden and not organization_closed and published_at <= now() and (expires_at is null or expires_at > now())"
)


async def page(
    session: ReadSession, filters: Sequence[tuple[str, Any]], after: tuple[datetime, UUID] | None, rows: int
) -> list[dict[str, Any]]:
    """Read cards, those published last first.

    Args:
        session: A transaction of no organization.
        filters: Names and values: `organization`, `q`, `place` (a word each), `remote`, `employment_type`,
            `department`.
        after: Where the page before ended.
        rows: How many.
    """
    conditions = {
        "organization": "organization_slug = %s",
        "q": "strpos(words, %s) > 0",
        "place": "strpos(place_words, %s) > 0",
        "remote": "remote = %s",
        "employment_type": "employment_type = %s",
        "department": "department = %s",
    }
    where = [_NOW, *(conditions[name] for name, _ in filters)]
    values: list[Any] = [value for _, value in filters]
    if after is not None:
        where.append("(published_at, job_id) < (%s, %s)")
        values += after
    query = (
        "select job_id, published_at, expires_at, card from job_card where "  # noqa: S608 -- of the constants above
        + " and ".join(where)
        + " order by published_at desc, job_id desc limit %s"
    )
    return await _all(session, query, [*values, rows])


async def one(session: ReadSession, job_id: UUID) -> dict[str, Any] | None:
    """Return the page of a public job; None where it is not public.

    Args:
        session: A transaction of no organization.
        job_id: Which.
    """
    query = f"select organization_id, expires_at, body from job_card where {_NOW} and job_id = %s"  # noqa: S608 -- as above
    found = await _all(session, query, [job_id])
    return found[0] if found else None


async def feed(session: ReadSession, organization: str | None, rows: int) -> list[dict[str, Any]]:
    """Read what feeds need, those published last first.

    Args:
        session: A transaction of no organization.
        organization: Slug of the only one wanted.
        rows: How many.
    """
    only = "" if organization is None else " and organization_slug = %s"
    query = (
        f"select job_id, expires_at, rendered_at, feed from job_card where {_NOW}{only} "  # noqa: S608 -- as above
        "order by published_at desc, job_id desc limit %s"
    )
    return await _all(session, query, [*([] if organization is None else [organization]), rows])


async def addresses(session: ReadSession, rows: int) -> list[dict[str, Any]]:
    """Read which jobs are public and when each changed, those published last first.

    Args:
        session: A transaction of no organization.
        rows: How many.
    """
    query = (
        f"select job_id, expires_at, rendered_at from job_card where {_NOW} "  # noqa: S608 -- as above
        "order by published_at desc, job_id desc limit %s"
    )
    return await _all(session, query, [rows])


async def _all(session: ReadSession, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    driver = await session.driver()
    async with driver.cursor(row_factory=dict_row, binary=True) as rows:
        await rows.execute(query.encode(), values)
        return await rows.fetchall()
