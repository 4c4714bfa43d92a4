"""Jobs: public postings, forms, public applications."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import IDENTITY, LEVEL, ROW, tenant_constraints

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = {
    "job": f"""{ROW}
        requisition_id uuid not null,
        title text not null,
        slug text not null,
        language text not null,
        description text not null,
        status text not null default 'draft',
        employment_type text,
        department text,
        places jsonb not null default '[]',
        remote text not null default 'none',
        remote_countries text[] not null default '{{}}',
        pay_min numeric(15,4),
        pay_max numeric(15,4),
        pay_currency text,
        pay_period text,
        pay_shown boolean not null default true,
        screening boolean not null default true,
        screening_notice text,
        form jsonb not null default '[]',
        publish_at timestamptz,
        expire_at timestamptz,
        published_at timestamptz,
        constraint job_status_check check (status in ('draft', 'published', 'unpublished', 'expired')),
        {tenant_constraints("job", "requisition")}
    """,
    # What anybody may read: texts made when the job changes. It holds no personal data.
    "job_card": """
        job_id uuid not null,
        organization_id uuid not null,
        requisition_id uuid not null,
        rendered_at timestamptz not null default now(),
        hidden boolean not null default false,
        organization_closed boolean not null default false,
        organization_slug text not null,
        published_at timestamptz not null default now(),
        expires_at timestamptz,
        words text not null,
        place_words text not null,
        remote text not null,
        employment_type text,
        department text,
        card text not null,
        body text not null,
        feed text not null,
        constraint job_card_pkey primary key (job_id),
        constraint job_card_organization_id_fkey foreign key (organization_id) references organization (id),
        constraint job_card_organization_id_job_id_fkey foreign key (organization_id, job_id)
            references job (organization_id, id),
        constraint job_card_organization_id_requisition_id_fkey foreign key (organization_id, requisition_id)
            references requisition (organization_id, id)
    """,
    "tracking_link": f"""{ROW}
        job_id uuid not null,
        source_id uuid,
        code text not null,
        name text not null,
        clicks bigint not null default 0,
        constraint tracking_link_code_key unique (code),
        {tenant_constraints("tracking_link", "job", "source")}
    """,
    "application_answer": f"""{ROW}
        application_id uuid not null,
        candidate_id uuid not null,
        requisition_id uuid not null,
        job_id uuid not null,
        flagged boolean not null,
        answers bytea,
        {tenant_constraints("application_answer", "application", "candidate", "requisition", "job")}
    """,
    "job_submission": """
        id uuid not null,
        organization_id uuid not null,
        job_id uuid not null,
        challenge text not null,
        fingerprint text not null,
        expires_at timestamptz not null,
        constraint job_submission_pkey primary key (id),
        constraint job_submission_organization_id_challenge_key unique (organization_id, challenge),
        constraint job_submission_organization_id_fkey foreign key (organization_id) references organization (id),
        constraint job_submission_organization_id_job_id_fkey foreign key (organization_id, job_id)
            references job (organization_id, id)
    """,
}
INDEXES = (
    "create index job_organization_id_updated_at_id_idx on job (organization_id, updated_at, id)",
    "create index job_organization_id_requisition_id_idx on job (organization_id, requisition_id, id)",
    "create index job_card_published_at_job_id_idx on job_card (published_at, job_id)",
    (
        "create index job_card_organization_slug_published_at_job_id_idx on job_card "
        "(organization_slug, published_at, job_id)"
    ),
    "create index job_card_organization_id_requisition_id_idx on job_card (organization_id, requisition_id)",
    "create index tracking_link_organization_id_job_id_idx on tracking_link (organization_id, job_id, id)",
    (
        "create index application_answer_organization_id_application_id_idx on application_answer "
        "(organization_id, application_id, id)"
    ),
    (
        "create index application_answer_organization_id_candidate_id_idx on application_answer "
        "(organization_id, candidate_id)"
    ),
    "create index job_submission_organization_id_expires_at_idx on job_submission (organization_id, expires_at)",
)
# Whoever closes a requisition, hides it or makes it confidential takes its jobs out of sight in the same transaction.
FOLLOW = (
    """
create function job_card_follow_requisition() returns trigger language plpgsql as $$
begin
    update job_card set hidden = (new.status <> 'open' or new.confidential or new.deleted_at is not null)
    where organization_id = new.organization_id and requisition_id = new.id;
    return null;
end $$""",
    """
create trigger requisition_job_card after update of status, confidential, deleted_at on requisition
for each row execute function job_card_follow_requisition()""",
    # An organization is opened again by the operator, in a transaction that sees no tenant's rows.
    """
create function job_card_follow_organization() returns trigger language plpgsql as $$
declare
    former text := coalesce(current_setting('app.organization_id', true), '');
begin
    perform set_config('app.organization_id', new.id::text, true);
    update job_card set organization_closed = (new.deleted_at is not null), organization_slug = new.slug
    where organization_id = new.id;
    perform set_config('app.organization_id', former, true);
    return null;
end $$""",
    """
create trigger organization_job_card after update of slug, deleted_at on organization
for each row execute function job_card_follow_organization()""",
)
PUBLIC = """
create policy job_card_public on job_card for select using (
    (select coalesce(current_setting('app.organization_id', true), '') = '')
    and not hidden and not organization_closed and published_at <= now() and (expires_at is null or expires_at > now())
)"""


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
    for index in INDEXES:
        op.execute(index)
    for table in ("job", "job_card", "application_answer", "job_submission"):
        row_security.enable(op, table)
    row_security.enable_shared(op, "tracking_link")
    row_security.restrict_to_requisitions(op, "job")
    row_security.restrict_to_requisitions(op, "application_answer")
    # A link is shown where its job is; whoever follows one belongs to no organization.
    row_security.restrict(
        op, "tracking_link", "requisitions", f"{LEVEL} = 'all' or {IDENTITY} or job_id in (select id from job)"
    )
    op.execute(PUBLIC)
    for table in ("job", "tracking_link", "application_answer"):
        row_security.keep_times(op, table)
    for statement in FOLLOW:
        op.execute(statement)
    op.execute("alter table application add column job_id uuid")
    op.execute(
        "alter table application add constraint application_organization_id_job_id_fkey "
        "foreign key (organization_id, job_id) references job (organization_id, id)"
    )
    op.execute(
        "create index application_organization_id_job_id_id_idx on application (organization_id, job_id, id) "
        "where job_id is not null"
    )


def downgrade() -> None:
    op.execute("alter table application drop column job_id")
    op.execute("drop trigger requisition_job_card on requisition")
    op.execute("drop trigger organization_job_card on organization")
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    op.execute("drop function job_card_follow_requisition()")
    op.execute("drop function job_card_follow_organization()")
