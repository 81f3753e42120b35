"""Limits that people change on the running plant, and the proposals that a second person decides."""

import sqlalchemy as sa
from alembic import op

revision = "alarms_0002"
down_revision = "alarms_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms_limits",
        sa.Column("alarm", sa.String(130), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alarm", name="pk_alarms_limits"),
    )
    op.create_table(
        "alarms_limit_versions",
        sa.Column("alarm", sa.String(130), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alarm", "version", name="pk_alarms_limit_versions"),
    )
    op.create_table(
        "alarms_proposals",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("alarm", sa.String(130), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alarms_proposals"),
    )
    for column in ("alarm", "state", "time"):
        op.create_index(f"ix_alarms_proposals_{column}", "alarms_proposals", [column])


def downgrade() -> None:
    for table in ("alarms_proposals", "alarms_limit_versions", "alarms_limits"):
        op.drop_table(table)
