"""Duplicates: found in the background by contacts and names, explained, dismissed for good, never in plain text."""

from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.record_support import candidate, made, patch, shown
from tests.api.support import UNKNOWN, assert_problem, imported, resume_text
from tests.factories.dump import readable_bytes
from tests.factories.tenants import Tenant, add_tenant


async def pairs(client: httpx.AsyncClient, one: str) -> list[tuple[str, list[str]]]:
    """Return the other side and the kinds of reasons of each open pair of a candidate."""
    items = (await shown(client, f"/candidates/{one}/duplicates"))["items"]
    return [(_other(item, one), [reason["kind"] for reason in item["reasons"]]) for item in items]


def _other(item: dict[str, Any], one: str) -> str:
    return str(next(item[side]["id"] for side in ("candidate", "other") if item[side]["id"] != one))


async def test_pairs_that_are_not_there_are_not_dismissed(app: FastAPI, client: httpx.AsyncClient, work: Work) -> None:
    one, other = await candidate(client), await candidate(client)
    await work()
    pair = (await shown(client, f"/candidates/{one}/duplicates"))["items"][0]
    tenant = await add_tenant(app)
    stranger = await tenant.person()
    path = f"/candidates/duplicates/{pair['id']}/dismiss"
    assert_problem(await tenant.call(stranger, "POST", path), 404, "not_found")
    assert (await tenant.call(stranger, "GET", "/candidates/duplicates")).json()["items"] == []
    assert_problem(await client.post(f"/api/v1/candidates/duplicates/{UNKNOWN}/dismiss"), 404, "not_found")
    local = Tenant(app, LOCAL_ORGANIZATION_ID)
    manager = await local.person(Role.HIRING_MANAGER)
    assert_problem(await local.call(manager, "GET", "/candidates/duplicates"), 403, "forbidden")
    assert (await client.post(f"/api/v1{path}")).json()["state"] == "dismissed"
    assert_problem(await client.post(f"/api/v1{path}"), 409, "already_decided")
    await client.delete(f"/api/v1/candidates/{other}")
    assert_problem(await client.post(f"/api/v1{path}"), 404, "not_found")


async def test_a_dismissed_pair_is_not_found_again(client: httpx.AsyncClient, work: Work) -> None:
    one, other = await candidate(client), await candidate(client)
    await work()
    ((pair,)) = (await shown(client, "/candidates/duplicates"))["items"]
    await client.post(f"/api/v1/candidates/duplicates/{pair['id']}/dismiss")
    for row_id in (one, other):
        await patch(client, f"/candidates/{row_id}", {"phone": "+46701234567"})
    await work()
    assert (await shown(client, "/candidates/duplicates"))["items"] == []


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        ({"name": "Mara Lindqvist"}, {"name": "LINDQVIST, Mara"}, ["name"]),
        ({"name": "José Núñez"}, {"name": "Jose Nunez"}, ["name"]),
        ({"phone": "+46 70 123 45 67"}, {"phone": "0046701234567"}, ["phone", "name"]),
        ({"name": "Anna Berg", "phone": "+46701234567"}, {"name": "Omar Haddad", "phone": "+46701234567"}, ["phone"]),
        ({"name": "Jon Andersson", "phone": "+46701234567"}, {"name": "John Andersson", "phone": "+46701234567"},
         ["phone", "similar_name"]),
        ({"name": "Mara Lindqvist"}, {"name": "Mara Bergström"}, None),
        ({"name": "Mara"}, {"name": "Mara"}, None),
        ({"name": "Jon Andersson"}, {"name": "John Andersson"}, None),
    ],
)  # fmt: skip
async def test_who_may_be_one_person_is_found_with_reasons(
    client: httpx.AsyncClient, work: Work, first: dict[str, str], second: dict[str, str], reasons: list[str] | None
) -> None:
    given = {"name": "Mara Lindqvist"}
    one, other = await candidate(client, **(given | first)), await candidate(client, **(given | second))
    await work()
    assert await pairs(client, one) == ([(other, reasons)] if reasons else [])
    assert await pairs(client, other) == ([(one, reasons)] if reasons else [])


