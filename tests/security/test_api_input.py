"""Hostile requests: names, bodies, forms and archives. Each is answered as declared and nothing is kept by halves."""

import asyncio
import io
import json
import re
import struct
import zipfile
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from tests.api.conftest import Work
from tests.api.support import assert_problem, imported, requisition, resume_text, upload, zipped

REQUISITIONS = "/api/v1/requisitions"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=X"}
ASKED: dict[str, Any] = {"id": "r1", "kind": "skill", "text": "Python"}


def part(disposition: bytes, data: bytes = b"Python", headers: bytes = b"") -> bytes:
    return b"--X\r\nContent-Disposition: form-data; " + disposition + b"\r\n" + headers + b"\r\n" + data + b"\r\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"terms": ["\ud800"]},
        {"skill_ids": ["\udfff"]},
        {"title": "\ud800"},
        {"location": "\ud800"},
        {"fields": ["\ud800"]},
        {"text": "\ud800"},
        {"text": "a\0"},
        {"terms": ["\0"]},
        {"terms": ["x" * 100_000]},
        {"skill_ids": ["x"] * 5_000},
        {"id": "r" + "9" * 5_000},
        {"id": "r٣"},
        {"id": "r3\n"},
        {"weight": 1e308},
        {"years": -1},
        {"span": {"start": 0, "end": 2**70}},
        {"span": {"start": 5, "end": 1}},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_returns_422_for_requirements_that_cannot_be_kept(
    client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    body = json.dumps({"description": "Cook", "requirements": [ASKED | changes]})
    assert_problem(await client.post(REQUISITIONS, content=body, headers=JSON), 422, "invalid_input")
    made = await requisition(client)
    body = json.dumps({"version": 1, "requirements": [ASKED | changes]})
    answer = await client.put(f"{REQUISITIONS}/{made['id']}/requirements", content=body, headers=JSON)
    assert_problem(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    "body",
    [
        b'{"description":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"description":"caf\xe9"}',
        b'{"description":' + b"9" * 5_000 + b"}",
        b"\x1f\x8b1234",
        b"",
        b'{"description":"a","description":7}',
        b'{"description":"a","requirements":[{"id":"r1","kind":"years","text":"a","years":NaN}]}',
    ],
    ids=["deep", "latin-1", "digits", "gzip", "empty", "twice", "nan"],
)
async def test_json_that_is_none_is_a_problem(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(REQUISITIONS, content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code, answer.json()["code"])


# The form's parser closes the file of a part that was cut off only when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "body",
    [
        part(b'filename="a.txt"') + b"--X--\r\n",
        part(b'name="files"') + b"--X--\r\n",
        part(b'name="files"; filename="a.txt"'),
        b"".join(part(b'name="f%d"' % number) for number in range(1_001)) + b"--X--\r\n",
        part(b'name="requisition_id"', b"x" * 1_100_000) + b"--X--\r\n",
        part(b'name="files"; filename="a.txt"', headers=b"X: " + b"a" * 100_000 + b"\r\n") + b"--X--\r\n",
        part(b'name="files"; filename="' + b"n" * 5_000 + b'.txt"') + b"--X--\r\n",
        b"--X--\r\n",
        b"\0\xff garbage",
        b"",
    ],
    ids=[
        "no name",
        "text",
        "cut",
        "fields",
        "field",
        "header",
        "long name",
        "none",
        "garbage",
        "empty",
    ],
)
async def test_forms_that_are_none_are_problems_and_leave_nothing(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/api/v1/resumes", content=body, headers=FORM)
    assert answer.status_code in (400, 413, 422)
    assert_problem(answer, answer.status_code, answer.json()["code"])
    assert (await client.get("/api/v1/resumes")).json()["items"] == []


@pytest.mark.parametrize(
    "name",
    [
        b"../../etc/passwd",
        b"..\\..\\boot.ini",
        b"a%22; filename=%22evil.exe",
        b"a%0d%0aX-Evil: 1.txt",
        b"a\x00b.txt",
        b"\xff\xfe.txt",
        b"\xed\xa0\x80.txt",
        b"\xe2\x80\xaefdp.exe",
        b"\x1b]0;pwned\x07.txt",
        b"n" * 300 + b".txt",
        b"/",
        b"<script>alert(1)</script>.html",
    ],
)
async def test_file_names_never_become_headers_or_paths(
    client: httpx.AsyncClient, work: Work, name: bytes, tmp_path: Any
) -> None:
    body = part(b'name="files"; filename="' + name + b'"', resume_text()) + b"--X--\r\n"
    accepted = await client.post("/api/v1/resumes", content=body, headers=FORM)
    assert accepted.status_code == 202, accepted.text
    stored = accepted.json()["resumes"][0]
    assert stored["file_name"].isprintable()
    answer = await client.get(f"/api/v1/resumes/{stored['resume_id']}/file")
    assert answer.content == resume_text()
    assert "x-evil" not in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert not set(disposition.removeprefix("attachment; filename*=UTF-8''")) & set("\"\\/;\r\n<> '")
    assert len(disposition) < 1_200
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert re.fullmatch(r"[0-9a-f-]{32,36}", files[0].name), "the name says what nobody made up"
    assert resume_text() not in files[0].read_bytes()


def encrypted(data: bytes) -> bytes:
    """Mark the only member of an archive as encrypted."""
    archive = bytearray(data)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = archive.find(signature) + offset
        archive[place : place + 2] = struct.pack("<H", 1)
    return bytes(archive)


def linked() -> bytes:
    target = io.BytesIO()
    link = zipfile.ZipInfo("passwd.txt")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no archive", "not a zip"),
        (zipped({}), "no file"),
        (zipped({"folder/": b""}), "no file"),
        (zipped({f"{number}.txt": b"" for number in range(5_001)}), "5001 files"),
    ],
    ids=["no bytes", "text", "no entry", "folder", "entries"],
)
async def test_returns_422_for_archives_that_hold_nothing_to_read(
    client: httpx.AsyncClient, data: bytes, reason: str
) -> None:
    answer = await upload(client, {"pile.zip": data})
    assert_problem(answer, 422, "unreadable_file")
    assert "pile.zip" in answer.json()["detail"]
    assert reason in answer.json()["detail"]


