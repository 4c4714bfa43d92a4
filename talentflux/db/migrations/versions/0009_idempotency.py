"""Answers kept for repeated requests; times of change that never go back and never overtake a running transaction."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import IDENTITY, ORGANIZATION, USER

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = """
create table idempotency_key (
    id uuid not null,
    organization_id uuid,
    user_id uuid,
    key_index bytea not null,
    request_index bytea not null,
    answer bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint idempotency_key_pkey primary key (id),
    constraint idempotency_key_organization_id_fkey foreign key (organization_id) references organization (id),
    constraint idempotency_key_user_id_fkey foreign key (user_id) references user_account (id) on delete cascade,
    constraint idempotency_key_key_index_key unique (key_index),
    constraint idempotency_key_owner_check check (organization_id is not null or user_id is not null)
)
"""
# Who reads lists by time of change must not pass a row whose transaction is still running. So each transaction that
# changes rows holds a shared lock named after the organization and the second of its change; readers look at the
# oldest such lock before they read, and stop there. A row's own time of change only ever grows: it is its version.
CHANGED = """
create function {name}() returns trigger language plpgsql set search_path = pg_catalog as $body$
begin
    -- A key that is wrapped anew leaves its row the same for everybody who reads it.
    if current_setting('app.rewrapping', true) = 'on' then
        return new;
    end if;
    {lock}
    new.updated_at := clock_timestamp();
    if tg_op = 'UPDATE' then
        new.updated_at := greatest(new.updated_at, old.updated_at + interval '1 microsecond');
    end if;
    return new;
end $body$
"""
LOCK = """perform pg_advisory_xact_lock_shared(
        hashtext(new.organization_id::text), (floor(extract(epoch from clock_timestamp())) - 1700000000)::integer);"""
TRIGGERS = """
do $body$
declare
    found record;
begin
    for found in
        select c.relname as name, bool_or(a.attname = 'organization_id') as of_tenant
        from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        group by c.relname having bool_or(a.attname = 'updated_at')
    loop
        execute format(
            'create trigger %I before insert or update on %I for each row execute function %I()',
            found.name || '_changed', found.name,
            case when found.of_tenant then 'tenant_row_changed' else 'row_changed' end
        );
    end loop;
end $body$
"""
SYNCED = ("candidate", "requisition", "application", "resume")


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("create index idempotency_key_expires_at_idx on idempotency_key (expires_at)")
    row_security.guard(
        op, "idempotency_key", "idempotency_key_owner",
        f"(organization_id is not distinct from {ORGANIZATION} and user_id is not distinct from {USER}) "
        f"or ({IDENTITY} and expires_at < now())",
    )  # fmt: skip
    op.execute(CHANGED.format(name="row_changed", lock=""))
    op.execute(CHANGED.format(name="tenant_row_changed", lock=LOCK))
    op.execute(TRIGGERS)
    for table in SYNCED:
        op.execute(
            f"create index {table}_organization_id_updated_at_id_idx on {table} (organization_id, updated_at, id)"
        )


def downgrade() -> None:
    for table in SYNCED:
        op.execute(f"drop index {table}_organization_id_updated_at_id_idx")
    op.execute("drop function tenant_row_changed() cascade")
    op.execute("drop function row_changed() cascade")
    op.execute("drop table idempotency_key")
