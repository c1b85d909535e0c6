"""Messages kept aside as probably empty, apart from the indexes of what lists show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT = "state = 'kept' AND deleted_at IS NULL"
LISTED = (
    ("ix_messages_company", ["company_id", "place"]),
    ("ix_messages_box", ["company_id", "box", "place"]),
    ("ix_messages_addressee", ["company_id", "box", "addressee_number", "place"]),
)
ASIDE = (
    ("ix_messages_quiet", ["company_id", "place"]),
    ("ix_messages_quiet_box", ["company_id", "box", "place"]),
)


def upgrade() -> None:
    """Add the mark: what there is was kept as ordinary messages."""
    op.add_column(
        "messages", sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false())
    )
    for name, _ in LISTED:
        op.drop_index(name, "messages")
    for indexes, condition in ((LISTED, f"{KEPT} AND NOT quiet"), (ASIDE, f"{KEPT} AND quiet")):
        where = sa.text(condition)
        for name, columns in indexes:
            op.create_index(name, "messages", columns, sqlite_where=where, postgresql_where=where)
