"""What recruiters keep goes in through the API; whoever steals database, files, logs and Redis reads none of it."""

import io

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from talentflux.core.config import Settings
from tests.api.conftest import Work
from tests.factories.dump import readable_bytes, spellings
from tests.factories.jobs import published, send
from tests.factories.recruiting import Story, add_story
from tests.factories.redis_server import RedisServer
from tests.security.test_encryption_canaries import log, redis

__all__ = ["log", "redis"]
PERSON, FORM = "Vorzelquim", "Wixtrenbor"
LIMITS = ("address", "login", "apply", "account")


@pytest.fixture
def settings(settings: Settings, redis: RedisServer) -> Settings:
    """Counts and caches in Redis; all limits are on and too high to be met."""
    limits = {f"rate_limit_{name}": 100_000 for name in LIMITS}
    return settings.model_copy(update={**limits, "redis_url": SecretStr(redis.url)})


async def _ask(story: Story, anonymous: httpx.AsyncClient) -> None:
    """Send what is known of people where it is counted, looked up or kept for the next who asks."""
    for word in (PERSON, FORM):
        login = {"email": f"mara@{word}.example.org", "password": "no canary but a long one 7f"}
        assert (await anonymous.post("/api/v1/auth/login", json=login)).status_code == 401
        for path in ("/skills", "/candidates/search"):
            await story.make(f"{path}?q={word}", method="GET")
        await story.make(f"/candidates?q={word}&email=mara@{word}.example.org", method="GET")


@pytest.mark.timeout(120)
async def test_what_is_kept_about_people_is_readable_in_no_dump_no_file_no_log_and_not_in_redis(  # noqa: PLR0917 -- fixtures
    app: FastAPI,
    client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    work: Work,
    settings: Settings,
    admin_connection: psycopg.Connection,
    log: io.StringIO,
    redis: RedisServer,
) -> None:
    story = await add_story(app, work, "Plain", PERSON)
    note = {"body": f"{PERSON} calls back", "application_id": story.ids["application_id"]}
    await story.make(f"/candidates/{story.ids['candidate_id']}/notes", note)
    letter = {"send_email": True, "delay_minutes": 0, "subject": PERSON, "body": f"Dear {PERSON}"}
    await story.make(f"/applications/{story.ids['application_id']}/reject", letter)
    job = await published(client, form=[{"id": "why", "kind": "text", "label": "Why?"}])
    sent = await send(anonymous, job["id"], name=f"Mara {FORM}", email=f"m@{FORM}.example", answers={"why": FORM})
    assert sent.status_code == 202, sent.text
    await work()
    await _ask(story, anonymous)
    await work()
    stored, held = readable_bytes(admin_connection, settings.data_folder / "files"), redis.dump()
    # What is searched holds what it is said to hold: events of all that happened, counts of each kind, kept answers.
    assert b"application.rejected" in stored
    assert b"talentflux:cache:" in held
    assert {name for name in LIMITS if f"talentflux:limit:{name}/".encode() in held} == set(LIMITS)
    places = {"database and files": stored, "logs": log.getvalue().encode(), "redis": held}
    for place, haystack in places.items():
        for word in (PERSON, FORM):
            found = [form for each in (word, word.lower()) for form in spellings(each) if form in haystack]
            around = [haystack[max(0, haystack.find(form) - 120) : haystack.find(form) + 60] for form in found]
            assert around == [], (place, word)
