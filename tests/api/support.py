"""What tests of the API share: made-up resumes and the steps from upload to ranking."""

import io
import zipfile
from typing import Any

import httpx

from tests.api.conftest import Work

UNKNOWN = "01936c00-0000-7000-8000-00000000dead"
ANY_VERSION = {"If-Match": "*"}
JOB = """Backend developer

Required:
- PostgreSQL
- 3 years of Python

Nice to have:
- Kubernetes
"""


def resume_text(
    name: str = "Mara Lindqvist", email: str | None = "mara.lindqvist@example.org", skills: str = ""
) -> bytes:
    """Return a resume as plain text."""
    return f"""{name}
Backend developer
{email or ""}

Experience
Backend developer, Northwind Data AB, 2018-03 - 2024-06
Built services in Python and PostgreSQL for 40 teams.

Skills
Docker, Linux{", " + skills if skills else ""}
""".encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


async def upload(
    client: httpx.AsyncClient, files: dict[str, bytes], requisition_id: str | None = None
) -> httpx.Response:
    """Send files to be stored."""
    given = [("files", (name, data, "application/octet-stream")) for name, data in files.items()]
    fields = {"requisition_id": requisition_id} if requisition_id else {}
    return await client.post("/api/v1/resumes", files=given, data=fields)


async def imported(
    client: httpx.AsyncClient, work: Work, files: dict[str, bytes], requisition_id: str | None = None
) -> dict[str, Any]:
    """Upload files, let the worker read them and return the finished task with the ids of the resumes."""
    answer = await upload(client, files, requisition_id)
    assert answer.status_code == 202, answer.text
    await work()
    task: dict[str, Any] = (await client.get(f"/api/v1/tasks/{answer.json()['task']['id']}")).json()
    return task | {"resumes": [each["resume_id"] for each in answer.json()["resumes"]]}


async def requisition(client: httpx.AsyncClient, description: str = JOB) -> dict[str, Any]:
    """Make a requisition."""
    answer = await client.post("/api/v1/requisitions", json={"description": description})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def assert_problem(answer: httpx.Response, status: int, code: str, field: str | None = None) -> None:
    """Check that an answer is a problem of the declared form that gives nothing away."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    assert field is None or field in [error["field"] for error in body["errors"]]
