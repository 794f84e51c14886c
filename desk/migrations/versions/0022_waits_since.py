"""Since when a handed-over conversation waits, apart from when a person was first asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("handovers") as table:
        # empty: since it was asked for
        table.add_column(sa.Column("waits_since", sa.String(40)))


def downgrade() -> None:
    with op.batch_alter_table("handovers") as table:
        table.drop_column("waits_since")
