"""Imports and exports."""

from alembic import op

from talentflux.db import row_security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# The cells of an import lie under a key of its own, which is destroyed when the import expires.
IMPORT = f"""
create table data_import (
    {row_security.ROW}
    kind text not null,
    status text not null default 'uploaded',
    requisition_id uuid,
    created_by uuid,
    wrapped_key bytea,
    meta bytea,
    encoding text,
    delimiter text,
    mapping text[] not null default '{{}}',
    options jsonb not null default '{{}}',
    total integer not null default 0,
    processed integer not null default 0,
    counts jsonb not null default '{{}}',
    failure text,
    expires_at timestamptz not null,
    {row_security.tenant_constraints("data_import", "requisition")},
    constraint data_import_created_by_fkey foreign key (created_by) references user_account (id),
    constraint data_import_kind_check check (kind in ('candidates', 'applications', 'requisitions')),
    constraint data_import_status_check
        check (status in ('uploaded', 'checking', 'checked', 'running', 'succeeded', 'failed'))
)
"""
BATCH = f"""
create table data_import_batch (
    {row_security.ROW}
    data_import_id uuid not null,
    number integer not null,
    size integer not null,
    phase text not null default 'waiting',
    rows bytea,
    verdicts jsonb not null default '[]',
    {row_security.tenant_constraints("data_import_batch", "data_import")},
    constraint data_import_batch_organization_id_data_import_id_number_key
        unique (organization_id, data_import_id, number),
    constraint data_import_batch_phase_check check (phase in ('waiting', 'checked', 'done'))
)
"""
EXPORT = f"""
create table data_export (
    {row_security.ROW}
    kind text not null,
    status text not null default 'queued',
    created_by uuid,
    wrapped_key bytea,
    parts integer not null default 0,
    size bigint not null default 0,
    total integer not null default 0,
    processed integer not null default 0,
    counts jsonb not null default '{{}}',
    failure text,
    expires_at timestamptz not null,
    {row_security.tenant_constraints("data_export")},
    constraint data_export_created_by_fkey foreign key (created_by) references user_account (id),
    constraint data_export_kind_check check (kind in ('archive', 'candidates', 'applications')),
    constraint data_export_status_check check (status in ('queued', 'running', 'succeeded', 'failed', 'expired'))
)
"""
TABLES = ("data_import", "data_import_batch", "data_export")
LISTS = ("data_import", "data_export")


def upgrade() -> None:
    for definition in (IMPORT, BATCH, EXPORT):
        op.execute(definition)
    for table in LISTS:
        op.execute(
            f"create index {table}_organization_id_updated_at_id_idx on {table} (organization_id, updated_at, id)"
        )
    op.execute(
        "create index data_import_organization_id_requisition_id_idx on data_import (organization_id, requisition_id)"
    )
    for table in TABLES:
        row_security.enable(op, table)
        row_security.keep_times(op, table)
    row_security.restrict_to_requisitions(op, "data_import")


def downgrade() -> None:
    for table in reversed(("data_import", "data_import_batch", "data_export")):
        op.execute(f"drop table {table}")