async def test_bad_members_of_archives_are_named_and_the_rest_is_read(client: httpx.AsyncClient, work: Work) -> None:
    members = {"../../up.txt": resume_text("Ada Up", "a@example.org"), "bomb.txt": b"\0" * (8 * 2**20)}
    files = {
        "good.zip": zipped(members),
        "locked.zip": encrypted(zipped({"cv.txt": b"Python"})),
        "link.zip": linked(),
        "nested.zip": zipped({"inner.zip": zipped({"cv.txt": resume_text("Bo In", "b@example.org")})}),
    }
    task = await imported(client, work, files)
    assert task["status"] == "succeeded"
    reasons = {error["file"]: error["reason"] for error in task["errors"]}
    assert reasons.get("locked.zip/cv.txt") == "encrypted"
    assert reasons.get("good.zip/bomb.txt") in ("too_large", "archive_bomb")
    assert "nested.zip/inner.zip" in reasons
    read = [(await client.get(f"/api/v1/resumes/{each}")).json() for each in task["resumes"]]
    assert ("good.zip/up.txt", "parsed") in [(each["file_name"], each["status"]) for each in read]
    assert all("root:" not in (each["text"] or "") for each in read)


async def test_twenty_equal_uploads_at_once_make_each_resume_once(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    files = {f"{number}.txt": resume_text(f"Ada {number}", f"{number}@example.org") for number in range(5)}
    answers = await asyncio.gather(*(upload(client, files) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    new = [each for answer in answers for each in answer.json()["resumes"] if not each["duplicate"]]
    assert len(new) == len({each["resume_id"] for answer in answers for each in answer.json()["resumes"]}) == 5
    await work()
    counted = admin_connection.execute(
        "select (select count(*) from resume), (select count(*) from file), (select count(*) from candidate)"
    ).fetchone()
    assert counted == (5, 5, 5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_client_that_hangs_up_leaves_nothing(app: FastAPI, client: httpx.AsyncClient) -> None:
    half = part(b'name="files"; filename="a.txt"', resume_text())
    messages = iter([{"type": "http.request", "body": half, "more_body": True}, {"type": "http.disconnect"}])
    headers = [
        (b"host", b"testserver"),
        (b"content-type", FORM["Content-Type"].encode()),
        (b"authorization", client.headers["authorization"].encode()),
    ]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/api/v1/resumes", "query_string": b""}

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: Any) -> None:
        assert message.get("status") != 202

    await app({**scope, "headers": headers, "scheme": "http", "server": ("testserver", 80)}, receive, send)
    assert (await client.get("/api/v1/resumes")).json()["items"] == []


async def test_markup_in_a_resume_and_a_job_is_text_on_the_pages(client: httpx.AsyncClient, work: Work) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    job = f"{attack}\n\nRequired:\n- Python {attack}\n- PostgreSQL"
    made = await requisition(client, job)
    resume = resume_text(f"Ada {attack}", "a@example.org", skills=f"Python {attack}, PostgreSQL")
    await imported(client, work, {f"{attack}.txt": resume}, made["id"])
    assert (await client.post(f"{REQUISITIONS}/{made['id']}/match", json={})).status_code == 202
    await work()
    for path in ("/", f"/requisitions/{made['id']}/shortlist", f"/requisitions/{made['id']}/shortlist?blind=true"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "&lt;script&gt;" in answer.text
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
