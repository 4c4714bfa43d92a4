"""Hiring: organization, candidate, file, resume, requisition, application, match, task."""

from alembic import op

from talentflux.db import row_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LOCAL_ORGANIZATION = "00000000-0000-7000-8000-000000000001"
TENANT_TABLES = ("candidate", "file", "requisition", "task", "resume", "resume_skill", "application", "match")

ROW = """
    id uuid not null,
    organization_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
"""

TABLES = {
    "organization": """
        id uuid not null,
        slug text not null,
        name text not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz,
        constraint organization_pkey primary key (id),
        constraint organization_slug_key unique (slug)
    """,
    "candidate": f"""{ROW}
        name text,
        email text,
        phone text,
        location text,
        headline text,
    """,
    "file": f"""{ROW}
        name text not null,
        media_type text not null,
        size bigint not null,
        sha256 text not null,
        key text not null,
    """,
    "requisition": f"""{ROW}
        title text not null,
        description text not null,
        language text,
        location text,
        requirements jsonb not null,
        requirements_version integer not null default 1,
        warnings text[] not null,
        status text not null default 'open',
        constraint requisition_status_check check (status in ('open', 'closed')),
    """,
    "task": f"""{ROW}
        kind text not null,
        status text not null default 'queued',
        requisition_id uuid,
        processed integer not null default 0,
        total integer not null default 0,
        errors jsonb not null default '[]',
        result jsonb,
        constraint task_kind_check check (kind in ('resume_import', 'match')),
        constraint task_status_check check (status in ('queued', 'running', 'succeeded', 'failed')),
    """,
    "resume": f"""{ROW}
        file_id uuid not null,
        candidate_id uuid,
        task_id uuid,
        requisition_id uuid,
        sha256 text not null,
        status text not null default 'stored',
        failure_reason text,
        failure_detail text,
        language text,
        total_years double precision,
        skill_ids text[] not null default '{{}}',
        document jsonb,
        parsed jsonb,
        features jsonb,
        masked_text text,
        words tsvector generated always as (to_tsvector('simple', left(coalesce(masked_text, ''), 200000))) stored,
        embedding halfvec,
        embedder text,
        constraint resume_status_check check (status in ('stored', 'parsed', 'failed')),
    """,
    "application": f"""{ROW}
        requisition_id uuid not null,
        candidate_id uuid not null,
        resume_id uuid,
        stage text not null default 'applied',
        constraint application_stage_check
            check (stage in ('applied', 'screen', 'interview', 'offer', 'hired', 'rejected')),
    """,
    "match": f"""{ROW}
        requisition_id uuid not null,
        candidate_id uuid not null,
        resume_id uuid not null,
        task_id uuid not null,
        requirements_version integer not null,
        total double precision not null,
        result jsonb not null,
        scorer text not null,
    """,
    "resume_skill": """
        organization_id uuid not null,
        skill_id text not null,
        resume_id uuid not null,
        constraint resume_skill_pkey primary key (organization_id, skill_id, resume_id),
        constraint resume_skill_organization_id_resume_id_fkey
            foreign key (organization_id, resume_id) references resume (organization_id, id) on delete cascade
    """,
}

# A foreign-key check bypasses row-level security, so every key between tenant tables carries the organization.
REFERENCES = {
    "candidate": (),
    "file": (),
    "requisition": (),
    "task": ("requisition",),
    "resume": ("file", "candidate", "task", "requisition"),
    "application": ("requisition", "candidate", "resume"),
    "match": ("requisition", "candidate", "resume", "task"),
}

INDEXES = (
    (
        "create unique index candidate_organization_id_email_live_key on candidate (organization_id, email) "
        "where deleted_at is null"
    ),
    (
        "create unique index resume_organization_id_sha256_live_key on resume (organization_id, sha256) "
        "where deleted_at is null"
    ),
    "create index resume_organization_id_candidate_id_idx on resume (organization_id, candidate_id)",
    "create index resume_organization_id_task_id_idx on resume (organization_id, task_id)",
    # Vectors of other lengths have no index and are compared one by one.
    (
        "create index resume_embedding_idx on resume using hnsw ((embedding::halfvec(256)) halfvec_ip_ops) "
        "where vector_dims(embedding) = 256"
    ),
    "create index resume_skill_organization_id_resume_id_idx on resume_skill (organization_id, resume_id)",
    (
        "create unique index application_live_key on application (organization_id, requisition_id, candidate_id) "
        "where deleted_at is null"
    ),
    "create index application_organization_id_candidate_id_idx on application (organization_id, candidate_id)",
    "create unique index match_live_key on match (organization_id, requisition_id, candidate_id)",
    "create index match_rank_idx on match (organization_id, requisition_id, total desc, id desc)",
    "create index task_organization_id_requisition_id_idx on task (organization_id, requisition_id)",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns}{_keys(table)})")
    for index in INDEXES:
        op.execute(index)
    # Until there are accounts, everything belongs to this one organization. Inserted before its policy holds.
    op.execute(
        f"insert into organization (id, slug, name) values ('{LOCAL_ORGANIZATION}', 'local', 'Local organization')"
    )
    row_security.enable(op, "organization", column="id")
    for table in TENANT_TABLES:
        row_security.enable(op, table)


def downgrade() -> None:
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
