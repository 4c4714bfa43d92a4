"""Openings beyond what was approved wait, exports know which requisitions they may hold, flagged answers are found."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATUSES = "'pending_approval', 'open', 'filled', 'closed'"


def upgrade() -> None:
    _let_status_be(STATUSES)
    op.execute("alter table data_export add column requisitions text not null default 'all'")
    op.execute(
        "alter table data_export add constraint data_export_requisitions_check"
        " check (requisitions in ('all', 'open', 'team'))"
    )
    op.execute(
        "create index application_answer_flagged_idx on application_answer (organization_id, application_id)"
        " where flagged"
    )


def downgrade() -> None:
    op.execute("drop index application_answer_flagged_idx")
    op.execute("alter table data_export drop column requisitions")
    op.execute("alter table opening no force row level security")
    op.execute("update opening set status = 'closed' where status = 'pending_approval'")
    op.execute("alter table opening force row level security")
    _let_status_be(STATUSES.partition(", ")[2])


def _let_status_be(listed: str) -> None:
    op.execute("alter table opening drop constraint opening_status_check")
    op.execute(f"alter table opening add constraint opening_status_check check (status in ({listed}))")
