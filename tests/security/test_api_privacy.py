"""What people are called and how they are reached: not in jobs, not in what is scored or embedded, not in logs."""

import io
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from tests.api.conftest import Work
from tests.api.support import imported

COMMAND = Path(sys.executable).with_name("talentflux")
PASSWORD = "violet harbour 44 lamps"
LAYOUTS = (
    "{name}\nDeveloper\n{email} | {phone}\n\nExperience\nDeveloper, Northwind, 2018 - 2024\n\nSkills\nPython, SQL\n",
    "Curriculum vitae\n\nName: {name}\nE-mail: {email}\nPhone: {phone}\n\nSkills\nPython, SQL\n",
    "{upper}\nNurse\n\nExperience\nNurse, Hospital of Bern, 03/2015 - 02/2020\n\nContact\n{phone}\n{email}\n",
    "Lebenslauf\n\n{name}\nTelefon: {phone}\nE-Mail: {email}\n\nBerufserfahrung\n2017 - 2021 Buchhalter, Muster AG\n",
    "{name}\n{phone} · {email}\n\nSummary\nI am {name}, an accountant with SAP. Write to <{email}>.\n",
)


@dataclass(frozen=True)
class Person:
    first: str
    last: str
    phone: str

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}@canary.example".lower()

    def resume(self, layout: str) -> bytes:
        name = f"{self.first} {self.last}"
        fields = {"name": name, "upper": name.upper(), "email": self.email, "phone": self.phone}
        return layout.format(**fields).encode()

    def traces(self) -> re.Pattern[str]:
        digits = r"\D{0,2}".join(re.sub(r"\D", "", self.phone)[-8:])
        return re.compile(rf"{self.first}|{self.last}|{re.escape(self.email)}|{digits}", re.IGNORECASE)


def people(count: int) -> list[Person]:
    """Return made-up people whose names are no words."""
    rng = random.Random(7)
    syllables = ("vor", "zel", "quim", "bax", "tro", "lun", "gri", "mek", "fyr", "dov", "nax", "pel", "wub", "kiz")

    def word() -> str:
        return "".join(rng.choices(syllables, k=3)).capitalize()

    return [Person(word(), word(), f"+44 20 7946 {rng.randrange(1000):04d}") for _ in range(count)]


def archive(crowd: list[Person]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for number, person in enumerate(crowd):
            name = f"{person.first}_{person.last}.txt"
            packed.writestr(name, person.resume(LAYOUTS[number % len(LAYOUTS)]))
    return target.getvalue()


async def test_two_hundred_people_leave_no_trace_in_jobs_masked_text_features_and_words(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    crowd = people(200)
    task = await imported(client, work, {"pile.zip": archive(crowd)})
    assert (task["status"], task["processed"]) == ("succeeded", 200)
    columns = {
        "jobs": "select args::text from procrastinate_jobs",
        "masked text": "select masked_text from resume",
        "features": "select features::text from resume",
        "words": "select words::text from resume",
        "skills": "select skill_id from resume_skill",
    }
    found = {}
    for place, query in columns.items():
        text = "\n".join(row[0] or "" for row in admin_connection.execute(query).fetchall())
        assert text, place
        found[place] = [match[0] for person in crowd if (match := person.traces().search(text))]
    assert not any(found.values()), found


def test_the_log_of_a_whole_run_names_nobody(tmp_path: Path) -> None:
    crowd = people(12)
    environment = os.environ | {
        "TALENTFLUX_DATA_FOLDER": str(tmp_path),
        "TALENTFLUX_PORT": "0",
        "TALENTFLUX_LOG_LEVEL": "DEBUG",
    }
    log = tmp_path / "log"
    owner = Person("Quorvan", "Tebrixol", "+44 20 7946 0000")
    made = [COMMAND, "accounts", "create-owner", "--email", owner.email, "--name", f"{owner.first} {owner.last}"]
    options = ["--organization", "Northwind"]
    subprocess.run(
        [*made, *options], check=True, env=environment, input=f"{PASSWORD}\n", text=True, capture_output=True
    )
    with (
        log.open("wb") as errors,
        subprocess.Popen([COMMAND, "up"], stdout=subprocess.PIPE, stderr=errors, text=True, env=environment) as up,
    ):
        try:
            assert up.stdout is not None
            match = re.search(r"http://\S+", up.stdout.readline())
            assert match is not None
            with httpx.Client(base_url=match[0], timeout=30) as browser:
                login = {"email": owner.email, "password": PASSWORD}
                assert browser.post("/api/v1/auth/login", json=login | {"password": owner.last}).status_code == 401
                token = browser.post("/api/v1/auth/login", json=login).json()["access_token"]
                browser.headers["Authorization"] = f"Bearer {token}"
                use(browser, crowd)
        finally:
            up.send_signal(signal.SIGINT)
            assert up.wait(30) == 0
    text = log.read_text()
    assert "[debug" in text
    assert [found[0] for person in [*crowd, owner] if (found := person.traces().search(text))] == []
    assert PASSWORD not in text
    assert token not in text


def use(browser: httpx.Client, crowd: list[Person]) -> None:
    """Import people, also from files that cannot be read, look for them, and ask for what is refused."""
    broken = [
        ("files", (f"{person.first} {person.last}.pdf", b"%PDF-1.7 " + person.email.encode())) for person in crowd
    ]
    answers = [
        browser.post("/api/v1/resumes", files=[("files", ("pile.zip", archive(crowd))), *broken]),
        browser.post("/api/v1/resumes", files=[("files", (f"{crowd[0].last}.zip", b"none"))]),
        browser.get("/api/v1/candidates", params={"email": crowd[0].email}),
        browser.get(f"/{crowd[0].last}"),
        browser.get("/api/v1/candidates", params={"email": crowd[0].email, "limit": crowd[0].last}),
        browser.post("/api/v1/requisitions", json={"description": crowd[0].email, crowd[0].last: crowd[0].phone}),
        browser.post("/api/v1/requisitions", json={"description": f"{crowd[0].email}\0"}),
    ]
    assert [answer.status_code for answer in answers] == [202, 422, 200, 404, 422, 422, 422]
    for _ in range(300):
        task = browser.get(f"/api/v1/tasks/{answers[0].json()['task']['id']}").json()
        if task["status"] not in ("queued", "running"):
            break
        time.sleep(0.1)
    assert (task["processed"], len(task["errors"])) == (24, 12)
