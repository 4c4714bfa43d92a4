"""What `make demo` does: a newcomer's first five minutes, as a client of the API."""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.core.errors import ConfigurationError, ConflictError, TalentFluxError
from talentflux.core.keyring import Keyring
from talentflux.db.provision import provide
from talentflux.demo_history import date_back
from talentflux.demo_organization import DemoOrganization
from talentflux.schemas.screening import ScreeningReport
from talentflux.schemas.task import TaskStatus
from talentflux.services import auth_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.web.terminal import shortlist_table, unreadable_list
from talentflux.workers.supervisor import run_up

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SHOWN_JOB = "senior-backend-engineer.md"
OWNER_EMAIL = "owner@demo.example"
_API = "/api/v1"
_PATIENCE_SECONDS = 300.0


class DemoError(TalentFluxError):
    """The demo could not go on; the sentence says why."""

    code = "demo"
    title = "The demo could not go on"


def run_demo(settings: Settings, *, stay: bool) -> int:
    """Start everything, load the examples, print a shortlist.

    Args:
        settings: Where data lies and where the API listens.
        stay: Leave the API running until Ctrl-C.

    Returns:
        Exit code.

    Raises:
        ConfigurationError: The examples are not there, or a setting is wrong.
        DemoError: The API refused something or did not finish in time.
    """
    if not EXAMPLES.is_dir():
        raise ConfigurationError(f"The demo needs the folder {EXAMPLES}: run it from a checkout of the repository.")

    def play(address: str) -> None:
        owner = demo_owner(settings)
        with httpx.Client(base_url=address, timeout=60.0) as client:
            Demo(client, Console(), owner, lambda: _date_back(settings)).play()
        if not stay:
            raise SystemExit(0)
        Console().print("Ctrl-C ends it.")

    return run_up(settings, on_ready=play)


@dataclass(frozen=True)
class Owner:
    """Who owns the demo's organization.

    Attributes:
        email: To log in with.
        password: As above; made up on the first run.
        file: Where the two are kept, for this user only.
    """

    email: str
    password: str
    file: Path


def demo_owner(settings: Settings) -> Owner:
    """Return the owner of the demo's organization; the first run makes the account.

    Args:
        settings: Name the database and the data folder.

    Raises:
        ConfigurationError: The address has an account whose password the data folder does not know.
    """
    file = settings.data_folder / "demo-login.json"
    if file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Owner(kept["email"], kept["password"], file)
    owner = Owner(OWNER_EMAIL, secrets.token_urlsafe(12), file)
    url = settings.database_url.get_secret_value() if settings.database_url else None
    with provide(settings.data_folder, url) as provided:
        asyncio.run(_make_owner(provided.app_url, settings, owner))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as kept_file:
        json.dump({"email": owner.email, "password": owner.password}, kept_file)
    return owner


async def _make_owner(url: str, settings: Settings, owner: Owner) -> None:
    async with Database(url, 1, keyring=Keyring.from_settings(settings)) as database:
        try:
            await auth_service.create_owner(
                database,
                email=owner.email,
                name="Demo Owner",
                password=owner.password,
                organization=LOCAL_ORGANIZATION_ID,
            )
        except ConflictError as error:
            raise ConfigurationError(
                f"{owner.email} has an account already, and {owner.file} with its password is gone. "
                "Take another TALENTFLUX_DATA_FOLDER for the demo."
            ) from error


def _date_back(settings: Settings) -> None:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    with provide(settings.data_folder, url) as provided:
        asyncio.run(_spread(provided.app_url, settings))


async def _spread(url: str, settings: Settings) -> None:
    async with Database(url, 1, keyring=Keyring.from_settings(settings)) as database:
        await date_back(database, LOCAL_ORGANIZATION_ID)


