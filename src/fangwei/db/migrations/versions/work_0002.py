"""Steps that name photos are found without reading every step."""

import sqlalchemy as sa
from alembic import op

revision = "work_0002"
down_revision = "work_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_steps", sa.Column("has_photos", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_work_steps_has_photos", "work_steps", ["has_photos"])


def downgrade() -> None:
    op.drop_index("ix_work_steps_has_photos", "work_steps")
    op.drop_column("work_steps", "has_photos")
