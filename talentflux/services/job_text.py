"""Words of postings: Markdown made into HTML that is safe anywhere, and parts of addresses."""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_SCHEMES: Final = frozenset({"http", "https"})
_SLUG: Final = 80
_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"})
_TAG: Final = re.compile(r"<[^>]*>")


def to_html(markdown: str) -> str:
    """Return Markdown as HTML: tags in it become text, links lead to http and https only, pictures are left out.

    Args:
        markdown: As a person wrote it.
    """
    return str(_reader().render(markdown)).strip()


def to_slug(title: str) -> str:
    """Return a title as a part of an address; `job` where it has no letter or digit of ASCII.

    Args:
        title: Of a posting.
    """
    letters = unicodedata.normalize("NFKD", title.casefold().translate(_PLAIN))
    words = re.sub(r"[^a-z0-9]+", "-", "".join(sign for sign in letters if not unicodedata.combining(sign)))
    return words[:_SLUG].strip("-") or "job"


def to_search(*texts: str | None) -> str:
    """Return texts as they are searched: in small letters, without accents, one blank between words.

    Args:
        *texts: None says nothing.
    """
    joined = " ".join(text for text in texts if text)
    letters = unicodedata.normalize("NFKD", joined.casefold())
    return " ".join("".join(sign for sign in letters if not unicodedata.combining(sign)).split())


@lru_cache(maxsize=1)
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- slow to import

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    reader.validateLink = _leads_out  # type: ignore[assignment, method-assign] # as its documentation does
    reader.add_render_rule("link_open", _link)
    return reader


def _leads_out(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc)


def _link(self: Any, tokens: Any, place: int, options: Any, _env: Any) -> str:
    """Return the beginning of a link that lends no credit to where it leads."""
    tokens[place].attrSet("rel", "nofollow noopener")
    rendered: str = self.renderToken(tokens, place, options, _env)
    return rendered
