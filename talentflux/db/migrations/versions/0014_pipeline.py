"""Pipelines, stages, automations; the course of applications."""

from alembic import op

from talentflux.db import row_security

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = "('applied', 'screen', 'interview', 'offer', 'hired', 'rejected')"
TABLES = {
    "pipeline": (
        f"""{row_security.ROW}
        requisition_id uuid,
        shared_id uuid,
        name text not null,
        is_default boolean not null default false,
        rejection_delay_minutes integer not null default 2880,
        rejection_subject text,
        rejection_body text,
        """,
        ("requisition", "pipeline:shared_id"),
    ),
    "pipeline_stage": (
        f"""{row_security.ROW}
        pipeline_id uuid not null,
        name text not null,
        kind text not null,
        position integer not null,
        max_days integer,
        constraint pipeline_stage_kind_check check (kind in {KINDS}),
        """,
        ("pipeline",),
    ),
    "stage_automation": (
        f"""{row_security.ROW}
        stage_id uuid not null,
        action text not null,
        delay_minutes integer not null default 0,
        subject text,
        body text,
        title text,
        assignee_id uuid,
        enabled boolean not null default true,
        constraint stage_automation_action_check check (action in ('send_email', 'request_scorecard', 'create_task')),
        constraint stage_automation_assignee_id_fkey foreign key (assignee_id) references user_account (id),
        """,
        ("pipeline_stage:stage_id",),
    ),
    "reject_reason": (
        f"""{row_security.ROW}
        name text not null,
        """,
        (),
    ),
    "application_stage_change": (
        f"""{row_security.ROW}
        application_id uuid not null,
        requisition_id uuid not null,
        cause text not null,
        from_stage_id uuid,
        to_stage_id uuid,
        from_kind text,
        to_kind text not null,
        seconds double precision,
        reject_reason_id uuid,
        actor text not null,
        """,
        ("application", "requisition", "pipeline_stage:from_stage_id", "pipeline_stage:to_stage_id", "reject_reason"),
    ),
    "application_task": (
        f"""{row_security.ROW}
        application_id uuid not null,
        requisition_id uuid not null,
        candidate_id uuid not null,
        kind text not null,
        title bytea not null,
        assignee_id uuid,
        due_at timestamptz,
        done_at timestamptz,
        done_by uuid,
        constraint application_task_kind_check check (kind in ('task', 'scorecard')),
        constraint application_task_assignee_id_fkey foreign key (assignee_id) references user_account (id),
        constraint application_task_done_by_fkey foreign key (done_by) references user_account (id),
        """,
        ("application", "requisition", "candidate"),
    ),
    "application_action": (
        f"""{row_security.ROW}
        application_id uuid not null,
        requisition_id uuid not null,
        candidate_id uuid not null,
        stage_id uuid,
        automation_id uuid,
        purpose text not null,
        action text not null,
        state text not null default 'waiting',
        outcome text,
        due_at timestamptz not null,
        content bytea not null,
        assignee_id uuid,
        email_id uuid,
        constraint application_action_purpose_check check (purpose in ('automation', 'rejection', 'message')),
        constraint application_action_action_check check (action in ('send_email', 'request_scorecard', 'create_task')),
        constraint application_action_state_check check (state in ('waiting', 'done', 'cancelled', 'skipped')),
        constraint application_action_assignee_id_fkey foreign key (assignee_id) references user_account (id),
        """,
        ("application", "requisition", "candidate", "pipeline_stage:stage_id", "stage_automation:automation_id"),
    ),
    "application_bulk": (
        f"""{row_security.ROW}
        task_id uuid not null,
        action text not null,
        level text not null,
        application_ids uuid[] not null default '{{}}',
        processed integer not null default 0,
        content bytea not null,
        constraint application_bulk_action_check check (action in ('move', 'reject', 'email', 'tag')),
        """,
        ("task",),
    ),
}
OF_REQUISITIONS = ("pipeline", "application_stage_change", "application_task", "application_action")

