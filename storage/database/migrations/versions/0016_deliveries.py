"""Notifications: what is to be sent and was sent, how far the news were read, and to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("employee_id", ID),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("destination", sa.String(32), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("message_id", ID),
        sa.Column("event_at", TIME, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", TIME),
        sa.Column("taken_until", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["state", "destination", "next_try_at"])
    op.create_index("ix_deliveries_company", "deliveries", ["company_id", "id"])
    op.create_index("ix_deliveries_message_id", "deliveries", ["message_id"])
    op.create_table(
        "read_news",
        sa.Column("reader", sa.String(20), nullable=False),
        sa.Column("seq", PLACE, nullable=False),
        sa.PrimaryKeyConstraint("reader", name="pk_read_news"),
    )
    op.create_table(
        "destinations",
        sa.Column("company_id", ID, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("destination", sa.String(32), nullable=False),
        sa.Column("since", PLACE, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "mailbox", "destination", name="pk_destinations"),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_destinations_company_id_companies",
            ondelete="CASCADE",
        ),
    )
