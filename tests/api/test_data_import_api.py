"""Imports of tables over the API: what is refused, what becomes of rows, what runs once."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from python_calamine import CalamineWorkbook

from talentflux.core.config import Settings
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import OTHER_ORGANIZATION, Work
from tests.factories.people import add_person
from tests.factories.sheets import xlsx

PEOPLE = "Name;E-Mail;Telefon;Ort;Externe ID;Notizfeld\nMara Lindqvist;Mara@example.org;+46 70 123 45 67;Malmö;k1;x\n"
PATH = "/api/v1/imports"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that take tables of one MiB."""
    return settings.model_copy(update={"import_limit_mib": 1})


async def upload(
    client: httpx.AsyncClient, data: bytes | str, name: str = "people.csv", **fields: str
) -> httpx.Response:
    content = data.encode() if isinstance(data, str) else data
    return await client.post(PATH, files={"file": (name, content, "text/csv")}, data=fields)


async def ran(client: httpx.AsyncClient, work: Work, data: bytes | str, **fields: str) -> dict[str, Any]:
    made = await upload(client, data, **fields)
    assert made.status_code == 201, made.text
    path = f"{PATH}/{made.json()['id']}"
    started = await client.post(f"{path}/run")
    assert started.status_code == 202, started.text
    await work()
    return dict((await client.get(path)).json())


async def people(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get("/api/v1/candidates", params={"limit": 200})).json()["items"])


async def report(client: httpx.AsyncClient, import_id: str) -> list[list[str]]:
    answer = await client.get(f"{PATH}/{import_id}/report")
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"name;email\n", "holds a header and no row"),
        ((";".join(f"c{n}" for n in range(1001)) + "\na\n").encode(), "has 1001 columns"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b"\xd0\xcf\x11\xe0 old", "protected by a password or of an old format"),
    ],
)
async def test_what_is_no_table_is_refused_with_what_to_do(client: httpx.AsyncClient, data: bytes, said: str) -> None:
    answer = await upload(client, data)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


async def test_a_table_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    assert (await upload(client, b"name\n" + b"x" * 2**20 + b"\n")).status_code == 413


async def test_a_mapping_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    made = await upload(client, PEOPLE)
    path, tag = f"{PATH}/{made.json()['id']}", {"If-Match": made.headers["etag"]}

    for mapping, said in (
        (["name"], "6 columns"),
        (["name", "shoe_size", None, None, None, None], "no field"),
        (["name", "name", None, None, None, None], "once"),
        ([None] * 6, "no column"),
    ):
        answer = await client.patch(path, json={"mapping": mapping}, headers=tag)
        assert answer.status_code == 422
        assert said in answer.text
    assert (await client.patch(path, json={"mapping": ["name", *[None] * 5]})).status_code == 428


