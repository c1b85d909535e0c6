"""Digests for mail addresses that employees set for themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns. Addresses that are confirmed were, as far as digests go, just now."""
    op.add_column("own_addresses", sa.Column("set_at", TIME))
    op.add_column("own_addresses", sa.Column("next_digest_at", TIME))
    op.create_index("ix_own_addresses_next_digest_at", "own_addresses", ["next_digest_at"])
    own = sa.table("own_addresses", sa.column("set_at", TIME), sa.column("since", sa.BigInteger))
    is_confirmed = own.c.since.is_not(None)
    op.execute(own.update().where(is_confirmed).values(set_at=datetime.now(UTC)))
