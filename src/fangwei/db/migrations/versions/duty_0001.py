"""The tables of the duty room."""

import sqlalchemy as sa
from alembic import op

revision = "duty_0001"
down_revision = None
branch_labels = ("duty",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_notices",
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger()),
        sa.Column("read", sa.BigInteger()),
        sa.Column("error", sa.String(300)),
        sa.Column("notice", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_notices"),
    )
    op.create_index("ix_duty_notices_incident", "duty_notices", ["incident"])
    op.create_index("ix_duty_notices_person", "duty_notices", ["person"])
    op.create_index("ix_duty_notices_sent", "duty_notices", ["sent"])
    op.create_table(
        "duty_escalations",
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger()),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("watch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("incident", name="pk_duty_escalations"),
    )
    op.create_index("ix_duty_escalations_status", "duty_escalations", ["status"])
    op.create_index("ix_duty_escalations_due", "duty_escalations", ["due"])
    op.create_index("ix_duty_escalations_updated", "duty_escalations", ["updated"])
    op.create_table(
        "duty_deliveries",
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "incident", name="pk_duty_deliveries"),
    )
    op.create_index("ix_duty_deliveries_time", "duty_deliveries", ["time"])


def downgrade() -> None:
    op.drop_table("duty_deliveries")
    op.drop_table("duty_escalations")
    op.drop_table("duty_notices")
