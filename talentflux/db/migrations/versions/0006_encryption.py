"""Encryption of personal fields: keys, ciphertexts, blind indexes.

The columns that held plain text stay until a later migration, so that rows of the version before can be encrypted
while the program runs; new rows leave them empty. Going back is refused once rows are encrypted.
"""

from alembic import op

from talentflux.db import row_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = """
    purpose text not null,
    version integer not null,
    wrapped bytea not null,
    master_key_id text not null,
    created_at timestamptz not null default now(),
    usable_at timestamptz not null default now(),
    retired_at timestamptz,
"""
TABLES = (
    f"""create table organization_key (
        organization_id uuid not null, {KEY}
        constraint organization_key_pkey primary key (organization_id, purpose, version),
        constraint organization_key_organization_id_fkey foreign key (organization_id) references organization (id),
        constraint organization_key_purpose_check check (purpose in ('data', 'index'))
    )""",
    f"""create table platform_key ({KEY}
        constraint platform_key_pkey primary key (purpose, version),
        constraint platform_key_purpose_check check (purpose in ('data', 'index'))
    )""",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    row_security.enable(op, "organization_key")


def downgrade() -> None:
    for table in ("platform_key", "organization_key"):
        op.execute(f"drop table {table}")
