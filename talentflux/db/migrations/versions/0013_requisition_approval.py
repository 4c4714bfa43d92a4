"""Requisitions: approvals, openings, pay, templates, versions of requirements."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import ROW, tenant_constraints

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = {
    "external_id": "text",
    "employment_type": "text",
    "pay_min": "numeric(15, 4)",
    "pay_max": "numeric(15, 4)",
    "pay_currency": "text",
    "pay_period": "text",
    "places": "jsonb not null default '[]'",
    "remote": "text not null default 'none'",
    "remote_countries": "text[] not null default '{}'",
    "department": "text",
    "opened_at": "timestamptz",
    "closed_at": "timestamptz",
    "target_date": "date",
    "status_reason": "text",
    "headcount": "integer not null default 0",
    "filled": "integer not null default 0",
    "custom": "jsonb not null default '{}'",
    "interview_plan": "jsonb not null default '[]'",
    "approved": "jsonb",
}
STATUSES = "'draft', 'pending_approval', 'approved', 'open', 'on_hold', 'filled', 'closed'"
CHECKS = {
    "employment_type": "employment_type in ('full_time', 'part_time', 'contractor', 'temporary', 'intern', "
    "'volunteer', 'per_diem', 'other')",
    "pay_period": "pay_period in ('hour', 'day', 'week', 'month', 'year')",
    "remote": "remote in ('none', 'hybrid', 'full')",
    "pay_range": "pay_min <= pay_max",
    "filled": "filled <= headcount",
}

TABLES = {
    "opening": f"""{ROW}
        requisition_id uuid not null,
        external_id text,
        status text not null default 'open',
        target_date date,
        application_id uuid,
        filled_at timestamptz,
        constraint opening_status_check check (status in ('open', 'filled', 'closed')),
        {tenant_constraints("opening", "requisition", "application")}
    """,
    "requirement_version": f"""{ROW}
        requisition_id uuid not null,
        version integer not null,
        requirements jsonb not null,
        actor text not null,
        restored_from integer,
        {tenant_constraints("requirement_version", "requisition")}
    """,
    "requisition_template": f"""{ROW}
        name text not null,
        content jsonb not null,
        {tenant_constraints("requisition_template")}
    """,
    "approval_chain": f"""{ROW}
        name text not null,
        priority integer not null default 100,
        standalone boolean not null default true,
        workspace_id uuid,
        department text,
        pay_above numeric(15, 4),
        pay_currency text,
        pay_period text,
        steps jsonb not null,
        self_approval boolean not null default false,
        remind_after_days integer,
        constraint approval_chain_pay_period_check check (pay_period in ('hour', 'day', 'week', 'month', 'year')),
        {tenant_constraints("approval_chain", "workspace")}
    """,
    "approval": f"""{ROW}
        requisition_id uuid not null,
        approval_chain_id uuid,
        requested_by uuid,
        status text not null default 'pending',
        subject jsonb not null,
        self_approval boolean not null default false,
        remind_after_days integer,
        changed_fields text[] not null default '{{}}',
        ended_at timestamptz,
        constraint approval_status_check
            check (status in ('pending', 'approved', 'declined', 'withdrawn', 'superseded')),
        constraint approval_requested_by_fkey foreign key (requested_by) references user_account (id),
        {tenant_constraints("approval", "requisition", "approval_chain")}
    """,
    "approval_step": f"""{ROW}
        approval_id uuid not null,
        requisition_id uuid not null,
        position integer not null,
        name text not null,
        role text,
        approver_ids text[] not null default '{{}}',
        rule text not null default 'any',
        status text not null default 'waiting',
        started_at timestamptz,
        remind_at timestamptz,
        reminders integer not null default 0,
        constraint approval_step_rule_check check (rule in ('any', 'all')),
        constraint approval_step_status_check check (status in ('waiting', 'pending', 'approved', 'declined')),
        constraint approval_step_role_check
            check (role in ('owner', 'admin', 'recruiter', 'hiring_manager', 'interviewer', 'viewer')),
        {tenant_constraints("approval_step", "approval", "requisition")}
    """,
    "approval_decision": f"""{ROW}
        approval_step_id uuid not null,
        requisition_id uuid not null,
        user_id uuid not null,
        for_user_id uuid not null,
        decision text not null,
        comment text,
        constraint approval_decision_decision_check check (decision in ('approve', 'decline')),
        constraint approval_decision_user_id_fkey foreign key (user_id) references user_account (id),
        constraint approval_decision_for_user_id_fkey foreign key (for_user_id) references user_account (id),
        {tenant_constraints("approval_decision", "approval_step", "requisition")}
    """,
    "approval_delegation": f"""{ROW}
        user_id uuid not null,
        stand_in_id uuid not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        constraint approval_delegation_user_id_fkey foreign key (user_id) references user_account (id),
        constraint approval_delegation_stand_in_id_fkey foreign key (stand_in_id) references user_account (id),
        {tenant_constraints("approval_delegation")}
    """,
}
OF_REQUISITIONS = ("opening", "requirement_version", "approval", "approval_step", "approval_decision")

REQUISITION_INDEXES = {
    "requisition_organization_id_external_id_live_key": "(organization_id, external_id) where deleted_at is null",
    "requisition_organization_id_status_id_idx": "(organization_id, status, id) where deleted_at is null",
    "requisition_organization_id_department_id_idx": "(organization_id, department, id) where deleted_at is null",
    "requisition_organization_id_workspace_id_id_idx": "(organization_id, workspace_id, id) where deleted_at is null",
}
INDEXES = (
    (
        "create unique index opening_organization_id_external_id_live_key on opening (organization_id, external_id) "
        "where deleted_at is null"
    ),
    "create index opening_organization_id_requisition_id_id_idx on opening (organization_id, requisition_id, id)",
    "create index opening_organization_id_application_id_idx on opening (organization_id, application_id)",
    (
        "create unique index requirement_version_organization_id_requisition_id_version_key "
        "on requirement_version (organization_id, requisition_id, version)"
    ),
    (
        "create unique index requisition_template_organization_id_name_live_key "
        "on requisition_template (organization_id, name) where deleted_at is null"
    ),
    (
        "create unique index approval_chain_organization_id_name_live_key on approval_chain (organization_id, name) "
        "where deleted_at is null"
    ),
    # One request at a time for each requisition.
    (
        "create unique index approval_pending_key on approval (organization_id, requisition_id) "
        "where status = 'pending' and deleted_at is null"
    ),
    "create index approval_organization_id_requisition_id_id_idx on approval (organization_id, requisition_id, id)",
    "create index approval_organization_id_requested_by_id_idx on approval (organization_id, requested_by, id)",
    (
        "create index approval_step_organization_id_approval_id_position_idx "
        "on approval_step (organization_id, approval_id, position)"
    ),
    # What waits for somebody is looked for among all that is pending, which is little.
    "create index approval_step_pending_idx on approval_step (organization_id, id) where status = 'pending'",
    (
        "create unique index approval_decision_step_person_key "
        "on approval_decision (organization_id, approval_step_id, for_user_id)"
    ),
    "create index approval_delegation_organization_id_user_id_idx on approval_delegation (organization_id, user_id)",
    (
        "create index approval_delegation_organization_id_stand_in_id_idx "
        "on approval_delegation (organization_id, stand_in_id)"
    ),
)
# Counts by stage read this index alone.
COUNTED = (
    "create index application_counted_idx on application (organization_id, requisition_id, stage) "
    "where deleted_at is null"
)


def upgrade() -> None:
    op.execute("alter table requisition drop constraint requisition_status_check")
    columns = ", ".join(f"add column {name} {kind}" for name, kind in COLUMNS.items())
    op.execute(f"alter table requisition {columns}")
    for name, condition in {"status": f"status in ({STATUSES})", **CHECKS}.items():
        op.execute(f"alter table requisition add constraint requisition_{name}_check check ({condition}) not valid")
        op.execute(f"alter table requisition validate constraint requisition_{name}_check")
    for name, what in REQUISITION_INDEXES.items():
        op.execute(f"create {'unique ' if name.endswith('_key') else ''}index {name} on requisition {what}")
    for table, definition in TABLES.items():
        op.execute(f"create table {table} ({definition})")
        row_security.keep_times(op, table)
        row_security.enable(op, table)
    for table in OF_REQUISITIONS:
        row_security.restrict_to_requisitions(op, table)
    for index in (*INDEXES, COUNTED):
        op.execute(index)


def downgrade() -> None:
    op.execute("drop index application_counted_idx")
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    for index in REQUISITION_INDEXES:
        op.execute(f"drop index {index}")
    for name in ("status", *CHECKS):
        op.execute(f"alter table requisition drop constraint requisition_{name}_check")
    # The statuses that there were before: what is not open is closed.
    op.execute("alter table requisition no force row level security")
    op.execute("update requisition set status = 'closed' where status <> 'open'")
    op.execute("alter table requisition force row level security")
    op.execute("alter table requisition add constraint requisition_status_check check (status in ('open', 'closed'))")
    op.execute("alter table requisition " + ", ".join(f"drop column {name}" for name in COLUMNS))
