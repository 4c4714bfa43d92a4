"""The guides of a checkout as pages."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from talentflux.core.errors import NotFoundError

DOCS = Path(__file__).resolve().parents[2] / "docs"
_GROUPS = (("Guides", "guides"), ("Reference", "reference"), ("Decisions", "adr"))
_LINK = re.compile(r'href="([^"#:]+)\.md(#[^"]*)?"')


@dataclass(frozen=True)
class Guide:
    """One page of the documentation.

    Attributes:
        path: Folder and name without ending, as in the address.
        title: Its first heading.
        file: Where it lies.
    """

    path: str
    title: str
    file: Path


@lru_cache(maxsize=1)
def guides() -> dict[str, Guide]:
    """Return all guides by their path; none outside of a checkout."""
    found = {}
    for _, folder in _GROUPS:
        for file in sorted((DOCS / folder).glob("*.md")):
            first = file.read_text(encoding="utf-8").partition("\n")[0]
            path = f"{folder}/{file.stem}"
            found[path] = Guide(path, first.removeprefix("#").strip(), file)
    return found


def grouped() -> list[tuple[str, list[Guide]]]:
    """Return the guides by heading."""
    return [
        (heading, [guide for path, guide in guides().items() if path.startswith(f"{folder}/")])
        for heading, folder in _GROUPS
    ]


def render(path: str) -> tuple[Guide, Markup]:
    """Return a guide and its HTML.

    Args:
        path: As in the address; looked up among the known guides, so it cannot lead elsewhere.

    Raises:
        NotFoundError: There is no such guide.
    """
    guide = guides().get(path)
    if guide is None:
        raise NotFoundError("There is no such guide. /guides lists all.")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(guide.file.read_text(encoding="utf-8"))
    return guide, Markup(_LINK.sub(r'href="\1\2"', html))  # noqa: S704 - our own files, HTML in them is escaped
