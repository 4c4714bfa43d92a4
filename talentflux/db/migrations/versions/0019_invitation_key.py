"""Invitations know the API key that made them, and are good no longer than it is."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table invitation add column api_key_id uuid")
    op.execute(
        "alter table invitation add constraint invitation_organization_id_api_key_id_fkey"
        " foreign key (organization_id, api_key_id) references api_key (organization_id, id) not valid"
    )
    op.execute("alter table invitation validate constraint invitation_organization_id_api_key_id_fkey")


def downgrade() -> None:
    op.execute("alter table invitation drop column api_key_id")