COLUMNS = """
alter table application
    add column stage_id uuid,
    add column position text collate "C" not null default '',
    add column origin text not null default 'resume_upload',
    add column source_id uuid,
    add column external_id text,
    add column do_not_screen boolean not null default false,
    add column custom bytea,
    add column entered_stage_at timestamptz not null default now(),
    add column stage_due_at timestamptz,
    add column stage_alerted_at timestamptz,
    add column answer_due_at timestamptz,
    add column hired_at timestamptz,
    add column rejected_at timestamptz,
    add column reject_reason_id uuid,
    add column withdrawn_at timestamptz,
    add column transferred_to_id uuid,
    add column transferred_from_id uuid,
    add constraint application_origin_check
        check (origin in ('recruiter', 'import', 'public_form', 'referral', 'resume_upload', 'transfer')),
    add constraint application_organization_id_stage_id_fkey
        foreign key (organization_id, stage_id) references pipeline_stage (organization_id, id),
    add constraint application_organization_id_source_id_fkey
        foreign key (organization_id, source_id) references source (organization_id, id),
    add constraint application_organization_id_reject_reason_id_fkey
        foreign key (organization_id, reject_reason_id) references reject_reason (organization_id, id),
    add constraint application_organization_id_transferred_to_id_fkey
        foreign key (organization_id, transferred_to_id) references application (organization_id, id),
    add constraint application_organization_id_transferred_from_id_fkey
        foreign key (organization_id, transferred_from_id) references application (organization_id, id)
"""
STATUS = """
alter table application add column status text not null generated always as (
    case
        when transferred_to_id is not null then 'transferred'
        when withdrawn_at is not null then 'withdrawn'
        when stage in ('hired', 'rejected') then stage
        else 'active'
    end) stored
"""
LIVE = "where deleted_at is null"
SHOWN = "where deleted_at is null and withdrawn_at is null and transferred_to_id is null"
INDEXES = {
    "pipeline_default_key": (
        "unique", "pipeline (organization_id) where is_default and deleted_at is null",
    ),
    "pipeline_requisition_key": (
        "unique", f"pipeline (organization_id, requisition_id) {LIVE} and requisition_id is not null",
    ),
    "pipeline_stage_organization_id_pipeline_id_position_idx": (
        "", "pipeline_stage (organization_id, pipeline_id, position)",
    ),
    "stage_automation_organization_id_stage_id_idx": ("", "stage_automation (organization_id, stage_id)"),
    "reject_reason_name_key": ("unique", f"reject_reason (organization_id, lower(name)) {LIVE}"),
    "application_board_idx": (
        "", f"application (organization_id, requisition_id, stage_id, position, id) {SHOWN}",
    ),
    "application_requisition_idx": ("", "application (organization_id, requisition_id, id)"),
    "application_stage_idx": ("", "application (organization_id, stage, id)"),
    "application_stage_id_idx": ("", "application (organization_id, stage_id, id)"),
    "application_status_idx": ("", "application (organization_id, status, id)"),
    "application_origin_idx": ("", "application (organization_id, origin, id)"),
    "application_source_idx": ("", "application (organization_id, source_id, id) where source_id is not null"),
    "application_reject_reason_idx": (
        "", "application (organization_id, reject_reason_id, id) where reject_reason_id is not null",
    ),
    "application_entered_idx": ("", "application (organization_id, entered_stage_at, id)"),
    "application_stage_due_idx": (
        "", "application (organization_id, stage_due_at, id) where stage_due_at is not null",
    ),
    "application_answer_due_idx": (
        "", "application (organization_id, answer_due_at, id) where answer_due_at is not null",
    ),
    "application_external_key": (
        "unique", f"application (organization_id, external_id) {LIVE} and external_id is not null",
    ),
    "application_stage_change_application_idx": (
        "", "application_stage_change (organization_id, application_id, id)",
    ),
    "application_stage_change_requisition_idx": (
        "", "application_stage_change (organization_id, requisition_id, id)",
    ),
    "application_task_application_idx": ("", "application_task (organization_id, application_id, id)"),
    "application_task_assignee_idx": ("", "application_task (organization_id, assignee_id, id)"),
    "application_action_application_idx": ("", "application_action (organization_id, application_id, id)"),
    "application_action_due_idx": (
        "", "application_action (organization_id, due_at) where state = 'waiting'",
    ),
    "application_bulk_task_key": ("unique", "application_bulk (organization_id, task_id)"),
}  # fmt: skip
# The owner of the tables is bound by row-level security too, so each organization is entered by itself. What only
# fills in new columns is no change that followers of a list need to hear of.
FILL = """
do $body$
declare
    found record;
    made uuid;
    base text := lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7000';
begin
    perform set_config('app.identity', 'on', true), set_config('app.requisitions', 'all', true),
        set_config('app.rewrapping', 'on', true);
    for found in select id from organization loop
        perform set_config('app.organization_id', found.id::text, true);
        made := (base || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid;
        insert into pipeline (id, organization_id, name, is_default) values (made, found.id, 'Standard', true);
        insert into pipeline_stage (id, organization_id, pipeline_id, name, kind, position)
        select (base || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid, found.id, made, s.name, s.kind,
            s.position
        from (values ('Applied', 'applied', 1), ('Screen', 'screen', 2), ('Interview', 'interview', 3),
            ('Offer', 'offer', 4), ('Hired', 'hired', 5), ('Rejected', 'rejected', 6)) s (name, kind, position);
        update application a set stage_id = s.id, position = replace(a.id::text, '-', '') || 'i',
            entered_stage_at = a.updated_at,
            hired_at = case when a.stage = 'hired' then a.updated_at end,
            rejected_at = case when a.stage = 'rejected' then a.updated_at end
        from pipeline_stage s where s.pipeline_id = made and s.kind = a.stage and a.organization_id = found.id;
    end loop;
    perform set_config('app.identity', '', true), set_config('app.requisitions', '', true),
        set_config('app.rewrapping', '', true), set_config('app.organization_id', '', true);
end $body$
"""
TASK_KINDS = "alter table task drop constraint task_kind_check, add constraint task_kind_check check (kind in ({}))"


def upgrade() -> None:
    for table, (columns, references) in TABLES.items():
        op.execute(f"create table {table} ({columns}{row_security.tenant_constraints(table, *references)})")
    op.execute(COLUMNS)
    op.execute(STATUS)
    for table in TABLES:
        row_security.enable(op, table)
        row_security.keep_times(op, table)
    op.execute(FILL)
    for name, (kind, where) in INDEXES.items():
        op.execute(f"create {kind} index {name} on {where}")
    for table in OF_REQUISITIONS:
        row_security.restrict_to_requisitions(op, table)
    op.execute(TASK_KINDS.format("'resume_import', 'match', 'application_bulk'"))


def downgrade() -> None:
    op.execute(TASK_KINDS.format("'resume_import', 'match'"))
    op.execute(
        """alter table application drop column status, drop column stage_id, drop column position, drop column origin,
        drop column source_id, drop column external_id, drop column do_not_screen, drop column custom,
        drop column entered_stage_at, drop column stage_due_at, drop column stage_alerted_at,
        drop column answer_due_at, drop column hired_at, drop column rejected_at, drop column reject_reason_id,
        drop column withdrawn_at, drop column transferred_to_id, drop column transferred_from_id"""
    )
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
