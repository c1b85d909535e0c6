"""Legal hold, taking back from the trash, and indexes of what is removed by time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

INDEXES = (
    ("ix_messages_held", ["company_id", "place"], "held_at IS NOT NULL"),
    (
        *("ix_messages_trash", ["deleted_at"]),
        "state = 'kept' AND deleted_at IS NOT NULL AND held_at IS NULL",
    ),
    ("ix_messages_going", ["place"], "state = 'discarded' AND audio_key IS NOT NULL"),
)


def upgrade() -> None:
    """Add the columns, and index by them."""
    for column in (
        sa.Column("restored_at", TIME),
        sa.Column("held_at", TIME),
        sa.Column("held_by", sa.Text),
        sa.Column("hold_reason", sa.Text),
    ):
        op.add_column("messages", column)
    op.drop_index("ix_messages_trash", "messages")
    for name, columns, condition in INDEXES:
        where = sa.text(condition)
        op.create_index(name, "messages", columns, sqlite_where=where, postgresql_where=where)
