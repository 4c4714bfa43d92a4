"""E-mail addresses, telephone numbers and links of a resume."""

import re
from bisect import bisect_left
from itertools import accumulate
from urllib.parse import urlsplit

from talentflux.ai.resume.lines import lowered
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import Link

_LOCAL = re.compile(r"[\w.%+'-]+$")
_DOMAIN = re.compile(r"@([\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24})")
_URL_HINT = re.compile(
    r"https?://|www\.|(?:linkedin|github|gitlab|xing|twitter|behance|dribbble|kaggle|stackoverflow|medium|facebook|"
    r"instagram)\.(?:com|net|org)/|(?<=[\s/])x\.com/"
)
_URL_SIGNS = ("http", "www.", ".com/", ".net/", ".org/")
_URL = re.compile(r"[^\s<>|,;\"•]+")
_SUBDOMAIN = re.compile(r"(?<![@\w])(?:[\w-]+\.)+$")
_DOMAIN_END = re.compile(
    r"\.(?:com|org|io|dev|me|co|info|eu|de|fr|es|nl|pt|it|br|uk|at|ch|be|us|in|ai|app|tech|design|online|"
    r"site)(?![\w@-])"
)
_BARE = re.compile(r"(?<![@\w./-])(?:[\w-]+\.)*[\w-]+$")
_PHONE = re.compile(r"[+(\d](?<![\w/.@:–-].)[\d(). /–-]{5,24}\d(?!\w)")
_POSTCODE = re.compile(r"\d{4}[-–]\d{3}|\d{5}[-–]\d{3,4}")  # Portugal, Brazil, United States
_LABEL = re.compile(
    r"(?:tel|phone|mob|cell|fon|téléphone|portable|handy|mobil|telef|cellul|gsm|ph|voice|fax|home|direct|"
    r"office)[\w.]*\s*(?:no\.?|number|#)?\s?[:.–-]?\s*$",
    re.IGNORECASE,
)
_NETWORKS = {
    "linkedin": "linkedin", "github": "github", "gitlab": "gitlab", "xing": "xing", "twitter": "twitter",
    "x": "twitter",
    "stackoverflow": "stackoverflow", "facebook": "facebook", "instagram": "instagram", "behance": "behance",
    "dribbble": "dribbble", "medium": "medium", "kaggle": "kaggle", "orcid": "orcid", "researchgate": "researchgate",
    "youtube": "youtube", "indeed": "indeed", "bitbucket": "bitbucket", "mastodon": "mastodon", "leetcode": "leetcode",
}  # fmt: skip


def find_emails(text: str, source: str) -> list[Text]:
    """Find the e-mail addresses of a text.

    Args:
        text: The working text.
        source: The text of the document, whose stretches are quoted.

    Returns:
        All places where an address stands, repeats included.
    """
    found: list[Text] = []
    if "@" not in text:
        return found
    for domain in _DOMAIN.finditer(text):
        local = _LOCAL.search(text, max(0, domain.start() - 64), domain.start())
        if local is None:
            continue
        start = local.start() + len(local.group()) - len(local.group().lstrip(".'-+%"))
        if start < domain.start():
            span = Span(start=start, end=domain.end())
            found.append(Text(value=source[start : domain.end()], span=span, confidence=0.99))
    return found


