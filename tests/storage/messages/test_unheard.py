"""What is unheard in a mailbox: its own people hear an employee's, anybody the company's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from storage.actor import User
from storage.messages import unread
from storage.messages.unread import COUNTED
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, WHO, Store
from tests.storage.people import acting, copies, found_company, hire

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def olga(store: Store) -> User:
    """The administrator of the company."""
    found_company(store)
    return hire(store, "olga", "administrator")


def annas(store: Store, since: datetime = LONG_AGO) -> list[str]:
    return unheard(store, WHO["101"], since)


def companys(store: Store, since: datetime = LONG_AGO) -> list[str]:
    return unheard(store, None, since)


def unheard(store: Store, employee_id: str | None, since: datetime) -> list[str]:
    """Those of a mailbox, newest first; of each alone the same is said."""
    found, count = store.messages.unheard_since(str(COMPANY.company_id), employee_id, since, 50)
    assert count == len(found)
    assert all(store.messages.is_unheard(message.id) for message in found)
    return [message.id for message in found]


def hear(store: Store, message_id: str, user: User) -> None:
    store.messages.listen(message_id, user=user, by=acting(user))


def test_each_mailbox_has_its_own(store: Store, olga: User) -> None:
    hire(store, "anna", "employee", "101")
    first, own, second = store.receive(ANNA), store.receive(), store.receive(ANNA)

    assert annas(store) == [second, first]
    assert companys(store) == [own]
    assert unheard(store, WHO["102"], LONG_AGO) == []


def test_what_an_administrator_hears_is_unheard_by_the_employee(store: Store, olga: User) -> None:
    anna = hire(store, "anna", "employee", "101")
    message_id = store.receive(ANNA)

    hear(store, message_id, olga)
    assert annas(store) == [message_id]

    hear(store, message_id, anna)
    assert annas(store) == []
    assert not store.messages.is_unheard(message_id)


def test_what_is_marked_as_new_is_unheard_again(store: Store, olga: User) -> None:
    anna = hire(store, "anna", "employee", "101")
    message_id = store.receive(ANNA)
    hear(store, message_id, anna)

    store.messages.mark([message_id], "new", user=anna, by=acting(anna))

    assert annas(store) == [message_id]


def test_any_of_an_employees_accounts_hears_for_all(store: Store, olga: User) -> None:
    hire(store, "anna", "employee", "101")
    secretary = hire(store, "vera", "employee", "101", "102")
    first, second = store.receive(ANNA), store.receive(ANNA)

    hear(store, first, secretary)

    assert annas(store) == [second]
    assert not store.messages.is_unheard(first)


def test_without_an_account_who_listens_without_one_hears_it(store: Store, olga: User) -> None:
    first, second = store.receive(ANNA), store.receive(ANNA)
    hear(store, first, olga)
    assert annas(store) == [second, first]

    store.messages.listen(first, by=ME)  # at the command line, or on the phone
    assert annas(store) == [second]


def test_an_account_that_is_closed_hears_nothing_any_more(store: Store, olga: User) -> None:
    hire(store, "anna", "employee", "101", disabled_at=datetime.now(UTC))
    message_id = store.receive(ANNA)
    assert annas(store) == [message_id]

    store.messages.listen(message_id, by=ME)
    assert annas(store) == []


def test_a_closed_account_that_is_changed_hears_nothing(store: Store, olga: User) -> None:
    anna = hire(store, "anna", "employee", "101", disabled_at=datetime.now(UTC))
    message_id = store.receive(ANNA)

    with store.database.session() as session:
        unread.refresh(session, anna)

    assert annas(store) == [message_id]


def test_on_their_own_phone_an_administrator_hears_as_well(store: Store, olga: User) -> None:
    hire(store, "anna", "administrator", "101")
    message_id = store.receive(ANNA)

    store.messages.listen(message_id, phone="102", by=ME)
    assert annas(store) == [message_id]

    store.messages.listen(message_id, phone="101", by=ME)
    assert annas(store) == []


def test_anybody_hears_the_companys(store: Store, olga: User) -> None:
    hire(store, "oleg", "administrator")
    first, second = store.receive(), store.receive()

    hear(store, first, olga)
    assert companys(store) == [second]

    store.messages.listen(second, by=ME)  # at the command line
    assert companys(store) == []


@pytest.mark.parametrize("with_account", [True, False])
def test_what_is_in_the_trash_is_not_listed(store: Store, olga: User, with_account: bool) -> None:
    if with_account:
        hire(store, "anna", "employee", "101")
    message_id, own = store.receive(ANNA), store.receive()

    store.messages.delete_many([message_id, own], by=ME)
    assert annas(store) == companys(store) == []
    assert not store.messages.is_unheard(message_id)

    store.messages.restore_many([message_id, own], by=ME)
    assert (annas(store), companys(store)) == ([message_id], [own])


@pytest.mark.parametrize("with_account", [True, False])
def test_only_what_came_since_is_told(store: Store, olga: User, with_account: bool) -> None:
    if with_account:
        hire(store, "anna", "employee", "101")
    store.receive(ANNA)
    store.receive()
    since = datetime.now(UTC) + timedelta(milliseconds=5)
    later = since + timedelta(seconds=1)
    message_id, own = store.receive(ANNA, at=later), store.receive(at=later)

    assert (annas(store, since), companys(store, since)) == ([message_id], [own])


def test_a_message_that_is_not_there_is_not_unheard(store: Store, olga: User) -> None:
    assert not store.messages.is_unheard("0192f0c0-0000-7000-8000-000000000000")


def test_counting_stops_at_some_point(store: Store, olga: User) -> None:
    copies(store, store.receive(), COUNTED + 10)

    found, count = store.messages.unheard_since(str(COMPANY.company_id), None, LONG_AGO, 3)

    assert (len(found), count) == (3, COUNTED)


@pytest.mark.parametrize("with_account", [True, False])
def test_heard_messages_are_not_read_however_many_there_are(
    store: Store, olga: User, with_account: bool
) -> None:
    """It goes along the rows of what is unheard: no plan reads the others."""
    if not store.database.is_sqlite:
        pytest.skip("on a small table PostgreSQL reads all of it, whatever indexes there are")
    if with_account:
        hire(store, "anna", "employee", "101")
    message_id = store.receive(ANNA)
    statements: list[str] = []
    engine = store.database._engine
    listening = ("before_cursor_execute", lambda *a: statements.append(_filled(a[2], a[3])))
    event.listen(engine, *listening)
    store.messages.unheard_since(str(COMPANY.company_id), WHO["101"], LONG_AGO, 3)
    event.remove(engine, *listening)

    found = next(each for each in statements if "ORDER BY" in each and "place >=" in each)
    with store.database.reading() as session:
        plan = " / ".join(
            row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {found}"))
        )
    assert "SCAN" not in plan
    assert "ix_messages_new_in_box" in plan.split(" / ")[0], plan
    assert message_id


def _filled(statement: str, values: tuple[object, ...]) -> str:
    """A statement with its values in it, to be explained."""
    for value in values:
        shown = f"'{value}'" if isinstance(value, str) else str(value)
        statement = statement.replace("?", shown, 1)
    return statement.replace(":", "\\:")
