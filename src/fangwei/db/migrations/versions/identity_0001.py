"""The tables of accounts, sessions and ways to sign in."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0001"
down_revision = None
branch_labels = ("identity",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_people",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(100), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("zones", sa.JSON()),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(200)),
        sa.Column("external", sa.String(200)),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_people"),
        sa.UniqueConstraint("external", name="uq_identity_people_external"),
    )
    op.create_index("ix_identity_people_role", "identity_people", ["role"])
    op.create_index("ix_identity_people_state", "identity_people", ["state"])
    op.create_table(
        "identity_sessions",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("proved", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_identity_sessions"),
    )
    op.create_index("ix_identity_sessions_person", "identity_sessions", ["person"])
    op.create_index("ix_identity_sessions_expires", "identity_sessions", ["expires"])
    op.create_table(
        "identity_links",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger()),
        sa.PrimaryKeyConstraint("hash", name="pk_identity_links"),
    )
    op.create_index("ix_identity_links_person", "identity_links", ["person"])
    op.create_index("ix_identity_links_expires", "identity_links", ["expires"])
    op.create_table(
        "identity_passkeys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("credential", sa.LargeBinary(1023), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(2048), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_identity_passkeys"),
        sa.UniqueConstraint("credential", name="uq_identity_passkeys_credential"),
    )
    op.create_index("ix_identity_passkeys_person", "identity_passkeys", ["person"])
    op.create_table(
        "identity_tokens",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("zones", sa.JSON()),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger()),
        sa.Column("revoked", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_identity_tokens"),
        sa.UniqueConstraint("hash", name="uq_identity_tokens_hash"),
    )
    op.create_table(
        "identity_attempts",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("wrong", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_identity_attempts"),
    )
    op.create_index("ix_identity_attempts_last", "identity_attempts", ["last"])


def downgrade() -> None:
    for table in ("attempts", "tokens", "passkeys", "links", "sessions", "people"):
        op.drop_table(f"identity_{table}")
