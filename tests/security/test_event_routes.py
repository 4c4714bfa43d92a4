"""Every operation that changes a candidate, a requisition, a job or an application tells followers of it."""

import re
from typing import Final

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from tests.api.conftest import Work
from tests.factories.people import Person
from tests.security.test_audit_routes import CHAPTERS, Story, hire

_STEMS: Final = re.compile(
    r"/api/v1/(candidates|requisitions|jobs|applications|application-tasks|notes|attachments|candidate-links|referrals"
    r"|tracking-links|tags|talent-pools|openings|approvals)(/|$)"
)
_POOL: Final = "a pool is none of the four; who comes into one or leaves it is told of"
SILENT: Final = {
    "change_applications_in_bulk": "the worker tells of each application when its turn comes",
    "create_talent_pool": _POOL,
    "delete_talent_pool": _POOL,
    "match_requisition": "ranks, and changes nothing",
    "preview_bulk_applications": "says what would happen; changes nothing",
    "reassign_approval": "another person is asked; what they decide is told of",
    "restore_talent_pool": _POOL,
    "screen_application": "the worker tells when it is screened",
    "screen_requisition": "the worker tells of each application that is screened",
    "update_talent_pool": _POOL,
}
"""Operations that tell nobody, with the reason."""


class Told(Story):
    """Keeps of each operation how many events it wrote."""

    def __init__(self, app: FastAPI, admin: psycopg.Connection) -> None:
        super().__init__(app)
        self._admin = admin
        self._before = self._count()
        self.told: dict[str, int] = {}

    def _count(self) -> int:
        row = self._admin.execute("select count(*) from event").fetchone()
        assert row is not None
        return int(row[0])

    async def _seen(self, answer: httpx.Response) -> None:
        await super()._seen(answer)
        now, before = self._count(), self._before
        self._before = now
        if answer.request.method != "GET" and _STEMS.match(answer.request.url.path):
            name = self.calls[-1][0]
            self.told[name] = self.told.get(name, 0) + now - before


@pytest.mark.timeout(300)
async def test_every_change_of_what_recruiters_have_is_told_to_followers(
    app: FastAPI, owner: Person, work: Work, admin_connection: psycopg.Connection
) -> None:
    story = Told(app, admin_connection)

    async def quietly() -> None:
        await work()
        story._before = story._count()  # what a worker tells of is not the next operation's

    async with story.client(owner.headers) as send:
        await hire(send, quietly)
        for chapter in CHAPTERS:
            await chapter(story, send, quietly)
    silent = sorted(name for name, number in story.told.items() if not number)
    assert silent == sorted(SILENT), " ".join(silent)
