"""A file store that goes away while resumes wait to be read, and comes back: none of them counts as broken."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from talentflux.core.config import Settings
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.workers.tasks.resume import file_store
from tests.api.conftest import Work
from tests.api.support import assert_problem, requisition, resume_text, upload
from tests.factories.object_store import ObjectStore

HOUR = 3600
NAMES = ("Ada Byron", "Mara Lindqvist", "Omar Haddad")
FILES = {f"{name.split()[0]}.txt": resume_text(name) for name in NAMES}  # all of one person
Away = Callable[[], AbstractContextManager[None]]


def due(admin: psycopg.Connection) -> list[float]:
    """Let the jobs that wait to read resumes be due now; return the seconds that they would have waited."""
    rows = admin.execute(
        "select extract(epoch from scheduled_at - now()) from procrastinate_jobs "
        "where task_name = 'resume.parse' and status = 'todo' and scheduled_at is not null"
    ).fetchall()
    admin.execute("update procrastinate_jobs set scheduled_at = now() where task_name = 'resume.parse'")
    return [float(row[0]) for row in rows]


async def statuses(client: httpx.AsyncClient) -> list[str]:
    return sorted(each["status"] for each in (await client.get("/api/v1/resumes")).json()["items"])


async def waits_and_is_read(
    client: httpx.AsyncClient, work: Work, admin: psycopg.Connection, away: Away, *, seconds: int = HOUR
) -> dict[str, Any]:
    """Take a store away while resumes wait, for longer than so many seconds; return the task when it is back."""
    asked = (await requisition(client))["id"]
    task_id = (await upload(client, FILES, asked)).json()["task"]["id"]
    waited: list[int] = []
    with away():
        while sum(waited) <= seconds:
            await work()
            (seconds,) = due(admin)
            waited.append(round(seconds))
            assert await statuses(client) == ["stored"] * 3
        task = (await client.get(f"/api/v1/tasks/{task_id}")).json()
        assert (task["status"], task["processed"], task["errors"]) == ("queued", 0, [])
    assert waited[0] <= 30
    assert waited == sorted(waited)
    assert max(waited) <= 600
    await work()
    assert await statuses(client) == ["parsed"] * 3
    assert len((await client.get(f"/api/v1/applications?requisition_id={asked}")).json()["items"]) == 1
    return dict((await client.get(f"/api/v1/tasks/{task_id}")).json())


@pytest.fixture(autouse=True)
def fresh_store() -> Iterator[None]:
    """The worker opens the store of each test anew."""
    file_store.cache_clear()
    yield
    file_store.cache_clear()


@pytest.mark.parametrize("left", ["nothing", "an empty folder", "a file of that name"])
async def test_resumes_wait_for_a_folder_that_is_away(
    left: str, client: httpx.AsyncClient, settings: Settings, work: Work, admin_connection: psycopg.Connection
) -> None:
    folder = settings.data_folder / "files"

    @contextmanager
    def away() -> Iterator[None]:
        taken = folder.rename(folder.with_name("away"))
        if left == "an empty folder":
            folder.mkdir()
        elif left == "a file of that name":
            folder.write_text("no folder")
        yield
        if folder.is_dir():
            folder.rmdir()
        else:
            folder.unlink(missing_ok=True)
        taken.rename(folder)

    task = await waits_and_is_read(client, work, admin_connection, away)
    assert (task["status"], task["errors"]) == ("succeeded", [])


class TestObjectStorage:
    """Originals in a bucket."""

    @pytest.fixture
    def bucket(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
        """A server of objects, to which the environment leads."""
        server = ObjectStore()
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
        server.stop()

    @pytest.fixture
    def settings(self, settings: Settings, bucket: ObjectStore) -> Settings:
        """Settings that name the bucket."""
        assert bucket.port
        return settings.model_copy(update={"file_store": "s3://bucket/originals"})

    async def test_resumes_wait_for_a_server_that_is_away(
        self, client: httpx.AsyncClient, bucket: ObjectStore, work: Work, admin_connection: psycopg.Connection
    ) -> None:
        @contextmanager
        def away() -> Iterator[None]:
            bucket.stop()
            yield
            bucket.start()

        # An hour is waited for with the folder; here the client's own attempts take seconds each time.
        task = await waits_and_is_read(client, work, admin_connection, away, seconds=60)
        assert (task["status"], task["errors"]) == ("succeeded", [])
        originals = [key for key in bucket.objects if f"originals/{LOCAL_ORGANIZATION_ID}/" in key]
        assert len(originals) == 3  # beside the ends of audit chains


def unreadable(original: Path) -> Path:
    """Put a link to itself, which the file system refuses to follow, in the place of a file; return where that is."""
    kept = original.rename(original.with_name("kept"))
    original.symlink_to(original)
    return kept


async def test_an_original_that_cannot_be_read_holds_up_no_other(
    client: httpx.AsyncClient, settings: Settings, work: Work, admin_connection: psycopg.Connection
) -> None:
    asked = (await upload(client, FILES)).json()
    key = admin_connection.execute(
        "select f.key from resume r join file f on f.id = r.file_id where r.id = %s",
        [asked["resumes"][0]["resume_id"]],
    ).fetchone()
    assert key is not None
    original: Path = settings.data_folder / "files" / key[0]
    kept = unreadable(original)
    await work()
    assert await statuses(client) == ["stored"] * 3
    for _ in range(8):
        due(admin_connection)
        await work()
        assert await statuses(client) == ["parsed", "parsed", "stored"]
    assert_problem(
        await client.get(f"/api/v1/resumes/{asked['resumes'][0]['resume_id']}/file"), 503, "dependency_unavailable"
    )
    kept.replace(original)
    due(admin_connection)
    await work()
    assert await statuses(client) == ["parsed"] * 3
    assert (await client.get(f"/api/v1/tasks/{asked['task']['id']}")).json()["status"] == "succeeded"


async def test_a_job_that_runs_twice_waits_once(
    client: httpx.AsyncClient, settings: Settings, work: Work, admin_connection: psycopg.Connection
) -> None:
    await upload(client, FILES)
    folder = settings.data_folder / "files"
    folder.rename(folder.with_name("away"))
    admin_connection.execute(
        "select procrastinate_defer_jobs_v1(array[row(queue_name, task_name, priority, null, null, args, null)"
        "::procrastinate_job_to_defer_v1]) from procrastinate_jobs where task_name = 'resume.parse'"
    )
    await work()
    assert len(due(admin_connection)) == 1
