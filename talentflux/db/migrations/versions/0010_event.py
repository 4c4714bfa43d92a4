"""Events: what happened to candidates, requisitions, jobs and applications, for timelines and for followers."""

from alembic import op

from talentflux.db import row_security

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


def upgrade() -> None:
    op.execute(TABLE)
    for index in INDEXES:
        op.execute(index)
    row_security.enable(op, "event")
    row_security.restrict_to_both(op, "event")


def downgrade() -> None:
    op.execute("drop table event")
