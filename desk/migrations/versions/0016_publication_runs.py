"""Examinations that run beside the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication_runs",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.String(length=40), nullable=False),
        sa.Column("seen_at", sa.String(length=40), nullable=False),
        sa.Column("finished_at", sa.String(length=40)),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("examined", sa.JSON()),
        sa.Column("publication_no", sa.Integer()),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("ix_publication_runs_profile", "publication_runs", ["profile", "no"])


def downgrade() -> None:
    op.drop_index("ix_publication_runs_profile", table_name="publication_runs")
    op.drop_table("publication_runs")
