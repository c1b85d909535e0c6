"""How loud each part of a recording is: long ones have a shape. Older messages have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: where it is, a recording is drawn from its peaks as before."""
    op.add_column("messages", sa.Column("loudness", sa.LargeBinary))
