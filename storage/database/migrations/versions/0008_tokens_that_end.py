"""Tokens that end and may be for reading only; browsers that somebody has logged in with before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
DIGEST = sa.String(64)
TIME = sa.DateTime(timezone=True)

LEFT = timedelta(days=90)
"""What tokens have that were made before: many were to last for ever."""


def upgrade() -> None:
    """End the tokens there are, and make the table of browsers."""
    _end_tokens()
    op.create_table(
        "devices",
        sa.Column("token_hash", DIGEST, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", "user_id", name="pk_devices"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_devices_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_devices_user_id", "devices", ["user_id"])
    op.create_index("ix_devices_seen_at", "devices", ["seen_at"])


def _end_tokens() -> None:
    """Have each end within three months; those that end sooner keep their time."""
    tokens = sa.table("tokens", sa.column("expires_at", TIME))
    # SQLite's times have no zone: there the stored time is UTC.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    end = datetime.now(UTC).replace(tzinfo=None if is_sqlite else UTC) + LEFT
    op.execute(
        tokens.update()
        .where(sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > end))
        .values(expires_at=end)
    )
    with op.batch_alter_table("tokens") as table:
        table.add_column(
            sa.Column("read_only", sa.Boolean, nullable=False, server_default=sa.false())
        )
        table.alter_column("expires_at", existing_type=TIME, nullable=False)
    with op.batch_alter_table("tokens") as table:
        table.alter_column("read_only", existing_type=sa.Boolean, server_default=None)
