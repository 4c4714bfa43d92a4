"""What places ask of job postings, each with the law that says so.

Kept by people: whoever adds a place names the law. It is no legal advice, and stands beside the law, not for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from talentflux.services.job_text import to_search


@dataclass(frozen=True, slots=True)
class Law:
    """What one place asks for.

    Attributes:
        country: ISO 3166-1.
        region: Of ISO 3166-2 without the country; empty for the whole country.
        source: The law.
        pay: Whether a posting shows the range of pay.
        history: Whether former pay must not be asked for.
        widest: The most that a range may span, in the currency of the place by year; None where nothing is said.
    """

    country: str
    region: str
    source: str
    pay: bool = False
    history: bool = False
    widest: Decimal | None = None


_DIRECTIVE: Final = "Directive (EU) 2023/970, Article 5"
_UNION: Final = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
_STATES: Final = (
    ("CA", "California Labor Code § 432.3", True, True),
    ("CO", "Colorado Revised Statutes § 8-5-201", True, True),
    ("CT", "Connecticut General Statutes § 31-40z", False, True),
    ("DC", "District of Columbia Code § 32-1453.01", True, True),
    ("DE", "Delaware Code title 19 § 709B", False, True),
    ("HI", "Hawaii Revised Statutes § 378-2.4 and Act 203 of 2023", True, True),
    ("IL", "Illinois Equal Pay Act, 820 ILCS 112/10", True, True),
    ("MA", "Massachusetts General Laws c. 149 §§ 105A and 105F", True, True),
    ("MD", "Maryland Labor and Employment Code § 3-304.2", True, True),
    ("ME", "Maine Revised Statutes title 26 § 628-A", False, True),
    ("MN", "Minnesota Statutes §§ 181.173 and 363A.08", True, True),
    ("NJ", "New Jersey Statutes §§ 34:6B-20 and 34:6B-23", True, True),
    ("NV", "Nevada Revised Statutes § 613.133", False, True),
    ("NY", "New York Labor Law §§ 194-a and 194-b", True, True),
    ("OR", "Oregon Revised Statutes § 652.220", False, True),
    ("RI", "Rhode Island General Laws § 28-6-22", False, True),
    ("VT", "Vermont Statutes title 21 §§ 495m and 495t", True, True),
    ("WA", "Revised Code of Washington §§ 49.58.100 and 49.58.110", True, True),
)
LAWS: Final[tuple[Law, ...]] = (
    *(Law(country, "", _DIRECTIVE, pay=True, history=True) for country in _UNION),
    *(Law("US", region, source, pay=pay, history=history) for region, source, pay, history in _STATES),
    Law("CA", "BC", "British Columbia Pay Transparency Act, sections 2 and 4", pay=True, history=True),
    Law("CA", "PE", "Prince Edward Island Employment Standards Act, section 5.91", pay=True, history=True),
    Law(
        "CA",
        "ON",
        "Ontario Employment Standards Act, 2000, Part III.1 and O. Reg. 476/24",
        pay=True,
        widest=Decimal(50_000),
    ),
)
NAMES: Final[dict[tuple[str, str], str]] = {
    ("US", "california"): "CA", ("US", "colorado"): "CO", ("US", "connecticut"): "CT",
    ("US", "district of columbia"): "DC", ("US", "washington dc"): "DC", ("US", "washington d.c."): "DC",
    ("US", "delaware"): "DE", ("US", "hawaii"): "HI", ("US", "illinois"): "IL", ("US", "massachusetts"): "MA",
    ("US", "maryland"): "MD", ("US", "maine"): "ME", ("US", "minnesota"): "MN", ("US", "new jersey"): "NJ",
    ("US", "nevada"): "NV", ("US", "new york"): "NY", ("US", "new york state"): "NY", ("US", "oregon"): "OR",
    ("US", "rhode island"): "RI", ("US", "vermont"): "VT", ("US", "washington"): "WA",
    ("US", "washington state"): "WA", ("CA", "british columbia"): "BC", ("CA", "prince edward island"): "PE",
    ("CA", "ontario"): "ON",
}  # fmt: skip
"""Regions as people write them, searched without accents and in small letters."""


def laws_of(places: Iterable[Mapping[str, Any]], remote_countries: Iterable[str], *, remote: bool) -> list[Law]:
    """Return what holds for a posting.

    Work that can be done from anywhere in a country can be done in each of its regions, so all of them count. So do
    they where a place names its country alone.

    Args:
        places: With `country`, `region` and `city`.
        remote_countries: From where the work may be done.
        remote: Whether all of it may be done away from the places.
    """
    named = [(str(place["country"]), place.get("region")) for place in places]
    whole = {country for country, region in named if not region}
    if remote:
        whole |= {country for country, _ in named} | set(remote_countries)
    regions = {(country, _code(country, str(region))) for country, region in named if region}
    return [
        law for law in LAWS
        if law.country in whole
        or (law.country, law.region) in regions
        or (not law.region and any(country == law.country for country, _ in regions))
    ]  # fmt: skip


def _code(country: str, region: str) -> str:
    text = to_search(region)
    return NAMES.get((country, text), text.upper().removeprefix(f"{country}-"))
