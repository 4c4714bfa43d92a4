"""Resumes over the API: what is refused, then what an upload becomes."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from talentflux.core.config import Settings
from talentflux.schemas.page import Page
from talentflux.schemas.stored_resume import ResumeRead, ResumeSummary, UploadAccepted
from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, imported, requisition, resume_text, upload, zipped

MIB = 2**20


@pytest.mark.parametrize("path", ["", "/file", "/json-resume"])
async def test_returns_404_for_unknown_resume(client: httpx.AsyncClient, path: str) -> None:
    assert_problem(await client.get(f"/api/v1/resumes/{UNKNOWN}{path}"), 404, "not_found")


@pytest.mark.parametrize("path", ["", "/file", "/json-resume"])
async def test_returns_404_for_resume_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID], path: str
) -> None:
    assert_problem(await client.get(f"/api/v1/resumes/{foreign['resume']}{path}"), 404, "not_found")


async def test_returns_422_for_an_id_that_is_none(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/api/v1/resumes/7"), 422, "invalid_input", "path.resume_id")


async def test_returns_422_for_upload_without_files(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/resumes", data={"requisition_id": UNKNOWN}, files={"other": b"x"})
    assert_problem(answer, 422, "invalid_input", "body.files")


async def test_returns_415_for_upload_as_json(client: httpx.AsyncClient) -> None:
    assert_problem(await client.post("/api/v1/resumes", json={}), 415, "unsupported_media_type")


async def test_returns_400_for_broken_form(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post("/api/v1/resumes", content=b"--y\r\nnothing", headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_returns_413_naming_the_file_that_is_too_large(client: httpx.AsyncClient) -> None:
    answer = await upload(client, {"small.txt": b"x", "large.txt": b"x" * (MIB + 1)})
    assert_problem(answer, 413, "too_large")
    assert "large.txt" in answer.json()["detail"]
    assert (await client.get("/api/v1/resumes")).json()["items"] == []


async def test_returns_413_as_soon_as_the_body_is_too_large(client: httpx.AsyncClient) -> None:
    sent = 0

    async def body() -> Any:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
        for _ in range(100):
            sent += MIB
            yield b"\0" * MIB

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post("/api/v1/resumes", content=body(), headers=headers)
    assert_problem(answer, 413, "too_large")
    assert sent < 10 * MIB


async def test_returns_404_for_upload_to_unknown_requisition_and_keeps_nothing(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    assert_problem(await upload(client, {"a.txt": resume_text()}, UNKNOWN), 404, "not_found")
    assert list((settings.data_folder).rglob("*/??/*")) == []


async def test_returns_422_for_an_archive_that_is_none(client: httpx.AsyncClient) -> None:
    answer = await upload(client, {"resumes.zip": b"no archive"})
    assert_problem(answer, 422, "unreadable_file")
    assert "resumes.zip" in answer.json()["detail"]


async def test_returns_409_for_export_before_reading(client: httpx.AsyncClient) -> None:
    accepted = (await upload(client, {"a.txt": resume_text()})).json()
    answer = await client.get(f"/api/v1/resumes/{accepted['resumes'][0]['resume_id']}/json-resume")
    assert_problem(answer, 409, "conflict")


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "bnVsbA", "eyJhIjoxfQ"])
async def test_returns_422_for_a_cursor_of_nobody(client: httpx.AsyncClient, cursor: str) -> None:
    assert_problem(await client.get("/api/v1/resumes", params={"cursor": cursor}), 422, "invalid_input", "query.cursor")


@pytest.mark.parametrize("limit", [0, 201, "many"])
async def test_returns_422_for_a_limit_out_of_range(client: httpx.AsyncClient, limit: object) -> None:
    answer = await client.get("/api/v1/resumes", params={"limit": str(limit)})
    assert_problem(answer, 422, "invalid_input", "query.limit")


async def test_keeps_original_and_says_stored_before_a_worker_runs(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    data = resume_text()
    answer = await upload(client, {"Lebenslauf Müller.txt": data})
    accepted = UploadAccepted.model_validate_json(answer.content)
    assert (accepted.task.status, accepted.task.percentage) == ("queued", 0)
    resume = accepted.resumes[0]
    assert (resume.file_name, resume.duplicate) == ("Lebenslauf Müller.txt", False)
    read = (await client.get(f"/api/v1/resumes/{resume.resume_id}")).json()
    assert (read["status"], read["candidate_id"], read["text"]) == ("stored", None, None)
    original = await client.get(f"/api/v1/resumes/{resume.resume_id}/file")
    assert original.content == data
    kept = next(path for path in (settings.data_folder / "files").rglob("*") if path.is_file())
    assert b"Mara" in data
    assert b"Mara" not in kept.read_bytes()
    assert _reachable_by_others(kept, settings.data_folder) is False


def _reachable_by_others(file: Path, top: Path) -> bool:
    """Whether another user could walk down to the file."""
    folders = [folder for folder in file.parents if folder.is_relative_to(top) and folder != top]
    return all(folder.stat().st_mode & 0o001 for folder in folders) and bool(file.stat().st_mode & 0o004)


async def test_reads_a_resume_into_document_candidate_and_masked_text(client: httpx.AsyncClient, work: Work) -> None:
    task = await imported(client, work, {"mara.txt": resume_text()})
    assert (task["status"], task["percentage"], task["errors"]) == ("succeeded", 100, [])
    answer = await client.get(f"/api/v1/resumes/{task['resumes'][0]}")
    read = ResumeRead.model_validate_json(answer.content)
    assert read.status == "parsed"
    assert read.parsed is not None
    assert read.parsed.name is not None
    assert read.parsed.name.value == "Mara Lindqvist"
    assert read.masked_text is not None
    assert "Lindqvist" not in read.masked_text
    assert "mara" not in read.masked_text
    assert read.text is not None
    assert len(read.text) == len(read.masked_text)
    candidate = (await client.get(f"/api/v1/candidates/{read.candidate_id}")).json()
    assert (candidate["name"], candidate["email"]) == ("Mara Lindqvist", "mara.lindqvist@example.org")
    assert [version["file_name"] for version in candidate["resumes"]] == ["mara.txt"]


async def test_downloads_the_original_as_an_attachment(client: httpx.AsyncClient) -> None:
    data = b"<script>alert(1)</script>"
    accepted = (await upload(client, {"ä b.html": data})).json()
    answer = await client.get(f"/api/v1/resumes/{accepted['resumes'][0]['resume_id']}/file")
    assert answer.content == data
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A4%20b.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_exports_as_json_resume(client: httpx.AsyncClient, work: Work) -> None:
    task = await imported(client, work, {"mara.txt": resume_text()})
    exported = (await client.get(f"/api/v1/resumes/{task['resumes'][0]}/json-resume")).json()
    assert exported["basics"]["name"] == "Mara Lindqvist"


async def test_reports_an_empty_file_and_goes_on_with_the_rest(client: httpx.AsyncClient, work: Work) -> None:
    task = await imported(
        client, work, {"empty.pdf": b"", "strange.bin": b"\x00\x01\x02" * 50, "ok.txt": resume_text()}
    )
    assert (task["status"], task["percentage"]) == ("succeeded", 100)
    assert {error["file"]: error["reason"] for error in task["errors"]}.keys() == {"empty.pdf", "strange.bin"}
    empty = (await client.get(f"/api/v1/resumes/{task['resumes'][0]}")).json()
    assert (empty["status"], empty["failure_reason"]) == ("failed", "empty")
    assert "empty.pdf" in empty["failure_detail"]
    candidate = (await client.get(f"/api/v1/candidates/{empty['candidate_id']}")).json()
    assert candidate["name"] is None
    assert (await client.get(f"/api/v1/resumes/{task['resumes'][2]}")).json()["status"] == "parsed"


async def test_fails_the_task_when_no_file_can_be_read(client: httpx.AsyncClient, work: Work) -> None:
    task = await imported(client, work, {"empty.pdf": b""})
    assert (task["status"], task["percentage"]) == ("failed", 100)


async def test_takes_an_archive_apart(client: httpx.AsyncClient, work: Work) -> None:
    members = {f"people/{number}.txt": resume_text(f"Person {number}", f"p{number}@example.org") for number in range(3)}
    task = await imported(client, work, {"all.zip": zipped(members), "one.txt": resume_text()})
    assert (task["status"], task["total"]) == ("succeeded", 4)
    listed = (await client.get("/api/v1/resumes")).json()["items"]
    assert {row["file_name"] for row in listed} == {*(f"all.zip/{name}" for name in members), "one.txt"}


async def test_reports_a_broken_archive_and_goes_on_with_the_rest(client: httpx.AsyncClient, work: Work) -> None:
    task = await imported(client, work, {"broken.zip": b"no archive", "ok.txt": resume_text()})
    assert (task["status"], task["processed"], task["total"]) == ("succeeded", 2, 2)
    assert [error["file"] for error in task["errors"]] == ["broken.zip"]


async def test_does_not_double_the_same_bytes(client: httpx.AsyncClient, work: Work) -> None:
    data = resume_text()
    first = await imported(client, work, {"a.txt": data, "b.txt": data})
    again = (await upload(client, {"c.txt": data})).json()
    assert [each["duplicate"] for each in again["resumes"]] == [True]
    assert again["resumes"][0]["resume_id"] == first["resumes"][0] == first["resumes"][1]
    assert (again["task"]["status"], again["task"]["percentage"]) == ("succeeded", 100)
    assert len((await client.get("/api/v1/resumes")).json()["items"]) == 1


async def test_gives_the_same_address_another_version_of_its_resume(client: httpx.AsyncClient, work: Work) -> None:
    await imported(client, work, {"old.txt": resume_text()})
    await imported(client, work, {"new.txt": resume_text(email="MARA.lindqvist@example.org", skills="Kubernetes")})
    candidates = (await client.get("/api/v1/candidates")).json()["items"]
    assert len(candidates) == 1
    candidate = (await client.get(f"/api/v1/candidates/{candidates[0]['id']}")).json()
    assert [version["file_name"] for version in candidate["resumes"]] == ["new.txt", "old.txt"]


async def test_makes_applications_for_a_requisition_of_new_and_known_resumes(
    client: httpx.AsyncClient, work: Work
) -> None:
    wanted = (await requisition(client))["id"]
    await imported(client, work, {"known.txt": resume_text("Ada Berg", "ada@example.org")})
    files = {"known.txt": resume_text("Ada Berg", "ada@example.org"), "new.txt": resume_text("Bo Ek", "bo@example.org")}
    await imported(client, work, files, wanted)
    listed = (await client.get("/api/v1/applications", params={"requisition_id": wanted})).json()["items"]
    assert {row["candidate_name"] for row in listed} == {"Ada Berg", "Bo Ek"}
    assert {row["stage"] for row in listed} == {"applied"}


async def test_counts_progress_over_several_batches_and_reads_each_once(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    members = {f"{n}.txt": resume_text(f"Person Number{n}", f"p{n}@example.org") for n in range(30)}
    task = await imported(client, work, {"all.zip": zipped(members)})
    assert (task["status"], task["processed"], task["total"]) == ("succeeded", 30, 30)
    admin_connection.execute("update procrastinate_jobs set status = 'todo'")  # as after a kill before the end
    await work()
    counts = admin_connection.execute(
        "select (select count(*) from resume where status = 'parsed'), (select count(*) from candidate)"
    ).fetchone()
    assert counts == (30, 30)


async def test_lists_page_by_page_with_a_link_to_the_next(client: httpx.AsyncClient) -> None:
    await upload(client, {f"{number}.txt": f"file {number}".encode() for number in range(5)})
    names: list[str] = []
    url: str | None = "/api/v1/resumes?limit=2&status=stored"
    while url:
        answer = await client.get(url)
        page = Page[ResumeSummary].model_validate_json(answer.content)
        names += [item.file_name for item in page.items]
        link = answer.headers.get("link")
        assert (link is None) == (page.next_cursor is None)
        url = link.removeprefix("<").partition(">")[0] if link else None
    assert names == ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]


async def test_filters_by_status_task_and_candidate(client: httpx.AsyncClient, work: Work) -> None:
    task = await imported(client, work, {"a.txt": resume_text(), "b.pdf": b""})
    await upload(client, {"c.txt": b"later"})

    async def names(**filters: str) -> list[str]:
        listed = await client.get("/api/v1/resumes", params=filters)
        return [row["file_name"] for row in listed.json()["items"]]

    assert await names(status="failed") == ["b.pdf"]
    assert await names(task_id=task["id"]) == ["b.pdf", "a.txt"]
    candidate = (await client.get(f"/api/v1/resumes/{task['resumes'][0]}")).json()["candidate_id"]
    assert await names(candidate_id=candidate) == ["a.txt"]


async def test_original_that_is_gone_fails_for_itself_alone(
    client: httpx.AsyncClient, work: Work, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    gone = resume_text("Gone Person", "gone@example.org")
    answer = await upload(client, {"gone.txt": gone, "here.txt": resume_text()})
    lies = admin_connection.execute(
        "select key from file join resume on file_id = file.id where resume.id = %s",
        [answer.json()["resumes"][0]["resume_id"]],
    ).fetchone()
    assert lies is not None
    (settings.data_folder / "files" / lies[0]).unlink()
    await work()
    read = [
        (await client.get(f"/api/v1/resumes/{each['resume_id']}")).json()["status"] for each in answer.json()["resumes"]
    ]
    assert read == ["failed", "parsed"]
    lost = await client.get(f"/api/v1/resumes/{answer.json()['resumes'][0]['resume_id']}/file")
    assert_problem(lost, 404, "not_found")
