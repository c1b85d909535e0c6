"""What is new to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from sqlalchemy import select, update

from storage.actor import User
from storage.database.account_tables import UserRow
from storage.database.tables import MessageRow, UnheardRow
from storage.errors import NotFound
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages import unread
from storage.messages.repository import Query
from storage.people import bind
from tests.acting import ME
from tests.refusals import refuses
from tests.storage.conftest import ANNA, COMPANY, Store
from tests.storage.people import acting, copies, found_company, hire

AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
BORIS = replace(ANNA, addressee_name="Борис", addressee_number="102", numbers=("102",))
ELSEWHERE = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def olga(store: Store) -> User:
    """The administrator of the company."""
    found_company(store)
    return hire(store, "olga", "administrator")


@pytest.fixture
def anna(store: Store, olga: User) -> User:
    return hire(store, "anna", "employee", "101")


def listed(
    store: Store, user: User, state: Literal["new", "heard"] | None = None, **wanted: object
) -> list[str]:
    """What the user's page shows."""
    query = Query(scope=store.messages.scope_of(user), reader=user.id, state=state)
    return [m.id for m in store.messages.list(replace(query, **wanted)).messages]  # type: ignore[arg-type]


def test_a_message_is_new_to_everybody_who_may_see_it(store: Store, olga: User, anna: User) -> None:
    boris = hire(store, "boris", "employee", "102")
    found_company(store, "Lotus", ELSEWHERE)
    stranger = hire(store, "stranger", "administrator", company_id=ELSEWHERE)

    company, annas = store.receive(), store.receive(ANNA)

    assert listed(store, olga, "new") == [annas, company]
    assert listed(store, anna, "new") == [annas]
    assert listed(store, boris, "new") == listed(store, stranger, "new") == []
    assert [store.messages.new_count(user) for user in (olga, anna, boris, stranger)] == [
        2,
        1,
        0,
        0,
    ]


def test_a_draft_is_new_once_it_is_kept_and_only_once(store: Store, olga: User) -> None:
    path = store.recording(draft := store.begin())
    path.write_bytes(store.messages.read(store.messages.get(store.receive())))
    assert store.messages.new_count(olga) == 1

    for _ in range(3):
        store.intake.finish(draft.id)
    assert store.messages.new_count(olga) == 2

    store.messages.listen(draft.id, user=olga, by=acting(olga))
    store.intake.finish(draft.id)
    assert store.messages.new_count(olga) == 1


def test_listening_concerns_who_listens(store: Store, olga: User, anna: User) -> None:
    message_id = store.receive(ANNA)

    store.messages.listen(message_id, user=anna, by=acting(anna))

    assert listed(store, anna, "heard") == listed(store, olga, "new") == [message_id]
    scope = store.messages.scope_of(anna)
    assert store.messages.get(message_id, scope, reader=anna.id).state == "heard"
    assert store.messages.get(message_id, reader=olga.id).state == "new"
    assert store.messages.get(message_id).state == "heard", "somebody has listened"


def test_marks_are_ones_own(store: Store, olga: User, anna: User) -> None:
    first, second = store.receive(ANNA), store.receive(ANNA)

    assert store.messages.mark([first, second], "heard", user=anna, by=acting(anna)) == [
        first,
        second,
    ]
    assert store.messages.mark([first, second], "new", user=anna, by=acting(anna)) == [
        first,
        second,
    ]
    assert store.messages.mark([first], "new", user=anna, by=acting(anna)) == []
    assert store.messages.mark([second], "heard", user=anna, by=acting(anna)) == [second]

    assert listed(store, anna, "new") == [first]
    assert listed(store, anna, "heard") == [second]
    assert store.messages.new_count(olga) == 2


def test_what_may_not_be_seen_cannot_be_marked_nor_heard(store: Store, anna: User) -> None:
    hers, boris = store.receive(ANNA), store.receive(BORIS)
    scope = store.messages.scope_of(anna)

    for wrong in (boris, "0192f0c0-0000-7000-8000-000000000000"):
        with refuses(NotFound, wrong):
            store.messages.mark([hers, wrong], "heard", user=anna, by=acting(anna))
        with refuses(NotFound, wrong):
            store.messages.listen(wrong, user=anna, by=acting(anna))
        with refuses(NotFound, wrong):
            store.messages.get(wrong, scope)
        with refuses(NotFound, wrong):
            store.messages.delete_many([hers, wrong], by=ME, scope=scope)

    assert store.messages.new_count(anna) == 1, "all or none"
    assert listed(store, anna) == [hers]
    assert store.messages.get(boris).state == "new"


def test_a_beginning_of_an_id_tells_nothing_of_others(store: Store, anna: User) -> None:
    hers, other = store.receive(ANNA), store.receive(BORIS)
    with store.database.session() as session:
        for message_id, new_id in ((hers, "abcd-1"), (other, "abcd-2")):
            statement = update(MessageRow).where(MessageRow.id == message_id)
            session.execute(statement.values(id=new_id))

    assert store.messages.get("abcd", store.messages.scope_of(anna)).id == "abcd-1"


