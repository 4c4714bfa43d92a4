"""A thousand personal details go in through the API; whoever steals database, files and logs reads none of them."""

import base64
import io
import logging
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from talentflux.core.config import LogFormat, Settings
from talentflux.core.logging import configure_logging
from tests.api.conftest import Work
from tests.api.support import ANY_VERSION, requisition, zipped
from tests.factories.dump import readable_bytes, spellings
from tests.factories.redis_server import RedisServer, redis_server

RESUMES, CORRECTED, ACCOUNTS = 140, 60, 12
MARK, PHONES = "Zyqokavu", "707070"
"""Part of every canary, so that one search finds them all."""
_SYLLABLES = (
    "vel",
    "dor",
    "mik",
    "sal",
    "tren",
    "bor",
    "lan",
    "fir",
    "gos",
    "hul",
    "pem",
    "ruk",
    "wix",
    "zan",
    "quo",
    "jel",
)


@dataclass
class Person:
    """Somebody made up, of whom nothing may be readable."""

    number: int
    given: str
    family: str
    canaries: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        return f"{self.given}.{self.family}@{self.family}-mail.example".lower()

    @property
    def phone(self) -> str:
        return f"+49 30 {PHONES}{self.number:04}"

    @property
    def file_name(self) -> str:
        return f"cv-{self.family.lower()}-{self.number}.txt"

    @property
    def street(self) -> str:
        return f"{self.family}strasse {self.number}"

    def resume(self) -> bytes:
        self.canaries += [self.family, self.email, self.phone.split()[-1], self.street, self.file_name, self.name]
        return f"""{self.name}
Backend developer
{self.email} | {self.phone}
Address: {self.street}, 10115 Berlin

Experience
Backend developer, Northwind Data AB, 2018-03 - 2024-06
Built services in Python and PostgreSQL for 40 teams. {self.given}'s team won a prize.

Skills
Docker, Linux, PostgreSQL, Kubernetes
""".encode()


def _people(count: int) -> Iterator[Person]:
    """Make people whose names nobody has and no list knows."""
    chance = random.Random(7)
    seen: set[str] = set()
    while len(seen) < count:
        given, family = "".join(chance.sample(_SYLLABLES, 2)).capitalize(), MARK + "".join(chance.sample(_SYLLABLES, 2))
        if family not in seen:
            seen.add(family)
            yield Person(len(seen), given, family)


