"""Webhooks: endpoints and deliveries."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import ROW, tenant_constraints

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = {
    "webhook_endpoint": f"""{ROW}
        url bytea not null,
        description text not null,
        events text[] not null,
        secret bytea not null,
        previous_secret bytea,
        previous_until timestamptz,
        disabled_at timestamptz,
        disabled_reason text,
        failing_since timestamptz,
        created_by uuid,
        constraint webhook_endpoint_disabled_reason_check check (disabled_reason in ('person', 'gone', 'failing')),
        constraint webhook_endpoint_created_by_fkey foreign key (created_by) references user_account (id),
        {tenant_constraints("webhook_endpoint")}
    """,
    "webhook_delivery": f"""{ROW}
        webhook_endpoint_id uuid not null,
        event_id uuid not null,
        status text not null default 'pending',
        attempts jsonb not null default '[]',
        next_attempt_at timestamptz,
        delivered_at timestamptz,
        constraint webhook_delivery_status_check check (status in ('pending', 'delivered', 'failed', 'cancelled')),
        {tenant_constraints("webhook_delivery", "webhook_endpoint")}
    """,
}
INDEXES = (
    (
        "create index webhook_delivery_organization_id_webhook_endpoint_id_id_idx "
        "on webhook_delivery (organization_id, webhook_endpoint_id, id)"
    ),
    "create index webhook_delivery_organization_id_event_id_idx on webhook_delivery (organization_id, event_id)",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
        row_security.enable(op, table)
        row_security.keep_times(op, table)
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
