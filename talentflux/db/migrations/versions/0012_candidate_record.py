"""What is kept about candidates: tags, pools, notes, attachments, custom fields, duplicates, merges."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import ROW, tenant_constraints

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = {
    "tag": f"""{ROW}
        name text not null,
        folded text not null,
        {tenant_constraints("tag")}
    """,
    "candidate_tag": """
        organization_id uuid not null,
        tag_id uuid not null,
        candidate_id uuid not null,
        constraint candidate_tag_pkey primary key (organization_id, tag_id, candidate_id),
        constraint candidate_tag_organization_id_tag_id_fkey
            foreign key (organization_id, tag_id) references tag (organization_id, id) on delete cascade,
        constraint candidate_tag_organization_id_candidate_id_fkey
            foreign key (organization_id, candidate_id) references candidate (organization_id, id) on delete cascade
    """,
    "talent_pool": f"""{ROW}
        name text not null,
        description text not null default '',
        {tenant_constraints("talent_pool")}
    """,
    "talent_pool_member": f"""{ROW}
        talent_pool_id uuid not null,
        candidate_id uuid not null,
        added_by uuid,
        reason bytea,
        constraint talent_pool_member_added_by_fkey foreign key (added_by) references user_account (id),
        {tenant_constraints("talent_pool_member", "talent_pool", "candidate")}
    """,
    "note": f"""{ROW}
        candidate_id uuid not null,
        requisition_id uuid,
        application_id uuid,
        author text not null,
        author_id uuid,
        private boolean not null default false,
        body bytea,
        mentions uuid[] not null default '{{}}',
        constraint note_author_id_fkey foreign key (author_id) references user_account (id),
        {tenant_constraints("note", "candidate", "requisition", "application")}
    """,
    "attachment": f"""{ROW}
        candidate_id uuid not null,
        file_id uuid not null,
        kind text not null,
        added_by uuid,
        constraint attachment_kind_check check
            (kind in ('cover_letter', 'portfolio', 'certificate', 'reference', 'transcript', 'other')),
        constraint attachment_added_by_fkey foreign key (added_by) references user_account (id),
        {tenant_constraints("attachment", "candidate", "file")}
    """,
    "candidate_link": f"""{ROW}
        candidate_id uuid not null,
        kind text not null,
        url bytea,
        constraint candidate_link_kind_check check
            (kind in ('linkedin', 'github', 'gitlab', 'stackoverflow', 'xing', 'portfolio', 'website', 'other')),
        {tenant_constraints("candidate_link", "candidate")}
    """,
    "custom_field": f"""{ROW}
        resource text not null,
        slug text not null,
        name text not null,
        type text not null,
        required boolean not null default false,
        private boolean not null default false,
        options text[] not null default '{{}}',
        archived_at timestamptz,
        constraint custom_field_resource_check
            check (resource in ('candidate', 'requisition', 'application', 'job')),
        constraint custom_field_type_check
            check (type in ('text', 'number', 'currency', 'range', 'select', 'date', 'url', 'user')),
        {tenant_constraints("custom_field")}
    """,
    "candidate_contact": """
        organization_id uuid not null,
        contact bytea not null,
        candidate_id uuid not null,
        kind text not null,
        merged_from uuid,
        constraint candidate_contact_pkey primary key (organization_id, contact, candidate_id),
        constraint candidate_contact_kind_check check (kind in ('email', 'phone', 'link')),
        constraint candidate_contact_organization_id_candidate_id_fkey
            foreign key (organization_id, candidate_id) references candidate (organization_id, id) on delete cascade
    """,
    "candidate_duplicate": f"""{ROW}
        candidate_id uuid not null,
        other_id uuid not null,
        score double precision not null,
        reasons text[] not null,
        state text not null default 'open',
        decided_by uuid,
        constraint candidate_duplicate_state_check check (state in ('open', 'dismissed', 'merged')),
        constraint candidate_duplicate_decided_by_fkey foreign key (decided_by) references user_account (id),
        {tenant_constraints("candidate_duplicate", "candidate", "candidate:other_id")}
    """,
    "candidate_merge": f"""{ROW}
        candidate_id uuid not null,
        other_id uuid not null,
        merged_by uuid,
        record bytea,
        undone_at timestamptz,
        constraint candidate_merge_merged_by_fkey foreign key (merged_by) references user_account (id),
        {tenant_constraints("candidate_merge", "candidate", "candidate:other_id")}
    """,
}
ABOUT_CANDIDATES = (
    "candidate_tag", "talent_pool_member", "attachment", "candidate_link", "candidate_contact", "candidate_duplicate",
    "candidate_merge",
)  # fmt: skip
WITHOUT_TIMES = ("candidate_tag", "candidate_contact")
INDEXES = (
    "create unique index tag_organization_id_folded_live_key on tag (organization_id, folded) where deleted_at is null",
    "create index tag_organization_id_updated_at_id_idx on tag (organization_id, updated_at, id)",
    "create index candidate_tag_organization_id_candidate_id_idx on candidate_tag (organization_id, candidate_id)",
    (
        "create unique index talent_pool_organization_id_name_live_key on talent_pool (organization_id, name) "
        "where deleted_at is null"
    ),
    "create index talent_pool_organization_id_updated_at_id_idx on talent_pool (organization_id, updated_at, id)",
    (
        "create unique index talent_pool_member_live_key on talent_pool_member "
        "(organization_id, talent_pool_id, candidate_id) where deleted_at is null"
    ),
    (
        "create index talent_pool_member_organization_id_talent_pool_id_id_idx on talent_pool_member "
        "(organization_id, talent_pool_id, id)"
    ),
    (
        "create index talent_pool_member_organization_id_candidate_id_idx on talent_pool_member "
        "(organization_id, candidate_id)"
    ),
    "create index note_organization_id_candidate_id_id_idx on note (organization_id, candidate_id, id)",
    "create index note_organization_id_application_id_idx on note (organization_id, application_id)",
    "create index attachment_organization_id_candidate_id_id_idx on attachment (organization_id, candidate_id, id)",
    "create index attachment_organization_id_file_id_idx on attachment (organization_id, file_id)",
    (
        "create index candidate_link_organization_id_candidate_id_id_idx on candidate_link "
        "(organization_id, candidate_id, id)"
    ),
    (
        "create unique index custom_field_organization_id_resource_slug_key on custom_field "
        "(organization_id, resource, slug)"
    ),
    (
        "create index candidate_contact_organization_id_candidate_id_idx on candidate_contact "
        "(organization_id, candidate_id)"
    ),
    (
        "create unique index candidate_duplicate_pair_key on candidate_duplicate "
        "(organization_id, candidate_id, other_id)"
    ),
    "create index candidate_duplicate_organization_id_other_id_idx on candidate_duplicate (organization_id, other_id)",
    (
        "create index candidate_duplicate_organization_id_score_id_idx on candidate_duplicate "
        "(organization_id, score, id) where state = 'open'"
    ),
    "create index candidate_merge_organization_id_candidate_id_idx on candidate_merge (organization_id, candidate_id)",
    (
        "create unique index candidate_merge_other_standing_key on candidate_merge (organization_id, other_id) "
        "where undone_at is null"
    ),
)
# A file is seen with the resume that it is the original of; now also with the attachment that it holds.
FILES_OF_RESUMES = row_security.VISIBLE["visible_files"]
FILES_OF_EITHER = f"{FILES_OF_RESUMES} union all select file_id from attachment"


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
    for index in INDEXES:
        op.execute(index)
    op.execute("alter table candidate add column custom bytea")
    for table in TABLES:
        row_security.enable(op, table)
        if table not in WITHOUT_TIMES:
            row_security.keep_times(op, table)
    for table in ABOUT_CANDIDATES:
        row_security.restrict_to_candidates(op, table)
    row_security.restrict_to_both(op, "note")
    row_security.define(op, "visible_files", FILES_OF_EITHER)


def downgrade() -> None:
    row_security.define(op, "visible_files", FILES_OF_RESUMES)
    op.execute("alter table candidate drop column custom")
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
