"""Tracking links: to postings of one's own, with sources of one's own, counted when followed."""

from typing import Any

import httpx
import psycopg

from tests.api.support import UNKNOWN, assert_problem
from tests.factories.jobs import job, published


async def test_links_to_what_is_not_there_are_refused(client: httpx.AsyncClient, foreign: dict[str, Any]) -> None:
    assert_problem(await client.post(f"/api/v1/jobs/{UNKNOWN}/tracking-links", json={"name": "x"}), 404, "not_found")
    made = await job(client)
    path = f"/api/v1/jobs/{made['id']}/tracking-links"
    assert_problem(
        await client.post(path, json={"name": "x", "source_id": UNKNOWN}), 404, "not_found", "body.source_id"
    )
    assert_problem(await client.post(path, json={"name": " "}), 422, "invalid_input", "body.name")
    assert_problem(await client.get(f"/api/v1/tracking-links/{UNKNOWN}"), 404, "not_found")


async def test_clicks_are_counted_and_a_deleted_link_leads_nowhere(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    link = (await client.post(f"/api/v1/jobs/{shown['id']}/tracking-links", json={"name": "Poster"})).json()
    assert link["url"].endswith(f"/t/{link['code']}")
    for _ in range(3):
        answer = await anonymous.get(f"/t/{link['code']}")
        assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
    (found,) = (await client.get("/api/v1/tracking-links", params={"job_id": shown["id"]})).json()["items"]
    assert (found["clicks"], found["name"], found["url"]) == (3, "Poster", link["url"])
    assert (await client.get("/api/v1/tracking-links", params={"job_id": UNKNOWN})).json()["items"] == []
    assert (await client.delete(f"/api/v1/tracking-links/{link['id']}")).status_code == 204
    assert_problem(await anonymous.get(f"/t/{link['code']}"), 404, "not_found")


async def test_a_link_to_a_job_that_is_not_public_shows_nothing_of_it(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    made = await job(client, title="Secret canary")
    link = (await client.post(f"/api/v1/jobs/{made['id']}/tracking-links", json={"name": "Early"})).json()
    followed = await anonymous.get(f"/t/{link['code']}", follow_redirects=True)
    assert_problem(followed, 404, "not_found")
    assert "canary" not in followed.text
