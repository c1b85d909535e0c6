"""Months and their counts, kept beside the messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, text

from storage.actor import EVERYTHING, Scope
from storage.database.employee_tables import EmployeeRow
from storage.database.tables import AddresseeRow, TallyRow
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages import month_counts
from storage.messages.addressees import key_of
from storage.messages.repository import Query
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, WHO, Store

AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
JULY = datetime(2026, 7, 14, 6, 30, 5, tzinfo=UTC)
BORIS = replace(ANNA, addressee_name="Борис", addressee_number="102", numbers=("102",))
OURS = Scope(company_id=COMPANY.company_id)


def tallies(store: Store) -> dict[tuple[str, str, str], int]:
    """What is counted, with the employees' extensions for their ids."""
    with store.database.reading() as session:
        rows = session.scalars(select(TallyRow)).all()
        extensions = {row.id: row.extension for row in session.scalars(select(EmployeeRow))}
    keys = {
        month_counts.employee_key(one): month_counts.employee_key(e)
        for one, e in extensions.items()
    }
    return {(row.company_id, keys.get(row.box, row.box), row.month): row.kept for row in rows}


def addressees(store: Store) -> dict[tuple[str, ...], int]:
    with store.database.reading() as session:
        rows = session.scalars(select(AddresseeRow)).all()
    for row in rows:
        texts = (row.company_id, row.box, row.number, row.words, row.employee_id)
        assert row.key == key_of(*texts)
    return {(row.company_id, row.box, row.number, row.words): row.kept for row in rows}


def test_months_have_counts_for_every_box(store: Store) -> None:
    for mailbox, at in ((COMPANY, AUGUST), (ANNA, AUGUST), (ANNA, JULY), (BORIS, JULY)):
        store.receive(mailbox, at=at)
    store.receive(unassigned_mailbox("1"), at=AUGUST)

    months = store.messages.months
    assert months(OURS) == [("2026-08", 2), ("2026-07", 2)]
    assert months(OURS, box="company") == [("2026-08", 1)]
    assert months(OURS, box="employee") == [("2026-08", 1), ("2026-07", 2)]
    assert months(OURS, employee="101") == [("2026-08", 1), ("2026-07", 1)]
    assert months(OURS, employee="103") == months(Scope(company_id="other")) == []
    both = Scope(company_id=COMPANY.company_id, people=(WHO["101"], WHO["102"]))
    assert months(both) == [("2026-08", 1), ("2026-07", 2)]
    assert months(both, employee="102") == [("2026-07", 1)]
    assert months(EVERYTHING) == [("2026-08", 3), ("2026-07", 2)]
    assert months(replace(OURS, unassigned=True)) == [("2026-08", 3), ("2026-07", 2)]
    assert months(replace(OURS, unassigned=True), box="unassigned") == [("2026-08", 1)]


def test_a_month_is_that_of_the_companys_zone(store: Store) -> None:
    store.receive(at=datetime(2026, 7, 31, 21, 30, tzinfo=UTC))

    assert store.messages.months(OURS) == [("2026-08", 1)]


def test_the_trash_is_not_counted(store: Store) -> None:
    first = store.receive(at=AUGUST)
    second = store.receive(ANNA, at=AUGUST + timedelta(seconds=1))

    assert store.messages.delete_many([first, second], by=ME) == [first, second]
    assert store.messages.delete_many([first], by=ME) == []
    assert store.messages.months(OURS) == []

    assert store.messages.restore_many([first], by=ME) == [first]
    assert store.messages.restore_many([first], by=ME) == []
    assert store.messages.months(OURS) == [("2026-08", 1)]

    store.retention.purge(timedelta(0), by=ME)
    assert store.messages.months(OURS) == [("2026-08", 1)]


def test_only_what_is_kept_is_counted_and_once(store: Store) -> None:
    empty, spoken, again = store.begin(), store.begin(), store.begin()
    audio = store.messages.read(store.messages.get(store.receive(at=AUGUST)))
    store.intake.finish(empty.id)
    for draft in (spoken, again):
        for _ in range(2):
            store.recording(draft).write_bytes(audio)
            store.intake.finish(draft.id)

    assert sum(count for _, count in store.messages.months(OURS)) == 3


def test_a_database_of_before_is_counted_when_it_is_migrated(
    store: Store, database_url: str
) -> None:
    for mailbox, at in ((COMPANY, AUGUST), (ANNA, AUGUST), (ANNA, JULY)):
        store.receive(mailbox, at=at)
    maria = store.receive(unassigned_mailbox("1"), at=AUGUST, name="Мария")
    store.messages.delete(store.receive(ANNA, at=AUGUST), by=ME)
    store.begin()
    counted, named = tallies(store), addressees(store)
    _back_to(database_url, "0002")

    store.database.migrate()

    assert tallies(store) == {key: kept for key, kept in counted.items() if kept}
    assert store.messages.months(OURS) == [("2026-08", 2), ("2026-07", 1)]
    assert addressees(store) == {key: kept for key, kept in named.items() if kept}
    for search, count in (("щукин", 2), ("9161234567", 3), ("000-11-22", 2), ("102", 0)):
        assert store.messages.count(Query(scope=OURS, search=search)) == count
    (found,) = store.messages.list(Query(search="мария")).messages
    assert found.id == maria


