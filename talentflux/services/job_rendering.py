"""What is public of a job, made once when it changes: its card in lists, its page as JSON, JSON-LD, parts of feeds.

Addresses begin with `ORIGIN`, which is replaced by this server's own when an answer is put together: the texts stay
right when it moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from talentflux.models import Job
from talentflux.schemas.job_question import PublicQuestion
from talentflux.services.job_text import to_html, to_search
from talentflux.services.job_truth import pay_is_shown

ORIGIN: Final = "https://origin.invalid"
"""Stands for where this server is reached; the name is one that nobody can have (RFC 2606)."""
_PUBLIC: Final = tuple(PublicQuestion.model_fields)
_UTC: Final = orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Employer:
    """The organization, as the public sees it.

    Attributes:
        name: As it calls itself.
        slug: Its part of addresses.
    """

    name: str
    slug: str


def card_of(job: Job, employer: Employer, published_at: datetime, *, hidden: bool) -> dict[str, object]:
    """Return the row of `job_card`.

    Args:
        job: The posting.
        employer: Whose it is.
        published_at: Since when it is shown.
        hidden: Whether its requisition keeps it from being shown.
    """
    card = _card(job, employer, published_at)
    html = to_html(job.description)
    linked = json_ld(job, employer, card, html)
    body = card | {
        "description": job.description,
        "description_html": html,
        "screening": {"notice": job.screening_notice} if job.screening else None,
        "form": [{name: question.get(name) for name in _PUBLIC} for question in job.form],
        "apply_url": f"{ORIGIN}/api/v1/public/jobs/{job.id}/applications",
        "json_ld": linked,
    }
    feed = card | {"description_html": html, "requisition_id": job.requisition_id}
    place_words = to_search(*(str(part) for place in job.places for part in place.values() if part))
    return {
        "job_id": job.id,
        "requisition_id": job.requisition_id,
        "hidden": hidden,
        "organization_slug": employer.slug,
        "published_at": published_at,
        "expires_at": job.expire_at,
        "words": to_search(job.title, job.department, employer.name),
        "place_words": place_words,
        "remote": job.remote,
        "employment_type": job.employment_type,
        "department": to_search(job.department) or None,
        "card": orjson.dumps(card, option=_UTC).decode(),
        "body": orjson.dumps(body, option=_UTC).decode(),
        "feed": orjson.dumps(feed, option=_UTC).decode(),
    }


def json_ld(job: Job, employer: Employer, card: Mapping[str, Any], html: str) -> dict[str, Any]:
    """Return a job as schema.org's JobPosting.

    Args:
        job: The posting.
        employer: Whose it is.
        card: Its public card.
        html: Its description.
    """
    linked: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": job.title,
        "description": html,
        "datePosted": card["published_at"],
        "hiringOrganization": {"@type": "Organization", "name": employer.name},
        "identifier": {"@type": "PropertyValue", "name": employer.name, "value": str(job.id)},
        "directApply": True,
        "url": card["url"],
    }
    if job.places:
        linked["jobLocation"] = [{"@type": "Place", "address": _address(place)} for place in job.places]
    if job.remote == "full":
        linked["jobLocationType"] = "TELECOMMUTE"
        countries = job.remote_countries or sorted({str(place["country"]) for place in job.places})
        linked["applicantLocationRequirements"] = [{"@type": "Country", "name": country} for country in countries]
    if job.expire_at is not None:
        linked["validThrough"] = job.expire_at
    if job.employment_type is not None:
        linked["employmentType"] = job.employment_type.upper()
    if card["pay"] is not None:
        linked["baseSalary"] = _salary(card["pay"])
    return linked


def script_safe(text: bytes) -> bytes:
    """Return JSON in which nothing ends a `<script>` that it is put into.

    Args:
        text: JSON.
    """
    for sign, escaped in ((b"<", rb"\u003c"), (b">", rb"\u003e"), (b"&", rb"\u0026")):
        text = text.replace(sign, escaped)
    return text.replace("\u2028".encode(), rb"\u2028").replace("\u2029".encode(), rb"\u2029")


def _card(job: Job, employer: Employer, published_at: datetime) -> dict[str, Any]:
    pay = None
    if pay_is_shown(job):
        pay = {
            "min": _number(job.pay_min),
            "max": _number(job.pay_max),
            "currency": job.pay_currency,
            "period": job.pay_period,
        }
    return {
        "id": job.id,
        "organization": {"slug": employer.slug, "name": employer.name},
        "title": job.title,
        "language": job.language,
        "department": job.department,
        "employment_type": job.employment_type,
        "places": job.places,
        "remote": job.remote,
        "remote_countries": job.remote_countries,
        "pay": pay,
        "published_at": published_at,
        "expires_at": job.expire_at,
        "url": f"{ORIGIN}/jobs/{job.id}",
    }


def _address(place: Mapping[str, Any]) -> dict[str, Any]:
    named = {"addressCountry": "country", "addressRegion": "region", "addressLocality": "city"}
    return {"@type": "PostalAddress"} | {name: place[key] for name, key in named.items() if place.get(key)}


def _salary(pay: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: pay[key] for name, key in (("minValue", "min"), ("maxValue", "max")) if pay[key] is not None}
    if pay["min"] == pay["max"]:
        amounts = {"value": pay["min"]}
    value = {"@type": "QuantitativeValue", **amounts, "unitText": pay["period"].upper()}
    return {"@type": "MonetaryAmount", "currency": pay["currency"], "value": value}


def _number(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == int(amount) else float(amount)
