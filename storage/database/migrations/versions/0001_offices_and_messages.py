"""Offices, their numbers, messages, and the search in messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)

# The index of SQLite's search holds no text of its own; triggers keep it in step.
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE message_search USING fts5(
        search, content='messages', content_rowid='place', tokenize='trigram')""",
    """CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN
        INSERT INTO message_search (rowid, search) VALUES (new.place, new.search);
    END""",
    """CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN
        INSERT INTO message_search (message_search, rowid, search)
        VALUES ('delete', old.place, old.search);
    END""",
    """CREATE TRIGGER message_search_update AFTER UPDATE OF search, place ON messages BEGIN
        INSERT INTO message_search (message_search, rowid, search)
        VALUES ('delete', old.place, old.search);
        INSERT INTO message_search (rowid, search) VALUES (new.place, new.search);
    END""",
)
POSTGRESQL_SEARCH = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_messages_search ON messages USING gin (search gin_trgm_ops)",
)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "companies",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_companies"),
        sa.UniqueConstraint("name", name="uq_companies_name"),
    )
    op.create_table(
        "numbers",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_numbers"),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_numbers_company_id_companies",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_numbers_company_id", "numbers", ["company_id"])
    version = op.create_table(
        "config_version",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_config_version"),
        sa.CheckConstraint("id = 1", name="single"),
    )
    op.bulk_insert(version, [{"id": 1, "version": 0}])
    _create_messages()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_SEARCH if is_sqlite else POSTGRESQL_SEARCH:
        op.execute(statement)


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("place", PLACE, nullable=False, autoincrement=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("company_id", ID),
        sa.Column("company", sa.Text, nullable=False),
        sa.Column("box", sa.String(10), nullable=False),
        sa.Column("addressee_name", sa.Text, nullable=False),
        sa.Column("addressee_number", sa.Text, nullable=False),
        sa.Column("caller_number", sa.Text, nullable=False),
        sa.Column("caller_name", sa.Text, nullable=False),
        sa.Column("dialled", sa.Text, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("replaces", ID, nullable=True),
        sa.Column("min_speech", sa.Double, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("duration", sa.Double),
        sa.Column("speech", sa.Double),
        sa.Column("size", sa.Integer),
        sa.Column("sha256", sa.String(64)),
        sa.Column("peaks", sa.LargeBinary),
        sa.Column("audio_key", sa.Text),
        sa.Column("cut_off", sa.Boolean, nullable=False),
        sa.Column("heard_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("place", name="pk_messages"),
        sa.UniqueConstraint("id", name="uq_messages_id"),
        sa.CheckConstraint(
            "state IN ('recording', 'kept', 'empty', 'discarded')", name="known_state"
        ),
        sa.CheckConstraint("box IN ('company', 'employee')", name="known_box"),
    )
    op.create_index("ix_messages_company", "messages", ["company_id", "place"])
    op.create_index(
        "ix_messages_addressee", "messages", ["company_id", "addressee_number", "place"]
    )
    for name, column, where in (
        ("ix_messages_drafts", "place", sa.text("state = 'recording'")),
        ("ix_messages_unkept", "place", sa.text("state IN ('empty', 'discarded')")),
        ("ix_messages_trash", "deleted_at", sa.text("deleted_at IS NOT NULL")),
    ):
        op.create_index(name, "messages", [column], sqlite_where=where, postgresql_where=where)
