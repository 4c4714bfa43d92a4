"""Events: what happened, for timelines and for followers. Policies look other tables up by functions from here on."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import APPLIED, LEVEL, REQUISITIONS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# An event outlives what it tells of, so it points to rows by their ids without keys.
TABLE = """
create table event (
    id uuid not null,
    organization_id uuid not null,
    type text not null,
    actor text not null,
    candidate_id uuid,
    requisition_id uuid,
    application_id uuid,
    job_id uuid,
    data jsonb not null,
    created_at timestamptz not null default now(),
    constraint event_pkey primary key (id),
    constraint event_organization_id_fkey foreign key (organization_id) references organization (id)
)
"""
INDEXES = (
    "create index event_organization_id_id_idx on event (organization_id, id)",
    (
        "create index event_organization_id_candidate_id_id_idx on event (organization_id, candidate_id, id) "
        "where candidate_id is not null"
    ),
    (
        "create index event_organization_id_requisition_id_id_idx on event (organization_id, requisition_id, id) "
        "where requisition_id is not null"
    ),
)

# Policies of the tables before, in words that the planner counts once: as they were, and by functions.
_LEVEL = "(select coalesce(current_setting('app.requisitions', true), ''))"
_APPLIED = (
    "(select candidate_id from application where deleted_at is null "
    "and requisition_id in (select id from requisition where deleted_at is null))"
)
FORMER = {
    "application": f"{_LEVEL} = 'all' or requisition_id in (select id from requisition)",
    "match": f"{_LEVEL} = 'all' or requisition_id in (select id from requisition)",
    "task": f"{_LEVEL} = 'all' or (requisition_id is null and {_LEVEL} = 'open') "
    "or requisition_id in (select id from requisition)",
    "candidate": f"{_LEVEL} in ('all', 'open') or id in {_APPLIED}",
    "resume": f"{_LEVEL} in ('all', 'open') or candidate_id in {_APPLIED}",
    "resume_skill": f"{_LEVEL} in ('all', 'open') or resume_id in (select id from resume)",
    "file": f"{_LEVEL} in ('all', 'open') or id in (select file_id from resume)",
    "candidate_name_token": f"{_LEVEL} in ('all', 'open') or candidate_id in (select id from candidate)",
}
PRESENT = {
    "application": f"{LEVEL} = 'all' or requisition_id in {REQUISITIONS}",
    "match": f"{LEVEL} = 'all' or requisition_id in {REQUISITIONS}",
    "task": f"{LEVEL} = 'all' or (requisition_id is null and {LEVEL} = 'open') or requisition_id in {REQUISITIONS}",
    "candidate": f"{LEVEL} in ('all', 'open') or id in {APPLIED}",
    "resume": f"{LEVEL} in ('all', 'open') or candidate_id in {APPLIED}",
    "resume_skill": f"{LEVEL} in ('all', 'open') or resume_id in (select visible_resumes())",
    "file": f"{LEVEL} in ('all', 'open') or id in (select visible_files())",
    "candidate_name_token": f"{LEVEL} in ('all', 'open') or candidate_id in {APPLIED}",
}


def upgrade() -> None:
    for name, query in row_security.VISIBLE.items():
        row_security.define(op, name, query)
    _look_up(PRESENT)
    op.execute(TABLE)
    for index in INDEXES:
        op.execute(index)
    row_security.enable(op, "event")
    row_security.restrict_to_both(op, "event")


def downgrade() -> None:
    op.execute("drop table event")
    _look_up(FORMER)
    for name in row_security.VISIBLE:
        op.execute(f"drop function {name}()")


def _look_up(policies: dict[str, str]) -> None:
    for table, condition in policies.items():
        op.execute(f"alter policy {table}_requisitions on {table} using ({condition}) with check ({condition})")
