"""Second factors and single sign-on."""

from alembic import op

from talentflux.db import row_security

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = {
    "user_totp": """
        id uuid not null,
        user_id uuid not null,
        secret bytea not null,
        created_at timestamptz not null default now(),
        confirmed_at timestamptz,
        last_step bigint,
        constraint user_totp_pkey primary key (id),
        constraint user_totp_user_id_key unique (user_id),
        constraint user_totp_user_id_fkey foreign key (user_id) references user_account (id)
    """,
    "recovery_code": """
        id uuid not null,
        user_id uuid not null,
        code_index bytea not null,
        created_at timestamptz not null default now(),
        used_at timestamptz,
        constraint recovery_code_pkey primary key (id),
        constraint recovery_code_user_id_code_index_key unique (user_id, code_index),
        constraint recovery_code_user_id_fkey foreign key (user_id) references user_account (id)
    """,
    "identity_provider": """
        id uuid not null,
        organization_id uuid not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz,
        name text not null,
        issuer text not null,
        client_id text not null,
        client_secret bytea,
        domains text[] not null,
        verified_domains text[] not null,
        default_role text,
        enforced boolean not null,
        trusted_for_owners boolean not null,
        constraint identity_provider_pkey primary key (id),
        constraint identity_provider_organization_id_id_key unique (organization_id, id),
        constraint identity_provider_organization_id_fkey
            foreign key (organization_id) references organization (id),
        constraint identity_provider_default_role_check
            check (default_role in ('recruiter', 'hiring_manager', 'interviewer', 'viewer'))
    """,
    "user_identity": """
        id uuid not null,
        user_id uuid not null,
        organization_id uuid not null,
        identity_provider_id uuid not null,
        issuer text not null,
        subject_index bytea not null,
        created_at timestamptz not null default now(),
        last_used_at timestamptz not null default now(),
        constraint user_identity_pkey primary key (id),
        constraint user_identity_identity_provider_id_issuer_subject_index_key
            unique (identity_provider_id, issuer, subject_index),
        constraint user_identity_user_id_fkey foreign key (user_id) references user_account (id),
        constraint user_identity_organization_id_identity_provider_id_fkey
            foreign key (organization_id, identity_provider_id) references identity_provider (organization_id, id)
    """,
    "sign_on_state": """
        id uuid not null,
        organization_id uuid not null,
        identity_provider_id uuid not null,
        state_hash bytea not null,
        browser_hash bytea not null,
        sealed bytea not null,
        kind text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        constraint sign_on_state_pkey primary key (id),
        constraint sign_on_state_state_hash_key unique (state_hash),
        constraint sign_on_state_kind_check check (kind in ('token', 'browser')),
        constraint sign_on_state_organization_id_identity_provider_id_fkey
            foreign key (organization_id, identity_provider_id) references identity_provider (organization_id, id)
    """,
}

INDEXES = (
    (
        "create unique index identity_provider_organization_id_issuer_live_key "
        "on identity_provider (organization_id, issuer) where deleted_at is null"
    ),
    "create index user_identity_user_id_idx on user_identity (user_id)",
    (
        "create index user_identity_organization_id_identity_provider_id_idx "
        "on user_identity (organization_id, identity_provider_id)"
    ),
    (
        "create index sign_on_state_organization_id_identity_provider_id_idx "
        "on sign_on_state (organization_id, identity_provider_id)"
    ),
    "create index sign_on_state_expires_at_idx on sign_on_state (expires_at)",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
    for index in INDEXES:
        op.execute(index)
    for table in ("user_totp", "recovery_code"):
        row_security.enable_user(op, table)
    for table in ("identity_provider", "user_identity", "sign_on_state"):
        row_security.enable_shared(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
