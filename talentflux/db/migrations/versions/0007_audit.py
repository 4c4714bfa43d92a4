"""The audit log: a chain of events per organization, one for the platform, and their ends."""

from alembic import op

from talentflux.db.row_security import IDENTITY, ORGANIZATION

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APP_ROLE = "talentflux_app"
TABLES = {
    "audit_event": """
        id uuid not null,
        organization_id uuid,
        sequence bigint not null,
        occurred_at timestamptz not null,
        actor text not null,
        action text not null,
        resource text not null,
        resource_id uuid,
        entry text not null,
        hash bytea not null,
        constraint audit_event_pkey primary key (id),
        constraint audit_event_organization_id_fkey foreign key (organization_id) references organization (id),
        constraint audit_event_organization_id_sequence_key unique nulls not distinct (organization_id, sequence)
    """,
    "audit_head": """
        id uuid not null,
        organization_id uuid,
        sequence bigint not null,
        hash bytea not null,
        constraint audit_head_pkey primary key (id),
        constraint audit_head_organization_id_fkey foreign key (organization_id) references organization (id),
        constraint audit_head_organization_id_key unique nulls not distinct (organization_id)
    """,
}
INDEXES = (
    "create index audit_event_organization_id_actor_sequence_idx on audit_event (organization_id, actor, sequence)",
    (
        "create index audit_event_organization_id_resource_resource_id_sequence_idx "
        "on audit_event (organization_id, resource, resource_id, sequence)"
    ),
)

# A transaction writes to the chain of its organization or to the platform's; where identity is found out, to any.
WRITTEN = f"organization_id = {ORGANIZATION} or organization_id is null or {IDENTITY}"
# The platform's events are read where identity is found out only.
READ = f"organization_id = {ORGANIZATION} or (organization_id is null and {IDENTITY})"

# The functions run as the owner of the tables: the application's role itself may only read them. They look at the
# scope once more, for an owner that is a superuser is not bound by row-level security.
LOCK = f"""
create function audit_lock(chain uuid) returns table (sequence bigint, hash bytea)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not (chain is null or coalesce(chain = {ORGANIZATION}, false) or coalesce({IDENTITY}, false)) then
        raise insufficient_privilege using message = 'the chain belongs to another organization';
    end if;
    return query select h.sequence, h.hash from audit_head h
        where (h.organization_id = chain or (chain is null and h.organization_id is null)) for update;
    if not found then
        insert into audit_head (id, organization_id, sequence, hash)
            values (gen_random_uuid(), chain, 0, decode(repeat('00', 32), 'hex')) on conflict do nothing;
        return query select h.sequence, h.hash from audit_head h
            where (h.organization_id = chain or (chain is null and h.organization_id is null)) for update;
    end if;
end $$
"""
APPEND = f"""
create function audit_append(
    chain uuid, behind bigint, ids uuid[], times timestamptz[], actors text[], actions text[], resources text[],
    resource_ids uuid[], entries text[], hashes bytea[]
) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not (chain is null or coalesce(chain = {ORGANIZATION}, false) or coalesce({IDENTITY}, false)) then
        raise insufficient_privilege using message = 'the chain belongs to another organization';
    end if;
    update audit_head h set sequence = behind + cardinality(ids), hash = hashes[cardinality(ids)]
        where (h.organization_id = chain or (chain is null and h.organization_id is null)) and h.sequence = behind;
    if not found then
        raise serialization_failure using message = 'the chain has moved';
    end if;
    insert into audit_event
        (id, organization_id, sequence, occurred_at, actor, action, resource, resource_id, entry, hash)
        select n.id, chain, behind + n.number, n.at, n.actor, n.action, n.resource, n.resource_id, n.entry, n.hash
        from unnest(ids, times, actors, actions, resources, resource_ids, entries, hashes) with ordinality
            as n(id, at, actor, action, resource, resource_id, entry, hash, number);
end $$
"""
FUNCTIONS = {
    "audit_append(uuid, bigint, uuid[], timestamptz[], text[], text[], text[], uuid[], text[], bytea[])": APPEND,
    "audit_lock(uuid)": LOCK,
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
    for index in INDEXES:
        op.execute(index)
    for table, read in (("audit_event", READ), ("audit_head", WRITTEN)):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy {table}_organization on {table} using ({read}) with check ({WRITTEN})")
        op.execute(f"revoke insert, update, delete, truncate on {table} from {APP_ROLE}")
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"revoke all on function {name} from public")
        op.execute(f"grant execute on function {name} to {APP_ROLE}")


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"drop function {name}")
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
