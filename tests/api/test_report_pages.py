"""Pages for people and the stored shortlist."""

from uuid import UUID

import httpx
import pytest

from talentflux.schemas.screening import ScreeningReport
from talentflux.web.guides import guides
from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, imported, requisition, resume_text


async def _ranked(client: httpx.AsyncClient, work: Work) -> str:
    made = await requisition(client)
    await imported(client, work, {"mara.txt": resume_text(skills="Kubernetes")})
    answer = await client.post(f"/api/v1/requisitions/{made['id']}/match", json={})
    assert answer.status_code == 202, answer.text
    await work()
    return str(made["id"])


@pytest.mark.parametrize("path", ["/requisitions/{}/shortlist", "/api/v1/requisitions/{}/shortlist"])
async def test_shortlist_of_an_unknown_requisition_is_404(client: httpx.AsyncClient, path: str) -> None:
    assert_problem(await client.get(path.format(UNKNOWN)), 404, "not_found")


@pytest.mark.parametrize("path", ["/requisitions/{}/shortlist", "/api/v1/requisitions/{}/shortlist"])
async def test_shortlist_of_another_organization_is_404(
    client: httpx.AsyncClient, foreign: dict[str, UUID], path: str
) -> None:
    assert_problem(await client.get(path.format(foreign["requisition"])), 404, "not_found")


@pytest.mark.parametrize("top", [0, 51, "many"])
async def test_shortlist_of_too_many_or_none_is_422(client: httpx.AsyncClient, top: object) -> None:
    made = await requisition(client)
    answer = await client.get(f"/api/v1/requisitions/{made['id']}/shortlist", params={"top": top})
    assert_problem(answer, 422, "invalid_input", "query.top")


@pytest.mark.parametrize("path", ["adr/none", "../README", "guides/../../README", "%2e%2e/pyproject", "/etc/passwd"])
async def test_only_known_guides_are_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/guides/{path}")
    assert answer.status_code == 404
    assert "TalentFlux\n" not in answer.text


async def test_start_page_says_what_to_do_when_there_is_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "make demo" in answer.text


async def test_start_page_links_each_requisition_escaped(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/requisitions", json={"title": "<b>Cook</b>", "description": "Required: cooking"})
    page = (await client.get("/")).text
    assert f"/requisitions/{made.json()['id']}/shortlist" in page
    assert "&lt;b&gt;Cook" in page
    assert "<b>Cook" not in page


@pytest.mark.parametrize("path", ["/", "/guides", "/docs"])
async def test_pages_allow_nothing_from_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_every_guide_is_a_page_and_its_links_lead_to_pages(client: httpx.AsyncClient) -> None:
    listing = (await client.get("/guides")).text
    assert len(guides()) > 10
    for path, guide in guides().items():
        assert f"/guides/{path}" in listing
        page = (await client.get(f"/guides/{path}")).text
        assert f"<title>{guide.title.replace('&', '&amp;')} · TalentFlux</title>" in page
        assert '.md"' not in page


async def test_shortlist_page_and_answer_hold_the_same_evidence(client: httpx.AsyncClient, work: Work) -> None:
    made = await _ranked(client, work)
    report = ScreeningReport.model_validate_json((await client.get(f"/api/v1/requisitions/{made}/shortlist")).content)
    page = (await client.get(f"/requisitions/{made}/shortlist")).text
    assert [resume.label for resume in report.resumes] == ["Mara Lindqvist"]
    assert report.ranked == 1
    assert "Mara Lindqvist" in page
    assert "<mark>" in page
    for result in report.resumes[0].match.results:
        assert result.requirement_id[1:] + "</th>" in page


async def test_blind_shortlist_names_nobody(client: httpx.AsyncClient, work: Work) -> None:
    made = await _ranked(client, work)
    for path in ("/requisitions/{}/shortlist", "/api/v1/requisitions/{}/shortlist"):
        text = (await client.get(path.format(made), params={"blind": True})).text
        assert "Mara" not in text
        assert "mara.txt" not in text
        assert "Candidate 1" in text
