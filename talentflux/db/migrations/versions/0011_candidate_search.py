"""Candidates: where they come from, what they agreed to, the resume that counts, search over its masked text."""

from alembic import op
from sqlalchemy import text

from talentflux.db import row_security
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.row_security import APPLIED, LEVEL, ORGANIZATION, ROW, USER, tenant_constraints

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = (
    "external_id text",
    "source_id uuid",
    "do_not_contact boolean not null default false",
    "contact_reason bytea",
    "consent text not null default 'unknown'",
    "consent_until timestamptz",
    "retain_until timestamptz",
    "total_years double precision",
    "current_resume_id uuid",
)
CONSTRAINTS = (
    "candidate_consent_check check (consent in ('unknown', 'given', 'withdrawn'))",
    (
        "candidate_organization_id_source_id_fkey foreign key (organization_id, source_id) "
        "references source (organization_id, id)"
    ),
    (
        "candidate_organization_id_current_resume_id_fkey foreign key (organization_id, current_resume_id) "
        "references resume (organization_id, id)"
    ),
)
TABLES = {
    "source": f"""{ROW}
        name text not null,
        kind text not null,
        constraint source_kind_check check (
            kind in ('agency', 'referral', 'job_board', 'careers_site', 'sourced', 'import', 'other')
        ),
        {tenant_constraints("source")}
    """,
    "referral": f"""{ROW}
        candidate_id uuid not null,
        requisition_id uuid,
        user_id uuid not null,
        note bytea,
        credit integer not null default 100,
        constraint referral_credit_check check (credit between 0 and 100),
        constraint referral_user_id_fkey foreign key (user_id) references user_account (id),
        {tenant_constraints("referral", "candidate", "requisition")}
    """,
    "saved_search": f"""{ROW}
        user_id uuid not null,
        shared boolean not null default false,
        content bytea not null,
        constraint saved_search_user_id_fkey foreign key (user_id) references user_account (id),
        {tenant_constraints("saved_search")}
    """,
    "candidate_text": """
        organization_id uuid not null,
        candidate_id uuid not null,
        resume_id uuid not null,
        words tsvector not null default '',
        constraint candidate_text_pkey primary key (organization_id, candidate_id),
        constraint candidate_text_organization_id_candidate_id_fkey
            foreign key (organization_id, candidate_id) references candidate (organization_id, id) on delete cascade,
        constraint candidate_text_organization_id_resume_id_fkey
            foreign key (organization_id, resume_id) references resume (organization_id, id) on delete cascade
    """,
}
INDEXES = (
    (
        "create unique index candidate_organization_id_external_id_live_key on candidate "
        "(organization_id, external_id) where deleted_at is null and external_id is not null"
    ),
    "create index candidate_organization_id_source_id_id_idx on candidate (organization_id, source_id, id)",
    "create index candidate_organization_id_total_years_idx on candidate (organization_id, total_years)",
    "create index candidate_organization_id_consent_id_idx on candidate (organization_id, consent, id)",
    (
        "create index candidate_organization_id_do_not_contact_idx on candidate (organization_id, id) "
        "where do_not_contact and deleted_at is null"
    ),
    "create index candidate_organization_id_current_resume_id_idx on candidate (organization_id, current_resume_id)",
    (
        "create unique index source_organization_id_kind_name_live_key on source (organization_id, kind, name) "
        "where deleted_at is null"
    ),
    "create index source_organization_id_updated_at_id_idx on source (organization_id, updated_at, id)",
    (
        "create unique index referral_live_key on referral (organization_id, candidate_id, requisition_id, user_id) "
        "nulls not distinct where deleted_at is null"
    ),
    "create index referral_organization_id_user_id_id_idx on referral (organization_id, user_id, id)",
    "create index referral_organization_id_requisition_id_id_idx on referral (organization_id, requisition_id, id)",
    "create index referral_organization_id_updated_at_id_idx on referral (organization_id, updated_at, id)",
    "create index saved_search_organization_id_user_id_id_idx on saved_search (organization_id, user_id, id)",
    "create index saved_search_organization_id_updated_at_id_idx on saved_search (organization_id, updated_at, id)",
    "create index candidate_text_organization_id_resume_id_idx on candidate_text (organization_id, resume_id)",
    "create index candidate_text_words_idx on candidate_text using gin (organization_id, words)",
    (
        "create index application_organization_id_stage_candidate_id_idx on application "
        "(organization_id, stage, candidate_id) where deleted_at is null"
    ),
)
# The resume that counts gives a candidate's years, and the words by which the candidate is found.
CHOSEN = """
create function candidate_resume_chosen() returns trigger language plpgsql
set search_path = public, pg_catalog as $body$
begin
    if tg_when = 'BEFORE' then
        new.total_years := (
            select total_years from resume where organization_id = new.organization_id and id = new.current_resume_id
        );
        return new;
    end if;
    delete from candidate_text where organization_id = new.organization_id and candidate_id = new.id;
    if new.current_resume_id is not null and new.deleted_at is null then
        insert into candidate_text (organization_id, candidate_id, resume_id, words)
        select organization_id, new.id, id, words from resume
        where organization_id = new.organization_id and id = new.current_resume_id and length(words) > 0;
    end if;
    return null;
end $body$
"""
TRIGGERS = (
    (
        "create trigger candidate_chosen_years before update of current_resume_id on candidate for each row "
        "when (new.current_resume_id is distinct from old.current_resume_id) "
        "execute function candidate_resume_chosen()"
    ),
    (
        "create trigger candidate_chosen_text after update of current_resume_id, deleted_at on candidate for each row "
        "when (new.current_resume_id is distinct from old.current_resume_id "
        "or (new.deleted_at is null) is distinct from (old.deleted_at is null)) "
        "execute function candidate_resume_chosen()"
    ),
)
# An operator on text vectors is not leakproof, so as a condition of a query it could use no index before the policy
# has been checked. As part of the policy it can. Where nothing is searched for, the query is one that every row meets:
# words are stored in small letters.
WORDS = "(select coalesce(nullif(current_setting('app.words', true), ''), '!NOBODY')::tsquery)"
FILL = """
update candidate set current_resume_id = (
    select id from resume
    where resume.organization_id = candidate.organization_id and resume.candidate_id = candidate.id
        and resume.status = 'parsed' and resume.deleted_at is null
    order by id desc limit 1
)
where exists (
    select from resume
    where resume.organization_id = candidate.organization_id and resume.candidate_id = candidate.id
        and resume.status = 'parsed' and resume.deleted_at is null
)
"""