async def test_an_import_of_another_organization_is_not_found(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, foreign: dict[str, UUID]
) -> None:
    theirs = uuid4()
    admin_connection.execute(
        "insert into data_import (id, organization_id, kind, expires_at) values (%s, %s, 'candidates', now())",
        [theirs, OTHER_ORGANIZATION],
    )
    path = f"{PATH}/{theirs}"

    answers = [
        await client.get(path),
        await client.patch(path, json={"mapping": ["name"]}, headers={"If-Match": "*"}),
        await client.post(f"{path}/check"),
        await client.post(f"{path}/run"),
        await client.get(f"{path}/report"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    requisition = await upload(client, PEOPLE, kind="applications", requisition_id=str(foreign["requisition"]))
    assert requisition.status_code == 404


async def test_columns_are_recognised_in_several_languages(client: httpx.AsyncClient) -> None:
    made = (await upload(client, PEOPLE)).json()

    assert [column["field"] for column in made["columns"]] == [
        "name", "email", "phone", "location", "external_id", None,
    ]  # fmt: skip
    assert made["columns"][0]["sample"] == ["Mara Lindqvist"]
    assert (made["encoding"], made["delimiter"], made["total"]) == ("utf-8", ";", 1)
    spanish = (await upload(client, "nombre,correo electrónico,teléfono,ciudad\na,b@x.org,,\n")).json()
    assert [column["field"] for column in spanish["columns"]] == ["name", "email", "phone", "location"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "windows-1252"])
async def test_names_come_in_whatever_the_encoding(client: httpx.AsyncClient, work: Work, encoding: str) -> None:
    done = await ran(client, work, "name,email\nJörg Müßig,j@example.org\n".encode(encoding))

    assert done["status"] == "succeeded"
    assert [person["name"] for person in await people(client)] == ["Jörg Müßig"]


async def test_a_check_says_what_would_become_of_each_row_and_changes_nothing(
    client: httpx.AsyncClient, work: Work
) -> None:
    await ran(client, work, PEOPLE)
    rows = (
        "name,email,external id\nMara Lindqvist,mara@example.org,k1\nMara L.,mara@example.org,k1\n"
        "New,new@example.org,\nAgain,new@example.org,\nWrong,nowhere,\nNobody,,\n"
        "Two,new@example.org,k1\n"
    )
    made = (await upload(client, rows)).json()
    assert (await client.post(f"{PATH}/{made['id']}/check")).status_code == 202
    await work()

    checked = (await client.get(f"{PATH}/{made['id']}")).json()
    lines = await report(client, made["id"])

    assert checked["status"] == "checked"
    assert checked["percentage"] == 100.0
    verdicts = [line[1] for line in lines[1:]]
    assert verdicts == ["duplicate", "update", "create", "update", "error", "error", "error"]
    assert [line[3] for line in lines[5:]] == ["email", "", "email"]
    assert [person["name"] for person in await people(client)] == ["Mara Lindqvist"]


async def test_the_same_file_twice_makes_nobody_twice(client: httpx.AsyncClient, work: Work) -> None:
    first = await ran(client, work, PEOPLE)
    second = await ran(client, work, PEOPLE)

    assert first["counts"] == {"create": 1, "update": 0, "duplicate": 0, "error": 0}
    assert second["counts"] == {"create": 0, "update": 0, "duplicate": 1, "error": 0}
    (person,) = await people(client)
    assert person["email"] == "mara@example.org"
    found = (await client.get("/api/v1/candidates", params={"q": "lindq"})).json()["items"]
    assert [each["id"] for each in found] == [person["id"]]


async def test_a_row_changes_whom_its_external_id_names(client: httpx.AsyncClient, work: Work) -> None:
    await ran(client, work, PEOPLE)
    done = await ran(client, work, "name,email,external id\nMara Berg,berg@example.org,k1\n")

    assert done["counts"]["update"] == 1
    (person,) = await people(client)
    assert (person["name"], person["email"], person["location"]) == ("Mara Berg", "berg@example.org", "Malmö")
    timeline = (await client.get(f"/api/v1/events?candidate_id={person['id']}")).json()["items"]
    assert {event["type"] for event in timeline} == {"candidate.created", "candidate.updated"}


async def test_nobody_is_changed_where_the_import_shall_not(client: httpx.AsyncClient, work: Work) -> None:
    await ran(client, work, PEOPLE)
    made = await upload(client, "name,email\nMara Berg,mara@example.org\n")
    path = f"{PATH}/{made.json()['id']}"
    changed = {"options": {"update_existing": False, "tags": ["fair"]}}
    answer = await client.patch(path, json=changed, headers={"If-Match": made.headers["etag"]})
    assert answer.status_code == 200, answer.text
    await client.post(f"{path}/run")
    await work()

    assert (await client.get(path)).json()["counts"]["duplicate"] == 1
    assert [person["name"] for person in await people(client)] == ["Mara Lindqvist"]


async def test_bad_rows_are_reported_and_the_others_go_in(client: httpx.AsyncClient, work: Work) -> None:
    rows = (
        "name,email\n=HYPERLINK(1),formula@example.org\n" + "x" * 1_000_000 + ",long@example.org\n"
        'N\0l,nul@example.org\na,b@example.org,too,many\n"Cut off,half@example.org\n'
    )
    done = await ran(client, work, rows)
    lines = await report(client, done["id"])

    assert done["counts"] == {"create": 1, "update": 0, "duplicate": 0, "error": 4}
    assert [person["name"] for person in await people(client)] == ["=HYPERLINK(1)"]
    assert lines[1][5] == "'=HYPERLINK(1)"
    assert "at most 10000" in lines[2][4] or "more than 10000" in lines[2][4]
    assert "U+0000" in lines[3][4]
    assert "cells" in lines[4][4]
    assert "never closed" in lines[5][4]
    assert len(done["problems"]) == 4


async def test_duplicate_headers_are_told_apart(client: httpx.AsyncClient) -> None:
    made = (await upload(client, "Email,Email\na@example.org,b@example.org\n")).json()

    assert [(column["name"], column["field"]) for column in made["columns"]] == [
        ("Email", "email"),
        ("Email (2)", None),
    ]


async def test_a_thousand_columns_are_taken(client: httpx.AsyncClient) -> None:
    header = ",".join(["name", "email", *(f"c{n}" for n in range(998))])

    made = await upload(client, f"{header}\na,a@example.org\n")

    assert made.status_code == 201
    assert len(made.json()["columns"]) == 1000


async def test_a_spreadsheet_is_read_like_a_table_of_text(client: httpx.AsyncClient, work: Work) -> None:
    data = xlsx([["Name", "E-Mail", "Telefon"], ["Ana Sousa", "ana@example.org", 351912345678.0]])
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == ["Sheet1"]
    done = await ran(client, work, data)

    assert done["counts"]["create"] == 1
    assert done["encoding"] is None
    (person,) = await people(client)
    assert (person["name"], person["phone"]) == ("Ana Sousa", "351912345678")


async def test_a_spreadsheet_that_is_a_bomb_is_refused(client: httpx.AsyncClient) -> None:
    answer = await upload(client, xlsx([["a"]], padding=300 * 2**20), "bomb.xlsx")

    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable_file"


async def test_an_import_runs_once(client: httpx.AsyncClient, work: Work) -> None:
    done = await ran(client, work, PEOPLE)

    again = await client.post(f"{PATH}/{done['id']}/run")

    assert again.status_code == 409
    assert "succeeded" in again.json()["detail"]


async def test_two_imports_of_the_same_people_at_once_make_each_once(client: httpx.AsyncClient, work: Work) -> None:
    lines = [f"P{n},p{n}@example.org,e{n}" for n in range(1200)]
    one = await upload(client, "\n".join(["name,email,external id", *lines]))
    two = await upload(client, "\n".join(["name,email,external id", *reversed(lines)]))
    for made in (one, two):
        await client.post(f"{PATH}/{made.json()['id']}/run")

    await asyncio.gather(work(), work())

    counts = [(await client.get(f"{PATH}/{made.json()['id']}")).json() for made in (one, two)]
    assert [each["status"] for each in counts] == ["succeeded"] * 2
    assert sum(each["counts"]["create"] for each in counts) == 1200
    assert sum(each["counts"]["duplicate"] for each in counts) == 1200


async def test_people_of_a_table_apply_once_to_the_requisition_that_a_column_names(
    client: httpx.AsyncClient, work: Work
) -> None:
    needs = "title;external id;openings\nData engineer;r1;2\n;;\n"
    done = await ran(client, work, needs, kind="requisitions")
    assert done["counts"] == {"create": 1, "update": 0, "duplicate": 0, "error": 0}, done["problems"]
    rows = (
        "name,email,requisition external id,application id,applied at\n"
        "Ana,ana@example.org,r1,a1,2026-01-05\nBo,bo@example.org,nowhere,a2,\nCy,cy@example.org,,a3,\n"
    )
    first = await ran(client, work, rows, kind="applications")
    second = await ran(client, work, rows, kind="applications")

    applications = (await client.get("/api/v1/applications")).json()["items"]
    assert first["counts"] == {"create": 1, "update": 0, "duplicate": 0, "error": 2}
    assert second["counts"] == {"create": 0, "update": 0, "duplicate": 1, "error": 2}
    assert [each["candidate_name"] for each in applications] == ["Ana"]
    assert applications[0]["created_at"].startswith("2026-01-05")
    assert [person["name"] for person in await people(client)] == ["Ana"]


async def test_requisitions_are_known_again_by_their_external_ids(client: httpx.AsyncClient, work: Work) -> None:
    await ran(client, work, "title;external id\nData engineer;r1\nNo id;\n", kind="requisitions")
    again = await ran(client, work, "title;external id\nData engineer;r1\n", kind="requisitions")
    changed = await ran(client, work, "title;external id\nSenior data engineer;r1\n", kind="requisitions")

    assert again["counts"]["duplicate"] == 1
    assert changed["counts"]["update"] == 1
    items = (await client.get("/api/v1/requisitions")).json()["items"]
    assert [each["title"] for each in items] == ["Senior data engineer"]


async def test_nobody_applies_to_a_requisition_that_the_importer_does_not_see(
    app: FastAPI, client: httpx.AsyncClient, work: Work
) -> None:
    resources: Resources = app.state.resources
    recruiter = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.RECRUITER)
    hidden = {"description": "Chief executive", "confidential": True, "external_id": "secret"}
    assert (await client.post("/api/v1/requisitions", json=hidden)).status_code == 201
    rows = "name,email,requisition external id\nAna,ana@example.org,secret\n"
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=recruiter.headers) as send:
        done = await ran(send, work, rows, kind="applications")

    assert done["counts"]["error"] == 1
    assert (await client.get("/api/v1/applications")).json()["items"] == []