async def _use_everything(client: httpx.AsyncClient, work: Work, people: list[Person]) -> list[str]:
    """Upload, correct, search, rank, fail and register; return all details that went in."""
    asked = await requisition(client)
    read, left = people[:RESUMES], people[RESUMES:]
    archive = zipped({person.file_name: person.resume() for person in read[20:]})
    files = [("files", (person.file_name, person.resume(), "text/plain")) for person in read[:20]]
    empty = Person(9999, "Nobody", f"{MARK}leer")
    files += [("files", (f"{MARK}-archive.zip", archive, "application/zip"))]
    files += [("files", (empty.file_name, b"", "text/plain"))]
    accepted = await client.post("/api/v1/resumes", files=files, data={"requisition_id": asked["id"]})
    assert accepted.status_code == 202, accepted.text
    await work()
    told = (await client.get(f"/api/v1/tasks/{accepted.json()['task']['id']}")).json()
    assert (told["status"], [error["file"] for error in told["errors"]]) == ("succeeded", [empty.file_name])
    assert (await client.post(f"/api/v1/requisitions/{asked['id']}/match", json={"limit": 500})).status_code == 202
    await work()
    ranked = (await client.get(f"/api/v1/requisitions/{asked['id']}/matches", params={"limit": 200})).json()["items"]
    assert {row["candidate_name"] for row in ranked} >= {person.name for person in read[:20]}
    canaries = [empty.file_name, f"{MARK}-archive.zip"]
    for person, row in zip(left[:CORRECTED], ranked, strict=False):
        body = {"name": person.name, "email": person.email, "phone": person.phone, "location": person.street}
        path = f"/api/v1/candidates/{row['candidate_id']}"
        answer = await client.patch(path, json={**body, "headline": f"Friend of {person.family}"}, headers=ANY_VERSION)
        assert answer.status_code == 200, answer.text
        found = await client.get("/api/v1/candidates", params={"q": person.family[:6], "email": person.email})
        assert [each["name"] for each in found.json()["items"]] == [person.name]
        canaries += [person.family, person.email, person.phone.split()[-1], person.street]
    for person in left[CORRECTED:]:
        body = {"email": person.email, "name": person.name, "password": "no canary but a long one 7f"}
        answer = await client.post("/api/v1/auth/register", json=body)
        assert answer.status_code in {201, 202}, answer.text
        canaries += [person.email, person.name, person.family]
    for person in left[:20]:
        login = {"email": person.email, "password": "no canary but a long one 7f"}
        assert (await client.post("/api/v1/auth/login", json=login)).status_code == 401
        assert (await client.get("/api/v1/skills", params={"q": person.name})).status_code == 200
        assert (await client.get("/api/v1/skills", params={"q": person.email})).status_code == 200
    await work()
    return canaries + [canary for person in read for canary in person.canaries]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, down to the least level."""
    written = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        configure_logging(Settings(log_format=LogFormat.JSON, log_level="DEBUG", _env_file=None))
    # The test's own client writes down what it asks for.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    yield written
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    configure_logging(Settings(log_format=LogFormat.JSON, _env_file=None))


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, redis: RedisServer) -> Settings:
    """Counts and caches in Redis; the limits are on and too high to be met."""
    limits = dict.fromkeys(("address", "login", "account", "key"), 100_000)
    given = {f"rate_limit_{name}": limit for name, limit in limits.items()}
    return settings.model_copy(update={**given, "redis_url": SecretStr(redis.url)})


async def test_a_thousand_canaries_are_readable_in_no_dump_no_file_no_log_and_not_in_redis(  # noqa: PLR0917 -- fixtures
    client: httpx.AsyncClient,
    work: Work,
    settings: Settings,
    admin_connection: psycopg.Connection,
    log: io.StringIO,
    redis: RedisServer,
) -> None:
    people = list(_people(RESUMES + CORRECTED + ACCOUNTS))
    canaries = sorted(set(await _use_everything(client, work, people)))
    assert len(canaries) >= 1000
    assert all(MARK.lower() in canary.lower() or canary.startswith(PHONES) for canary in canaries)
    assert '"request_id"' in log.getvalue()
    places = {
        "database and files": readable_bytes(admin_connection, settings.data_folder / "files"),
        "logs": log.getvalue().encode(),
        "redis": redis.dump(),
    }
    # What is searched holds what it is said to hold: jobs with their arguments, counts, cached answers.
    assert b"resume.parse" in places["database and files"]
    assert len(places["redis"]) > 1000, places["redis"]
    for place, haystack in places.items():
        assert _heard(haystack, canaries) == [], place


def _heard(haystack: bytes, canaries: list[str]) -> list[str]:
    """Return which canaries, or forms of their common part, can be read."""
    numbers = {number.decode() for number in re.findall(rb"(?=(%s\d{4}))" % PHONES.encode(), haystack)}
    heard = sorted(numbers & set(canaries))
    heard += [form.hex() for mark in (MARK, MARK.lower()) for form in spellings(mark) if form in haystack]
    heard += [form.hex() for form in spellings(PHONES)[1:] if form in haystack]
    return heard + [MARK] * (MARK.lower().encode() in haystack.lower())


@pytest.mark.parametrize(
    "written",
    [
        "x Zyqokavudorhul x",
        "mail@zyqokavudorhul-mail.example",
        "ZYQOKAVU",
        "7070700012",
        "5a79716f6b617675",
        "eA==Wnlxb2thdnU=",
    ],
)
def test_a_canary_is_heard_in_any_spelling(written: str) -> None:
    for before in ("", "a", "ab"):
        assert _heard(written.encode(), ["7070700012"])
        assert _heard(base64.b64encode(f"{before}{MARK} and more".encode()), [])
        assert _heard(base64.b64encode(f"{before}{PHONES}0012".encode()), [])
    assert not _heard(b"nothing 7070709999 to hear", ["7070700012"])