_NEWER_TABLES = (
    *("unheard", "tallies", "news", "audit", "addressees"),
    *("own_addresses", "pins", "bindings", "holdings", "employees", "devices"),
    *("allowances", "assigned_numbers"),
    *("deliveries", "read_news", "destinations", "signing_keys", "leases"),
    "search_index",
)
_NEWER_COLUMNS = (
    "restored_at",
    "held_at",
    "held_by",
    "hold_reason",
    "quiet",
    "employee_id",
    "loudness",
    "new_in_box",
)
_NEWER_INDEXES = (
    *("box", "bin", "unassigned", "call", "held", "going", "trash"),
    *("quiet", "quiet_box", "quiet_employee", "company", "addressee", "employee", "new_in_box"),
)


def _back_to(url: str, revision: str) -> None:
    """As the database was at that revision, but for the indexes, whose names are the same."""
    engine = create_engine(url)
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        for table in _NEWER_TABLES:
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("ALTER TABLE tokens DROP COLUMN read_only"))
        for column in ("refused", "told_at"):
            connection.execute(text(f"ALTER TABLE login_failures DROP COLUMN {column}"))
        connection.execute(text("DROP INDEX ix_companies_mailbox_context"))
        connection.execute(text("ALTER TABLE companies DROP COLUMN mailbox_context"))
        for index in _NEWER_INDEXES:
            connection.execute(text(f"DROP INDEX ix_messages_{index}"))
        connection.execute(text("CREATE INDEX ix_messages_trash ON messages (deleted_at)"))
        for columns, name in (
            ("company_id, place", "company"),
            ("company_id, box, addressee_number, place", "addressee"),
        ):
            connection.execute(text(f"CREATE INDEX ix_messages_{name} ON messages ({columns})"))
        connection.execute(text("ALTER TABLE users ADD COLUMN extensions TEXT DEFAULT '[]'"))
        for column in _NEWER_COLUMNS:
            connection.execute(text(f"ALTER TABLE messages DROP COLUMN {column}"))
        connection.execute(text("ALTER TABLE messages ADD COLUMN search TEXT NOT NULL DEFAULT ''"))
        connection.execute(
            text("UPDATE messages SET search = addressee_words || ' ' || caller_number")
        )
        for statement in _DROP_SQLITE_SEARCH if is_sqlite else ("DROP INDEX ix_messages_search",):
            connection.execute(text(statement))
        for column in ("addressee_words", "caller_words"):
            connection.execute(text(f"ALTER TABLE messages DROP COLUMN {column}"))
        for statement in _SQLITE_SEARCH if is_sqlite else (_POSTGRESQL_SEARCH,):
            connection.exec_driver_sql(statement)
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    engine.dispose()


_EVENTS = ("insert", "delete", "update")
_DROP_SQLITE_SEARCH = (
    *(f"DROP TRIGGER message_search_{event}" for event in _EVENTS),
    "DROP TABLE message_search",
)
_SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE message_search USING fts5("
    "search, content='messages', content_rowid='place', tokenize='trigram')",
    *(
        f"CREATE TRIGGER message_search_{event} AFTER {event} ON messages BEGIN SELECT 1; END"
        for event in _EVENTS
    ),
)
_POSTGRESQL_SEARCH = "CREATE INDEX ix_messages_search ON messages USING gin (search gin_trgm_ops)"


def test_short_words_look_through_the_newest_month_where_there_are_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = store.receive(at=JULY, caller="79160000042")
    new = store.receive(at=AUGUST, caller="79160000042")

    few = store.messages.list(Query(scope=OURS, search="42"))
    monkeypatch.setattr("storage.messages.search.find.FEW", 1)
    many = store.messages.list(Query(scope=OURS, search="42"))
    july = store.messages.list(Query(scope=OURS, search="42", month="2026-07"))
    long = store.messages.list(Query(scope=OURS, search="0042"))
    everything = store.messages.list(Query(search="42"))

    assert ([m.id for m in few.messages], few.month) == ([new, old], None)
    assert ([m.id for m in many.messages], many.month) == ([new], "2026-08")
    assert ([m.id for m in july.messages], july.month) == ([old], None)
    assert ([m.id for m in long.messages], long.month) == ([new, old], None)
    assert ([m.id for m in everything.messages], everything.month) == ([new, old], None)
