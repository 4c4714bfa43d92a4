"""Feeds and JSON-LD: whatever words are in them, they can be read and say those words."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.services import job_feeds
from talentflux.services.job_feeds import Feed, write
from talentflux.services.job_laws import LAWS, laws_of
from talentflux.services.job_rendering import script_safe
from talentflux.services.job_text import to_html, to_slug
from talentflux.services.job_truth import asks_for_former_pay

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = st.text(max_size=60)
_TAGS = re.compile(r"<(/?)([a-zA-Z0-9]+)([^>]*)>")
_KNOWN = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "em", "strong", "s", "ul", "ol", "li", "code", "pre", "blockquote",
    "hr", "br", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def job(title: str, department: str, html: str) -> dict[str, Any]:
    return {
        "id": "01937c7e-a1b2-7304-95b6-8495a6b7c8d9", "title": title, "department": department,
        "organization": {"name": title}, "description_html": html, "url": "https://x.example/jobs/1?a=1&b=2",
        "published_at": "2026-11-21T09:00:00Z", "changed_at": "2026-11-21T09:00:00Z",
        "expires_at": None, "requisition_id": "1", "places": [],
        "employment_type": "full_time", "remote": "none", "remote_countries": [],
        "pay": {"min": 1000, "max": 2000.5, "currency": "EUR", "period": "month"},
    }  # fmt: skip


@pytest.mark.parametrize("kind", Feed)
@given(title=WORDS, department=WORDS, html=WORDS)
def test_every_feed_can_be_read_whatever_words_are_in_it(kind: Feed, title: str, department: str, html: str) -> None:
    root = ET.fromstring(write(kind, [job(title, department, html)], "https://x.example", NOW))
    if kind is Feed.INDEED:
        read = root.findtext("job/title")
        # XML itself reads line ends as one.
        assert read == job_feeds.plain(title).replace("\r\n", "\n").replace("\r", "\n") or (read, title) == ("", "")
        assert root.findtext("job/salary") == "1,000 - 2,000.50 EUR per month"


@given(st.text(max_size=100))
def test_json_ld_ends_no_script_and_says_the_same(text: str) -> None:
    made = script_safe(json.dumps({"title": text}, ensure_ascii=False).encode(errors="replace"))
    assert not {b"<", b">", b"&", "\u2028".encode(), "\u2029".encode()} & {bytes([sign]) for sign in made}
    assert "\u2028" not in made.decode()
    assert json.loads(made)["title"] == text.encode(errors="replace").decode()


@given(st.text(alphabet=st.sampled_from("<>[]()!\"'`*_#-: \nabcjavscripthtp:/.&;x=1"), max_size=120))
def test_markdown_makes_no_tag_and_no_link_that_was_not_meant(text: str) -> None:
    for _, tag, attributes in _TAGS.findall(to_html(text)):
        assert tag in _KNOWN
        link = re.search(r'href="([^"]*)"', attributes)
        assert link is None or link[1].startswith(("http://", "https://"))
        assert not re.search(r"\bon\w+=", re.sub(r'"[^"]*"', "", attributes))


def test_titles_become_parts_of_addresses() -> None:
    cases = ("Größe & Maß", "日本", "  C++ / C# Developer ", "x" * 200)
    assert [to_slug(title) for title in cases] == ["grosse-mass", "job", "c-c-developer", "x" * 80]


def test_laws_are_found_by_codes_and_by_names_and_hold_for_remote_work() -> None:
    def found(*places: tuple[str, str | None], remote: bool = False, countries: tuple[str, ...] = ()) -> set[str]:
        named = [{"country": country, "region": region, "city": None} for country, region in places]
        return {f"{law.country}-{law.region}" for law in laws_of(named, countries, remote=remote)}

    assert found(("US", "New York")) == found(("US", "NY")) == found(("US", "US-NY")) == {"US-NY"}
    assert found(("US", "Texas")) == set()
    assert found(("DE", "Bayern")) == {"DE-"}
    assert found(("CA", "Ontario")) == {"CA-ON"}
    everywhere = {f"US-{law.region}" for law in LAWS if law.country == "US"}
    assert (
        found(("US", "Texas"), remote=True)
        == found(("US", None))
        == found(remote=True, countries=("US",))
        == everywhere
    )


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What is your current salary?", True),
        ("Please state your salary history.", True),
        ("What did you earn in your last job?", True),
        ("Wie hoch ist Ihr aktuelles Gehalt?", True),
        ("Quel est votre salaire actuel ?", True),
        ("¿Cuál es su salario actual?", True),
        ("Qual è la Sua retribuzione attuale?", True),
        ("Wat is je huidige salaris?", True),
        ("Qual a sua remuneração atual?", True),
        ("Jakie jest Twoje obecne wynagrodzenie?", True),
        ("Vad är din nuvarande lön?", True),
        ("Jaký je váš současný plat?", True),
        ("Please upload your last payslip.", True),
        ("Your W-2 of last year", True),
        ("How much are you making now?", True),
        ("How much do you currently make?", True),
        ("What are you being paid at the moment?", True),
        ("What’s your salary?", True),
        ("Sal\u200bary his\u00adtory", True),
        ("Was verdienen Sie derzeit?", True),
        ("Ihr bisheriges Einkommen", True),
        ("Dernier bulletin de paie", True),
        ("Última nómina", True),
        ("Ultima busta paga", True),
        ("Laatste loonstrook", True),
        ("What salary do you hope for?", False),
        ("What is your salary expectation?", False),
        ("What do you make of our product?", False),
        ("Have you run a payroll?", False),
        ("Describe payment systems that you built in your last role.", False),
        ("Ihre Gehaltsvorstellung?", False),
        ("Quelles sont vos prétentions salariales ?", False),
        ("Describe your last project.", False),
    ],
)
def test_questions_for_former_pay_are_known_in_ten_languages(text: str, *, asks: bool) -> None:
    assert asks_for_former_pay(text) is asks
