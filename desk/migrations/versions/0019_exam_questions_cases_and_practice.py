"""Test questions as a table, why a run failed in the trainers' words, cases and practice."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exam_questions",
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("profile", "question_id"),
    )
    op.add_column(
        "publication_runs", sa.Column("told", sa.Text(), nullable=False, server_default="")
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("is_ready", sa.Boolean(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
        sa.UniqueConstraint("conversation_id"),
    )
    op.create_index("ix_cases_profile", "cases", ["profile"])
    op.create_table(
        "practices",
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=40)),
        sa.Column("score", sa.Integer()),
        sa.PrimaryKeyConstraint("practice_id"),
    )
    op.create_index("ix_practices_person", "practices", ["person"])
    op.create_table(
        "practice_replies",
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "step"),
    )


def downgrade() -> None:
    op.drop_table("practice_replies")
    op.drop_index("ix_practices_person", table_name="practices")
    op.drop_table("practices")
    op.drop_index("ix_cases_profile", table_name="cases")
    op.drop_table("cases")
    op.drop_column("publication_runs", "told")
    op.drop_table("exam_questions")
