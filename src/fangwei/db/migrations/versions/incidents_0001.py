"""The tables of the incidents room."""

import sqlalchemy as sa
from alembic import op

revision = "incidents_0001"
down_revision = None
branch_labels = ("incidents",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents_incident",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("hazard", sa.String(16), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("merged_into", sa.String(64)),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents_incident"),
    )
    op.create_index("ix_incidents_incident_status", "incidents_incident", ["status"])
    op.create_index("ix_incidents_incident_started", "incidents_incident", ["started"])
    op.create_table(
        "incidents_member",
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("alarm", sa.String(200), nullable=False),
        sa.Column("occurrence", sa.String(300), nullable=False),
        sa.Column("point", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("certainty", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "alarm", name="pk_incidents_member"),
    )
    op.create_index("ix_incidents_member_alarm", "incidents_member", ["alarm"])
    op.create_index("ix_incidents_member_point", "incidents_member", ["point"])
    op.create_table(
        "incidents_timeline",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("alarm", sa.String(200)),
        sa.Column("by", sa.String(64)),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents_timeline"),
    )
    op.create_index("ix_incidents_timeline_incident", "incidents_timeline", ["incident"])
    op.create_table(
        "incidents_alarm",
        sa.Column("alarm", sa.String(200), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alarm", name="pk_incidents_alarm"),
    )
    op.create_table(
        "incidents_decided",
        sa.Column("id", sa.String(400), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_incidents_decided"),
    )
    op.create_index("ix_incidents_decided_time", "incidents_decided", ["time"])


def downgrade() -> None:
    for table in ("decided", "alarm", "timeline", "member", "incident"):
        op.drop_table(f"incidents_{table}")
