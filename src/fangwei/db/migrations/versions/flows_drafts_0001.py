"""Flows that are being drawn."""

import sqlalchemy as sa
from alembic import op

revision = "flows_drafts_0001"
down_revision = None
branch_labels = ("flows_drafts",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flows_drafts",
        sa.Column("flow", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("base", sa.BigInteger()),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("flow", name="pk_flows_drafts"),
    )


def downgrade() -> None:
    op.drop_table("flows_drafts")
