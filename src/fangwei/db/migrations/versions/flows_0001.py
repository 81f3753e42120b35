"""Published flows, their runs, open steps and outbox."""

import sqlalchemy as sa
from alembic import op

revision = "flows_0001"
down_revision = None
branch_labels = ("flows",)
depends_on = None

TABLES = (
    "flows_definitions", "flows_versions", "flows_runs", "flows_run_zones", "flows_tasks", "flows_doers",
    "flows_steps", "flows_findings", "flows_outbox",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "flows_definitions",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_flows_definitions"),
    )
    op.create_table(
        "flows_versions",
        sa.Column("flow", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("command", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("cards", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("flow", "version", name="pk_flows_versions"),
        sa.UniqueConstraint("command", name="uq_flows_versions_command"),
    )
    op.create_index("ix_flows_versions_hash", "flows_versions", ["hash"])
    op.create_table(
        "flows_runs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("flow", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("noun", sa.String(24), nullable=False),
        sa.Column("work", sa.String(40)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("applicant", sa.String(64), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("due", sa.BigInteger()),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flows_runs"),
    )
    for column in ("flow", "noun", "zone", "status", "applicant", "started", "ended", "due"):
        op.create_index(f"ix_flows_runs_{column}", "flows_runs", [column])
    op.create_table(
        "flows_run_zones",
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("zone", "run", name="pk_flows_run_zones"),
    )
    op.create_table(
        "flows_tasks",
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("task", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger()),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "task", name="pk_flows_tasks"),
    )
    op.create_table(
        "flows_doers",
        sa.Column("doer", sa.String(80), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("task", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("doer", "run", "task", name="pk_flows_doers"),
    )
    op.create_table(
        "flows_steps",
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flows_steps"),
    )
    op.create_index("ix_flows_steps_run", "flows_steps", ["run"])
    op.create_table(
        "flows_findings",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("code", sa.String(16)),
        sa.Column("refuse", sa.Boolean(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flows_findings"),
    )
    op.create_index("ix_flows_findings_run", "flows_findings", ["run"])
    op.create_index("ix_flows_findings_time", "flows_findings", ["time"])
    op.create_table(
        "flows_outbox",
        # a plain INTEGER key is what SQLite counts up by itself
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_flows_outbox"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
