"""Accounts: users and their sessions, workspaces, members, invitations, API keys, hiring teams."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import IDENTITY, ORGANIZATION, USER

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = "('owner', 'admin', 'recruiter', 'hiring_manager', 'interviewer', 'viewer')"
TIMES = """
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
"""
ROW = f"id uuid not null, organization_id uuid not null, {TIMES}"

TABLES = {
    "user_account": f"""
        id uuid not null,
        {TIMES}
        email_index bytea not null,
        wrapped_key bytea not null,
        profile bytea not null,
        password_hash text,
        password_changed_at timestamptz,
        email_verified_at timestamptz,
        deactivated_at timestamptz,
        constraint user_account_pkey primary key (id)
    """,
    "user_session": """
        id uuid not null,
        user_id uuid not null,
        organization_id uuid,
        kind text not null,
        token_hash bytea,
        origin bytea,
        created_at timestamptz not null default now(),
        last_used_at timestamptz not null default now(),
        expires_at timestamptz not null,
        proven_at timestamptz not null default now(),
        revoked_at timestamptz,
        constraint user_session_pkey primary key (id),
        constraint user_session_user_id_fkey foreign key (user_id) references user_account (id),
        constraint user_session_organization_id_fkey foreign key (organization_id) references organization (id),
        constraint user_session_kind_check check (kind in ('token', 'browser'))
    """,
    "workspace": f"""{ROW}
        name text not null,
        slug text not null,
    """,
    "member": f"""{ROW}
        user_id uuid not null,
        role text not null,
        deactivated_at timestamptz,
        constraint member_role_check check (role in {ROLES}),
        constraint member_user_id_fkey foreign key (user_id) references user_account (id),
    """,
    "workspace_member": """
        organization_id uuid not null,
        workspace_id uuid not null,
        member_id uuid not null,
        created_at timestamptz not null default now(),
        constraint workspace_member_pkey primary key (organization_id, workspace_id, member_id),
        constraint workspace_member_organization_id_workspace_id_fkey
            foreign key (organization_id, workspace_id) references workspace (organization_id, id),
        constraint workspace_member_organization_id_member_id_fkey
            foreign key (organization_id, member_id) references member (organization_id, id)
    """,
    "invitation": f"""{ROW}
        role text not null,
        workspace_id uuid,
        email_index bytea not null,
        email bytea not null,
        token_hash bytea not null,
        invited_by uuid,
        expires_at timestamptz not null,
        accepted_at timestamptz,
        revoked_at timestamptz,
        constraint invitation_role_check check (role in {ROLES}),
        constraint invitation_token_hash_key unique (token_hash),
        constraint invitation_invited_by_fkey foreign key (invited_by) references user_account (id),
    """,
    "api_key": f"""{ROW}
        user_id uuid,
        label text not null,
        prefix text not null,
        secret_hash bytea not null,
        scopes text[] not null,
        created_by uuid,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz,
        constraint api_key_user_id_fkey foreign key (user_id) references user_account (id),
        constraint api_key_created_by_fkey foreign key (created_by) references user_account (id),
    """,
    "hiring_team": f"""{ROW}
        requisition_id uuid not null,
        user_id uuid not null,
        role text not null,
        constraint hiring_team_role_check check (role in ('recruiter', 'hiring_manager', 'interviewer')),
        constraint hiring_team_user_id_fkey foreign key (user_id) references user_account (id),
    """,
}

# Foreign keys of tenant tables carry the organization, for a foreign-key check bypasses row-level security.
REFERENCES: dict[str, tuple[str, ...]] = {
    "workspace": (),
    "member": (),
    "invitation": ("workspace",),
    "api_key": (),
    "hiring_team": ("requisition",),
}

INDEXES = (
    "create unique index user_account_email_index_live_key on user_account (email_index) where deleted_at is null",
    "create index user_session_user_id_idx on user_session (user_id)",
    "create unique index user_session_token_hash_key on user_session (token_hash)",
    (
        "create unique index workspace_organization_id_slug_live_key on workspace (organization_id, slug) "
        "where deleted_at is null"
    ),
    (
        "create unique index member_organization_id_user_id_live_key on member (organization_id, user_id) "
        "where deleted_at is null"
    ),
    "create index member_user_id_idx on member (user_id)",
    "create index workspace_member_organization_id_member_id_idx on workspace_member (organization_id, member_id)",
    (
        "create unique index hiring_team_live_key on hiring_team (organization_id, requisition_id, user_id) "
        "where deleted_at is null"
    ),
    "create index hiring_team_organization_id_user_id_idx on hiring_team (organization_id, user_id)",
    "create index api_key_organization_id_user_id_idx on api_key (organization_id, user_id)",
)

# How much of the requisitions a transaction may see: all; the open ones and those of the own team; the latter only.
LEVEL = "(select coalesce(current_setting('app.requisitions', true), ''))"
MINE = f"(select requisition_id from hiring_team where user_id = {USER} and deleted_at is null)"
# Candidates go with what they applied to: a requisition that was deleted shows nobody any more.
APPLIED = (
    "(select candidate_id from application where deleted_at is null "
    "and requisition_id in (select id from requisition where deleted_at is null))"
)
RESTRICTIONS = {
    "requisition": f"{LEVEL} = 'all' or ({LEVEL} = 'open' and not confidential) or id in {MINE}",
    "application": f"{LEVEL} = 'all' or requisition_id in (select id from requisition)",
    "match": f"{LEVEL} = 'all' or requisition_id in (select id from requisition)",
    "task": f"{LEVEL} = 'all' or (requisition_id is null and {LEVEL} = 'open') "
    "or requisition_id in (select id from requisition)",
    "candidate": f"{LEVEL} in ('all', 'open') or id in {APPLIED}",
    "resume": f"{LEVEL} in ('all', 'open') or candidate_id in {APPLIED}",
    "resume_skill": f"{LEVEL} in ('all', 'open') or resume_id in (select id from resume)",
    "file": f"{LEVEL} in ('all', 'open') or id in (select file_id from resume)",
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns}{_keys(table)})")
    for index in INDEXES:
        op.execute(index)
    op.execute("alter table requisition add column confidential boolean not null default false")
    op.execute("alter table requisition add column workspace_id uuid")
    op.execute(
        "alter table requisition add constraint requisition_organization_id_workspace_id_fkey "
        "foreign key (organization_id, workspace_id) references workspace (organization_id, id) not valid"
    )
    op.execute("alter table requisition validate constraint requisition_organization_id_workspace_id_fkey")
    for table in ("workspace", "workspace_member", "hiring_team"):
        row_security.enable(op, table)
    for table in ("invitation", "api_key"):
        row_security.enable_shared(op, table)
    row_security.enable_user(op, "user_session")
    # Without an organization, a person sees what they belong to.
    row_security.guard(
        op, "member", "member_organization",
        f"organization_id = {ORGANIZATION} or ({ORGANIZATION} is null and user_id = {USER}) or {IDENTITY}",
    )  # fmt: skip
    row_security.guard(
        op, "user_account", "user_account_user",
        f"id = {USER} or {IDENTITY} or id in (select user_id from member where organization_id = {ORGANIZATION})",
    )  # fmt: skip
    # Colleagues see each other's accounts and change their own only.
    own = f"id = {USER} or {IDENTITY}"
    op.execute(
        f"create policy user_account_own on user_account as restrictive for update using ({own}) with check ({own})"
    )
    row_security.disable(op, "organization")
    row_security.guard(
        op, "organization", "organization_organization",
        f"id = {ORGANIZATION} or {IDENTITY} or ({ORGANIZATION} is null and "
        f"id in (select organization_id from member where user_id = {USER} and deleted_at is null))",
    )  # fmt: skip
    for table, condition in RESTRICTIONS.items():
        row_security.restrict(op, table, "requisitions", condition)


def downgrade() -> None:
    for table in RESTRICTIONS:
        op.execute(f"drop policy {table}_requisitions on {table}")
    row_security.disable(op, "organization")
    row_security.enable(op, "organization", column="id")
    op.execute("alter table requisition drop column workspace_id, drop column confidential")
    op.execute("drop policy user_account_user on user_account")  # it looks at members
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")


def _keys(table: str) -> str:
    if table not in REFERENCES:
        return ""
    keys = [
        f"constraint {table}_pkey primary key (id)",
        f"constraint {table}_organization_id_id_key unique (organization_id, id)",
        f"constraint {table}_organization_id_fkey foreign key (organization_id) references organization (id)",
        *(
            f"constraint {table}_organization_id_{other}_id_fkey "
            f"foreign key (organization_id, {other}_id) references {other} (organization_id, id)"
            for other in REFERENCES[table]
        ),
    ]
    return ", ".join(keys)
