"""JSON Resume documents, alone and in lists, as candidates with a resume."""

import json

import httpx

from tests.api.conftest import Work


def resume(number: int) -> dict[str, object]:
    return {
        "basics": {"name": f"Person Number{number}", "email": f"p{number}@example.org"},
        "work": [{"name": "Acme", "position": "Developer", "startDate": "2019-01"}],
        "skills": [{"name": "Python"}],
    }


async def sent(client: httpx.AsyncClient, work: Work, content: bytes, name: str = "list.json") -> dict[str, object]:
    answer = await client.post("/api/v1/resumes", files={"files": (name, content, "application/json")})
    assert answer.status_code == 202, answer.text
    await work()
    task = await client.get(f"/api/v1/tasks/{answer.json()['task']['id']}")
    return {"resumes": answer.json()["resumes"], **task.json()}


async def test_a_list_that_is_none_is_one_file_that_cannot_be_read(client: httpx.AsyncClient, work: Work) -> None:
    for content in (b"[{", b"[]", b"[1, 2]"):
        done = await sent(client, work, content)
        assert done["status"] == "failed"
        assert len(done["errors"]) == 1  # type: ignore[arg-type] # JSON


async def test_each_resume_of_a_list_becomes_a_candidate_once(client: httpx.AsyncClient, work: Work) -> None:
    content = json.dumps([resume(1), resume(2), {"none": 1}]).encode()

    first = await sent(client, work, content)
    second = await sent(client, work, content)

    names = [person["name"] for person in (await client.get("/api/v1/candidates")).json()["items"] if person["name"]]
    assert sorted(names) == ["Person Number1", "Person Number2"]
    assert [error["file"] for error in first["errors"]] == ["list.json/3.json"]  # type: ignore[attr-defined] # JSON
    assert [each["duplicate"] for each in second["resumes"]] == [True] * 3  # type: ignore[attr-defined] # JSON
