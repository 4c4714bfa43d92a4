"""Screening of applications: what was computed of each, from what, and what a person said of it."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import ROW, tenant_constraints

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = f"""
create table application_screening ({ROW}
    application_id uuid not null,
    requisition_id uuid not null,
    candidate_id uuid not null,
    resume_id uuid,
    current boolean not null default true,
    state text not null default 'waiting',
    reason text,
    requirements_version integer,
    input_hash text,
    total double precision,
    result jsonb,
    scorer text,
    assessment text,
    assessment_reason bytea,
    assessed_by text,
    assessed_at timestamptz,
    standing double precision not null generated always as (
        case assessment when 'strong' then 100 when 'possible' then 50 when 'weak' then 0
        else coalesce(total, -1) end
    ) stored,
    constraint application_screening_state_check check (state in ('waiting', 'done', 'skipped', 'failed')),
    constraint application_screening_reason_check
        check (reason in ('opted_out', 'no_resume', 'unreadable', 'no_requirements', 'internal')),
    constraint application_screening_assessment_check check (assessment in ('strong', 'possible', 'weak')),
    {tenant_constraints("application_screening", "application", "requisition", "candidate", "resume")}
)
"""
INDEXES = (
    (
        "create unique index application_screening_current_key on application_screening "
        "(organization_id, application_id) where current"
    ),
    (
        "create index application_screening_queue_idx on application_screening "
        "(organization_id, requisition_id, standing, id) where current and deleted_at is null"
    ),
    (
        "create index application_screening_standing_idx on application_screening "
        "(organization_id, standing, id) where current and deleted_at is null"
    ),
    (
        "create index application_screening_application_idx on application_screening "
        "(organization_id, application_id, id)"
    ),
    "create index application_screening_candidate_idx on application_screening (organization_id, candidate_id)",
    "create index application_resume_idx on application (organization_id, resume_id) where resume_id is not null",
)
# For filters of lists, in the order of their rows. A column behind the id is compared in the index, before any row
# is read.
ORDERED = {
    "application_due_ordered_idx": "application (organization_id, id, stage_due_at) where stage_due_at is not null",
    "application_answer_ordered_idx": (
        "application (organization_id, id, answer_due_at) where answer_due_at is not null"
    ),
    "application_entered_ordered_idx": "application (organization_id, id, entered_stage_at)",
    "application_deleted_idx": "application (organization_id, id) where deleted_at is not null",
    "candidate_years_ordered_idx": "candidate (organization_id, id, total_years) where total_years is not null",
    "candidate_deleted_idx": "candidate (organization_id, id) where deleted_at is not null",
    "resume_deleted_idx": "resume (organization_id, id) where deleted_at is not null",
    "event_organization_id_type_id_idx": "event (organization_id, type, id)",
    "event_organization_id_created_at_id_idx": "event (organization_id, created_at, id)",
    "event_application_idx": "event (organization_id, application_id, id) where application_id is not null",
    "event_job_idx": "event (organization_id, job_id, id) where job_id is not null",
    "application_screening_state_idx": (
        "application_screening (organization_id, state, standing, id) where current and deleted_at is null"
    ),
    "application_screening_flagged_idx": (
        "application_screening (organization_id, standing, id) where current and deleted_at is null "
        "and coalesce(jsonb_array_length(result -> 'flags'), 0) > 0"
    ),
}
# What belongs to one organization alone must not count as rarer for being asked for with it.
STATISTICS = {
    "application_organization_stats": (
        "organization_id, requisition_id, stage_id, source_id, reject_reason_id from application"
    ),
    "application_screening_organization_stats": "organization_id, requisition_id from application_screening",
    "candidate_organization_stats": "organization_id, source_id from candidate",
    "candidate_tag_organization_stats": "organization_id, tag_id from candidate_tag",
    "event_organization_stats": "organization_id, requisition_id from event",
    "talent_pool_member_organization_stats": "organization_id, talent_pool_id from talent_pool_member",
}


def upgrade() -> None:
    op.execute(TABLE)
    for index in INDEXES:
        op.execute(index)
    for name, what in ORDERED.items():
        op.execute(f"create index {name} on {what}")
    for name, what in STATISTICS.items():
        op.execute(f"create statistics {name} (dependencies) on {what}")
    row_security.enable(op, "application_screening")
    row_security.restrict_to_requisitions(op, "application_screening")
    row_security.keep_times(op, "application_screening")


def downgrade() -> None:
    for name in STATISTICS:
        op.execute(f"drop statistics {name}")
    for name in (*ORDERED, "application_resume_idx"):
        op.execute(f"drop index {name}")
    op.execute("drop table application_screening")
