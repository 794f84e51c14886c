"""Doors: chats, letters, deliveries; lines that were corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("delivered_seq", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("gone_at", sa.BigInteger()),
        sa.Column("is_muted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address"),
        sa.UniqueConstraint("conversation_id"),
    )
    op.create_table(
        "letters",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON()),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("letter_id"),
        sa.UniqueConstraint("channel", "key"),
    )
    op.create_index("ix_letters_waiting", "letters", ["channel", "done_at", "address"])
    op.create_index("ix_letters_address", "letters", ["channel", "address", "sent_at"])
    op.create_table(
        "deliveries",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("far_id", sa.String(length=120), nullable=False),
        sa.Column("has_options", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "seq", "part"),
    )
    op.add_column("messages", sa.Column("first_text", sa.Text()))
    op.add_column("messages", sa.Column("corrected_at", sa.String(length=40)))


def downgrade() -> None:
    op.drop_column("messages", "corrected_at")
    op.drop_column("messages", "first_text")
    op.drop_table("deliveries")
    op.drop_index("ix_letters_address", table_name="letters")
    op.drop_index("ix_letters_waiting", table_name="letters")
    op.drop_table("letters")
    op.drop_table("chats")
