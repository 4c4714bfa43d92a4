"""Feeds of public jobs: Indeed's XML, RSS 2.0, Atom (RFC 4287), a site map (sitemaps.org)."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document of XML 1.0 may hold, not even escaped."""
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPES: Final[dict[str, str]] = {
    "full_time": "fulltime",
    "part_time": "parttime",
    "contractor": "contract",
    "temporary": "temporary",
    "intern": "internship",
    "volunteer": "volunteer",
    "per_diem": "perdiem",
}
_REMOTE: Final[dict[str, str | None]] = {"none": None, "hybrid": "Hybrid remote", "full": "Fully remote"}


class Feed(StrEnum):
    """The forms of feeds."""

    INDEED = "indeed"
    RSS = "rss"
    ATOM = "atom"
    SITEMAP = "sitemap"


NEWS: Final = frozenset({Feed.RSS, Feed.ATOM})
"""Feeds that people follow: they hold the latest jobs."""
MEDIA_TYPES: Final[dict[Feed, str]] = {
    Feed.INDEED: "application/xml",
    Feed.RSS: "application/rss+xml",
    Feed.ATOM: "application/atom+xml",
    Feed.SITEMAP: "application/xml",
}


def write(kind: Feed, jobs: Sequence[Mapping[str, Any]], origin: str, changed: datetime) -> bytes:
    """Return a feed as UTF-8.

    Args:
        kind: In which form.
        jobs: As `job_rendering.card_of` rendered them, with `changed_at`, the latest first; a site map needs no more
            than that and the address.
        origin: Where this server is reached.
        changed: When any of them changed last.
    """
    writers = {Feed.INDEED: _indeed, Feed.RSS: _rss, Feed.ATOM: _atom, Feed.SITEMAP: _sitemap}
    return (_HEAD + writers[kind](jobs, origin, changed)).encode()


def element(name: str, value: object) -> str:
    """Return an element with a text, whatever the text holds; nothing where there is no value.

    Args:
        name: Of the element.
        value: Its text.
    """
    return "" if value is None else f"<{name}>{escape(plain(str(value)))}</{name}>"


def plain(text: str) -> str:
    """Return a text without what XML cannot hold.

    Args:
        text: Words of a person.
    """
    return _FORBIDDEN.sub("�", text)


def pay_text(pay: Mapping[str, Any] | None) -> str | None:
    """Return a range of pay in words; None where there is none.

    Args:
        pay: `min`, `max`, `currency` and `period`.
    """
    if pay is None:
        return None
    amounts = [f"{amount:,.2f}".removesuffix(".00") for amount in (pay["min"], pay["max"]) if amount is not None]
    return f"{' - '.join(dict.fromkeys(amounts))} {pay['currency']} per {pay['period']}"


def _indeed(jobs: Sequence[Mapping[str, Any]], origin: str, changed: datetime) -> str:
    """One job for each of its places, as the form knows only one; without any, for each country of remote work."""
    entries = []
    for job in jobs:
        nowhere = {"country": None, "region": None, "city": None}
        countries = job["remote_countries"] if job["remote"] == "full" else []
        places = job["places"] or [nowhere | {"country": country} for country in countries] or [nowhere]
        for number, place in enumerate(places, 1):
            reference = job["id"] if number == 1 else f"{job['id']}-{number}"
            parts = (
                element("title", job["title"]),
                element("date", _rfc822(job["published_at"])),
                element("referencenumber", reference),
                element("requisitionid", job["requisition_id"]),
                element("url", job["url"]),
                element("company", job["organization"]["name"]),
                element("sourcename", job["organization"]["name"]),
                element("city", place["city"]),
                element("state", place["region"]),
                element("country", place["country"]),
                element("description", job["description_html"]),
                element("salary", pay_text(job["pay"])),
                element("jobtype", _TYPES.get(job["employment_type"] or "")),
                element("category", job["department"]),
                element("expirationdate", _rfc822(job["expires_at"]) if job["expires_at"] else None),
                element("remotetype", _REMOTE[job["remote"]]),
            )
            entries.append(f"<job>{''.join(parts)}</job>\n")
    head = (
        element("publisher", "TalentFlux") + element("publisherurl", origin)
        + element("lastBuildDate", _rfc822(changed.isoformat()))
    )  # fmt: skip
    return f"<source>{head}\n{''.join(entries)}</source>\n"


def _rss(jobs: Sequence[Mapping[str, Any]], origin: str, changed: datetime) -> str:
    items = "".join(
        "<item>"
        + element("title", f"{job['title']} – {job['organization']['name']}")
        + element("link", job["url"])
        + f'<guid isPermaLink="false">{job["id"]}</guid>'
        + element("pubDate", _rfc822(job["published_at"]))
        + element("category", job["department"])
        + element("description", job["description_html"])
        + "</item>\n"
        for job in jobs
    )
    own = quoteattr(f"{origin}/jobs.rss")
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f'<atom:link href={own} rel="self" type="application/rss+xml"/>'
        f"{element('title', 'Jobs')}{element('link', origin)}{element('description', 'Jobs that are open now')}"
        f"{element('lastBuildDate', _rfc822(changed.isoformat()))}\n{items}</channel></rss>\n"
    )


def _atom(jobs: Sequence[Mapping[str, Any]], origin: str, changed: datetime) -> str:
    entries = "".join(
        "<entry>"
        + element("id", f"urn:uuid:{job['id']}")
        + element("title", job["title"])
        + f"<link href={quoteattr(job['url'])}/>"
        + element("published", job["published_at"])
        + element("updated", job["changed_at"])
        + f"<author>{element('name', job['organization']['name'])}</author>"
        + f'<content type="html">{escape(plain(job["description_html"]))}</content>'
        + "</entry>\n"
        for job in jobs
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        f"{element('id', f'{origin}/jobs.atom')}{element('title', 'Jobs')}"
        f"{element('updated', changed.astimezone(UTC).isoformat())}"
        f'<link href={quoteattr(f"{origin}/jobs.atom")} rel="self"/>\n{entries}</feed>\n'
    )


def _sitemap(jobs: Sequence[Mapping[str, Any]], _origin: str, _changed: datetime) -> str:
    entries = "".join(
        f"<url>{element('loc', job['url'])}{element('lastmod', job['changed_at'])}</url>\n" for job in jobs
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'


def _rfc822(text: str) -> str:
    """Return a time as RFC 822 writes it, in GMT, as the examples of Indeed and RSS do."""
    return format_datetime(datetime.fromisoformat(text).astimezone(UTC), usegmt=True)
