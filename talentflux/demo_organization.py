"""The demo's organization: six needs, their postings, and the people who applied to them, made through the API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Send = Callable[..., Any]
"""Sends a request: method, path, and what `httpx` takes; returns what was answered."""

TERMS: Final[dict[str, dict[str, Any]]] = {
    "senior-backend-engineer.md": {
        "places": [{"country": "DE", "region": None, "city": "Berlin"}], "remote": "hybrid", "remote_countries": ["DE"],
        "department": "Platform", "pay_min": "75000", "pay_max": "95000", "pay_currency": "EUR", "pay_period": "year",
    },
    "financial-accountant.md": {
        "places": [{"country": "NL", "region": None, "city": "Utrecht"}], "department": "Finance",
        "pay_min": "52000", "pay_max": "64000", "pay_currency": "EUR", "pay_period": "year",
    },
    "intensive-care-nurse.md": {
        "places": [{"country": "GB", "region": None, "city": "Manchester"}], "department": "Intensive care",
        "pay_min": "38000", "pay_max": "45000", "pay_currency": "GBP", "pay_period": "year",
    },
    "elektroniker-gebaeudetechnik.md": {
        "places": [{"country": "DE", "region": None, "city": "Hamburg"}], "department": "Montage",
        "pay_min": "3400", "pay_max": "4200", "pay_currency": "EUR", "pay_period": "month",
    },
    "jefe-de-recepcion.md": {
        "places": [{"country": "ES", "region": None, "city": "Valencia"}], "department": "Recepción",
        "pay_min": "2300", "pay_max": "2800", "pay_currency": "EUR", "pay_period": "month",
    },
    "warehouse-shift-lead.md": {
        "places": [{"country": "FR", "region": None, "city": "Lyon"}], "department": "Logistics",
        "pay_min": "2600", "pay_max": "3100", "pay_currency": "EUR", "pay_period": "month",
    },
}  # fmt: skip
"""On which terms each job of the examples is offered, by file."""

_LANGUAGES: Final = {"elektroniker-gebaeudetechnik.md": "de", "jefe-de-recepcion.md": "es"}
_COURSES: Final = {
    "senior-backend-engineer.md": ("offer", "interview", "interview", "screen", "screen"),
    "financial-accountant.md": ("hired", "interview", "screen"),
    "intensive-care-nurse.md": ("interview", "interview", "screen"),
    "elektroniker-gebaeudetechnik.md": ("offer", "screen"),
    "jefe-de-recepcion.md": ("interview", "screen"),
    "warehouse-shift-lead.md": ("screen",),
}
"""How far the best of each ranking have come; of the rest the last third was told no."""

_ON_HOLD: Final = "warehouse-shift-lead.md"
_WAY: Final = ("screen", "interview", "offer", "hired")
_SOURCES: Final = (
    ("Careers site", "careers_site"), ("Job board North", "job_board"), ("Sam Okoro", "referral"),
    ("Agentur Hafen", "agency"),
)  # fmt: skip
_SECOND: Final = 55.0
"""Who fits a second requisition as well as this, of 100, has applied to that one too."""

_ANY: Final = {"If-Match": "*"}


class DemoOrganization:
    """Fills an organization with the examples' people.

    Args:
        send: Sends requests as the owner.
        requisitions: Their ids by the file of the example.
    """

    def __init__(self, send: Send, requisitions: Mapping[str, str]) -> None:
        self._send = send
        self._requisitions = requisitions
        self._sources: list[str] = []

    @property
    def is_there(self) -> bool:
        """Whether somebody has applied already."""
        return bool(self._send("GET", "/applications", params={"limit": 1})["items"])

    def describe(self) -> None:
        """Give each requisition its terms and a public posting."""
        for file, requisition_id in self._requisitions.items():
            path, terms = f"/requisitions/{requisition_id}", TERMS[file] | {"employment_type": "full_time"}
            self._send("PATCH", path, json=terms, headers=_ANY)
            self._send("POST", f"{path}/openings", json={"external_id": f"SEAT-{requisition_id[-4:]}"})
            given = {"requisition_id": requisition_id, "language": _LANGUAGES.get(file, "en")}
            job = self._send("POST", "/jobs", json=given)
            self._send("POST", f"/jobs/{job['id']}/publish", json={})

    def apply(self) -> int:
        """Let everybody apply to what fits best, and return how many applications there are."""
        self._sources = [
            self._send("POST", "/sources", json={"name": name, "kind": kind})["id"] for name, kind in _SOURCES
        ]
        ranked: dict[str, list[tuple[float, str]]] = {}
        for file, requisition_id in self._requisitions.items():
            rows = self._send("GET", f"/requisitions/{requisition_id}/matches", params={"limit": 200})["items"]
            for row in rows:
                ranked.setdefault(row["candidate_id"], []).append((row["total"], file))
        entered = 0
        for number, (candidate_id, fits) in enumerate(sorted(ranked.items())):
            best, *others = sorted(fits, reverse=True)
            chosen = [best, *(each for each in others[:1] if each[0] >= _SECOND)]
            for _, file in chosen:
                self._enter(candidate_id, file, number)
                entered += 1
        return entered

    def decide(self) -> None:
        """Move those who fit best, tell others no, and keep what recruiters keep."""
        reason = self._send("POST", "/reject-reasons", json={"name": "Others fit the requirements better"})["id"]
        for file, requisition_id in self._requisitions.items():
            rows = self._send("GET", "/screenings", params={"requisition_id": requisition_id, "limit": 200})["items"]
            course = _COURSES[file]
            for row, target in zip(rows, course, strict=False):
                for kind in _WAY[: _WAY.index(target) + 1]:
                    self._send("PATCH", f"/applications/{row['application_id']}", json={"stage": kind}, headers=_ANY)
            rest = rows[len(course) :]
            for row in rest[len(rest) - len(rest) // 3 :]:
                given = {"reject_reason_id": reason, "send_email": False}
                self._send("POST", f"/applications/{row['application_id']}/reject", json=given)
            self._remember(rows[: len(course)])
        self._send(
            "POST", f"/requisitions/{self._requisitions[_ON_HOLD]}/hold", json={"reason": "Until the new hall is built"}
        )

    def _enter(self, candidate_id: str, file: str, number: int) -> None:
        given = {
            "requisition_id": self._requisitions[file],
            "candidate_id": candidate_id,
            "source_id": self._sources[number % len(self._sources)],
        }
        self._send("POST", "/applications", json=given)

    def _remember(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Tag those who have come far and write a note about the best."""
        if not rows:
            return
        ids = [row["candidate_id"] for row in rows]
        self._send("POST", "/candidates/tags", json={"candidate_ids": ids, "add": ["Shortlist"]})
        note = {"body": "Clear answers on the phone. Wants to hear from us this week."}
        self._send("POST", f"/candidates/{ids[0]}/notes", json=note)
