"""Old messages get their new words behind the running service, and nobody waits for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from storage.actor import Scope
from storage.database.engine import Database, upgrade
from storage.database.tables import AddresseeRow, MessageRow
from storage.messages import addressees
from storage.messages.reindexing import SearchIndexRow, reindex
from storage.messages.repository import Query
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, Store

MOSCOW = {str(COMPANY.company_id): "Europe/Moscow"}
OLD_ANNA = "анна щукина 101 +7 916 000-11-22 79160001122"
OLD_CALLER = "о’нил 89161112266 79161112266"
OURS = Scope(company_id=COMPANY.company_id)


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.messages.reindexing.AT_ONCE", 2)
    monkeypatch.setattr("storage.messages.search.find.FEW", -1)


def grown_old(store: Store, ids: list[str]) -> None:
    """Give messages of Anna's the words of the version before, and have all wait."""
    with store.database.session() as session:
        rows = session.scalars(select(MessageRow).where(MessageRow.id.in_(ids))).all()
        listed = [row for row in rows if row.deleted_at is None]
        addressees.count(session, listed, -1)
        for row in rows:
            row.addressee_words, row.caller_words = OLD_ANNA, OLD_CALLER
        addressees.count(session, listed, 1)
        session.execute(
            update(SearchIndexRow).values(below=max(row.place for row in rows) + 1, countries="{}")
        )


def work_off(database: Database, zones: dict[str, str]) -> int:
    """How many batches there were."""
    batches = 0
    while reindex(database, zones):
        batches += 1
        assert batches < 100
    return batches


def found(store: Store, search: str, *, deleted: bool = False) -> list[str]:
    page = store.messages.list(Query(scope=OURS, search=search, deleted=deleted))
    return [message.id for message in page.messages]


def test_old_messages_are_found_by_new_words_the_newest_first(store: Store) -> None:
    ids = [store.receive(ANNA, caller="89161112266", name="О’Нил") for _ in range(5)]
    store.messages.delete(ids[1], by=ME)
    grown_old(store, ids)
    listed = [ids[4], ids[3], ids[2], ids[0]]
    assert found(store, "о'нил") == []
    assert found(store, "О’Нил") == listed, "as before"
    assert found(store, "8 916 111") == found(store, "+7 916 000 11 22") == listed

    assert reindex(store.database, MOSCOW)
    assert found(store, "о'нил") == listed[:2]
    assert found(store, "щукина") == found(store, "8 916 111") == listed

    assert work_off(store.database, MOSCOW) == 2
    assert found(store, "о'нил") == found(store, "щукина") == listed
    assert found(store, "8 (916) 000-11-22") == listed
    assert found(store, "о'нил", deleted=True) == [ids[1]]
    assert work_off(store.database, MOSCOW) == 0


def test_the_words_are_those_that_a_new_message_has(store: Store) -> None:
    """So a mailbox is looked up once, and not once for its old and once for its new messages."""
    old = store.receive(ANNA, caller="89161112266", name="О’Нил")
    grown_old(store, [old])
    store.receive(ANNA, caller="89161112266", name="О’Нил")

    work_off(store.database, MOSCOW)

    with store.database.reading() as session:
        words = session.execute(select(MessageRow.addressee_words, MessageRow.caller_words)).all()
        kept = session.execute(select(AddresseeRow.kept).where(AddresseeRow.kept != 0)).scalars()
        assert len(set(words)) == 1
        assert list(kept) == [2]


def test_what_people_do_meanwhile_is_counted_once(store: Store) -> None:
    ids = [store.receive(ANNA, caller="89161112266") for _ in range(6)]
    grown_old(store, ids)

    def delete_and_restore() -> None:
        for message_id in ids * 3:
            store.messages.delete(message_id, by=ME)
            store.messages.restore(message_id, by=ME)

    with ThreadPoolExecutor() as threads:
        people = threads.submit(delete_and_restore)
        services = [threads.submit(work_off, store.database, MOSCOW) for _ in range(2)]
        people.result()
        assert sum(service.result() for service in services) == 3

    assert found(store, "щукина") == ids[::-1]
    with store.database.reading() as session:
        kept = session.execute(select(AddresseeRow.kept).where(AddresseeRow.kept != 0)).scalars()
        assert list(kept) == [6]


def test_a_company_of_another_country_has_other_numbers(store: Store) -> None:
    message_id = store.receive(caller="02079460958")
    assert work_off(store.database, MOSCOW) == 0
    assert found(store, "+44 20 7946 0958") == []

    assert work_off(store.database, {str(COMPANY.company_id): "Europe/London"}) == 1
    assert found(store, "+44 20 7946 0958") == [message_id]
    assert work_off(store.database, {str(COMPANY.company_id): "Europe/London"}) == 0
    other = {"33333333-3333-4333-8333-333333333333": "Asia/Tokyo"}
    assert work_off(store.database, other) == 0, "a new company has no old messages"


def test_messages_of_nobody_go_by_the_time_zone_that_they_came_in(store: Store) -> None:
    gone = replace(COMPANY, company_id=None, timezone="Europe/London")
    message_id = store.receive(gone, caller="02079460958")
    with store.database.session() as session:
        session.execute(update(MessageRow).values(caller_words="02079460958"))
        session.execute(update(SearchIndexRow).values(below=2**62))

    work_off(store.database, MOSCOW)

    page = store.messages.list(Query(search="+44 20 7946"))
    assert [message.id for message in page.messages] == [message_id]


def test_an_upgrade_reads_no_messages(database_url: str) -> None:
    """It notes that they wait, and all else is done later."""
    database = Database(database_url)
    with database.filling() as connection:
        upgrade(connection, "0009")
    with database.session() as session:
        assert session.execute(text("SELECT count(*) FROM messages")).scalar() == 0
    database.migrate()
    with database.reading() as session:
        state = session.get_one(SearchIndexRow, 1)
        assert (state.below, state.countries) == (0, "{}")
    assert not reindex(database, MOSCOW)
    database.close()
