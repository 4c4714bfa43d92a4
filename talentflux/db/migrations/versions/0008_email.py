"""The e-mail outbox."""

from alembic import op

from talentflux.db import row_security
from talentflux.db.row_security import IDENTITY, ORGANIZATION, USER

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table email_message (
            id uuid not null,
            organization_id uuid,
            user_id uuid,
            template text not null,
            language text not null,
            recipient bytea not null,
            recipient_index bytea not null,
            content bytea,
            state text not null default 'queued',
            attempts integer not null default 0,
            last_error text,
            message_id text,
            queued_at timestamptz not null default now(),
            next_attempt_at timestamptz not null default now(),
            claimed_until timestamptz,
            sent_at timestamptz,
            created_at timestamptz not null default now(),
            updated_at timestamptz not null default now(),
            deleted_at timestamptz,
            constraint email_message_pkey primary key (id),
            constraint email_message_organization_id_id_key unique (organization_id, id),
            constraint email_message_organization_id_fkey foreign key (organization_id) references organization (id),
            constraint email_message_user_id_fkey foreign key (user_id) references user_account (id),
            constraint email_message_state_check check (state in ('queued', 'sending', 'sent', 'failed', 'unclear'))
        )
        """
    )
    op.execute(
        "create index email_message_organization_id_recipient_index_idx "
        "on email_message (organization_id, recipient_index)"
    )
    op.execute("create index email_message_user_id_idx on email_message (user_id)")
    # E-mail about an account belongs to no organization: its user and log-in see it, no colleague does.
    row_security.guard(
        op, "email_message", "email_message_organization",
        f"organization_id = {ORGANIZATION} or (organization_id is null and (user_id = {USER} or {IDENTITY}))",
    )  # fmt: skip


def downgrade() -> None:
    op.execute("drop table email_message")
