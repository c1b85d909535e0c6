"""What is new to whom, months with counts, news for open pages, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)

LISTED = "state = 'kept' AND deleted_at IS NULL"
INDEXES = (
    ("ix_messages_company", ["company_id", "place"], LISTED),
    ("ix_messages_box", ["company_id", "box", "place"], LISTED),
    ("ix_messages_addressee", ["company_id", "box", "addressee_number", "place"], LISTED),
    ("ix_messages_bin", ["company_id", "place"], "state = 'kept' AND deleted_at IS NOT NULL"),
    ("ix_messages_unassigned", ["place"], "company_id IS NULL"),
)
TALLIES = """
    INSERT INTO tallies (company_id, box, month, kept)
    SELECT coalesce(company_id, ''), {key}, substr(day, 1, 7), count(*)
    FROM messages WHERE state = 'kept' AND deleted_at IS NULL AND {condition}
    GROUP BY 1, 2, 3
"""


def upgrade() -> None:
    """Make the tables, count what is there, and index what lists show."""
    _create_unheard_and_news()
    op.create_table(
        "tallies",
        sa.Column("company_id", ID, nullable=False),
        sa.Column("box", sa.Text, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "box", "month", name="pk_tallies"),
    )
    for key, condition in (
        ("'*'", "1 = 1"),
        ("box", "1 = 1"),
        ("'employee:' || addressee_number", "box = 'employee'"),
    ):
        op.execute(TALLIES.format(key=key, condition=condition))
    op.create_table(
        "audit",
        sa.Column("id", PLACE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("company_id", ID),
        sa.Column("user_id", ID),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("via", sa.String(10), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.Text),
        sa.Column("search", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_company", "audit", ["company_id", "id"])
    op.drop_index("ix_messages_company", "messages")
    op.drop_index("ix_messages_addressee", "messages")
    for name, columns, condition in INDEXES:
        where = sa.text(condition)
        op.create_index(name, "messages", columns, sqlite_where=where, postgresql_where=where)


def _create_unheard_and_news() -> None:
    op.create_table(
        "unheard",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("place", PLACE, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "place", name="pk_unheard"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_unheard_user_id_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["place"], ["messages.place"], name="fk_unheard_place_messages", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_unheard_place", "unheard", ["place"])
    op.create_table(
        "news",
        sa.Column("seq", PLACE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("company_id", ID),
        sa.Column("user_id", ID),
        sa.Column("box", sa.String(10), nullable=False),
        sa.Column("addressee_number", sa.Text, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_news"),
        sqlite_autoincrement=True,
    )
