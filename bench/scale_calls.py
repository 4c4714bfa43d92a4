"""What a recruiter asks for in `bench/scale.py`: each list, filter and search, with parameters that change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import psycopg
from psycopg.rows import scalar_row

from bench.scale_fill import person
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

Values = list[Any]
Path = Callable[["Known", int], str]
_SAMPLE: Final = 200
_SEEN: Final = {
    "requisition": "and not confidential",
    "application": "and requisition_id not in (select id from requisition where confidential)",
}


@dataclass(frozen=True)
class Known:
    """Ids of the measured organization that calls ask for.

    Attributes:
        ids: Some of each table.
        board: The requisition with 500 cards.
        stage: The first stage of its pipeline.
        pipeline: The organization's pipeline.
        skills: The skills that most resumes show, and some that few do.
        recruiter: Id of the account.
        search: Id of a saved search.
        people: How many candidates the organization has.
    """

    ids: dict[str, Values]
    board: str
    stage: str
    pipeline: str
    skills: Values
    recruiter: str
    search: str
    people: int

    def of(self, table: str, number: int) -> Any:
        """Return an id of a table, another one for each number."""
        found = self.ids[table]
        return found[number * 7 % len(found)]


def know(admin: psycopg.Connection, recruiter: str, search: str) -> Known:
    """Look up what calls ask for.

    Args:
        admin: A connection of the superuser.
        recruiter: Id of the account.
        search: Id of a saved search.
    """
    local = [LOCAL_ORGANIZATION_ID]

    def ask(sql: str) -> Values:
        with admin.cursor(row_factory=scalar_row) as cursor:
            return cursor.execute(sql.encode(), local).fetchall()

    tables = ("candidate", "requisition", "application", "source", "tag", "talent_pool", "reject_reason", "job")
    ids = {}
    for table in tables:
        found = ask(f"select id from {table} where organization_id = %s {_SEEN.get(table, '')} order by id")
        ids[table] = found[:: max(1, len(found) // _SAMPLE)]
    counted = ask(
        "select skill_id from resume_skill where organization_id = %s group by skill_id "
        "order by count(*) desc, skill_id"
    )
    (board,) = ask("select id from requisition where organization_id = %s and external_id = 'R-0'")
    (pipeline,) = ask("select id from pipeline where organization_id = %s")
    stage = ask("select id from pipeline_stage where organization_id = %s order by position")[0]
    (people,) = ask("select count(*) from candidate where organization_id = %s")
    return Known(ids, str(board), str(stage), str(pipeline), [*counted[:20], *counted[-20:]], recruiter, search, people)


def _get(path: str, **given: str | Callable[[Known, int], object]) -> Path:
    """Return a call with parameters, each fixed or made of what is known and the number of the call."""

    def made(known: Known, number: int) -> str:
        values = {name: value(known, number) if callable(value) else value for name, value in given.items()}
        filled = path.format(
            candidate=known.of("candidate", number), application=known.of("application", number), board=known.board,
            stage=known.stage, pool=known.of("talent_pool", number), search=known.search, pipeline=known.pipeline,
            requisition=known.of("requisition", number),
        )  # fmt: skip
        return f"/api/v1/{filled}" + (f"?{urlencode(values)}" if values else "")

    return made


def _of(table: str) -> Callable[[Known, int], object]:
    return lambda known, number: known.of(table, number)


def _one(*values: object) -> Callable[[Known, int], object]:
    return lambda _, number: values[number % len(values)]


def _person(field: str) -> Callable[[Known, int], object]:
    return lambda known, number: person(number * 101 % known.people)[field]


def _ago(days: float) -> Callable[[Known, int], object]:
    return lambda _, number: (datetime.now(UTC) - timedelta(days=days, minutes=number)).isoformat()


def _skill(known: Known, number: int) -> object:
    return known.skills[number % len(known.skills)]


def _name(known: Known, number: int) -> object:
    return str(person(number * 101 % known.people)["name"]).rsplit(" ", 1)[0]


_WORDS = _one("zerspanung", '"reference 12"', "python AND java", "accounting -management", "welding", "sql specialist")
_COMMON = _one("specialist", "responsible years")
CALLS: Final[dict[str, Path]] = {
    "candidates": _get("candidates"),
    "candidates, oldest first": _get("candidates", sort="created_at"),
    "candidates, by time of change": _get("candidates", sort="-updated_at"),
    "candidates, changed since": _get("candidates", updated_since=_ago(200)),
    "candidates, deleted": _get("candidates", deleted="true"),
    "candidates, skills": _get("candidates", skills=_skill),
    "candidates, two skills": _get("candidates", skills=lambda k, n: f"{_skill(k, n)},{_skill(k, n * 3 + 1)}"),
    "candidates, years": _get("candidates", min_years=_one(3, 10, 38), max_years=_one(5, 39, 39)),
    "candidates, place": _get("candidates", place=_person("location")),
    "candidates, tags": _get("candidates", tags=_of("tag")),
    "candidates, talent pool": _get("candidates", talent_pool_id=_of("talent_pool")),
    "candidates, source": _get("candidates", source_id=_of("source")),
    "candidates, requisition": _get("candidates", requisition_id=_of("requisition")),
    "candidates, stage": _get("candidates", stage=_one("applied", "screen", "interview", "offer", "hired", "rejected")),
    "candidates, consent": _get("candidates", consent=_one("given", "unknown", "withdrawn")),
    "candidates, do not contact": _get("candidates", do_not_contact=_one("true", "false")),
    "candidates, e-mail": _get("candidates", email=_person("email")),
    "candidates, phone": _get("candidates", phone=_person("phone")),
    "candidates, name": _get("candidates", q=_name),
    "candidates, text": _get("candidates", text=_WORDS),
    "candidates, text that all resumes have": _get("candidates", text=_COMMON),
    "candidates, place and years": _get("candidates", place=_person("location"), min_years="10"),
    "candidates, source and consent": _get("candidates", source_id=_of("source"), consent="given"),
    "candidates, skill, tag, stage": _get("candidates", skills=_skill, tags=_of("tag"), stage="rejected"),
    "candidates, text and skill": _get("candidates", text=_WORDS, skills=_skill),
    "search": _get("candidates/search", q=_WORDS),
    "search, words that all resumes have": _get("candidates/search", q=_COMMON),
    "search, filtered": _get("candidates/search", q=_WORDS, min_years="5", skills=_skill),
    "search, name": _get("candidates/search", q="specialist", name=_name),
    "saved searches": _get("saved-searches"),
    "saved search, its candidates": _get("saved-searches/{search}/candidates"),
    "candidate": _get("candidates/{candidate}"),
    "candidate, timeline": _get("candidates/{candidate}/timeline"),
    "candidate, notes": _get("candidates/{candidate}/notes"),
    "candidate, duplicates": _get("candidates/{candidate}/duplicates"),
    "candidate, resumes": _get("resumes", candidate_id=_of("candidate")),
    "resumes": _get("resumes"),
    "duplicates": _get("candidates/duplicates"),
    "duplicates, least score": _get("candidates/duplicates", min_score=_one("0.6", "0.9")),
    "tags": _get("tags"),
    "tags, beginning": _get("tags", q=_one("tag 1", "tag 5")),
    "talent pools": _get("talent-pools"),
    "talent pool, its candidates": _get("talent-pools/{pool}/candidates"),
    "sources": _get("sources"),
    "referrals": _get("referrals"),
    "applications": _get("applications"),
    "applications, requisition": _get("applications", requisition_id=_of("requisition")),
    "applications, candidate": _get("applications", candidate_id=_of("candidate")),
    "applications, stage": _get("applications", stage=_one("applied", "offer", "rejected", "hired")),
    "applications, stage of pipeline": _get("applications", stage_id=lambda k, _: k.stage),
    "applications, status": _get("applications", status=_one("active", "withdrawn", "rejected", "hired")),
    "applications, source": _get("applications", source_id=_of("source")),
    "applications, origin": _get("applications", origin=_one("recruiter", "import", "public_form", "transfer")),
    "applications, reject reason": _get("applications", reject_reason_id=_of("reject_reason")),
    "applications, overdue": _get("applications", overdue="true"),
    "applications, over age": _get("applications", over_age="true"),
    "applications, entered after": _get("applications", entered_after=_ago(20)),
    "applications, entered between": _get("applications", entered_after=_ago(400), entered_before=_ago(380)),
    "applications, requisition and stage": _get("applications", requisition_id=_of("requisition"), stage="interview"),
    "applications, status and source": _get("applications", status="active", source_id=_of("source")),
    "applications, changed since": _get("applications", updated_since=_ago(200)),
    "application, history": _get("applications/{application}/history"),
    "board of 500 cards": _get("requisitions/{board}/board"),
    "board, column": _get("requisitions/{board}/board/{stage}", limit="100"),
    "requisitions": _get("requisitions"),
    "requisitions, status": _get("requisitions", status=_one("open", "draft", "filled", "closed")),
    "requisitions, department": _get("requisitions", department=_one("Department 3", "Department 7")),
    "requisitions, team member": _get("requisitions", team_member_id=lambda k, _: k.recruiter),
    "requisitions, place": _get("requisitions", country="SE", city=_one("City 3", "City 12")),
    "requisitions, opened after": _get("requisitions", opened_after=_ago(30)),
    "requisitions, opened before": _get("requisitions", opened_before=_ago(20)),
    "requisitions, external id": _get("requisitions", external_id=_one("R-5", "R-150")),
    "requisitions, title": _get("requisitions", q=_one("nurse", "welder 12", "nobody")),
    "requisitions, health": _get("requisitions/health"),
    "requisitions, health of open": _get("requisitions/health", status="open"),
    "screenings": _get("screenings"),
    "screenings, requisition": _get("screenings", requisition_id=_of("requisition")),
    "screenings, state": _get("screenings", state=_one("done", "skipped", "failed")),
    "screenings, flagged": _get("screenings", flagged="true"),
    "screenings, not assessed": _get("screenings", assessed="false"),
    "screenings, of all applications": _get("screenings", active="false"),
    "events": _get("events"),
    "events, type": _get("events", type=_one("application.created", "candidate.created", "candidate.merged")),
    "events, candidate": _get("events", candidate_id=_of("candidate")),
    "events, requisition": _get("events", requisition_id=_of("requisition")),
    "events, application": _get("events", application_id=_of("application")),
    "events, since": _get("events", since=_ago(3)),
    "approvals": _get("approvals"),
    "approvals, all": _get("approvals", view="all"),
    "requisition, approvals": _get("requisitions/{requisition}/approvals"),
    "jobs": _get("jobs"),
    "jobs, requisition": _get("jobs", requisition_id=_of("requisition")),
    "jobs, status": _get("jobs", status=_one("published", "expired", "draft")),
    "jobs, language": _get("jobs", language="sv"),
    "pipelines": _get("pipelines"),
    "reject reasons": _get("reject-reasons"),
    "tasks of applications": _get("application-tasks"),
}
OF_OWNERS: Final = frozenset({name for name in CALLS if name.startswith("events")} | {"approvals, all"})
"""What recruiters may not ask for."""