async def test_another_address_in_a_resume_is_found_and_so_is_the_same_employer(
    client: httpx.AsyncClient, work: Work
) -> None:
    known = await candidate(client, "M. Lind", email="mara.private@example.org")
    text = resume_text("Mara Lindqvist", "mara@example.org").replace(
        b"mara@example.org", b"mara@example.org | mara.private@example.org"
    )
    await imported(client, work, {"a.txt": text})
    await imported(client, work, {"b.txt": resume_text("Mara Lindkvist", "other@example.org", "Go")})
    rows = (await shown(client, "/candidates?sort=created_at"))["items"]
    first, second = (row["id"] for row in rows if row["id"] != known)
    found = dict(await pairs(client, first))
    assert found[known] == ["email"]
    assert found[second] == ["similar_name_and_employer"]


async def test_the_same_profile_in_the_web_is_found(client: httpx.AsyncClient, work: Work) -> None:
    one, other = await candidate(client, "Anna Berg"), await candidate(client, "A. Berg")
    await made(client, f"/candidates/{one}/links", {"url": "https://www.linkedin.com/in/anna-berg/"})
    link = await made(client, f"/candidates/{other}/links", {"url": "http://linkedin.com/in/Anna-Berg"})
    await work()
    assert await pairs(client, one) == [(other, ["link"])]
    await client.delete(f"/api/v1/candidates/{other}/links/{link['id']}")
    await work()
    assert await pairs(client, one) == []


async def test_pairs_are_listed_the_surest_first_and_deleted_candidates_are_not(
    client: httpx.AsyncClient, work: Work
) -> None:
    ids = [await candidate(client, "Mara Lindqvist") for _ in range(2)]
    ids += [await candidate(client, "Omar Haddad", phone="+46701234567") for _ in range(2)]
    await work()
    first = await shown(client, "/candidates/duplicates?limit=1&include_total=true")
    assert first["total"] == 2
    rest = await shown(client, f"/candidates/duplicates?limit=1&cursor={first['next_cursor']}")
    scores = [item["score"] for item in first["items"] + rest["items"]]
    assert scores == sorted(scores, reverse=True)
    assert first["items"][0]["candidate"]["name"] == "Omar Haddad"
    assert first["items"][0]["reasons"][0]["explanation"].endswith(".")
    assert len((await shown(client, "/candidates/duplicates?min_score=0.8"))["items"]) == 1
    await client.delete(f"/api/v1/candidates/{ids[2]}")
    assert len((await shown(client, "/candidates/duplicates"))["items"]) == 1


async def test_a_merged_pair_is_decided_and_open_again_when_undone(client: httpx.AsyncClient, work: Work) -> None:
    one, other = await candidate(client), await candidate(client)
    await work()
    merge = await made(client, f"/candidates/{one}/merge", {"other_id": other})
    await work()
    assert (await shown(client, "/candidates/duplicates"))["items"] == []
    await client.post(f"/api/v1/candidates/merges/{merge['id']}/undo")
    await work()
    assert await pairs(client, one) == [(other, ["name"])]


async def test_nothing_that_was_compared_is_readable(
    client: httpx.AsyncClient,
    work: Work,
    admin_connection: psycopg.Connection,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    for _ in range(2):
        one = await candidate(client, "Zyqokavu Lindqvist", phone="+46707070700")
        await made(client, f"/candidates/{one}/links", {"url": "https://github.com/zyqokavu"})
    await work()
    assert len((await shown(client, "/candidates/duplicates"))["items"]) == 1
    dump = readable_bytes(admin_connection, tmp_path_factory.mktemp("none")).lower()
    assert b"zyqokavu" not in dump
    assert b"707070700" not in dump
