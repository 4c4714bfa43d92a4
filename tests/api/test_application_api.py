"""Applications over the API."""

from uuid import UUID

import httpx
import pytest

from talentflux.schemas.application import ApplicationDetail, ApplicationRead
from talentflux.schemas.page import Page
from tests.api.conftest import Work
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, imported, requisition, resume_text


async def _applied(client: httpx.AsyncClient, work: Work) -> ApplicationRead:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text()}, made["id"])
    return Page[ApplicationRead].model_validate_json((await client.get("/api/v1/applications")).content).items[0]


async def test_returns_404_for_unknown_application(client: httpx.AsyncClient) -> None:
    answer = await client.patch(f"/api/v1/applications/{UNKNOWN}", json={"stage": "offer"})
    assert_problem(answer, 404, "not_found")


async def test_returns_404_for_application_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    answer = await client.patch(f"/api/v1/applications/{foreign['application']}", json={"stage": "offer"})
    assert_problem(answer, 404, "not_found")
    filters = {"requisition_id": str(foreign["requisition"])}
    assert (await client.get("/api/v1/applications", params=filters)).json()["items"] == []


async def test_returns_422_for_a_stage_that_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.patch(f"/api/v1/applications/{UNKNOWN}", json={"stage": "dismissed"})
    assert_problem(answer, 422, "invalid_input", "body.stage")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"stage": None},
        {"stage": "offer", "stage_id": UNKNOWN},
        {"after_id": UNKNOWN, "before_id": UNKNOWN},
    ],
)
async def test_returns_422_for_a_change_that_says_nothing_or_two_things(
    client: httpx.AsyncClient, body: dict[str, object]
) -> None:
    answer = await client.patch(f"/api/v1/applications/{UNKNOWN}", json=body)
    assert_problem(answer, 422, "invalid_input", "body")


async def test_returns_422_for_a_filter_that_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/applications", params={"stage": "dismissed"})
    assert_problem(answer, 422, "invalid_input", "query.stage")


async def test_moves_to_another_stage(client: httpx.AsyncClient, work: Work) -> None:
    application = await _applied(client, work)
    answer = await client.patch(
        f"/api/v1/applications/{application.id}", json={"stage": "interview"}, headers=ANY_VERSION
    )
    moved = ApplicationDetail.model_validate_json(answer.content)
    assert (moved.stage, moved.candidate_name) == ("interview", "Mara Lindqvist")
    listed = await client.get("/api/v1/applications", params={"stage": "interview"})
    assert [row["id"] for row in listed.json()["items"]] == [str(application.id)]
    assert (await client.get("/api/v1/applications", params={"stage": "applied"})).json()["items"] == []


async def test_deleted_requisition_takes_its_applications_along(client: httpx.AsyncClient, work: Work) -> None:
    application = await _applied(client, work)
    await client.delete(f"/api/v1/requisitions/{application.requisition_id}")
    assert (await client.get("/api/v1/applications")).json()["items"] == []