async def test_the_cells_of_a_file_are_destroyed_after_their_time(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    done = await ran(client, work, PEOPLE)
    admin_connection.execute("update data_import set expires_at = now() - interval '1 minute'")
    waiting = "update procrastinate_jobs set scheduled_at = now() where task_name = 'data_import.expire'"
    admin_connection.execute(waiting)

    await work()

    gone = (await client.get(f"{PATH}/{done['id']}")).json()
    assert (gone["file_name"], gone["columns"], gone["status"]) == ("(expired)", [], "succeeded")
    assert gone["counts"]["create"] == 1
    assert (await client.get(f"{PATH}/{done['id']}/report")).status_code == 409
    assert admin_connection.execute("select count(*) from data_import_batch").fetchone() == (0,)


async def test_duplicates_are_found_among_those_who_were_imported_and_who_was_changed_by_a_row(
    client: httpx.AsyncClient, work: Work
) -> None:
    await client.post("/api/v1/candidates", json={"name": "Mara Lindqvist", "phone": "+46 70 123 45 67"})
    await ran(client, work, "name,email,external id,phone\nOmar Haddad,m@example.org,k1,0046701234567\n")

    first = (await client.get("/api/v1/candidates/duplicates")).json()["items"]
    await ran(client, work, "email,external id,phone\nm@example.org,k1,+49 30 1234567\n")
    changed = (await client.get("/api/v1/candidates/duplicates")).json()["items"]
    await ran(client, work, "name,email,external id\nMara Lindqvist,other@example.org,k2\n")
    named = (await client.get("/api/v1/candidates/duplicates")).json()["items"]

    assert [[reason["kind"] for reason in pair["reasons"]] for pair in first] == [["phone"]]
    assert changed == []
    assert [[reason["kind"] for reason in pair["reasons"]] for pair in named] == [["name"]]
