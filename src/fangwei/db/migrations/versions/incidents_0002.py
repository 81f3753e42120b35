"""Photos of incidents."""

import sqlalchemy as sa
from alembic import op

revision = "incidents_0002"
down_revision = "incidents_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents_photo",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("taken", sa.BigInteger()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("erased", sa.BigInteger()),
        sa.Column("erased_by", sa.String(64)),
        sa.Column("erased_why", sa.String(500)),
        sa.PrimaryKeyConstraint("id", name="pk_incidents_photo"),
    )
    op.create_index("ix_incidents_photo_incident", "incidents_photo", ["incident"])
    op.create_index("ix_incidents_photo_hash", "incidents_photo", ["hash"])


def downgrade() -> None:
    op.drop_table("incidents_photo")
