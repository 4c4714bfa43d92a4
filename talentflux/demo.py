"""What `make demo` does: a newcomer's first five minutes, as a client of the API."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError, TalentFluxError
from talentflux.schemas.screening import ScreeningReport
from talentflux.schemas.task import TaskStatus
from talentflux.web.terminal import shortlist_table, unreadable_list
from talentflux.workers.supervisor import run_up

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SHOWN_JOB = "senior-backend-engineer.md"
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
        with httpx.Client(base_url=address, timeout=60.0) as client:
            Demo(client, Console()).play()
        if not stay:
            raise SystemExit(0)
        Console().print("Ctrl-C ends it.")

    return run_up(settings, on_ready=play)


class Demo:
    """Loads the examples over the API and shows one shortlist.

    Args:
        client: Speaks to the API.
        console: Shows it.
    """

    def __init__(self, client: httpx.Client, console: Console) -> None:
        self._client = client
        self._console = console

    def play(self) -> None:
        """Load jobs and resumes, rank, print."""
        requisitions = {path.name: self._requisition(path) for path in sorted((EXAMPLES / "jobs").glob("*.md"))}
        self._import_resumes(sorted((EXAMPLES / "resumes").iterdir()))
        with self._progress() as bar:
            for file, requisition in requisitions.items():
                task = self._send("POST", f"/requisitions/{requisition}/match", json={"scope": "pool", "limit": 100})
                self._wait(task, f"Ranking for {Path(file).stem}", bar)
        shown = requisitions[SHOWN_JOB]
        report = ScreeningReport.model_validate(
            self._send("GET", f"/requisitions/{shown}/shortlist", params={"top": 5})
        )
        self._console.print(shortlist_table(report))
        if report.unreadable:
            self._console.print(unreadable_list(report))
        self._where_to_look(shown)

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
