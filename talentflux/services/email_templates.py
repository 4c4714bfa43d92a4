"""Texts of e-mails: one source for each, from which plain text and HTML are made, so that they cannot differ."""

import re
import textwrap
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from talentflux.core.errors import InvalidInputError
from talentflux.schemas.email import EmailTemplate

LANGUAGES: Final = ("en", "de")
_WIDTH: Final = 72
_LONGEST_VALUE: Final = 80
_LONGER: Final = {"reason": 1000}
"""Words of people that say more than a name."""
_LINK: Final = re.compile(r"https?://[!#-&(-;=?-\[\]-~]+")  # ASCII without quotes, angle brackets and backslashes
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_WORD_JOINER: Final = "\u2060"
_LINKED: Final = frozenset(
    {
        EmailTemplate.VERIFY_EMAIL,
        EmailTemplate.ACCOUNT_EXISTS,
        EmailTemplate.RESET_PASSWORD,
        EmailTemplate.CONFIRM_EMAIL,
        EmailTemplate.INVITATION,
        EmailTemplate.NOTE_MENTION,
        EmailTemplate.APPROVAL_REQUESTED,
        EmailTemplate.APPROVAL_REMINDER,
        EmailTemplate.APPROVAL_DECIDED,
    }
)
"""What is of no use without its link."""
PAGES: Final = (
    "/login",
    "/account",
    "/verify-email",
    "/reset-password",
    "/change-email",
    "/invitation",
    "/requisitions/{requisition_id}/shortlist",
)
"""Where links lead, as the pages of the web are named; a test holds them against those."""
_PAGE: Final = re.compile(
    rf"https?://[^/?#]+(?:/[^?#]*)?(?:{'|'.join(re.sub('{.*?}', '[^/?#]+', page) for page in PAGES)})(?:[?#].*)?"
)
_TEXTS: Final = {EmailTemplate.CANDIDATE_MESSAGE: frozenset({"subject_line", "body"})}
"""Words that an organization writes itself, as long as they are; `body` in several paragraphs."""


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """An e-mail as people will read it.

    Attributes:
        subject: One line.
        text: The plain text.
        html: The same as HTML.
    """

    subject: str
    text: str
    html: str


def render(template: EmailTemplate, language: str, **values: object) -> RenderedEmail:
    """Return the text of an e-mail.

    Args:
        template: Which.
        language: Of `LANGUAGES`.
        **values: What the template names: `link` is an address of our own, all others are words of people.

    Raises:
        InvalidInputError: A value holds a line break, or a link is none.
        LookupError: The link is missing, or leads to no page of ours.
        jinja2.UndefinedError: Another value that the template needs is missing.
    """
    if template in _LINKED and "link" not in values:
        raise LookupError(f"{template} without its link")
    own = _TEXTS.get(template, frozenset())
    checked = {name: _checked(name, value, text=name == "body" and name in own) for name, value in values.items()}
    if "link" in checked and not _PAGE.fullmatch(checked["link"]):
        raise LookupError(f"{template} with a link that leads nowhere")
    words = {
        name: value if name == "link" or name in own else _unlinked(value, _LONGER.get(name, _LONGEST_VALUE))
        for name, value in checked.items()
    }
    name = f"{language}/{template.value}.jinja"
    subject = " ".join(_environment("subject").get_template(name).render(words).split())
    text = _environment("text").get_template(name).render(words, language=language)
    html = _environment("html").get_template(name).render(words, language=language, subject=subject)
    return RenderedEmail(subject, text.strip() + "\n", html.strip() + "\n")


def known(language: str) -> str:
    """Return a language that there are texts in: the one asked for, or English."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _checked(name: str, value: object, *, text: bool = False) -> str:
    """Return a value as text, refusing what could begin another header; a text of its own may have several lines."""
    given = str(value)
    if (not text and len(f"{given}.".splitlines()) > 1) or any(unicodedata.category(char) == "Cs" for char in given):
        raise InvalidInputError(f"The {name} of an e-mail must be one line of text.")
    if name == "link" and not _LINK.fullmatch(given):
        raise InvalidInputError("The link of an e-mail must be an http or https address.")
    return given


def console(public_url: str, operation: str) -> str:
    """Return a link to the API console at one operation, by way of the log-in, for what has no page of its own yet.

    Args:
        public_url: Where this server is reached.
        operation: Its tag and id.
    """
    return f"{public_url.rstrip('/')}/login?next={quote(f'/docs#/{operation}', safe='')}"


def _unlinked(value: str, longest: int) -> str:
    """Return words of people short and so that no mail program makes a link of them: our e-mails carry ours only.

    Invisible characters go too; they could turn the direction of what follows.
    """
    value = "".join(char for char in value if unicodedata.category(char) not in {"Cc", "Cf"})
    short = value if len(value) <= longest else value[: longest - 1] + "…"
    plain = short.replace("://", " ")
    return re.sub(r"(?<=\w)([.@])(?=[^\W\d])", rf"\1{_WORD_JOINER}", plain)


@lru_cache(maxsize=3)
def _environment(form: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("talentflux.services", "templates/email"),
        autoescape=form == "html",  # noqa: S701 -- plain text holds no markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["layout"] = f"layout.{form}.jinja"
    environment.filters["paragraphs"] = _html_paragraphs if form == "html" else _text_paragraphs
    return environment


def _text_paragraphs(text: str) -> str:
    """Return paragraphs wrapped for a terminal, a blank line between them."""
    return "\n\n".join(
        textwrap.fill(" ".join(part.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)
        for part in _split(text)
    )


def _html_paragraphs(text: str) -> Markup:
    """Return paragraphs as HTML; the text is escaped already where it was rendered."""
    style = Markup('<p style="margin:0 0 16px">{}</p>')
    return Markup("\n").join(style.format(Markup(" ".join(part.split()))) for part in _split(text))  # noqa: S704 -- escaped by the environment


def _split(text: str) -> list[str]:
    return [part for part in _PARAGRAPH.split(text.strip()) if part]
