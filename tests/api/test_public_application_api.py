"""Applying without a log-in: taken once, kept before it is read, answered alike."""

import asyncio
import time
from typing import Any

import httpx
import psycopg

from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, resume_text, zipped
from tests.factories.jobs import FORM, challenge, count, published, send, send_file


async def test_a_resume_is_kept_first_and_read_after(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client, form=FORM)
    files = {"resume": ("cv.txt", resume_text(email="other@example.org")), "answers.sample": ("s.txt", b"A sample")}
    given = {
        "permit": False,
        "years": 2,
        "shift": "night",
        "tools": ["c", "a"],
        "start": "2027-01-01",
        "why": " Because ",
    }
    answer = await send_file(anonymous, shown["id"], files, answers=given)
    assert (answer.status_code, answer.json()) == (202, {"detail": "Your application was received."})
    row = admin_connection.execute("select status, candidate_id is not null from resume").fetchone()
    assert row == ("stored", True)
    (found,) = (await client.get("/api/v1/applications")).json()["items"]
    assert (found["origin"], found["stage"], found["candidate_name"]) == ("public_form", "applied", "Mara Lindqvist")
    await work()
    person = (await client.get(f"/api/v1/candidates/{found['candidate_id']}")).json()
    assert (person["email"], person["resumes"][0]["status"]) == ("mara.lindqvist@example.org", "parsed")
    assert person["headline"] == "Backend developer"
    assert count(admin_connection, "candidate") == 1
    (sent,) = (await client.get(f"/api/v1/applications/{found['id']}/answers")).json()["submissions"]
    assert sent["flagged"] is True
    flags = {each["question_id"]: each["flagged"] for each in sent["answers"]}
    assert flags == {
        "permit": True,
        "years": True,
        "shift": True,
        "tools": False,
        "start": False,
        "why": False,
        "sample": False,
    }
    values = {each["question_id"]: each["value"] for each in sent["answers"]}
    assert (values["tools"], values["why"]) == (["a", "c"], "Because")
    file = sent["answers"][-1]["file"]
    loaded = await client.get(f"/api/v1/applications/{found['id']}/answers/files/{file['id']}")
    assert (loaded.content, loaded.headers["content-disposition"][:10]) == (b"A sample", "attachment")
    missing = await client.get(f"/api/v1/applications/{found['id']}/answers/files/{UNKNOWN}")
    assert_problem(missing, 404, "not_found")


async def test_a_knock_out_answer_rejects_nobody(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Work
) -> None:
    shown = await published(client, form=FORM)
    await send(anonymous, shown["id"], answers={"permit": False, "years": 0})
    await work()
    (found,) = (await client.get("/api/v1/applications")).json()["items"]
    assert found["stage"] == "applied"


async def test_recruiters_find_the_answers_that_ask_for_their_look(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client, form=FORM)
    await send(anonymous, shown["id"], answers={"permit": True, "years": 5}, email="fits@example.org")
    await send(anonymous, shown["id"], answers={"permit": True, "years": 1}, email="look@example.org")
    await send(anonymous, shown["id"], answers={"permit": True, "years": 1}, email="look@example.org")
    rows = (await client.get("/api/v1/applications")).json()["items"]
    (flagged,) = (await client.get("/api/v1/applications", params={"flagged_answers": True})).json()["items"]
    for row in rows:
        read = (await client.get(f"/api/v1/applications/{row['id']}")).json()
        assert read["flagged_answers"] is (row["id"] == flagged["id"])
        assert (read["status"], read["stage"]) == ("active", "applied")
    assert len(rows) == 2


async def test_json_resume_and_a_bare_profile_make_resumes_that_are_read(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Work
) -> None:
    shown = await published(client)
    document = {
        "basics": {"name": "Ada Berg", "email": "ada.berg@example.org", "label": "Developer"},
        "work": [{"name": "Northwind", "position": "Developer", "startDate": "2019-01", "summary": "PostgreSQL"}],
    }
    assert (
        await send(anonymous, shown["id"], name="Ada Berg", email="ada.berg@example.org", json_resume=document)
    ).status_code == 202
    typed = {
        "name": "Bo Dahl",
        "email": "bo.dahl@example.org",
        "headline": "Designer",
        "links": ["https://bo.example/"],
    }
    assert (await send(anonymous, shown["id"], **typed)).status_code == 202
    huge = {"name": "Cy Ek", "email": "cy.ek@example.org", "json_resume": {"basics": {"name": "Cy Ek"}, "x": 10**40}}
    assert (await send(anonymous, shown["id"], **huge)).status_code == 202
    await work()
    people = (await client.get("/api/v1/candidates")).json()["items"]
    assert {person["name"] for person in people} == {"Ada Berg", "Bo Dahl", "Cy Ek"}
    statuses = [each["status"] for each in (await client.get("/api/v1/resumes")).json()["items"]]
    assert statuses.count("parsed") >= 2
    assert len(statuses) == 3


