"""Keys that signed links are made with, and which delivery one that failed is told of by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table, empty: a key is made when the first link is."""
    op.create_table(
        "signing_keys",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_signing_keys"),
    )
    op.add_column("deliveries", sa.Column("about", ID))
