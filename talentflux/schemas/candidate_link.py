"""Links of candidates as they are answered and given."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.private import PRIVATE


class LinkKind(StrEnum):
    """Where a link leads."""

    LINKEDIN = "linkedin"
    GITHUB = "github"
    GITLAB = "gitlab"
    STACKOVERFLOW = "stackoverflow"
    XING = "xing"
    PORTFOLIO = "portfolio"
    WEBSITE = "website"
    OTHER = "other"


def web_address(text: str) -> str:
    """Return an address in the web.

    Args:
        text: As given.

    Raises:
        ValueError: It is none that a browser may be sent to: another scheme, no host, a log-in in it, white space.
    """
    message = "give a whole http or https address, without user name, white space or control characters"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(message) from None
    plain = text.isprintable() and not any(sign.isspace() or sign in '<>"\\^`{|}' for sign in text)
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or not plain:
        raise ValueError(message)
    return text


WebAddress = Annotated[str, Field(max_length=2000), AfterValidator(web_address)]
"""An http or https address."""


class CandidateLinkCreate(Schema):
    """A link to keep."""

    url: WebAddress
    kind: LinkKind | None = Field(default=None, description="By default told from the host.")


class CandidateLinkRead(Schema):
    """A profile or website of a candidate."""

    id: UUID
    candidate_id: UUID
    kind: LinkKind
    url: str | None = Field(description="Null without `candidate:read_private`.", json_schema_extra=PRIVATE)
    created_at: datetime
    updated_at: datetime


class CandidateLinks(Schema):
    """The links of one candidate, the oldest first."""

    items: list[CandidateLinkRead]
