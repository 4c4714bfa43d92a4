"""Jobs as anybody may read them: lists, pages and feeds put together from what was rendered when a job changed."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.cursor import make_cursor, read_cursor
from talentflux.core.database import Database, ReadSession, Scope
from talentflux.core.errors import NotFoundError
from talentflux.core.logging import get_logger
from talentflux.repositories import public_job_repository as repository
from talentflux.schemas.public_job import PublicJobQuery
from talentflux.services import job_feeds, public_pages
from talentflux.services.job_feeds import Feed
from talentflux.services.job_rendering import ORIGIN, script_safe
from talentflux.services.job_text import to_search
from talentflux.services.public_pages import PublicPages

FEED_SECONDS: Final = 30.0
_log = get_logger("public_job")
_NEWS: Final = 100
"""Jobs of a feed of news."""
_JOBS: Final = 10_000
"""Jobs of a feed for job boards."""
_ADDRESSES: Final = 50_000
"""As many as a site map may name."""


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What is sent, the same for everybody.

    Attributes:
        body: The bytes.
        etag: A digest of them, as the header takes it.
        version: Of the jobs, before any of them was read.
        ends: When the first of the jobs in it ends.
        seconds: For how long it may be given again.
        next_cursor: Of a list that goes on.
    """

    body: bytes
    etag: str
    version: int
    ends: datetime | None
    seconds: float = public_pages.SECONDS
    next_cursor: str | None = None


class PublicJobs:
    """Gives public answers of one process, each read once in a moment.

    Args:
        database: Opens transactions of no organization.
        public_url: Where this server is reached.
    """

    def __init__(self, database: Database, public_url: str) -> None:
        self._database = database
        self._origin = public_url.rstrip("/")
        self.pages = PublicPages()

    async def page(self, asked: PublicJobQuery, organization: str | None = None) -> PublicAnswer:
        """Return a page of cards.

        Args:
            asked: Filters and place.
            organization: Slug of the only one wanted.

        Raises:
            InvalidInputError: The cursor is not one of this list with these filters.
        """
        filters = _filters(asked, organization)
        place = orjson.dumps(["public jobs", filters]).decode()
        version = public_pages.version()
        async with self._database.read_session(Scope()) as session:
            after = None
            if asked.cursor:
                moment, job_id = read_cursor(asked.cursor, place, session.keyring.sign)
                after = datetime.fromisoformat(moment), UUID(job_id)
            found = await repository.page(session, filters, after, asked.limit + 1)
            items, following = found[: asked.limit], None
            if len(found) > asked.limit:
                last = items[-1]
                following = make_cursor([last["published_at"], last["job_id"]], place, session.keyring.sign)
        cards = ",".join(row["card"] for row in items)
        text = f'{{"items":[{cards}],"next_cursor":{orjson.dumps(following).decode()},"total":null}}'
        return replace(self._answer(text.encode(), version, _first_end(items)), next_cursor=following)

    async def job(self, job_id: UUID) -> PublicAnswer:
        """Return a job with its form and JSON-LD.

        Raises:
            NotFoundError: There is none, or it is not public.
        """
        return await self._of_job(job_id, lambda body: body)

    async def json_ld(self, job_id: UUID) -> PublicAnswer:
        """Return a job as schema.org's JobPosting, safe inside of a `<script>`.

        Raises:
            NotFoundError: There is none, or it is not public.
        """
        return await self._of_job(job_id, lambda body: script_safe(orjson.dumps(orjson.loads(body)["json_ld"])))

    async def feed(self, kind: Feed, organization: str | None) -> PublicAnswer:
        """Return a feed.

        Args:
            kind: In which form.
            organization: Slug of the only one wanted.
        """
        asked = ("feed", kind, organization)
        kept: PublicAnswer | None = self.pages.find(asked)
        if kept is not None:
            return kept
        version = public_pages.version()
        async with self._database.read_session(Scope()) as session:
            if kind is Feed.SITEMAP:
                rows = await repository.addresses(session, _ADDRESSES)
                jobs = [_address(row, self._origin) for row in rows]
            else:
                rows = await repository.feed(session, organization, _NEWS if kind in job_feeds.NEWS else _JOBS)
                jobs = [job for row in rows if (job := _of_feed(row, self._origin)) is not None]
        changed = max((row["rendered_at"] for row in rows), default=datetime(1970, 1, 1, tzinfo=UTC))
        answer = self._answer(job_feeds.write(kind, jobs, self._origin, changed), version, _first_end(rows))
        self.pages.keep(asked, answer, version, answer.ends, seconds=FEED_SECONDS)
        return answer

    async def _of_job(self, job_id: UUID, make: Callable[[bytes], bytes]) -> PublicAnswer:
        version = public_pages.version()
        async with self._database.read_session(Scope()) as session:
            row = await _found(session, job_id)
        return self._answer(make(row["body"].encode()), version, row["expires_at"])

    def _answer(self, body: bytes, version: int, ends: datetime | None) -> PublicAnswer:
        body = body.replace(ORIGIN.encode(), self._origin.encode())
        return PublicAnswer(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', version, ends)


async def organization_of(database: Database, job_id: UUID) -> UUID:
    """Return whose a public job is.

    Args:
        database: Opens a transaction of no organization.
        job_id: Which.

    Raises:
        NotFoundError: There is none, or it is not public.
    """
    async with database.read_session(Scope()) as session:
        row = await _found(session, job_id)
    found: UUID = row["organization_id"]
    return found


def _of_feed(row: dict[str, Any], origin: str) -> dict[str, Any] | None:
    """Return a job as feeds take it; None where its card cannot be read, for one job must not take all from a feed."""
    try:
        found: dict[str, Any] = orjson.loads(row["feed"].replace(ORIGIN, origin))
        found["changed_at"] = _utc(row["rendered_at"])
        job_feeds.write(Feed.INDEED, [found], origin, row["rendered_at"])
    except (ValueError, KeyError, TypeError):
        _log.warning("a public job cannot be rendered for feeds", job_id=str(row["job_id"]))
        return None
    return found


def _address(row: dict[str, Any], origin: str) -> dict[str, Any]:
    return {"url": f"{origin}/jobs/{row['job_id']}", "changed_at": _utc(row["rendered_at"])}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


async def _found(session: ReadSession, job_id: UUID) -> dict[str, Any]:
    row = await repository.one(session, job_id)
    if row is None:
        raise NotFoundError("There is no such job, or it is not offered any more.")
    return row


def _filters(asked: PublicJobQuery, organization: str | None) -> list[tuple[str, str]]:
    named: dict[str, Sequence[str]] = {
        "organization": [organization] if organization else [],
        "q": to_search(asked.q).split(),
        "place": to_search(asked.place).split(),
        "remote": [asked.remote] if asked.remote else [],
        "employment_type": [asked.employment_type] if asked.employment_type else [],
        "department": [to_search(asked.department)] if asked.department else [],
    }
    return [(name, value) for name, values in named.items() for value in values]


def _first_end(rows: Sequence[dict[str, Any]]) -> datetime | None:
    return min((row["expires_at"] for row in rows if row["expires_at"] is not None), default=None)
