"""Log in: refresh tokens, one-time tokens, throttles, signing keys."""

from alembic import op

from talentflux.db import row_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = {
    "refresh_token": """
        id uuid not null,
        session_id uuid not null,
        token_hash bytea not null,
        created_at timestamptz not null default now(),
        used_at timestamptz,
        successor bytea,
        constraint refresh_token_pkey primary key (id),
        constraint refresh_token_token_hash_key unique (token_hash),
        constraint refresh_token_session_id_fkey foreign key (session_id) references user_session (id) on delete cascade
    """,
    "one_time_token": """
        id uuid not null,
        user_id uuid not null,
        purpose text not null,
        token_hash bytea not null,
        payload bytea,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        used_at timestamptz,
        constraint one_time_token_pkey primary key (id),
        constraint one_time_token_token_hash_key unique (token_hash),
        constraint one_time_token_user_id_fkey foreign key (user_id) references user_account (id),
        constraint one_time_token_purpose_check
            check (purpose in ('verify_email', 'reset_password', 'change_email'))
    """,
    "login_throttle": """
        key bytea not null,
        failures integer not null,
        last_failed_at timestamptz not null,
        blocked_until timestamptz not null,
        constraint login_throttle_pkey primary key (key)
    """,
    "signing_key": """
        id uuid not null,
        public_key bytea not null,
        private_key bytea not null,
        created_at timestamptz not null default now(),
        active_from timestamptz not null,
        expires_at timestamptz,
        constraint signing_key_pkey primary key (id)
    """,
}

INDEXES = (
    "create index refresh_token_session_id_idx on refresh_token (session_id)",
    "create index one_time_token_user_id_idx on one_time_token (user_id)",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
    for index in INDEXES:
        op.execute(index)
    row_security.enable_user(op, "one_time_token")
    for table in ("refresh_token", "login_throttle", "signing_key"):
        row_security.enable_identity(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
