"""The tables of the reactions room."""

import sqlalchemy as sa
from alembic import op

revision = "reactions_0001"
down_revision = None
branch_labels = ("reactions",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reactions_rules",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions_rules"),
    )
    op.create_table(
        "reactions_revisions",
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "revision", name="pk_reactions_revisions"),
    )
    op.create_table(
        "reactions_firings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("firing", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions_firings"),
    )
    op.create_index("ix_reactions_firings_rule", "reactions_firings", ["rule"])
    op.create_index("ix_reactions_firings_decided", "reactions_firings", ["decided"])
    op.create_table(
        "reactions_commands",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("firing", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.LargeBinary(), nullable=False),
        sa.Column("posted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions_commands"),
    )
    op.create_index("ix_reactions_commands_firing", "reactions_commands", ["firing"])
    op.create_index("ix_reactions_commands_state", "reactions_commands", ["state"])
    op.create_table(
        "reactions_answers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions_answers"),
    )
    op.create_index("ix_reactions_answers_time", "reactions_answers", ["time"])


def downgrade() -> None:
    for table in ("answers", "commands", "firings", "revisions", "rules"):
        op.drop_table(f"reactions_{table}")
