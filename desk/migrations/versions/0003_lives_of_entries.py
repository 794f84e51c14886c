"""The life of entries, what the gate saw, when publications went live, and how often entries are said."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# until now every entry came from the corpus files
MARK_IN_FILES = """
UPDATE entries SET file_state = state WHERE version = (
    SELECT max(other.version) FROM entries AS other
    WHERE other.profile = entries.profile AND other.entry_id = entries.entry_id
)
"""


def upgrade() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("origin", sa.String(length=300), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("review_by", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("file_state", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("silent_from", sa.String(length=40), nullable=True))
        batch_op.create_index("ix_entries_silent_from", ["silent_from"], unique=False)
    op.execute(MARK_IN_FILES)

    op.create_table(
        "entry_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reviewer", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_entry_history_entry", "entry_history", ["profile", "entry_id"])

    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ruling", sa.JSON(), server_default="{}", nullable=False))

    op.create_table(
        "live_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("publication_no", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_live_changes_profile", "live_changes", ["profile"])

    op.create_table(
        "entry_hits",
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("profile", "entry_id", "day"),
    )


def downgrade() -> None:
    op.drop_table("entry_hits")
    op.drop_index("ix_live_changes_profile", table_name="live_changes")
    op.drop_table("live_changes")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.drop_column("ruling")
    op.drop_index("ix_entry_history_entry", table_name="entry_history")
    op.drop_table("entry_history")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("ix_entries_silent_from")
        batch_op.drop_column("silent_from")
        batch_op.drop_column("file_state")
        batch_op.drop_column("review_by")
        batch_op.drop_column("origin")
