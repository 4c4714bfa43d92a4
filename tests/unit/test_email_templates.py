"""Texts of e-mails: each in every language, the same in plain text and HTML, and people's words never markup."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from talentflux.core.errors import InvalidInputError
from talentflux.schemas.email import EmailTemplate
from talentflux.services import email_templates
from talentflux.services.email_templates import LANGUAGES, known, render

FOLDER = Path(email_templates.__file__).parent / "templates" / "email"
LINK = "https://jobs.example.org/verify-email?token=abc&purpose=x"
VALUES: dict[str, object] = {
    "organization": "Acme GmbH",
    "inviter": "Ada Lovelace",
    "owner": "Grace Hopper",
    "role": "hiring_manager",
    "subject_line": "About your application",
    "body": "Thank you for the time that you took.",
    "count": 3,
    "requisition": "Backend developer",
    "time": "21 November 2026, 09:00 UTC",
    "browser": "Firefox on Linux",
    "address": "127.0.0.1",
    "change": "enabled",
    "title": "Backend developer",
    "step": "Head of department",
    "approval": "01937c7e-8182-73a4-85b6-718293041526",
    "note": "01937c7e-8182-73a4-85b6-718293041527",
    "outcome": "declined",
    "reason": "Not in this year's plan.",
}
ALL = [(template, language) for template in EmailTemplate for language in LANGUAGES]


class Reader(HTMLParser):
    """Collects links and text of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def test_every_template_has_a_file_in_every_language_and_nothing_else_lies_there() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (FOLDER / language).iterdir()} == set(EmailTemplate)


@pytest.mark.parametrize(
    "value", ["Acme\r\nBcc: x", "Acme\nx", "Acme\x0bx", "Acme\x85x", "Acme\u2028x", "Acme\n", "\ud800"]
)
@pytest.mark.parametrize("name", ["organization", "inviter", "link"])
def test_line_breaks_are_refused(name: str, value: str) -> None:
    given = {"link": LINK, **VALUES, name: f"{LINK if name == 'link' else ''}{value}"}
    with pytest.raises(InvalidInputError):
        render(EmailTemplate.INVITATION, "en", **given)


@pytest.mark.parametrize(
    "link",
    ["", "javascript:alert(1)", "//example.org", "https://", "https://a b", 'https://a"b', "https://a'b", "https://ä"],
)
def test_link_that_is_no_address_is_refused(link: str) -> None:
    with pytest.raises(InvalidInputError):
        render(EmailTemplate.VERIFY_EMAIL, "en", link=link)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/api/v1/approvals/1", "/candidates/1#note-2", "/accounts", "/requisitions//shortlist", "/?x=/login"],
)
def test_link_that_leads_to_no_page_is_refused(path: str) -> None:
    with pytest.raises(LookupError):
        render(EmailTemplate.VERIFY_EMAIL, "en", link=f"https://jobs.example.org{path}")


@pytest.mark.parametrize("path", ["/hiring/login", "/login?next=%2Fdocs", "/invitation#token=x"])
def test_link_may_lead_to_a_page_below_another_path_and_carry_more(path: str) -> None:
    link = f"https://jobs.example.org{path}"
    assert link in render(EmailTemplate.VERIFY_EMAIL, "en", link=link).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_outcome_of_an_approval_is_told(language: str) -> None:
    outcomes = ("approved", "declined", "openings_approved", "openings_declined")
    given = {"organization": "Acme", "title": "Cook", "requisition": "1", "link": LINK}
    rendered = [render(EmailTemplate.APPROVAL_DECIDED, language, outcome=each, **given) for each in outcomes]
    assert len({each.text for each in rendered}) == len(outcomes)
    assert [each.subject for each in rendered[:2]] == [each.subject for each in rendered[2:]]


def test_reason_is_told_whole_and_without_links_of_others() -> None:
    reason = "Too dear. " * 20 + "See www.evil.example"
    given = {"outcome": "declined", "organization": "Acme", "title": "Cook", "requisition": "1", "reason": reason}
    rendered = render(EmailTemplate.APPROVAL_DECIDED, "en", link=LINK, **given)
    assert rendered.subject == "Declined: “Cook”"
    assert rendered.text.count("dear") == 20
    assert "www.evil.example" not in rendered.text + rendered.html


@pytest.mark.parametrize(
    "template", ["verify_email", "account_exists", "reset_password", "confirm_email", "invitation"]
)
def test_email_that_is_of_no_use_without_its_link_needs_one(template: str) -> None:
    with pytest.raises(LookupError):
        render(EmailTemplate(template), "en", **VALUES)


