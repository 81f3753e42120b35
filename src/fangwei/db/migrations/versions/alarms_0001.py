"""The tables of the alarms room."""

import sqlalchemy as sa
from alembic import op

revision = "alarms_0001"
down_revision = None
branch_labels = ("alarms",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms_journal",
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("alarm", sa.String(130), nullable=False),
        sa.Column("change", sa.String(32), nullable=False),
        sa.Column("decided_time", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alarms_journal"),
    )
    op.create_index("ix_alarms_journal_alarm", "alarms_journal", ["alarm"])
    op.create_index("ix_alarms_journal_decided_time", "alarms_journal", ["decided_time"])
    op.create_table(
        "alarms_current",
        sa.Column("alarm", sa.String(130), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("life", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alarm", name="pk_alarms_current"),
    )
    op.create_table(
        "alarms_commands",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alarms_commands"),
    )
    op.create_index("ix_alarms_commands_time", "alarms_commands", ["time"])


def downgrade() -> None:
    for table in ("alarms_commands", "alarms_current", "alarms_journal"):
        op.drop_table(table)
