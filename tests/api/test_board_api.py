"""Boards over the API: columns with counts, cards in order, places that many change at once."""

import asyncio
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.schemas.board import BoardCard, BoardRead
from talentflux.schemas.page import Page
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.hiring_support import applied, board, change, stages
from tests.api.support import UNKNOWN, assert_problem, requisition
from tests.factories.statements import count_statements

PEOPLE = """
with made as (
    insert into candidate (id, organization_id) select gen_random_uuid(), organization_id
    from application, generate_series(1, %(count)s) where id = %(id)s returning id, organization_id
)
insert into application (id, organization_id, requisition_id, candidate_id, stage_id, stage, position)
select gen_random_uuid(), m.organization_id, a.requisition_id, m.id, %(stage)s, %(kind)s,
    lpad((row_number() over ())::text, 9, '0') || 'i'
from made m, application a where a.id = %(id)s"""


def fill(admin: psycopg.Connection, application: str, stage: str, kind: str, count: int) -> None:
    """Let many others stand in a stage."""
    admin.execute(PEOPLE, {"id": application, "stage": stage, "kind": kind, "count": count})


async def test_returns_404_for_a_board_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    mine = (await applied(client))["requisition_id"]
    column = (await stages(client, mine))["applied"]
    for path in (UNKNOWN, str(foreign["requisition"])):
        assert_problem(await client.get(f"/api/v1/requisitions/{path}/board"), 404, "not_found")
        assert_problem(await client.get(f"/api/v1/requisitions/{path}/board/{column}"), 404, "not_found")
    assert_problem(await client.get(f"/api/v1/requisitions/{mine}/board/{UNKNOWN}"), 404, "not_found")


@pytest.mark.parametrize("place", ["after_id", "before_id"])
async def test_no_place_beside_what_is_not_in_the_column(
    client: httpx.AsyncClient, foreign: dict[str, UUID], place: str
) -> None:
    one = await applied(client)
    two = await applied(client, one["requisition_id"], "Sam Okoro")
    await change(client, two["id"], stage="screen")
    for other in (two["id"], UNKNOWN, str(foreign["application"])):
        answer = await change(client, one["id"], **{place: other})
        assert_problem(answer, 422, "invalid_input", f"body.{place}")


async def test_a_board_of_an_organization_without_applications_is_empty(client: httpx.AsyncClient) -> None:
    made = await requisition(client)
    found = BoardRead.model_validate_json((await client.get(f"/api/v1/requisitions/{made['id']}/board")).content)
    assert sum(column.total for column in found.columns) == 0


async def test_cards_stand_where_they_are_put(client: httpx.AsyncClient) -> None:
    one = await applied(client)
    requisition_id = one["requisition_id"]
    two = await applied(client, requisition_id, "Sam Okoro")
    three = await applied(client, requisition_id, "Alex Moreau")
    assert (await board(client, requisition_id))["applied"] == [one["id"], two["id"], three["id"]]
    await change(client, three["id"], before_id=one["id"])
    assert (await board(client, requisition_id))["applied"] == [three["id"], one["id"], two["id"]]
    await change(client, three["id"], after_id=one["id"])
    assert (await board(client, requisition_id))["applied"] == [one["id"], three["id"], two["id"]]
    await change(client, two["id"], stage="screen")
    await change(client, one["id"], stage="screen", before_id=two["id"])
    found = await board(client, requisition_id)
    assert (found["applied"], found["screen"]) == ([three["id"]], [one["id"], two["id"]])


async def test_cards_put_to_one_place_at_once_keep_one_order(client: httpx.AsyncClient) -> None:
    first = await applied(client)
    rest = [
        (await applied(client, first["requisition_id"], name))["id"]
        for name in ("Sam Okoro", "Alex Moreau", "Noor Haddad", "Ida Berg", "Tomas Novak")
    ]
    for _ in range(2):
        answers = await asyncio.gather(*(change(client, each, after_id=first["id"]) for each in rest))
        assert {answer.status_code for answer in answers} == {200}
    order = (await board(client, first["requisition_id"]))["applied"]
    assert (order[0], sorted(order[1:])) == (first["id"], sorted(rest))
    await change(client, rest[0], after_id=order[2])
    moved = (await board(client, first["requisition_id"]))["applied"]
    assert moved.index(rest[0]) == moved.index(order[2]) + 1


