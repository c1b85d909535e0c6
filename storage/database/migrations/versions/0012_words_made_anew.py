"""Messages are found by other words: which of them have their old ones still.

They get the new ones behind the running service (`storage.messages.reindexing`): here nothing is
read but the newest.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table, in which all messages wait."""
    op.create_table(
        "search_index",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("below", PLACE, nullable=False),
        sa.Column("countries", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_index"),
        sa.CheckConstraint("id = 1", name="single"),
    )
    op.execute(
        "INSERT INTO search_index (id, below, countries)"
        " SELECT 1, coalesce(max(place) + 1, 0), '{}' FROM messages"
    )
