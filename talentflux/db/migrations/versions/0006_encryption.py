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
    """create table candidate_name_token (
        organization_id uuid not null,
        token bytea not null,
        candidate_id uuid not null,
        constraint candidate_name_token_pkey primary key (organization_id, token, candidate_id),
        constraint candidate_name_token_organization_id_candidate_id_fkey
            foreign key (organization_id, candidate_id) references candidate (organization_id, id) on delete cascade
    )""",
    (
        "create index candidate_name_token_organization_id_candidate_id_idx "
        "on candidate_name_token (organization_id, candidate_id)"
    ),
)
COLUMNS = {
    "candidate": ("wrapped_key bytea", "profile bytea", "email_index bytea", "phone_index bytea"),
    "file": ("wrapped_key bytea", "meta bytea"),
    "resume": ("digest bytea", "content bytea", "failure bytea"),
    "task": ("failures bytea",),
}
REQUIRED = (("file", "name"), ("file", "sha256"), ("resume", "sha256"))
FORMER_INDEXES = (
    (
        "create unique index candidate_organization_id_email_live_key on candidate (organization_id, email) "
        "where deleted_at is null"
    ),
    (
        "create unique index resume_organization_id_sha256_live_key on resume (organization_id, sha256) "
        "where deleted_at is null"
    ),
)
INDEXES = (
    (
        "create unique index candidate_organization_id_email_index_live_key "
        "on candidate (organization_id, email_index) where deleted_at is null"
    ),
    "create index candidate_organization_id_phone_index_idx on candidate (organization_id, phone_index)",
    (
        "create unique index resume_organization_id_digest_live_key on resume (organization_id, digest) "
        "where deleted_at is null"
    ),
    # Rows that the version before wrote; empty once they are encrypted, and gone with the plain columns.
    (
        "create index candidate_plain_idx on candidate (organization_id, id) "
        "where coalesce(name, email, phone, location, headline) is not null"
    ),
    "create index file_plain_idx on file (organization_id, id) where sha256 is not null",
    "create index resume_plain_idx on resume (organization_id, id) where sha256 is not null",
    "create index task_plain_idx on task (organization_id, id) where errors <> '[]'::jsonb",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, columns in COLUMNS.items():
        op.execute(f"alter table {table} " + ", ".join(f"add column {column}" for column in columns))
    for table, column in REQUIRED:
        op.execute(f"alter table {table} alter column {column} drop not null")
    for index in FORMER_INDEXES:
        op.execute(f"drop index {index.split()[3]}")
    for index in INDEXES:
        op.execute(index)
    row_security.enable(op, "organization_key")
    row_security.enable(op, "candidate_name_token")
    level = "(select coalesce(current_setting('app.requisitions', true), ''))"
    row_security.restrict(
        op, "candidate_name_token", "requisitions",
        f"{level} in ('all', 'open') or candidate_id in (select id from candidate)",
    )  # fmt: skip


def downgrade() -> None:
    for index in INDEXES:
        op.execute(f"drop index {index.removeprefix('create ').removeprefix('unique ').split()[1]}")
    for index in FORMER_INDEXES:
        op.execute(index)
    for table, column in REQUIRED:
        op.execute(f"alter table {table} alter column {column} set not null")  # refused where rows are encrypted
    for table, columns in COLUMNS.items():
        op.execute(f"alter table {table} " + ", ".join(f"drop column {column.split()[0]}" for column in columns))
    for table in ("candidate_name_token", "platform_key", "organization_key"):
        op.execute(f"drop table {table}")
