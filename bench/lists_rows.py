"""The rows of `bench/lists.py`: people with encrypted profiles and the same in plain text, needs, applications."""

from typing import Final
from uuid import UUID

import psycopg

from talentflux.core.database import Database, Scope
from talentflux.models import Candidate, Workspace
from talentflux.schemas.candidate import CandidateSummary
from talentflux.services import candidate_profile
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id

ROWS: Final = 2_000
CARDS: Final = 500
PLAIN: Final = tuple(name for name in CandidateSummary.model_fields if name not in ("id", *candidate_profile.FIELDS))
"""Columns of a candidate in a list that are not encrypted."""
_KINDS: Final = ("applied", "screen", "interview", "offer", "hired", "rejected")
_REQUISITIONS: Final = """
insert into requisition (id, organization_id, title, description, requirements, warnings, status, language, department,
    employment_type, places, opened_at, external_id, pay_min, pay_max, pay_currency, pay_period)
select ('01930000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, %(organization)s, 'Backend developer ' || n,
    'Work.', '[]', '{}', 'open', 'en', 'Engineering', 'full_time',
    '[{"country": "SE", "region": null, "city": "Uppsala"}]', now(), 'R-' || n, 48000, 60000, 'SEK', 'month'
from generate_series(1, 200) n"""
# The first five hundred people are the cards of the newest requisition's board; the others applied elsewhere later.
_APPLICATIONS: Final = """
insert into application (id, organization_id, requisition_id, candidate_id, stage, stage_id, position, origin,
    stage_due_at, answer_due_at)
select ('01940000-0000-7000-8000-' || lpad(p.n::text, 12, '0'))::uuid, %(organization)s,
    case when p.n <= %(cards)s then %(board)s else r.id end, p.id, s.kind, s.id, lpad(p.n::text, 6, '0') || 'i',
    'recruiter', now() + interval '7 days', now() + interval '14 days'
from (select id, row_number() over (order by id) as n from candidate) p
join pipeline_stage s on s.position = p.n %% 4 + 1
join (select id, row_number() over (order by id) - 1 as n from requisition) r on r.n = p.n %% 199"""
_PLAIN_TABLE: Final = f"""
create table plain_candidate as
    select id, 'Person ' || n as name, n || '@example.org' as email, '+4912345' || lpad(n::text, 6, '0') as phone,
        'Uppsala'::text as location, 'Backend developer'::text as headline, {", ".join(PLAIN)}
    from (select *, row_number() over (order by id) - 1 as n from candidate) c;
alter table plain_candidate add primary key (id);
analyze"""


async def fill(database: Database, admin: psycopg.Connection) -> tuple[UUID, UUID]:
    """Make candidates encrypted and in plain text, requisitions, applications and a workspace.

    Args:
        database: The application's.
        admin: A connection of the superuser.

    Returns:
        The workspace, and the requisition whose board has 500 cards.
    """
    scope = Scope(LOCAL_ORGANIZATION_ID)
    async with database.write_session(scope) as session:
        await organization_keys(session)
    workspace = Workspace(id=new_id(), organization_id=LOCAL_ORGANIZATION_ID, name="Nordics", slug="nordics")
    async with database.write_session(scope) as session:
        keys = await organization_keys(session)
        session.add(workspace)
        for number in range(ROWS):
            row_id = new_id()
            columns = candidate_profile.columns(keys, row_id, _profile(number))
            session.add(Candidate(id=row_id, organization_id=LOCAL_ORGANIZATION_ID, **columns))
    return workspace.id, _applied(admin)


def _profile(number: int) -> dict[str, str | None]:
    return {
        "name": f"Person {number}",
        "email": f"{number}@example.org",
        "phone": f"+4912345{number:06}",
        "location": "Uppsala",
        "headline": "Backend developer",
    }


def _applied(admin: psycopg.Connection) -> UUID:
    """Enter requisitions and applications, and copy the candidates in plain text; return the board's requisition."""
    owner, pipeline = LOCAL_ORGANIZATION_ID, new_id()
    admin.execute("delete from pipeline_stage")
    admin.execute("delete from pipeline")
    admin.execute(
        "insert into pipeline (id, organization_id, name, is_default) values (%s, %s, 'Standard', true)",
        [pipeline, owner],
    )
    for place, kind in enumerate(_KINDS, 1):
        admin.execute(
            "insert into pipeline_stage (id, organization_id, pipeline_id, name, kind, position, max_days) "
            "values (%s, %s, %s, %s, %s, %s, 14)",
            [new_id(), owner, pipeline, kind.capitalize(), kind, place],
        )
    admin.execute(_REQUISITIONS.encode(), {"organization": owner})
    found = admin.execute("select id from requisition order by id desc limit 1").fetchone()
    assert found is not None
    board: UUID = found[0]
    admin.execute(_APPLICATIONS.encode(), {"organization": owner, "board": board, "cards": CARDS})
    admin.execute(_PLAIN_TABLE.encode())
    return board
