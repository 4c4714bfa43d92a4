"""Answers of applicants: for whoever may see contact data, with the questions as they were asked."""

import httpx
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem
from tests.factories.jobs import published, send, send_file
from tests.factories.people import add_person

FORM = [{"id": "why", "kind": "text", "label": "Why?"}, {"id": "sample", "kind": "file", "label": "A sample"}]


async def test_whoever_may_not_see_contact_data_sees_no_answers(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    shown = await published(client, form=FORM)
    await send(anonymous, shown["id"], answers={"why": "Because"})
    (found,) = (await client.get("/api/v1/applications")).json()["items"]
    resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role=Role.VIEWER)
    answer = await client.get(f"/api/v1/applications/{found['id']}/answers", headers=viewer.headers)
    assert_problem(answer, 403, "forbidden")
    assert_problem(await client.get(f"/api/v1/applications/{UNKNOWN}/answers"), 404, "not_found")


async def test_answers_stay_as_they_were_asked_when_the_form_changes(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client, form=FORM)
    await send(anonymous, shown["id"], answers={"why": "Because"})
    changed = [{"id": "why", "kind": "number", "label": "How many?"}]
    await client.patch(f"/api/v1/jobs/{shown['id']}", json={"form": changed}, headers=ANY_VERSION)
    await send(anonymous, shown["id"], answers={"why": 3})
    (found,) = (await client.get("/api/v1/applications")).json()["items"]
    sent = (await client.get(f"/api/v1/applications/{found['id']}/answers")).json()["submissions"]
    assert [(each["answers"][0]["label"], each["answers"][0]["value"]) for each in sent] == [
        ("Why?", "Because"),
        ("How many?", 3),
    ]


async def test_a_file_of_another_application_is_not_found(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client, form=FORM)
    for email in ("a@example.org", "b@example.org"):
        await send_file(anonymous, shown["id"], {"answers.sample": ("s.txt", email.encode())}, email=email)
    first, second = (await client.get("/api/v1/applications")).json()["items"]
    sent = (await client.get(f"/api/v1/applications/{first['id']}/answers")).json()["submissions"]
    file_id = sent[0]["answers"][0]["file"]["id"]
    own = await client.get(f"/api/v1/applications/{first['id']}/answers/files/{file_id}")
    assert (own.status_code, own.headers["x-content-type-options"]) == (200, "nosniff")
    assert_problem(await client.get(f"/api/v1/applications/{second['id']}/answers/files/{file_id}"), 404, "not_found")


async def test_answers_go_over_with_a_merge_and_can_still_be_read(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    for email in ("a@example.org", "b@example.org"):
        shown = await published(client, form=FORM)
        await send(anonymous, shown["id"], email=email, answers={"why": f"of {email}"})
    one, other = (await client.get("/api/v1/applications")).json()["items"]
    path = f"/api/v1/candidates/{one['candidate_id']}/merge"
    merged = await client.post(path, json={"other_id": other["candidate_id"]})
    assert merged.status_code in {200, 201}, merged.text
    for application, email in ((one, "b@example.org"), (other, "a@example.org")):
        sent = (await client.get(f"/api/v1/applications/{application['id']}/answers")).json()["submissions"]
        assert [each["answers"][0]["value"] for each in sent] == [f"of {email}"]
