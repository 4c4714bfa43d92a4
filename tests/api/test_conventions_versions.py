"""`ETag`, `If-None-Match` and `If-Match`: nobody's change is lost, and nothing is sent twice."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.api.conftest import Work
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, imported, requisition, resume_text


@pytest.fixture
async def candidate(client: httpx.AsyncClient, work: Work) -> str:
    """The address of a candidate."""
    await imported(client, work, {"mara.txt": resume_text()})
    found: str = (await client.get("/api/v1/candidates")).json()["items"][0]["id"]
    return f"/api/v1/candidates/{found}"


async def test_a_change_without_a_version_is_refused(client: httpx.AsyncClient, candidate: str) -> None:
    answer = await client.patch(candidate, json={"location": "Lund"})
    assert_problem(answer, 428, "precondition_required")
    assert (await client.get(candidate)).json()["location"] is None


async def test_what_is_not_there_is_not_found_before_its_version_is_asked_for(client: httpx.AsyncClient) -> None:
    assert_problem(await client.patch(f"/api/v1/candidates/{UNKNOWN}", json={}), 404, "not_found")


async def test_without_a_log_in_no_version_is_asked_for(anonymous: httpx.AsyncClient) -> None:
    assert_problem(await anonymous.patch(f"/api/v1/candidates/{UNKNOWN}", json={}), 401, "unauthenticated")


@pytest.mark.parametrize(
    "given", ['"0.000000000000"', "W/{tag}", "{bare}", '""', "nonsense", "{tag}x", "\xff", '"' + "f" * 900 + '"']
)
async def test_a_version_that_is_not_the_present_one_is_refused(
    client: httpx.AsyncClient, candidate: str, given: str
) -> None:
    tag = (await client.get(candidate)).headers["etag"]
    headers = [(b"If-Match", given.format(tag=tag, bare=tag.strip('"')).encode("latin-1"))]
    for method, body in (("PATCH", {"location": "Lund"}), ("DELETE", None)):
        assert_problem(await client.request(method, candidate, json=body, headers=headers), 412, "precondition_failed")
    assert (await client.get(candidate)).headers["etag"] == tag


async def test_a_version_that_was_changed_since_is_refused(client: httpx.AsyncClient, candidate: str) -> None:
    read = {"If-Match": (await client.get(candidate)).headers["etag"]}
    changed = await client.patch(candidate, json={"location": "Lund"}, headers=read)
    assert changed.status_code == 200
    assert_problem(await client.patch(candidate, json={"location": "Umeå"}, headers=read), 412, "precondition_failed")
    assert_problem(await client.delete(candidate, headers=read), 412, "precondition_failed")
    again = {"If-Match": changed.headers["etag"]}
    assert (await client.patch(candidate, json={"location": "Umeå"}, headers=again)).status_code == 200


async def test_twenty_parallel_changes_of_one_version_change_it_once(
    client: httpx.AsyncClient, candidate: str, admin_connection: psycopg.Connection
) -> None:
    read = {"If-Match": (await client.get(candidate)).headers["etag"]}
    sent = [client.patch(candidate, json={"location": f"Place {n}"}, headers=read) for n in range(20)]
    answers = [answer.status_code for answer in await asyncio.gather(*sent)]
    assert sorted(answers) == [200, *[412] * 19]


async def test_twenty_who_read_again_lose_no_change(client: httpx.AsyncClient, candidate: str) -> None:
    await client.patch(candidate, json={"headline": "0"}, headers=ANY_VERSION)

    async def increment() -> None:
        for _ in range(200):
            found = await client.get(candidate)
            if found.status_code != 200:  # five connections for twenty
                continue
            body = {"headline": str(int(found.json()["headline"]) + 1)}
            answer = await client.patch(candidate, json=body, headers={"If-Match": found.headers["etag"]})
            if answer.status_code == 200:
                return
        raise AssertionError("never the first")

    await asyncio.gather(*(increment() for _ in range(20)))
    assert (await client.get(candidate)).json()["headline"] == "20"


@pytest.mark.parametrize("given", ["*", "{tag}", '"0.000000000000", {tag}'])
async def test_the_present_version_among_those_given_is_changed(
    client: httpx.AsyncClient, candidate: str, given: str
) -> None:
    tag = (await client.get(candidate)).headers["etag"]
    headers = {"If-Match": given.format(tag=tag)}
    answer = await client.patch(candidate, json={"location": "Lund"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == (await client.get(candidate)).headers["etag"] != tag


async def test_what_is_known_is_not_sent_again(client: httpx.AsyncClient, candidate: str) -> None:
    tag = (await client.get(candidate)).headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = await client.get(candidate, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    for other in ('"x"', tag.strip('"'), ""):
        assert (await client.get(candidate, headers={"If-None-Match": other})).status_code == 200


async def test_the_tag_changes_with_what_is_shown_of_other_rows(
    client: httpx.AsyncClient, candidate: str, work: Work
) -> None:
    first = await client.get(candidate)
    await imported(client, work, {"second.txt": resume_text(skills="Redis")})
    second = await client.get(candidate, headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert len(second.json()["resumes"]) == 2


async def test_a_version_never_comes_twice_even_in_one_transaction(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    made = await requisition(client)
    change = "update requisition set title = title where id = %s returning updated_at"
    with admin_connection.transaction():
        times = [admin_connection.execute(change, [made["id"]]).fetchone() for _ in range(50)]
    assert times == sorted(set(times))


def _operations(app: FastAPI, method: str) -> list[tuple[str, dict[str, Any], Any]]:
    paths = app.openapi()["paths"]
    return [
        (str(found.path_format), paths[found.path_format][method.lower()], found)
        for found in iter_route_contexts(app.routes)
        if method in (found.methods or ()) and method.lower() in paths.get(str(found.path_format), {})
    ]


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_every_change_of_a_hiring_row_takes_a_version(app: FastAPI, method: str) -> None:
    for path, operation, _ in _operations(app, method):
        # What is put as a whole and knows nothing of what was there before loses nothing of another's change.
        whole = ("/team/", "/tags", "/contact", "/current-resume", "/custom-fields", "/pipeline", "/assessment")
        hiring = path.split("/")[3] in {"candidates", "requisitions", "applications"}
        if hiring and not any(each in path for each in whole):
            named = {parameter["name"] for parameter in operation["parameters"]}
            assert "If-Match" in named, path
            assert "412" in operation["responses"], path


async def test_every_read_of_one_hiring_row_has_a_tag_and_its_declared_form(
    app: FastAPI, client: httpx.AsyncClient, work: Work
) -> None:
    made = await requisition(client)
    task = await imported(client, work, {"mara.txt": resume_text()}, made["id"])
    listed = (await client.get("/api/v1/applications")).json()["items"][0]
    ids = {
        "requisition_id": made["id"],
        "candidate_id": listed["candidate_id"],
        "application_id": listed["id"],
        "resume_id": task["resumes"][0],
        "task_id": task["id"],
    }
    seen = set()
    for path, operation, found in _operations(app, "GET"):
        if "304" in operation["responses"] and path.count("{") == 1 and path.split("{")[1].rstrip("}") in ids:
            answer = await client.get(path.format(**ids))
            assert answer.status_code == 200, answer.text
            assert answer.headers["etag"], path
            found.response_model.model_validate_json(answer.content)
            seen.add(operation["operationId"])
    assert seen >= {"get_requisition", "get_candidate", "get_application", "get_resume", "get_task"}