def upgrade() -> None:
    _require_btree_gin()
    for table, columns in TABLES.items():
        op.execute(f"create table {table} ({columns})")
    op.execute("alter table candidate " + ", ".join(f"add column {column}" for column in COLUMNS))
    for constraint in CONSTRAINTS:
        op.execute(f"alter table candidate add constraint {constraint}")
    for index in INDEXES:
        op.execute(index)
    for table in ("source", "referral", "saved_search"):
        row_security.enable(op, table)
        row_security.keep_times(op, table)
    row_security.restrict_to_both(op, "referral")
    row_security.restrict(op, "saved_search", "owner", f"shared or user_id = {USER} or {USER} is null")
    op.execute(CHOSEN)
    for trigger in TRIGGERS:
        op.execute(trigger)
    _fill()
    op.execute("alter table candidate_text enable row level security")
    op.execute("alter table candidate_text force row level security")
    # One policy for all that it asks: the index can serve it only if no other condition comes before.
    seen = f"{LEVEL} in ('all', 'open') or candidate_id in {APPLIED}"
    op.execute(
        f"create policy candidate_text_organization on candidate_text "
        f"using (organization_id = {ORGANIZATION} and words @@ {WORDS} and ({seen})) "
        f"with check (organization_id = {ORGANIZATION} and ({seen}))"
    )


def downgrade() -> None:
    op.execute("drop index application_organization_id_stage_candidate_id_idx")
    for trigger in ("candidate_chosen_years", "candidate_chosen_text"):
        op.execute(f"drop trigger {trigger} on candidate")
    op.execute("drop function candidate_resume_chosen()")
    op.execute("alter table candidate " + ", ".join(f"drop column {column.split()[0]}" for column in COLUMNS))
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")


def _fill() -> None:
    """Let the newest resume of each candidate count, for which the owner must see every organization's rows."""
    for table in ("candidate", "resume"):
        op.execute(f"alter table {table} no force row level security")
    op.execute("select set_config('app.rewrapping', 'on', true)")  # a candidate is the same for who follows changes
    op.execute(FILL)
    op.execute("select set_config('app.rewrapping', '', true)")
    for table in ("candidate", "resume"):
        op.execute(f"alter table {table} force row level security")


def _require_btree_gin() -> None:
    bind = op.get_bind()
    if bind.execute(text("select 1 from pg_extension where extname = 'btree_gin'")).first():
        return
    if not bind.execute(text("select 1 from pg_available_extensions where name = 'btree_gin'")).first():
        raise DatabaseSetupError("This PostgreSQL has no btree_gin. Install its contrib package on the server.")
    op.execute("create extension btree_gin")