def network_of(url: str) -> str | None:
    """Return the network that a link leads to (`linkedin`, `github`, …), or None for a plain website."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:  # a bracket that is no IPv6 address
        return None
    labels = host.lower().split(".")
    return _NETWORKS.get(labels[-2]) if len(labels) > 1 else None


def _is_profile(url: str) -> bool:
    """A profile has a network and one name after it; what lies deeper is a work of the person, not the person."""
    if network_of(url) is None:
        return False
    path = urlsplit(url if "//" in url else f"//{url}").path.strip("/").split("/")
    return bool(path[0]) and len(path) <= 2 + (path[0] in ("in", "r", "pub", "profile", "users"))


def _address_places(text: str, header_end: int) -> list[tuple[int, int]]:
    """Find where web addresses stand; one without `www.` and network counts in the header only."""
    small = lowered(text)
    places: list[tuple[int, int]] = []
    for hint in _URL_HINT.finditer(small) if any(sign in small for sign in _URL_SIGNS) else ():
        if places and hint.start() < places[-1][1]:
            continue
        ahead = _SUBDOMAIN.search(text, max(0, hint.start() - 40), hint.start())
        start = ahead.start() if ahead and not hint.group().startswith(("http", "www")) else hint.start()
        end = _URL.match(text, hint.start())
        if end is not None and (start == 0 or text[start - 1] != "@"):
            places.append((start, end.end()))
    for hint in _DOMAIN_END.finditer(small, 0, header_end):
        host = _BARE.search(text, max(0, hint.start() - 60), hint.start())
        if host is None or any(start < hint.end() and host.start() < end for start, end in places):
            continue
        rest = _URL.match(text, hint.end()) if text.startswith("/", hint.end()) else None
        places.append((host.start(), rest.end() if rest else hint.end()))
    return places


def find_links(text: str, source: str, header_end: int, targets: list[str]) -> tuple[list[Link], list[Span]]:
    """Find the web addresses of the person.

    Args:
        text: The working text, e-mail addresses masked.
        source: The text of the document.
        header_end: Where the header ends; a bare domain counts only before it.
        targets: Targets of hyperlinks of the file.

    Returns:
        The links of the person without repeats, and the stretches of all web addresses in the text.
    """
    places = _address_places(text, header_end)
    links: list[Link] = []
    spans: list[Span] = []
    seen: set[str] = set()
    for start, given_end in sorted(places):
        end = start + len(text[start:given_end].rstrip(".,:;)]'"))
        span = Span(start=start, end=end)
        spans.append(span)
        url = source[start:end]
        if start < header_end or _is_profile(url):
            _add(links, seen, url, span)
    hosts = {_bare(link.url).split("/")[0] for link in links}
    for target in targets:
        if target.startswith(("http://", "https://")) and (_is_profile(target) or _bare(target) in hosts):
            _add(links, seen, target, None)
    return links, spans


def _bare(url: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.lower()).rstrip("/")


def _add(links: list[Link], seen: set[str], url: str, span: Span | None) -> None:
    key = _bare(url)
    if key and key not in seen:
        seen.add(key)
        links.append(Link(url=url, network=network_of(url), span=span))


def phone_places(text: str, zones: list[tuple[int, int]], dates: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """Find where telephone numbers stand.

    Args:
        text: The working text.
        zones: Stretches about the person, where any long row of digits is taken for a number.
        dates: Stretches that are dates.

    Returns:
        Start, end, and whether the number stands in such a zone.
    """
    found: list[tuple[int, int, bool]] = []
    dates = sorted(dates)
    begins = [begin for begin, _ in dates]
    latest = list(accumulate((finish for _, finish in dates), max))  # end of any date that begins no later
    for match in _PHONE.finditer(text):
        raw = match.group()
        start = match.start() + len(raw) - len(raw.lstrip())
        digits = sum(map(str.isdigit, raw))
        if not 7 <= digits <= 15 or _POSTCODE.fullmatch(raw.strip()) or "  " in raw.strip() or "\n" in raw.strip():
            continue
        before = bisect_left(begins, match.end())
        if before and start < latest[before - 1]:
            continue
        home = any(begin <= start < finish for begin, finish in zones)
        labelled = _LABEL.search(text, max(0, start - 24), start) is not None
        shaped = re.match(r"\+|00\d|\(\d{2,4}\)|\d{3}[-. ]\d{3}[-. ]\d{4}$", raw.strip()) is not None
        if labelled or shaped or home:
            found.append((start, match.end(), home or labelled))
    return found


def to_phone(written: str, region: str | None) -> tuple[str, float]:
    """Bring a telephone number to E.164 where its country can be told.

    Args:
        written: The number as it stands in the text.
        region: ISO 3166 code of the country of the person, where known.

    Returns:
        The number and the confidence: as written where the country is unknown or has no such number.
    """
    import phonenumbers  # noqa: PLC0415 - slow to import

    plain = written.strip()
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    if region is None and re.fullmatch(r"\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}", plain):
        region = "US"  # the North American way of writing, which tells the country code
    if region is None and not plain.startswith("+"):
        return plain, 0.7
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return plain, 0.6
    valid = phonenumbers.is_valid_number(number)
    if not valid and not (plain.startswith("+") and phonenumbers.is_possible_number(number)):
        return plain, 0.6
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)), 0.95 if valid else 0.7