def test_the_trash_is_not_counted_and_is_an_administrators(
    store: Store, olga: User, anna: User
) -> None:
    message_id = store.receive(ANNA)
    store.messages.delete(message_id, by=acting(olga))

    assert store.messages.new_count(olga) == store.messages.new_count(anna) == 0
    assert listed(store, anna) == listed(store, anna, deleted=True) == []
    assert listed(store, olga, deleted=True) == [message_id]
    with pytest.raises(NotFound):
        store.messages.get(message_id, store.messages.scope_of(anna))

    store.messages.restore(message_id, by=acting(olga))
    assert store.messages.new_count(olga) == store.messages.new_count(anna) == 1


def test_purging_forgets_the_marks(store: Store, olga: User) -> None:
    store.messages.delete(store.receive(), by=ME)
    store.retention.purge(timedelta(0), by=ME)

    with store.database.reading() as session:
        assert session.scalars(select(UnheardRow.place)).all() == []


def test_several_extensions_are_read_together(store: Store, olga: User) -> None:
    both = hire(store, "both", "employee", "101", "102", "101")
    ids = [
        store.receive(box, at=AUGUST + timedelta(minutes=n))
        for n, box in enumerate([ANNA, BORIS, COMPANY, ANNA, BORIS, BORIS, ANNA])
    ]
    theirs = [message_id for n, message_id in enumerate(ids) if n != 2][::-1]

    pages: list[list[str]] = []
    before = None
    for _ in range(3):
        page = store.messages.list(
            Query(scope=store.messages.scope_of(both), reader=both.id, limit=2, before=before)
        )
        pages.append([message.id for message in page.messages])
        before = page.next
    assert pages == [theirs[:2], theirs[2:4], theirs[4:]]
    assert before is None
    assert listed(store, both, employee="102") == [ids[5], ids[4], ids[1]]
    assert listed(store, both, employee="103") == listed(store, both, box="company") == []
    assert listed(store, both, search="борис") == [ids[5], ids[4], ids[1]]
    assert store.messages.count(Query(scope=both.scope, limit=None)) == 6
    assert listed(store, hire(store, "nobody")) == []


def test_messages_of_nobody_are_the_only_companys(store: Store, olga: User, anna: User) -> None:
    mine = store.receive()
    nobodys = store.receive(unassigned_mailbox("74950000000"))

    assert listed(store, olga) == listed(store, olga, "new") == [nobodys, mine]
    assert listed(store, olga, box="unassigned") == [nobodys]
    assert listed(store, olga, box="company") == [mine]
    assert store.messages.new_count(olga) == 2
    assert listed(store, anna) == listed(store, anna, box="unassigned") == []

    found_company(store, "Lotus", ELSEWHERE)
    assert listed(store, olga) == [mine]
    assert listed(store, olga, box="unassigned") == []
    assert store.messages.new_count(olga) == 1
    with pytest.raises(NotFound):
        store.messages.get(nobodys, store.messages.scope_of(olga))


def test_a_new_user_finds_what_nobody_has_heard(store: Store, olga: User) -> None:
    heard, unheard_one, boris = (store.receive(box) for box in (ANNA, ANNA, BORIS))
    store.messages.listen(heard, user=olga, by=acting(olga))

    anna = hire(store, "anna", "employee", "101")

    assert listed(store, anna, "new") == [unheard_one]
    assert listed(store, anna, "heard") == [heard]
    assert boris not in listed(store, anna)


def test_marks_follow_the_extensions(store: Store, anna: User) -> None:
    store.receive(ANNA)
    boris = store.receive(BORIS)

    with store.database.session() as session:
        row = session.get(UserRow, anna.id)
        assert row
        row.people = bind(session, row.company_id, ["102"], AUGUST)
        unread.refresh(session, row.as_user())
        moved = row.as_user()

    assert listed(store, moved, "new") == [boris]
    with store.database.reading() as session:
        marks = session.scalars(select(UnheardRow).where(UnheardRow.user_id == anna.id)).all()
    assert len(marks) == 1


def test_who_is_disabled_gets_nothing(store: Store, olga: User) -> None:
    away = hire(store, "away", "administrator", disabled_at=AUGUST)

    store.receive()

    assert store.messages.new_count(olga) == 1
    assert store.messages.new_count(away) == 0


def test_counting_ends_at_a_thousand_and_old_ones_are_let_go(
    store: Store, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = store.receive()
    copies(store, message_id, 1_200)
    with store.database.session() as session:
        places = session.scalars(select(MessageRow.place)).all()
        unread.mark_new(session, olga.id, places)

    assert store.messages.new_count(olga) == unread.COUNTED == 1_000

    late = hire(store, "late", "administrator")
    with store.database.reading() as session:
        given = session.scalars(select(UnheardRow.place).where(UnheardRow.user_id == late.id)).all()
    assert set(given) == set(sorted(places)[-unread.GIVEN :])

    monkeypatch.setattr("storage.messages.unread.MOST", 10)
    store.retention.tidy(timedelta(0))
    assert store.messages.new_count(olga) == 10
    assert listed(store, olga, "new", limit=20) == listed(store, olga, limit=10)


def test_a_company_without_users_keeps_its_messages(store: Store) -> None:
    store.receive()
    found_company(store)

    assert len(store.messages.list(Query()).messages) == 1
