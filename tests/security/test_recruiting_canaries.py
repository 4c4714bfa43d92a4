"""Everything that recruiters keep goes in through the API; whoever steals database, files and logs reads none of it."""

import io

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.config import Settings
from tests.api.conftest import Work
from tests.factories.dump import readable_bytes, spellings
from tests.factories.jobs import published, send
from tests.factories.recruiting import add_story
from tests.security.test_encryption_canaries import log

__all__ = ["log"]
PERSON, FORM = "Vorzelquim", "Wixtrenbor"


@pytest.mark.timeout(120)
async def test_what_is_kept_about_people_is_readable_in_no_dump_no_file_and_no_log(  # noqa: PLR0917 -- fixtures
    app: FastAPI,
    client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    work: Work,
    settings: Settings,
    admin_connection: psycopg.Connection,
    log: io.StringIO,
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
    stored = readable_bytes(admin_connection, settings.data_folder / "files")
    assert b"application.rejected" in stored
    for place, haystack in {"database and files": stored, "logs": log.getvalue().encode()}.items():
        for word in (PERSON, FORM):
            found = [form for each in (word, word.lower()) for form in spellings(each) if form in haystack]
            around = [haystack[max(0, haystack.find(form) - 120) : haystack.find(form) + 60] for form in found]
            assert around == [], (place, word)
