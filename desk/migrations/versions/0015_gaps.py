"""Lines that nobody answered well, what was decided about them, and thumbs under answers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gap_lines",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("asked_in", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.Column("encoder", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("decision_id", sa.Integer()),
        sa.PrimaryKeyConstraint("line_id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_gap_lines_asked_in", "gap_lines", ["asked_in"])
    op.create_index("ix_gap_lines_profile_decision", "gap_lines", ["profile", "decision_id"])
    op.create_index("ix_gap_lines_words", "gap_lines", ["profile", "words"])
    op.create_table(
        "gap_decisions",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("fate", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("intent", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("undone_by", sa.String(length=80)),
        sa.Column("undone_at", sa.String(length=40)),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index("ix_gap_decisions_profile", "gap_decisions", ["profile"])
    op.create_table(
        "gap_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "thumbs",
        sa.Column("thumb_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("thumb_id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_thumbs_conversation_id", "thumbs", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("thumbs")
    op.drop_table("gap_marks")
    op.drop_table("gap_decisions")
    op.drop_table("gap_lines")
