"""When the desk follows a ticket up by itself; photos sent in a chat."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets") as table:
        table.add_column(sa.Column("follow_up_at", sa.BigInteger()))
        table.create_index("ix_tickets_follow_up_at", ["follow_up_at"])
    op.create_table(
        "sent_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=120)),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("held_for", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("no", sa.String(length=20)),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sent_files_conversation_id", "sent_files", ["conversation_id"])


def downgrade() -> None:
    op.drop_index("ix_sent_files_conversation_id", table_name="sent_files")
    op.drop_table("sent_files")
    with op.batch_alter_table("tickets") as table:
        table.drop_index("ix_tickets_follow_up_at")
        table.drop_column("follow_up_at")