class Demo:
    """Loads the examples over the API, lets people apply, and shows one shortlist.

    Args:
        client: Speaks to the API.
        console: Shows it.
        owner: Whom it acts as.
        date_back: Puts three months behind what was just made.
    """

    def __init__(self, client: httpx.Client, console: Console, owner: Owner, date_back: Callable[[], None]) -> None:
        self._client = client
        self._console = console
        self._owner = owner
        self._date_back = date_back

    def play(self) -> None:
        """Log in, load jobs and resumes, rank, print."""
        login = self._send("POST", "/auth/login", json={"email": self._owner.email, "password": self._owner.password})
        self._client.headers["Authorization"] = f"Bearer {login['access_token']}"
        requisitions = {path.name: self._requisition(path) for path in sorted((EXAMPLES / "jobs").glob("*.md"))}
        self._import_resumes(sorted((EXAMPLES / "resumes").iterdir()))
        with self._progress() as bar:
            for file, requisition in requisitions.items():
                task = self._send("POST", f"/requisitions/{requisition}/match", json={"scope": "pool", "limit": 100})
                self._wait(task, f"Ranking for {Path(file).stem}", bar)
        self._fill(DemoOrganization(self._send, requisitions))
        shown = requisitions[SHOWN_JOB]
        report = ScreeningReport.model_validate(
            self._send("GET", f"/requisitions/{shown}/shortlist", params={"top": 5})
        )
        self._console.print(shortlist_table(report))
        if report.unreadable:
            self._console.print(unreadable_list(report))
        self._where_to_look(shown)

    def _fill(self, organization: DemoOrganization) -> None:
        """Let people apply and be decided on, once."""
        if organization.is_there:
            return
        with self._progress() as bar:
            line = bar.add_task("Filling an organization", total=4)
            organization.describe()
            bar.advance(line)
            organization.apply()
            bar.advance(line)
            self._wait_for_screenings()
            organization.decide()
            bar.advance(line)
            self._date_back()
            bar.advance(line)

    def _wait_for_screenings(self) -> None:
        given_up = time.monotonic() + _PATIENCE_SECONDS
        while self._send("GET", "/screenings", params={"state": "waiting", "limit": 1})["items"]:
            if time.monotonic() > given_up:
                raise DemoError("The applications were not screened in time; look at the log above.")
            time.sleep(0.1)

    def _requisition(self, path: Path) -> str:
        """Return the id of the requisition made from a job file, made anew only when it is not there yet."""
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ").strip()
        for known in self._send("GET", "/requisitions", params={"limit": 200})["items"]:
            if known["title"] == title:
                return str(known["id"])
        return str(self._send("POST", "/requisitions", json={"title": title, "description": text})["id"])

    def _import_resumes(self, paths: list[Path]) -> None:
        with ExitStack() as stack:
            files = [("files", (path.name, stack.enter_context(path.open("rb")))) for path in paths]
            task = self._send("POST", "/resumes", files=files)["task"]
        with self._progress() as bar:
            self._wait(task, f"Reading {len(paths)} resumes", bar)

    def _wait(self, task: dict[str, Any], label: str, bar: Progress) -> None:
        line = bar.add_task(label, total=100)
        given_up = time.monotonic() + _PATIENCE_SECONDS
        while task["status"] not in {TaskStatus.SUCCEEDED, TaskStatus.FAILED}:
            if time.monotonic() > given_up:
                raise DemoError(f"{label}: not finished after {_PATIENCE_SECONDS:.0f} s; look at the log above.")
            time.sleep(0.1)
            task = self._send("GET", f"/tasks/{task['id']}")
            bar.update(line, completed=task["percentage"])
        if task["status"] == TaskStatus.FAILED:
            raise DemoError(f"{label}: {task['errors'][0]['detail'] if task['errors'] else 'failed; look at the log'}")
        bar.update(line, completed=100)

    def _send(self, method: str, path: str, **content: Any) -> Any:
        answer = self._client.request(method, f"{_API}{path}", **content)
        if answer.is_error:
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            raise DemoError(
                f"{method} {path} answered {answer.status_code}: {problem.get('detail', answer.text[:200])}"
            )
        return answer.json()

    @contextmanager
    def _progress(self) -> Iterator[Progress]:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        with Progress(*columns, console=Console(file=sys.stderr)) as bar:
            yield bar

    def _where_to_look(self, requisition: str) -> None:
        address = str(self._client.base_url).rstrip("/")
        self._console.print("\n[bold]Log in[/bold]")
        self._console.print(f"  {'With your browser':<42} {address}/login", highlight=False, soft_wrap=True)
        self._console.print(f"  {'E-mail address':<42} {self._owner.email}", highlight=False)
        self._console.print(f"  {'Password (also in the data folder)':<42} {self._owner.password}", highlight=False)
        self._console.print("\n[bold]Look next[/bold]")
        for label, path in (
            ("Start page", "/"),
            ("This shortlist with the evidence marked", f"/requisitions/{requisition}/shortlist"),
            ("The API, to try in the browser", "/docs"),
            ("Guides", "/guides"),
        ):
            self._console.print(f"  {label:<42} {address}{path}", highlight=False, soft_wrap=True)
        command = "talentflux screen examples/jobs/financial-accountant.md examples/resumes"
        self._console.print(
            f"  {'The same without a server':<42} .venv/bin/{command}\n", highlight=False, soft_wrap=True
        )
