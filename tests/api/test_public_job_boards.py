"""What job boards and search engines ask of postings, held against every kind of posting that the gate lets pass."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

import httpx
import pytest

from talentflux.utils.countries import COUNTRIES
from tests.api.support import ANY_VERSION
from tests.factories.jobs import TERMS, published

# https://developers.google.com/search/docs/appearance/structured-data/job-posting
_TYPES: Final = {
    "FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER",
}  # fmt: skip
_UNITS: Final = {"HOUR", "DAY", "WEEK", "MONTH", "YEAR"}
_GMT: Final = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")
_SITEMAP: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_UNPAID: Final = {"pay_min": None, "pay_max": None, "pay_currency": None, "pay_period": None}
_TEXAS: Final = {"places": [{"country": "US", "region": "Texas", "city": "Austin"}], "remote": "none"}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "hybrid": {},
    "on site": {"remote": "none", "remote_countries": []},
    "remote from two countries": {"places": [], "remote": "full", "remote_countries": ["SE", "DE"]},
    "remote with a place": {"remote": "full", "remote_countries": []},
    "one amount": {"pay_max": "48000"},
    "no pay": _TEXAS | _UNPAID | {"remote_countries": []},
    "an intern by the hour": {"employment_type": "intern", "pay_min": "120", "pay_max": "130", "pay_period": "hour"},
    "no type": {"employment_type": None, "department": None},
    "something else": {"employment_type": "other"},
    "a region": {"places": [{"country": "SE", "region": "Skåne", "city": None}]},
}


def flaws(found: dict[str, Any]) -> set[str]:
    """Return what a search engine would find wrong in a JobPosting: what is required, and what is given wrongly."""
    wrong = {name for name in ("title", "description", "datePosted", "hiringOrganization") if not found.get(name)}
    if (found["@context"], found["@type"]) != ("https://schema.org", "JobPosting"):
        wrong.add("@type")
    if not found["hiringOrganization"].get("name"):
        wrong.add("hiringOrganization.name")
    for name in ("datePosted", "validThrough"):
        if name in found and datetime.fromisoformat(found[name]).tzinfo is None:
            wrong.add(name)
    wrong |= _where(found)
    if "employmentType" in found and found["employmentType"] not in _TYPES:
        wrong.add("employmentType")
    if "baseSalary" in found:
        wrong |= _pay(found["baseSalary"])
    return wrong


def _where(found: dict[str, Any]) -> set[str]:
    wrong = set()
    remote = found.get("jobLocationType")
    if remote not in {None, "TELECOMMUTE"}:
        wrong.add("jobLocationType")
    if "jobLocation" not in found and not (remote and found.get("applicantLocationRequirements")):
        wrong.add("jobLocation")
    for place in found.get("jobLocation", []):
        if place["address"].get("addressCountry") not in COUNTRIES or None in place["address"].values():
            wrong.add("jobLocation.address")
    for each in found.get("applicantLocationRequirements", []):
        if each["@type"] != "Country" or not each["name"]:
            wrong.add("applicantLocationRequirements")
    return wrong


def _pay(found: dict[str, Any]) -> set[str]:
    value = found["value"]
    given = value.keys() & {"value", "minValue", "maxValue"}
    right = given in ({"value"}, {"minValue", "maxValue"}) and value["unitText"] in _UNITS
    right = right and all(isinstance(value[name], (int, float)) and value[name] > 0 for name in given)
    return set() if right and re.fullmatch("[A-Z]{3}", found["currency"]) else {"baseSalary"}


async def entries(anonymous: httpx.AsyncClient) -> list[dict[str, str]]:
    root = ET.fromstring((await anonymous.get("/jobs.xml")).content)
    assert root.tag == "source"
    assert root.findtext("publisher")
    assert root.findtext("publisherurl")
    assert _GMT.fullmatch(root.findtext("lastBuildDate") or "")
    return [{child.tag: child.text or "" for child in job} for job in root.findall("job")]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_search_engine_finds_nothing_wrong(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, kind: str
) -> None:
    shown = await published(client, terms=TERMS | KINDS[kind], expire_at="2099-01-31T23:00:00Z")
    found = (await anonymous.get(f"/api/v1/public/jobs/{shown['id']}/json-ld")).json()
    assert flaws(found) == set()
    assert ("baseSalary" in found) is (kind != "no pay")
    if kind == "one amount":
        assert found["baseSalary"]["value"]["value"] == 48000
    assert ("jobLocationType" in found) is kind.startswith("remote")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_job_board_finds_all_that_its_feed_needs(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, kind: str
) -> None:
    await published(client, terms=TERMS | KINDS[kind], expire_at="2099-01-31T23:00:00Z")
    found = await entries(anonymous)
    for job in found:
        needed = ("title", "date", "referencenumber", "requisitionid", "url", "company", "country", "description")
        assert [name for name in needed if not job.get(name)] == []
        assert _GMT.fullmatch(job["date"])
        assert _GMT.fullmatch(job["expirationdate"])
        assert parsedate_to_datetime(job["expirationdate"]).year == 2099
        assert job.get("jobtype") in {None, "fulltime", "parttime", "contract", "temporary", "internship"}
        assert job.get("remotetype") in {None, "Hybrid remote", "Fully remote"}
    references = [job["referencenumber"] for job in found]
    assert len(set(references)) == len(references)
    countries = [job["country"] for job in found]
    assert countries == {"no pay": ["US"], "remote from two countries": ["SE", "DE"]}.get(kind, ["SE"])


async def test_who_follows_addresses_and_news_is_told_when_a_job_changes(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    shown = await published(client)

    async def times() -> tuple[str, str, str]:
        sitemap = ET.fromstring((await anonymous.get("/sitemap.xml")).content)
        assert sitemap.findtext(f"{_SITEMAP}url/{_SITEMAP}loc") == shown["url"]
        atom = ET.fromstring((await anonymous.get("/jobs.atom")).content)
        entry = f"{_ATOM}entry/{_ATOM}"
        found = sitemap.findtext(f"{_SITEMAP}url/{_SITEMAP}lastmod"), atom.findtext(f"{entry}updated")
        return str(found[0]), str(found[1]), str(atom.findtext(f"{entry}published"))

    before = await times()
    changed = await client.patch(f"/api/v1/jobs/{shown['id']}", json={"title": "New name"}, headers=ANY_VERSION)
    assert changed.status_code == 200, changed.text
    after = await times()
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert after[2] == before[2]
    assert all(datetime.fromisoformat(moment).tzinfo is not None for moment in after)