@pytest.mark.parametrize("template", ["invitation", "ownership_transferred", "member_removed", "second_factor_changed"])
def test_missing_value_is_an_error(template: str) -> None:
    with pytest.raises(jinja2.UndefinedError):
        render(EmailTemplate(template), "en", link=LINK)


@pytest.mark.parametrize(("template", "language"), ALL)
def test_text_and_html_carry_the_same_links_and_words(template: EmailTemplate, language: str) -> None:
    rendered = render(template, language, link=LINK, **VALUES)
    html = Reader(rendered.html)
    assert set(html.links) == {LINK} == set(re.findall(r"https?://\S+", rendered.text))
    assert not {"script", "img", "iframe", "form", "object", "style"} & set(html.tags)
    body = html.words[len(rendered.subject.split()) :]  # behind the title
    text = [word.removesuffix(":") for word in rendered.text.split() if word != "--"]
    assert {word.removesuffix(":") for word in text} <= {word.removesuffix(":") for word in body}
    assert "\n" not in rendered.subject
    assert len(rendered.subject) < 78
    assert all(len(line) <= 78 or "https" in line for line in rendered.text.splitlines())
    assert not re.search(r"\{[{%]|%\}|None|Undefined|  ", rendered.text.replace("-- ", ""))


@pytest.mark.parametrize(("template", "language"), ALL)
def test_texts_of_alerts_do_without_what_is_not_known(template: EmailTemplate, language: str) -> None:
    always = {name: VALUES[name] for name in ("title", "step", "approval", "note", "outcome", "requisition")}
    given = {"organization": "Acme GmbH", "change": "other", "link": LINK, **always}
    rendered = render(template, language, **given)
    assert not re.search(r"None|Undefined|\( |\s[.,]", rendered.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", ["enabled", "disabled", "recovery_codes", "recovery_code_used"])
def test_each_change_of_the_second_factor_is_told(change: str, language: str) -> None:
    texts = {render(EmailTemplate.SECOND_FACTOR_CHANGED, language, change=each).text for each in (change, "other")}
    assert len(texts) == 2


def test_languages_differ_and_an_unknown_one_is_english() -> None:
    subjects = {render(EmailTemplate.VERIFY_EMAIL, language, link=LINK).subject for language in LANGUAGES}
    assert len(subjects) == len(LANGUAGES)
    assert (known("de"), known("fr"), known("../../etc")) == ("de", "en", "en")


def test_words_of_people_are_no_markup_and_no_links() -> None:
    name = 'Win <a href="https://evil.example">money</a> at www.evil.example or me@evil.example \u202egnp.exe'
    rendered = render(EmailTemplate.INVITATION, "en", link=LINK, organization=name, inviter="<script>alert(1)</script>")
    html = Reader(rendered.html)
    assert set(html.links) == {LINK}
    assert "script" not in html.tags
    for text in (rendered.text, rendered.html, rendered.subject):
        assert "evil.example" not in text
        assert "https://evil" not in text
        assert "\u202e" not in text


def test_long_words_of_people_are_cut() -> None:
    rendered = render(EmailTemplate.MEMBER_REMOVED, "en", organization="A" * 500)
    assert "A" * 79 + "…" in rendered.text
    assert "A" * 80 not in rendered.text


def test_network_addresses_can_be_copied() -> None:
    assert "127.0.0.1" in render(EmailTemplate.LOGIN_ALERT, "en", **VALUES).text


@pytest.mark.parametrize(("template", "language"), ALL)
def test_subject_stands_in_a_header(template: EmailTemplate, language: str) -> None:
    message = EmailMessage()
    message["Subject"] = render(template, language, link=LINK, **VALUES).subject
    assert message.as_bytes()


def test_words_of_an_organization_keep_their_paragraphs_and_are_no_markup() -> None:
    body = "Dear Mara,\n\nthank you <b>very</b> much.\n{{ organization }}\n\nNorthwind"
    rendered = render(EmailTemplate.CANDIDATE_MESSAGE, "en", subject_line="Your <i>application</i>", body=body)
    assert rendered.text.startswith("Dear Mara,\n\nthank you <b>very</b> much. {{ organization }}\n\nNorthwind")
    assert not {"b", "i"} & set(Reader(rendered.html).tags)
    assert rendered.subject == "Your <i>application</i>"
