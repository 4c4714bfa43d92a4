"""The gate before a posting is published: what it says must be true and what its places ask for must be there."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from talentflux.models import Job, Requisition
from talentflux.schemas.job import JobFinding
from talentflux.schemas.job_question import Question
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.services.job_laws import Law, laws_of
from talentflux.services.job_text import to_search

WIDEST: Final = Decimal(2)
"""The top of a range of pay is at most so many times its bottom; wider ranges tell nobody what the job pays."""
_LEAST_NOTICE: Final = 40
_YEAR: Final[dict[str, Decimal]] = {
    "hour": Decimal(2080), "day": Decimal(260), "week": Decimal(52), "month": Decimal(12), "year": Decimal(1),
}  # fmt: skip

# Without accents and in small letters: words of pay, and words that make it that of another job, in either order.
_PAY: Final = (
    r"\b(?:salar(?:y|ies|io|ios|is|iu)|wages?|pay|compensation|remuneration|earn(?:ings?|ed)?|paid|income|ctc|"
    r"gehalt\w*|verdien\w*|einkommen\w*|lohn\w*|vergutung|bezuge|salaires?|remuneration|sueldos?|salarios?|remuneracion|"
    r"retribuzione|stipendi[oi]?|salaris|loon|salario|remuneracao|ordenado|vencimento|wynagrodzeni\w*|pensj\w+|"
    r"zarobk\w*|zarabia\w*|lon|plat\w*|mzd\w*)\b"
)
_FORMER: Final = (
    r"\b(?:current(?:ly)?|present(?:ly)?|previous(?:ly)?|former(?:ly)?|prior|last|past|histor(?:y|ical)|most recent|"
    r"now|existing|aktuell\w*|derzeit\w*|bisherig\w*|letzt\w*|jetzig\w*|fruher\w*|zuletzt|actuel\w*|precedent\w*|dernier\w*|"
    r"ancien\w*|actual(?:es|mente)?|anterior(?:es)?|ultim[oa]s?|previ[oa]s?|attual\w*|precedenti?|huidige?|vorige?|"
    r"laatste|atual\w*|obecn\w*|poprzedni\w*|ostatni\w*|nuvarande|tidigare|senaste|soucasn\w*|predchoz\w*)\b"
)
_SLIP: Final = (
    r"\bpay ?(?:slip|stub|check)s?\b|\bw-?2s?\b|(?:gehalts|lohn)(?:abrechnung|zettel|historie|nachweis)|"
    r"\b(?:bulletins?|fiches?) de (?:paie|salaire)|\bnominas?\b|\bbust[ae] paga\b|\bloonstro(?:ok|ken)\b|"
    r"\bholerites?\b|\bcontracheques?\b|\brecibos? de vencimento|\blonespec\w*|\bvyplatni pas\w*"
)
_ASKED: Final = (
    r"\b(?:how much|what) (?:do|did) you (?:\w+ )?(?:make|earn|get paid)\b(?! of\b)|"
    r"\b(?:how much|what) (?:are|were) you (?:\w+ )?(?:making|earning|paid)\b|"
    r"\bwhat(?: i|['\u2019])s your (?:\w+ )?(?:salary|pay|wage|income|compensation)\b"
    r"(?! ?(?:expect|requirement|range|goal|target|wish|hope))|"
    r"wie ?viel verdienen sie|\b(?:vorgehalt|letztgehalt|altgehalt)\b|combien gagnez|cuanto gana"
)
_HISTORY: Final = re.compile(rf"{_PAY}.{{0,60}}{_FORMER}|{_FORMER}.{{0,60}}{_PAY}|salary history|{_SLIP}|{_ASKED}")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
"""Signs that nobody sees: they part words for programs alone."""


def findings(job: Job, requisition: Requisition, form: Iterable[Question], now: datetime) -> list[JobFinding]:
    """Return what stands between a posting and the truth or the law.

    Args:
        job: The posting.
        requisition: What it is for.
        form: Its questions.
        now: The time of the transaction.
    """
    laws = laws_of(job.places, job.remote_countries, remote=job.remote == "full")
    found = [
        *_vacancy(job, requisition, now),
        *_pay(job, laws),
        *_notice(job),
        *_history(form, laws),
    ]
    return sorted(found, key=lambda each: not each.blocking)


def pay_is_shown(job: Job) -> bool:
    """Return whether the posting shows its pay: because somebody wants it to, or a law."""
    known = job.pay_min is not None or job.pay_max is not None
    laws = laws_of(job.places, job.remote_countries, remote=job.remote == "full")
    return known and (job.pay_shown or any(law.pay for law in laws))


def asks_for_former_pay(text: str) -> bool:
    """Return whether a question asks what somebody earned before.

    Args:
        text: In English, German, French, Spanish, Italian, Dutch, Portuguese, Polish, Swedish or Czech.
    """
    return _HISTORY.search(to_search(_UNSEEN.sub("", text))) is not None


def _vacancy(job: Job, requisition: Requisition, now: datetime) -> list[JobFinding]:
    found = []
    if requisition.status != RequisitionStatus.OPEN or requisition.deleted_at is not None:
        detail = "The requisition is not open, so nobody is looked for. Open it first."
        found.append(_finding("requisition_not_open", "requisition_id", detail))
    if requisition.confidential:
        detail = "The requisition is confidential, so nothing of it may be shown. Let it be seen first."
        found.append(_finding("requisition_confidential", "requisition_id", detail))
    if not job.places and not (job.remote == "full" and job.remote_countries):
        detail = "The posting says nowhere where the work is done. Name places, or the countries of remote work."
        found.append(_finding("place_missing", "terms.places", detail))
    if job.expire_at is not None and job.expire_at <= now:
        found.append(_finding("expired", "expire_at", "The posting ended already. Give a later time, or none."))
    return found


def _pay(job: Job, laws: list[Law]) -> list[JobFinding]:
    asking = next((law for law in laws if law.pay), None)
    low, high = job.pay_min, job.pay_max
    if low is None or high is None:
        detail = "The posting has no range of pay. Give pay_min, pay_max, pay_currency and pay_period."
        return [_finding("pay_range_missing", "terms.pay_min", detail, asking, blocking=asking is not None)]
    found = []
    if high > low * WIDEST:
        detail = f"The range of pay is too wide to tell anything: its top is more than {WIDEST} times its bottom."
        found.append(_finding("pay_range_too_wide", "terms.pay_max", detail, asking, blocking=asking is not None))
    spans = [
        law for law in laws if law.widest is not None and (high - low) * _YEAR[job.pay_period or "year"] > law.widest
    ]
    found += [
        _finding("pay_range_too_wide", "terms.pay_max", f"The range may span {law.widest:,} a year at most.", law)
        for law in spans
    ]
    if asking is not None and not job.pay_shown:
        detail = "The pay is shown although it was to be hidden: the law of a place asks for it."
        found.append(_finding("pay_not_shown", "pay_shown", detail, asking, blocking=False))
    return found


def _notice(job: Job) -> list[JobFinding]:
    if not job.screening or len((job.screening_notice or "").strip()) >= _LEAST_NOTICE:
        return []
    detail = (
        "Applications are matched by the program and the posting does not say so. Tell applicants in screening_notice "
        f"({_LEAST_NOTICE} characters at least), or turn screening off."
    )
    law = Law("", "", "Regulation (EU) 2024/1689, Article 26(11); NYC Administrative Code § 20-871")
    return [_finding("screening_notice_missing", "screening_notice", detail, law)]


def _history(form: Iterable[Question], laws: list[Law]) -> list[JobFinding]:
    asking = next((law for law in laws if law.history), None)
    found = []
    for question in form:
        if asks_for_former_pay(" ".join((question.label, question.help or "", *question.options))):
            detail = (
                f"The question “{question.id}” asks for former pay. Ask for the pay that is hoped for, or leave it out."
            )
            place = f"form.{question.id}"
            found.append(_finding("salary_history_question", place, detail, asking, blocking=asking is not None))
    return found


def _finding(code: Any, field: str, detail: str, law: Law | None = None, *, blocking: bool = True) -> JobFinding:
    return JobFinding(code=code, blocking=blocking, field=field, detail=detail, source=law.source if law else None)
