"""Lines whose reading by the bot is doubtful; runs that train the bot."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot_utterances",
        sa.Column("utterance_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=140), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("intent", sa.String(length=80), nullable=False),
        sa.Column("first", sa.String(length=80), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("doubt", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20)),
        sa.Column("taught", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("decided_by", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("decided_at", sa.String(length=40)),
        sa.PrimaryKeyConstraint("utterance_id"),
    )
    op.create_index(
        "ux_bot_utterances_turn", "bot_utterances", ["conversation_id", "message_id"], unique=True
    )
    op.create_index("ix_bot_utterances_open", "bot_utterances", ["profile", "verdict", "doubt"])
    op.create_index("ix_bot_utterances_words", "bot_utterances", ["profile", "words"])
    # what a run does: examine a publication, or train the bot
    op.add_column(
        "publication_runs",
        sa.Column("kind", sa.String(length=20), nullable=False, server_default="publication"),
    )


def downgrade() -> None:
    op.drop_column("publication_runs", "kind")
    op.drop_index("ix_bot_utterances_words", table_name="bot_utterances")
    op.drop_index("ix_bot_utterances_open", table_name="bot_utterances")
    op.drop_index("ux_bot_utterances_turn", table_name="bot_utterances")
    op.drop_table("bot_utterances")
