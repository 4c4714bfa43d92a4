"""Applying without a log-in: what is refused, and that nothing of it stays."""

from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core import puzzle
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.jobs import FORM, challenge, count, job, published, send, send_file


async def test_no_puzzle_is_given_for_a_job_that_is_not_public(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    draft = await job(client)
    for job_id in (draft["id"], UNKNOWN):
        assert_problem(await anonymous.get(f"/api/v1/public/jobs/{job_id}/challenge"), 404, "not_found")


async def test_a_form_without_a_solved_puzzle_is_refused(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    shown, other = await published(client), await published(client)
    solved, foreign = await challenge(anonymous, shown["id"]), await challenge(anonymous, other["id"])
    wrong = str(next(n for n in range(1000) if puzzle.zero_bits(solved["challenge"], str(n)) < 4))
    attempts = [
        (solved | {"solution": wrong}, "challenge_unsolved"),
        (solved | {"challenge": solved["challenge"][:-1] + "x"}, "challenge_invalid"),
        (solved | {"challenge": "1.2.3"}, "challenge_invalid"),
        (foreign, "challenge_invalid"),
        (solved | {"website": "https://spam.example"}, "trap_filled"),
    ]
    for given, code in attempts:
        assert_problem(await send(anonymous, shown["id"], **given), 422, code)
    assert count(admin_connection, "candidate") == 0
    assert (await send(anonymous, shown["id"], **solved)).status_code == 202


async def test_a_puzzle_is_good_once(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    solved = await challenge(anonymous, shown["id"])
    first = await send(anonymous, shown["id"], **solved)
    again = await send(anonymous, shown["id"], **solved)
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (202, first.json())
    assert count(admin_connection, "application_answer") == 1
    other = await send(anonymous, shown["id"], **solved, name="Somebody Else")
    assert_problem(other, 409, "challenge_used")


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        ({}, "permit"),
        ({"permit": None}, "permit"),
        ({"permit": "yes"}, "permit"),
        ({"permit": True, "years": "three"}, "years"),
        ({"permit": True, "years": 61}, "years"),
        ({"permit": True, "years": True}, "years"),
        ({"permit": True, "years": 10**400}, "years"),
        ({"permit": True, "shift": "noon"}, "shift"),
        ({"permit": True, "shift": ["day"]}, "shift"),
        ({"permit": True, "tools": "a"}, "tools"),
        ({"permit": True, "tools": ["a", {}]}, "tools"),
        ({"permit": True, "start": "21.11.2026"}, "start"),
        ({"permit": True, "start": "2026-02-30"}, "start"),
        ({"permit": True, "site": "javascript:alert(1)"}, "site"),
        ({"permit": True, "why": 3}, "why"),
        ({"permit": True, "why": "x" * 10_001}, "why"),
        ({"permit": True, "sample": "a file"}, "sample"),
        ({"permit": True, "salary": "?"}, "salary"),
    ],
)
async def test_answers_that_are_missing_or_do_not_fit_are_named_by_their_question(
    client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    admin_connection: psycopg.Connection,
    answers: dict[str, Any],
    question: str,
) -> None:
    shown = await published(client, form=FORM)
    answer = await send(anonymous, shown["id"], answers=answers)
    assert_problem(answer, 422, "invalid_input", f"body.answers.{question}")
    assert count(admin_connection, "candidate") == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "nobody"}, "body.email"),
        ({"name": " "}, "body.name"),
        ({"links": ["javascript:alert(1)"]}, "body.links.0"),
        ({"salary": 1}, "body.salary"),
    ],
)
async def test_fields_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, given: dict[str, Any], field: str
) -> None:
    shown = await published(client)
    assert_problem(await send(anonymous, shown["id"], **given), 422, "invalid_input", field)


async def test_a_job_that_closed_while_somebody_wrote_is_gone(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    solved = await challenge(anonymous, shown["id"])
    assert (await client.post(f"/api/v1/jobs/{shown['id']}/unpublish")).status_code == 200
    assert_problem(await send(anonymous, shown["id"], **solved), 410, "job_closed")
    assert count(admin_connection, "candidate") == 0


async def test_a_file_that_says_it_is_too_large_is_refused_before_it_is_read(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client)
    taken = 0

    async def body() -> Any:
        nonlocal taken
        yield b'--x\r\nContent-Disposition: form-data; name="resume"; filename="a.txt"\r\n\r\n'
        for _ in range(200):
            taken += 1
            yield b"x" * 2**20

    path = f"/api/v1/public/jobs/{shown['id']}/applications"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(200 * 2**20)}
    answer = await anonymous.post(path, content=body(), headers=headers)
    assert_problem(answer, 413, "too_large")
    assert taken == 0
    del headers["Content-Length"]
    assert (await anonymous.post(path, content=body(), headers=headers)).status_code == 413
    assert taken < 5
    large = await send_file(anonymous, shown["id"], {"resume": ("a.txt", b"x" * (2**20 + 1))})
    assert_problem(large, 413, "too_large")


async def test_other_media_types_and_broken_forms_are_refused(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client)
    path = f"/api/v1/public/jobs/{shown['id']}/applications"
    assert_problem(
        await anonymous.post(path, content=b"x", headers={"Content-Type": "text/plain"}), 415, "unsupported_media_type"
    )
    assert_problem(
        await anonymous.post(path, content=b"{", headers={"Content-Type": "application/json"}), 422, "invalid_input"
    )
    form = await anonymous.post(path, files={"resume": ("a.txt", b"x", "text/plain")})
    assert_problem(form, 422, "invalid_input", "body.application")
    stray = await send_file(anonymous, shown["id"], {"cover": ("a.txt", b"x")})
    assert_problem(stray, 422, "invalid_input", "body.cover")
    unasked = await send_file(anonymous, shown["id"], {"answers.sample": ("a.txt", b"x")})
    assert_problem(unasked, 422, "invalid_input", "body.answers.sample")


async def test_an_address_that_sends_many_forms_is_held_up(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    shown = await published(client)
    limiter = app.state.resources.limiter
    limiter._items["apply"] = limits_of(2)
    path = f"/api/v1/public/jobs/{shown['id']}/applications"
    for _ in range(2):
        assert (await anonymous.post(path, json={})).status_code == 422
    answer = await anonymous.post(path, json={})
    assert_problem(answer, 429, "too_many_requests")
    assert answer.headers["retry-after"]


def limits_of(figure: int) -> Any:
    from limits import RateLimitItemPerMinute  # noqa: PLC0415 -- of this test alone

    return RateLimitItemPerMinute(figure, namespace="apply")