async def test_hostile_files_are_kept_and_the_application_is_recorded(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    hostile = {
        "empty.pdf": b"",
        "bomb.zip": zipped({"a.txt": b"0" * 900_000}),
        "broken.pdf": b"%PDF-1.7 but no more",
        "..\\..\\evil.exe": b"MZ\x90\x00",
        "xxe.html": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    }
    for number, (name, data) in enumerate(hostile.items()):
        answer = await send_file(anonymous, shown["id"], {"resume": (name, data)}, email=f"p{number}@example.org")
        assert answer.status_code == 202, (name, answer.text)
    await work()
    found = (await client.get("/api/v1/applications")).json()["items"]
    assert len(found) == len(hostile)
    resumes = (await client.get("/api/v1/resumes")).json()["items"]
    assert len(resumes) == len(hostile)
    assert all(each["status"] in {"failed", "parsed"} for each in resumes)
    originals = [(await client.get(f"/api/v1/resumes/{each['id']}/file")).content for each in resumes]
    assert sorted(originals) == sorted(hostile.values())


async def test_who_applies_twice_is_answered_alike_and_has_one_application_with_a_further_resume(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    times, bodies = [], []
    for text in (resume_text(), resume_text(), resume_text(skills="Rust")):
        solved = await challenge(anonymous, shown["id"])
        began = time.monotonic()
        answer = await send_file(anonymous, shown["id"], {"resume": ("cv.txt", text)}, **solved)
        times.append(time.monotonic() - began)
        bodies.append((answer.status_code, answer.content))
        await work()
    assert len(set(bodies)) == 1
    assert all(each >= 0.25 for each in times)
    assert (count(admin_connection, "candidate"), count(admin_connection, "application")) == (1, 1)
    assert (count(admin_connection, "resume"), count(admin_connection, "application_answer")) == (2, 3)
    assert count(admin_connection, "file") == 2


async def test_twenty_at_once_with_one_address_are_one_candidate_and_one_application(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    solved = [await challenge(anonymous, shown["id"]) for _ in range(20)]
    sent = await asyncio.gather(
        *(
            send_file(anonymous, shown["id"], {"resume": (f"{n}.txt", resume_text(skills=f"Go {n % 3}"))}, **each)
            for n, each in enumerate(solved)
        )
    )
    assert [each.status_code for each in sent] == [202] * 20
    await work()
    assert (count(admin_connection, "candidate"), count(admin_connection, "application")) == (1, 1)
    assert (count(admin_connection, "resume"), count(admin_connection, "application_answer")) == (3, 20)
    mails = admin_connection.execute(
        "select count(*) from email_message where template = 'application_received'"
    ).fetchone()
    assert mails == (1,)


async def test_bytes_that_somebody_else_sent_are_a_resume_of_ones_own(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    for email in ("a@example.org", "b@example.org"):
        await send_file(anonymous, shown["id"], {"resume": ("cv.txt", resume_text())}, email=email)
    rows = admin_connection.execute(
        "select count(distinct candidate_id), count(*), count(digest) from resume"
    ).fetchone()
    assert rows == (2, 2, 1)


async def test_the_source_of_a_tracking_link_is_kept_through_to_the_application(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    shown, other = await published(client), await published(client)
    source = (await client.post("/api/v1/sources", json={"name": "Board", "kind": "job_board"})).json()
    link = await client.post(
        f"/api/v1/jobs/{shown['id']}/tracking-links", json={"name": "Board", "source_id": source["id"]}
    )
    assert link.status_code == 201, link.text
    code = link.json()["code"]
    clicked = await anonymous.get(f"/t/{code}")
    assert (clicked.status_code, clicked.headers["location"]) == (302, f"/jobs/{shown['id']}?source={code}")
    led = await anonymous.get(clicked.headers["location"])
    assert led.headers["location"] == f"/api/v1/public/jobs/{shown['id']}?source={code}"
    assert not {"set-cookie"} & (clicked.headers.keys() | led.headers.keys())
    await send(anonymous, shown["id"], source=code)
    await send(anonymous, other["id"], source=code, email="b@example.org")
    await send(anonymous, shown["id"], source="nonsense", email="c@example.org")
    rows = admin_connection.execute("select source_id::text, job_id::text from application order by id").fetchall()
    assert rows == [(source["id"], shown["id"]), (None, other["id"]), (None, shown["id"])]
    assert (await client.get(f"/api/v1/tracking-links/{link.json()['id']}")).json()["clicks"] == 1
    assert (await client.delete(f"/api/v1/tracking-links/{link.json()['id']}")).status_code == 204
    assert_problem(await anonymous.get(f"/t/{code}"), 404, "not_found")


async def test_who_wants_no_program_to_compare_them_is_marked(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    screened, by_people = await published(client), await published(client, screening=False)
    await send(anonymous, screened["id"], do_not_screen=True)
    await send(anonymous, screened["id"], email="b@example.org")
    await send(anonymous, by_people["id"], email="c@example.org")
    rows = admin_connection.execute("select do_not_screen from application order by id").fetchall()
    assert rows == [(True,), (False,), (True,)]


async def test_answers_of_others_are_not_found(client: httpx.AsyncClient, foreign: dict[str, Any]) -> None:
    assert_problem(await client.get(f"/api/v1/applications/{foreign['application']}/answers"), 404, "not_found")
