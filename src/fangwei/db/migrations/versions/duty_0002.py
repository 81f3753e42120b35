"""What people change of duty: rota, chains, contacts, hand-over notes."""

import sqlalchemy as sa
from alembic import op

revision = "duty_0002"
down_revision = "duty_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_rota_changes",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_duty_rota_changes"),
        sa.UniqueConstraint("id", name="uq_duty_rota_changes_id"),
    )
    op.create_table(
        "duty_chains",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("chain", "revision", name="pk_duty_chains"),
    )
    op.create_table(
        "duty_contacts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger()),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_duty_contacts"),
    )
    op.create_index("ix_duty_contacts_person", "duty_contacts", ["person"])
    op.create_table(
        "duty_handovers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("to", sa.String(64), nullable=False),
        sa.Column("confirmed", sa.BigInteger()),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_handovers"),
    )
    op.create_index("ix_duty_handovers_time", "duty_handovers", ["time"])
    op.create_table(
        "duty_commands",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_commands"),
    )
    op.create_index("ix_duty_commands_time", "duty_commands", ["time"])


def downgrade() -> None:
    for table in ("duty_commands", "duty_handovers", "duty_contacts", "duty_chains", "duty_rota_changes"):
        op.drop_table(table)
