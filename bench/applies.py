"""2,000 people apply to one job at once, the worker is killed ten times: all acknowledged are there, once, matched.

The clients send what a browser sends, over real connections, and try again with the same form where they were not
answered. Whoever was acknowledged has one candidate, one application and one resume that was read.
"""

import asyncio
import json
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.faults import Platform, resume
from bench.figures import Figure, print_figures
from talentflux.core import puzzle

COUNT, KILLS = 2000, 10
_AT_ONCE = 100  # connections; the rest wait in line, as in front of a proxy
_DIFFICULTY = 8
_PAUSE_SECONDS = 1.5
_PATIENCE_SECONDS = 900.0
SETTINGS = {
    "TALENTFLUX_APPLY_DIFFICULTY": str(_DIFFICULTY),
    "TALENTFLUX_RATE_LIMIT_APPLY": "0",
    "TALENTFLUX_RATE_LIMIT_ADDRESS": "0",
    "TALENTFLUX_RATE_LIMIT_ACCOUNT": "0",
}
_TERMS = {
    "places": [{"country": "US", "region": "Texas", "city": "Austin"}],
    "pay_min": "90000",
    "pay_max": "120000",
    "pay_currency": "USD",
    "pay_period": "year",
}


@dataclass(frozen=True)
class Outcome:
    """What was there in the end.

    Attributes:
        acknowledged: Forms that were answered with 202.
        lost: Of these, people without an application.
        twice: People with several applications, or several candidates.
        read: Resumes that were read.
        matched: Applications that were compared with the requirements.
        kills: How often the worker was killed.
        sending: Seconds until all were acknowledged.
        reading: Seconds until all were read.
    """

    acknowledged: int
    lost: int
    twice: int
    read: int
    matched: int
    kills: int
    sending: float
    reading: float


def apply_under_kills(folder: Path, count: int = COUNT, kills: int = KILLS) -> Outcome:
    """Let people apply while the worker is killed.

    Args:
        folder: Data folder, empty or missing.
        count: How many people.
        kills: How often the worker is killed.
    """
    platform = Platform(folder, SETTINGS)
    done = threading.Event()
    killer = threading.Thread(target=_kill, args=(platform, kills, done))
    try:
        job_id = _job(platform)
        began = time.monotonic()
        killer.start()
        acknowledged = asyncio.run(_send_all(platform.url, job_id, count))
        sending = time.monotonic() - began
        killer.join()
        read = _wait(platform, count)
        reading = time.monotonic() - began
        applications, people = platform.everything("applications"), platform.everything("candidates")
        matched = _matched(platform, count)
    finally:
        done.set()
        platform.end()
    addresses = Counter(person["email"] for person in people)
    by_person = Counter(item["candidate_id"] for item in applications)
    with_application = {person["email"] for person in people if by_person[person["id"]]}
    return Outcome(
        acknowledged=len(acknowledged),
        lost=len(acknowledged - with_application),
        twice=sum(times > 1 for times in (*addresses.values(), *by_person.values())),
        read=read,
        matched=matched,
        kills=platform.kills,
        sending=sending,
        reading=reading,
    )


def _job(platform: Platform) -> str:
    """Publish a job and return its id."""
    with httpx.Client(base_url=f"{platform.url}/api/v1", headers=platform.headers, timeout=30) as client:
        described = {"description": "Backend developer\n\nRequired:\n- PostgreSQL\n- 3 years of Python"}
        need = client.post("/requisitions", json=described).raise_for_status().json()
        given = {"requisition_id": need["id"], "language": "en", "terms": _TERMS}
        made = client.post("/jobs", json=given).raise_for_status().json()
        client.post(f"/jobs/{made['id']}/publish", json={}).raise_for_status()
    return str(made["id"])


def _kill(platform: Platform, kills: int, done: threading.Event) -> None:
    """Kill the worker again and again; `up` starts another each time."""
    while platform.kills < kills and not done.wait(_PAUSE_SECONDS):
        platform.kill_child("worker")


async def _send_all(url: str, job_id: str, count: int) -> set[str]:
    """Return the addresses that were acknowledged."""
    limits = httpx.Limits(max_connections=_AT_ONCE)
    path = f"{url}/api/v1/public/jobs/{job_id}"
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:
        gate = asyncio.Semaphore(_AT_ONCE)
        return set(await asyncio.gather(*(_send(client, gate, path, number) for number in range(count))))


async def _send(client: httpx.AsyncClient, gate: asyncio.Semaphore, path: str, number: int) -> str:
    """Send one form until it is acknowledged; the same form again where no answer came."""
    name, content = resume(number)
    email = f"alex.{number:04d}@example.org"
    async with gate:
        given = await _answered(client, "GET", f"{path}/challenge")
        challenge = given["challenge"]
        solution = puzzle.solve(challenge, given["difficulty"])
        form = {"name": f"Alex Example{number:04d}", "email": email, "challenge": challenge, "solution": solution}
        parts = {"files": {"resume": (name, content, "text/plain")}, "data": {"application": json.dumps(form)}}
        await _answered(client, "POST", f"{path}/applications", **parts)
    return email


async def _answered(client: httpx.AsyncClient, method: str, url: str, **parts: Any) -> Any:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = await client.request(method, url, **parts)
        except httpx.TransportError:
            await asyncio.sleep(0.2)
            continue
        if answer.status_code < httpx.codes.BAD_REQUEST:
            return answer.json()
        if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            raise SystemExit(f"a form was refused: {answer.text}")
        await asyncio.sleep(0.2)
    raise SystemExit("the platform did not answer")


def _wait(platform: Platform, count: int) -> int:
    """Wait until the resumes are read; return how many are."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    read = 0
    while read < count and time.monotonic() < deadline:
        time.sleep(1)
        read = sum(item["status"] == "parsed" for item in platform.everything("resumes"))
    return read


def _matched(platform: Platform, count: int) -> int:
    """Wait until the applications are compared with the requirements; return how many are."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    matched = 0
    while matched < count and time.monotonic() < deadline:
        time.sleep(1)
        matched = len({item["application_id"] for item in platform.everything("screenings") if item["state"] == "done"})
    return matched


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-applies-") as folder:
        Path(folder).chmod(0o755)  # the database server runs as another user when this runs as root
        outcome = apply_under_kills(Path(folder) / "data")
    lower: dict[str, Any] = {"higher_is_better": False}
    return [
        Figure(f"applications acknowledged, of {COUNT} at once", outcome.acknowledged, COUNT),
        Figure(f"of these lost, with the worker killed {outcome.kills} times", outcome.lost, 0, **lower),
        Figure("people or applications there twice", outcome.twice, 0, **lower),
        Figure("resumes read", outcome.read, COUNT),
        Figure("applications matched", outcome.matched, COUNT),
        Figure("until all were acknowledged", outcome.sending, None, unit=" s", **lower),
        Figure("until all were read", outcome.reading, None, unit=" s", **lower),
    ]


if __name__ == "__main__":
    print_figures(run())
