"""When a destination is told: once a day, between two times, later, and not too often."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns. Destinations that are there were set, as far as digests go, just now."""
    op.add_column("deliveries", sa.Column("due_at", TIME))
    op.add_column("deliveries", sa.Column("folded_into", ID))
    op.add_column("deliveries", sa.Column("by_hand", sa.Boolean))
    op.create_index("ix_deliveries_folded_into", "deliveries", ["folded_into"])
    op.add_column("destinations", sa.Column("set_at", TIME))
    op.add_column("destinations", sa.Column("next_digest_at", TIME))
    op.add_column("destinations", sa.Column("hour_from", TIME))
    op.add_column("destinations", sa.Column("hour_count", sa.Integer))
    op.add_column("destinations", sa.Column("hour_letter", ID))
    op.create_index("ix_destinations_next_digest_at", "destinations", ["next_digest_at"])
    destinations = sa.table("destinations", sa.column("set_at", TIME))
    op.execute(destinations.update().values(set_at=datetime.now(UTC)))
