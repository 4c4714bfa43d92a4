"""Public jobs: nothing is shown that is not public, no personal data ever; lists, pages, JSON-LD and feeds."""

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.services import public_pages
from tests.api.conftest import OTHER_ORGANIZATION
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, imported
from tests.factories.jobs import TERMS, job, published, send
from tests.factories.people import add_person

FEEDS = ("/jobs.xml", "/jobs.rss", "/jobs.atom", "/sitemap.xml")
HOSTILE = "</title><script>alert(1)</script> & \"]]>' \u2028 https://origin.invalid"
PATHS = ("/api/v1/public/jobs", "/api/v1/public/jobs/{id}", "/api/v1/public/jobs/{id}/json-ld", *FEEDS)


@pytest.fixture
def fresh(app: FastAPI) -> Callable[[], None]:
    """Let what is kept for a second be forgotten."""
    forget: Callable[[], None] = app.state.resources.public_jobs.pages._kept.clear
    return forget


async def read(client: httpx.AsyncClient, path: str = "/api/v1/public/jobs", **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_drafts_and_what_does_not_exist_are_not_found(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    draft = await job(client)
    for job_id in (draft["id"], UNKNOWN):
        for path in (f"/api/v1/public/jobs/{job_id}", f"/api/v1/public/jobs/{job_id}/json-ld", f"/jobs/{job_id}"):
            assert_problem(await anonymous.get(path), 404, "not_found")
    assert await read(anonymous) == []
    assert await read(anonymous, "/api/v1/public/organizations/nobody/jobs") == []


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 201}, {"remote": "moon"}, {"cursor": "x"}, {"unknown": 1}, {"q": ""}]
)
async def test_questions_that_make_no_sense_are_refused(anonymous: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    assert_problem(await anonymous.get("/api/v1/public/jobs", params=asked), 422, "invalid_input")


async def test_links_that_lead_nowhere_are_not_found(anonymous: httpx.AsyncClient) -> None:
    for code in ("nothing", "x" * 65, "%C3%A4"):
        assert_problem(await anonymous.get(f"/t/{code}"), 404, "not_found")


async def test_jobs_are_read_page_by_page_without_a_log_in(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    made = [(await published(client, title=f"Job {number}"))["id"] for number in range(5)]
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await anonymous.get("/api/v1/public/jobs", params={"limit": 2, **cursor})
        body = answer.json()
        found += [each["id"] for each in body["items"]]
        if body["next_cursor"] is None:
            break
        assert body["next_cursor"] in answer.headers["link"]
        cursor = {"cursor": body["next_cursor"]}
    assert found == made[::-1]
    other = await anonymous.get("/api/v1/public/jobs", params={"limit": 2, "q": "job", **cursor})
    assert_problem(other, 422, "invalid_input", "query.cursor")


async def test_lists_are_filtered(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    terms = TERMS | {"remote": "full", "places": [{"country": "DE", "region": "Bayern", "city": "München"}],
                     "department": "Überblick", "employment_type": "part_time"}  # fmt: skip
    far, near = await published(client, title="Data Engineer", terms=terms), await published(client)
    cases: list[tuple[dict[str, str], list[str]]] = [
        ({"q": "ENGINEER data"}, [far["id"]]),
        ({"q": "nothing"}, []),
        ({"place": "munchen"}, [far["id"]]),
        ({"place": "SE"}, [near["id"]]),
        ({"remote": "full"}, [far["id"]]),
        ({"employment_type": "full_time"}, [near["id"]]),
        ({"department": "überblick"}, [far["id"]]),
        ({"q": "%"}, []),
    ]
    for asked, expected in cases:
        assert [each["id"] for each in await read(anonymous, **asked)] == expected, asked


async def test_a_job_is_read_with_its_form_and_without_its_knock_outs(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    form = [{"id": "permit", "kind": "yes_no", "label": "May you work here?", "knock_out": {"yes": True}}]
    shown = await published(client, form=form, description="# Hi\n[x](javascript:alert(1)) <b>")
    found = (await anonymous.get(f"/api/v1/public/jobs/{shown['id']}")).json()
    assert found["form"][0]["label"] == "May you work here?"
    assert "knock_out" not in json.dumps(found)
    assert "javascript:" not in re.sub(r"<p>\[x\]\(javascript:alert\(1\)\)", "", found["description_html"])
    assert "<b>" not in found["description_html"]
    assert "compares your application" in found["screening"]["notice"]


async def test_json_ld_says_all_that_job_boards_read(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    shown = await published(client, expire_at="2099-01-31T23:00:00Z", terms=TERMS | {"remote": "full"})
    answer = await anonymous.get(f"/api/v1/public/jobs/{shown['id']}/json-ld")
    assert answer.headers["content-type"] == "application/ld+json"
    found = answer.json()
    assert found["@type"] == "JobPosting"
    assert found["validThrough"] == "2099-01-31T23:00:00Z"
    assert found["baseSalary"]["value"] == {
        "@type": "QuantitativeValue", "minValue": 48000, "maxValue": 60000, "unitText": "MONTH",
    }  # fmt: skip
    assert found["jobLocation"][0]["address"] == {
        "@type": "PostalAddress", "addressCountry": "SE", "addressLocality": "Malmö",
    }  # fmt: skip
    assert (found["jobLocationType"], found["employmentType"], found["directApply"]) == (
        "TELECOMMUTE",
        "FULL_TIME",
        True,
    )
    assert found["applicantLocationRequirements"] == [{"@type": "Country", "name": "SE"}]
    needed = {"title", "description", "datePosted", "hiringOrganization", "identifier", "url"}
    assert needed <= found.keys()
    page = (await anonymous.get(f"/api/v1/public/jobs/{shown['id']}")).json()
    assert page["json_ld"] == found


@pytest.mark.parametrize("broken", ["canary", '{"id": "x"}', "[]", "null"])
async def test_a_job_that_cannot_be_rendered_is_left_out_of_feeds(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection, broken: str
) -> None:
    lost, kept = await published(client), await published(client)
    admin_connection.execute("update job_card set feed = %s where job_id = %s", [broken, lost["id"]])
    for path in FEEDS:
        answer = await anonymous.get(path)
        assert answer.status_code == 200, path
        assert kept["id"] in answer.text
        assert (lost["id"] in answer.text) is (path == "/sitemap.xml"), "its page can be read"


async def test_feeds_are_what_they_say_with_hostile_words_in_them(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client, title=HOSTILE, description=HOSTILE, terms=TERMS | {"department": "A&B <c>"})
    types = {}
    for path in FEEDS:
        answer = await anonymous.get(path)
        types[path] = answer.headers["content-type"].partition(";")[0]
        assert b"<script>" not in answer.content
        ET.fromstring(answer.content)
    assert types == dict(
        zip(FEEDS, ("application/xml", "application/rss+xml", "application/atom+xml", "application/xml"), strict=True)
    )
    (entry,) = ET.fromstring((await anonymous.get("/jobs.xml")).content).findall("job")
    fields = {child.tag: child.text for child in entry}
    assert (fields["referencenumber"], fields["category"], fields["jobtype"]) == (shown["id"], "A&B <c>", "fulltime")
    assert (fields["city"], fields["country"], fields["salary"]) == ("Malmö", "SE", "48,000 - 60,000 SEK per month")
    assert fields["title"] is not None
    assert fields["title"].startswith("</title><script>alert(1)</script> & \"]]>'")
    linked = (await anonymous.get(f"/api/v1/public/jobs/{shown['id']}/json-ld")).content
    assert b"<" not in linked
    assert b"&" not in linked
    atom = (await anonymous.get("/jobs.atom")).content
    assert ET.fromstring(atom).find("{http://www.w3.org/2005/Atom}entry") is not None


async def test_one_organization_is_read_beside_another(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, app: FastAPI, admin_connection: psycopg.Connection
) -> None:
    mine = await published(client)
    admin_connection.execute(
        "insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER_ORGANIZATION]
    )
    resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, OTHER_ORGANIZATION)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=person.headers) as them:
        theirs = await published(them, title="Theirs")
        assert_problem(await them.get(f"/api/v1/jobs/{mine['id']}"), 404, "not_found")
        assert_problem(await them.post(f"/api/v1/jobs/{mine['id']}/unpublish"), 404, "not_found")
        assert [each["id"] for each in (await them.get("/api/v1/jobs")).json()["items"]] == [theirs["id"]]
    assert {each["id"] for each in await read(anonymous)} == {mine["id"], theirs["id"]}
    assert [each["id"] for each in await read(anonymous, "/api/v1/public/organizations/other/jobs")] == [theirs["id"]]
    feed = await anonymous.get("/jobs.rss", params={"organization": "other"})
    assert theirs["id"] in feed.text
    assert mine["id"] not in feed.text
    admin_connection.execute("update organization set deleted_at = now() where slug = 'other'")
    public_pages._forget()
    assert {each["id"] for each in await read(anonymous)} == {mine["id"]}
    admin_connection.execute("update organization set deleted_at = null where slug = 'other'")
    public_pages._forget()
    assert len(await read(anonymous)) == 2


async def test_a_new_name_of_the_organization_stands_on_its_jobs(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Any
) -> None:
    shown = await published(client)
    given = {"name": "Renamed Works", "slug": "renamed-works"}
    assert (await client.patch("/api/v1/organizations/current", json=given, headers=ANY_VERSION)).status_code == 200
    await work()
    (found,) = await read(anonymous, "/api/v1/public/organizations/renamed-works/jobs")
    assert (found["id"], found["organization"]["name"]) == (shown["id"], "Renamed Works")
    page = (await anonymous.get(f"/api/v1/public/jobs/{shown['id']}")).json()
    assert page["json_ld"]["hiringOrganization"]["name"] == "Renamed Works"


async def test_an_answer_is_kept_until_a_job_changes(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    shown = await published(client)
    first = await anonymous.get("/api/v1/public/jobs")
    assert first.headers["cache-control"] == "public, no-cache"
    again = await anonymous.get("/api/v1/public/jobs")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    known = {"If-None-Match": first.headers["etag"]}
    for _ in range(2):
        spared = await anonymous.get("/api/v1/public/jobs", headers=known)
        assert (spared.status_code, spared.content) == (304, b"")
    await client.patch(f"/api/v1/jobs/{shown['id']}", json={"title": "Another"}, headers=ANY_VERSION)
    changed = await anonymous.get("/api/v1/public/jobs", headers=known)
    assert (changed.status_code, changed.json()["items"][0]["title"]) == (200, "Another")


async def test_no_public_answer_holds_personal_data_or_what_is_confidential(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, work: Any, fresh: Callable[[], None]
) -> None:
    shown = await published(client, form=[{"id": "why", "kind": "text", "label": "Why?"}])
    secret = await published(client, title="Confidential canary")
    path = f"/api/v1/requisitions/{secret['requisition_id']}"
    assert (await client.patch(path, json={"confidential": True}, headers=ANY_VERSION)).status_code == 200
    await imported(
        client, work, {"canary.txt": b"Canary Person\ncanary@example.org\nSkills\nPython"}, shown["requisition_id"]
    )
    sent = await send(
        anonymous, shown["id"], name="Canary Applicant", email="canary2@example.org", answers={"why": "canary words"}
    )
    assert sent.status_code == 202
    await work()
    fresh()
    for template in PATHS:
        answer = await anonymous.get(template.format(id=shown["id"]))
        assert answer.status_code == 200
        assert "canary" not in answer.text.lower(), template
    assert_problem(await anonymous.get(f"/api/v1/public/jobs/{secret['id']}"), 404, "not_found")