async def test_a_board_shows_at_most_500_cards_and_columns_go_on(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one = await applied(client)
    columns = await stages(client, one["requisition_id"])
    fill(admin_connection, one["id"], columns["screen"], "screen", 700)
    fill(admin_connection, one["id"], columns["offer"], "offer", 30)
    path = f"/api/v1/requisitions/{one['requisition_id']}/board"
    found = BoardRead.model_validate_json((await client.get(path)).content)
    shown = {column.kind: column for column in found.columns}
    assert {kind: column.total for kind, column in shown.items() if column.total} == {
        "applied": 1, "screen": 700, "offer": 30,
    }  # fmt: skip
    assert [len(shown[kind].cards) for kind in ("applied", "screen", "offer")] == [1, 469, 30]
    assert shown["applied"].cards[0].candidate_name == "Mara Lindqvist"
    assert shown["offer"].next_cursor is None
    seen = [card.id for card in shown["screen"].cards]
    cursor = shown["screen"].next_cursor
    while cursor:
        answer = await client.get(f"{path}/{columns['screen']}", params={"cursor": cursor, "limit": 100})
        page = Page[BoardCard].model_validate_json(answer.content)
        seen += [card.id for card in page.items]
        cursor = page.next_cursor
    assert len(set(seen)) == len(seen) == 700
    refused = await client.get(f"{path}/{columns['offer']}", params={"cursor": shown["screen"].next_cursor})
    assert_problem(refused, 422, "invalid_input")


@pytest.mark.parametrize(
    "query",
    ["board", "board/column", "applications", "filtered", "history", "actions", "tasks", "pipelines", "automations"],
)
async def test_a_list_takes_at_most_two_statements(app: FastAPI, client: httpx.AsyncClient, query: str) -> None:
    one = await applied(client)
    of = f"/api/v1/requisitions/{one['requisition_id']}/board"
    column = (await stages(client, one["requisition_id"]))["applied"]
    pipeline = (await client.get(f"/api/v1/requisitions/{one['requisition_id']}/pipeline")).json()["id"]
    path = {
        "board": of,
        "board/column": f"{of}/{column}",
        "applications": "/api/v1/applications",
        "filtered": "/api/v1/applications?status=active&overdue=true&entered_after=2026-01-01T00:00:00Z",
        "history": f"/api/v1/applications/{one['id']}/history",
        "actions": f"/api/v1/applications/{one['id']}/actions",
        "tasks": "/api/v1/application-tasks",
        "automations": f"/api/v1/pipelines/{pipeline}/stages/{column}/automations",
        "pipelines": "/api/v1/pipelines",
    }[query]
    async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await organization_keys(session)
    await client.get(path)
    with count_statements(app.state.resources.database) as issued:
        assert (await client.get(path)).status_code == 200
    assert 1 <= len(issued) <= 2, issued


async def test_the_board_is_read_from_its_index(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one = await applied(client)
    columns = await stages(client, one["requisition_id"])
    for kind in ("applied", "screen", "interview"):
        fill(admin_connection, one["id"], columns[kind], kind, 2000)
    admin_connection.execute("analyze application")
    plan = "\n".join(
        row[0]
        for row in admin_connection.execute(
            "explain select id from application where organization_id = %s and requisition_id = %s and stage_id = %s "
            "and deleted_at is null and withdrawn_at is null and transferred_to_id is null "
            "order by position, id limit 100",
            [LOCAL_ORGANIZATION_ID, one["requisition_id"], columns["screen"]],
        ).fetchall()
    )
    assert "application_board_idx" in plan
    assert "Sort" not in plan
