"""What is kept about candidates: tags, pools, notes, attachments, custom fields, merges."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
