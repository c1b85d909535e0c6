"""News for open pages."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage.actor import EVERYTHING, Scope
from storage.database.tables import MessageRow, NewsRow
from storage.messages.events import Item, News, announce, announce_end
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, Store
from tests.storage.people import acting, found_company, hire


@pytest.fixture
def news(store: Store) -> News:
    return News(store.database)


def told(news: News, since: int = 0) -> list[tuple[str, str]]:
    return [(item.kind, item.message_id) for item in news.since(since)]


def test_what_happens_to_a_message_is_told_in_order(store: Store, news: News) -> None:
    assert news.newest() == 0
    message_id = store.receive()
    begun = news.newest()
    store.messages.delete(message_id, by=ME)
    store.messages.delete(message_id, by=ME)
    store.messages.restore(message_id, by=ME)

    assert told(news) == [(kind, message_id) for kind in ("kept", "deleted", "restored")]
    assert told(news, begun) == [("deleted", message_id), ("restored", message_id)]
    assert told(news, news.newest()) == []


def test_a_draft_is_told_when_it_is_kept(store: Store, news: News) -> None:
    draft, empty = store.begin(), store.begin()
    store.intake.finish(empty.id)
    assert told(news) == []

    audio = store.messages.read(store.messages.get(store.receive()))
    store.recording(draft).write_bytes(audio)
    for _ in range(2):
        store.intake.finish(draft.id)

    assert told(news)[1:] == [("kept", draft.id)]


def test_marks_are_told_to_their_user(store: Store, news: News) -> None:
    found_company(store)
    olga, anna = hire(store, "olga", "administrator"), hire(store, "anna", "employee", "101")
    message_id = store.receive(ANNA)
    since = news.newest()
    for _ in range(2):
        store.messages.listen(message_id, user=anna, by=acting(anna))
    store.messages.mark([message_id], "new", user=anna, by=acting(anna))

    marked = news.since(since)

    assert [item.kind for item in marked] == ["marked", "marked"]
    for item in marked:
        assert item.concerns(anna.id, anna.scope)
        assert not item.concerns(olga.id, olga.scope)


def test_the_end_of_a_session_is_its_users_alone(store: Store, news: News) -> None:
    found_company(store)
    olga, anna = hire(store, "olga", "administrator"), hire(store, "anna", "employee", "101")
    with store.database.session() as session:
        announce_end(session, anna.company_id, anna.id)

    (ended,) = news.since(0)

    assert (ended.kind, ended.message_id) == ("session", "")
    assert ended.concerns(anna.id, anna.scope)
    assert not ended.concerns(olga.id, olga.scope)


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        (Scope("1"), ["company", "101"]),
        (Scope("1", unassigned=True), ["company", "101", "unassigned"]),
        (Scope("1", ("anna",)), ["101"]),
        (Scope("1", ("boris",)), []),
        (Scope("1", ()), []),
        (Scope("2"), []),
        (EVERYTHING, ["company", "101", "unassigned"]),
    ],
)
def test_news_are_for_who_may_see_the_message(scope: Scope, sees: list[str]) -> None:
    items = {
        "company": Item(1, "kept", "1", None, "a", None),
        "101": Item(2, "kept", "1", "anna", "b", None),
        "unassigned": Item(3, "kept", None, None, "c", None),
    }
    assert [name for name, item in items.items() if item.concerns("anybody", scope)] == sees


def test_no_news_turn_up_behind_a_readers_back(store: Store, news: News) -> None:
    """While one writer has not committed, another one's news wait for it."""
    first, second = store.receive(), store.receive()
    with store.database.reading() as session:
        rows = {
            row.id: row
            for row in session.scalars(select(MessageRow).where(MessageRow.id.in_([first, second])))
        }
    begun = news.newest()
    announced, commit = threading.Event(), threading.Event()

    def slowly() -> None:
        with store.database.session() as session:
            announce(session, "deleted", [rows[first]])
            announced.set()
            commit.wait(10)

    def quickly() -> None:
        with store.database.session() as session:
            announce(session, "deleted", [rows[second]])

    slow, quick = threading.Thread(target=slowly), threading.Thread(target=quickly)
    slow.start()
    assert announced.wait(10)
    quick.start()
    quick.join(0.3)
    assert told(news, begun) == []
    commit.set()
    slow.join()
    quick.join()

    assert told(news, begun) == [("deleted", first), ("deleted", second)]


def test_old_news_are_forgotten_but_not_their_number(store: Store, news: News) -> None:
    for _ in range(3):
        store.receive(replace(COMPANY, addressee_name="Ромашка"))
    newest = news.newest()
    with store.database.session() as session:
        old = datetime.now(UTC) - timedelta(days=2)
        session.execute(update(NewsRow).where(NewsRow.seq <= newest - 1).values(at=old))

    store.retention.tidy(timedelta(0))
    assert [item.seq for item in news.since(0)] == [newest]

    with store.database.session() as session:
        session.execute(update(NewsRow).values(at=old))
    store.retention.tidy(timedelta(0))
    assert news.newest() == newest
    store.receive()
    assert news.newest() > newest
