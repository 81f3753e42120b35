"""The tables of the work room."""

import sqlalchemy as sa
from alembic import op

revision = "work_0001"
down_revision = None
branch_labels = ("work",)
depends_on = None

ASKED_BY = ("status", "zone", "point", "reporter", "assignee", "reported", "deadline", "closed")


def upgrade() -> None:
    op.create_table(
        "work_hazards",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("point", sa.String(64)),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("reporter", sa.String(64), nullable=False),
        sa.Column("assignee", sa.String(64)),
        sa.Column("fixed_by", sa.String(64)),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("reported", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger()),
        sa.Column("closed", sa.BigInteger()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_hazards"),
    )
    for column in ASKED_BY:
        op.create_index(f"ix_work_hazards_{column}", "work_hazards", [column])
    op.create_table(
        "work_steps",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hazard", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_steps"),
    )
    op.create_index("ix_work_steps_hazard", "work_steps", ["hazard"])


def downgrade() -> None:
    op.drop_table("work_steps")
    op.drop_table("work_hazards")
