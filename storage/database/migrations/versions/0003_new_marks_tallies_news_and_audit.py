"""What is new to whom, months with counts, news for open pages, and the audit log."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)

ROWS_AT_ONCE = 5_000
DROP_SQLITE_SEARCH = (
    "DROP TRIGGER message_search_insert",
    "DROP TRIGGER message_search_delete",
    "DROP TRIGGER message_search_update",
    "DROP TABLE message_search",
)
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE message_search USING fts5(
        caller_words, content='messages', content_rowid='place', tokenize='trigram')""",
    """CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN
        INSERT INTO message_search (rowid, caller_words) VALUES (new.place, new.caller_words);
    END""",
    """CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN
        INSERT INTO message_search (message_search, rowid, caller_words)
        VALUES ('delete', old.place, old.caller_words);
    END""",
    """CREATE TRIGGER message_search_update AFTER UPDATE OF caller_words, place ON messages BEGIN
        INSERT INTO message_search (message_search, rowid, caller_words)
        VALUES ('delete', old.place, old.caller_words);
        INSERT INTO message_search (rowid, caller_words) VALUES (new.place, new.caller_words);
    END""",
    "INSERT INTO message_search (message_search) VALUES ('rebuild')",
)
POSTGRESQL_SEARCH = (
    "CREATE INDEX ix_messages_search ON messages USING gin (caller_words gin_trgm_ops)",
)

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
    _apart_addressees_from_callers()
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


def _apart_addressees_from_callers() -> None:
    """Searches look up addressees by themselves; the search index is about callers alone."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in DROP_SQLITE_SEARCH if is_sqlite else ("DROP INDEX ix_messages_search",):
        op.execute(statement)
    for name in ("addressee_words", "caller_words"):
        op.add_column("messages", sa.Column(name, sa.Text, nullable=False, server_default=""))
    _fill_words()
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("search")
        messages.alter_column("addressee_words", server_default=None)
        messages.alter_column("caller_words", server_default=None)
    op.create_table(
        "addressees",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("box", sa.String(10), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("newest", PLACE, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_addressees"),
    )
    op.create_index("ix_addressees_company", "addressees", ["company_id", "box", "number"])
    _fill_addressees()
    for statement in SQLITE_SEARCH if is_sqlite else POSTGRESQL_SEARCH:
        op.execute(statement)


def _fill_words() -> None:
    """Messages were found by one text, of their addressee and then of the caller's number alone."""
    connection, last = op.get_bind(), -1
    some = sa.text(
        "SELECT place, search, caller_number, caller_name FROM messages WHERE place > :last"
        " ORDER BY place LIMIT :limit"
    )
    change = sa.text(
        "UPDATE messages SET addressee_words = :addressee, caller_words = :caller"
        " WHERE place = :place"
    )
    while rows := connection.execute(some, {"last": last, "limit": ROWS_AT_ONCE}).all():
        changes = []
        for place, search, number, name in rows:
            addressee = search.removesuffix(f" {searchable(number)}")
            caller = searchable(number, name)
            changes.append({"place": place, "caller": caller, "addressee": addressee})
        connection.execute(change, changes)
        last = rows[-1].place


def searchable(*texts: str) -> str:
    """What messages were found by when this was the newest migration."""
    words: dict[str, None] = {}
    for text in texts:
        folded = unicodedata.normalize("NFKC", _storable(text)).casefold().replace("ё", "е")
        words[" ".join(_printable(folded, limit=1000).split())] = None
        words[_digits(text[:100])] = None
    return " ".join(word for word in words if word)


def _digits(number: str) -> str:
    found = "".join(str(unicodedata.decimal(c)) for c in number if c.isdecimal())
    is_russian = len(found) == 11 and found[0] == "8" and "+" not in number
    return "7" + found[1:] if is_russian else found


def _fill_addressees() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT coalesce(company_id, '') AS company_id, box, addressee_number AS number,"
            " addressee_words AS words, count(*) AS kept, max(place) AS newest"
            " FROM messages WHERE state = 'kept' AND deleted_at IS NULL GROUP BY 1, 2, 3, 4"
        )
    )
    insert = sa.text(
        "INSERT INTO addressees (key, company_id, box, number, words, kept, newest)"
        " VALUES (:key, :company_id, :box, :number, :words, :kept, :newest)"
    )
    for row in rows.mappings().all():
        key = _key_of(row["company_id"], row["box"], row["number"], row["words"])
        connection.execute(insert, {**row, "key": key})


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


# As of that day: what migrations do to a database must not change when search does.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _key_of(company_id: str, box: str, number: str, words: str) -> str:
    return hashlib.sha256("\0".join((company_id, box, number, words)).encode()).hexdigest()


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def _printable(text: str, limit: int = 200) -> str:
    shown = " ".join("".join(map(_visible, text[: limit * 4])).split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return " " if category in ("Cc", "Cf", "Co", "Zl", "Zp", "Zs") else character
