"""Searching where there are too many messages to look through: by addressee, then by caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage.actor import EVERYTHING, Scope
from storage.database.tables import MessageRow
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages.repository import Query
from storage.messages.search.find import statements
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, WHO, Store

AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
BORIS = replace(ANNA, addressee_name="Борис", addressee_number="102", numbers=("102",))
OURS = Scope(company_id=COMPANY.company_id)
ANNAS = Scope(company_id=COMPANY.company_id, people=(WHO["101"],))


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("storage.messages.search.find.FEW", -1)
    yield


def found(store: Store, search: str, **wanted: Any) -> list[str]:
    """Ids, newest first; the count has to agree."""
    query = replace(Query(scope=OURS, search=search), **wanted)
    ids = [message.id for message in store.messages.list(query).messages]
    assert store.messages.count(query) == len(ids)
    sizes = [store.messages.get(message_id).size for message_id in ids]
    assert store.messages.amount(query) == (len(ids), sum(sizes))
    return ids


def test_addressees_and_callers_are_found_together(store: Store) -> None:
    anna = store.receive(ANNA, at=AUGUST, caller="79990000101")
    boris = store.receive(BORIS, at=AUGUST + timedelta(hours=1), caller="79160000102")
    company = store.receive(at=AUGUST + timedelta(hours=2), caller="79990000101")

    assert found(store, "щукин") == [anna]
    assert found(store, "щукин", scope=ANNAS) == [anna]
    assert found(store, "борис", scope=ANNAS) == []
    assert found(store, "борис") == [boris]
    assert found(store, "101") == [company, anna]
    assert found(store, "+7 916") == [boris, anna]
    assert found(store, "анна 0101") == [anna]
    assert found(store, "ромашка 0101") == [company]
    assert found(store, "борис 0101") == []
    assert found(store, "ничего") == []
    assert found(store, "щ") == [anna]
    assert found(store, "щ 99") == [anna]
    assert found(store, "щ борис") == []
    assert found(store, "0000", month="2026-08") == [company, boris, anna]
    assert found(store, "0000", month="2026-07") == []
    assert found(store, "0000", box="company") == [company]
    assert found(store, "борис", employee="101") == []


def test_callers_are_found_by_name(store: Store) -> None:
    maria = store.receive(ANNA, at=AUGUST, caller="79990000101", name="МАРИЯ  Королёва")
    later = store.receive(at=AUGUST + timedelta(days=31), caller="79160000102", name="мария")
    boris = store.receive(BORIS, at=AUGUST + timedelta(days=32), name="Щукина")

    assert found(store, "мария") == found(store, "Мари") == [later, maria]
    assert found(store, "мария", scope=ANNAS) == found(store, "мария", employee="101") == [maria]
    assert found(store, "королева") == found(store, "КОРОЛЁВ") == [maria]
    assert found(store, "мария 0102") == found(store, "0102 мария") == [later]
    assert found(store, "+7 999 000-01-01 мария") == found(store, "анна мария") == [maria]
    assert found(store, "мария 5555") == found(store, "борис мария") == []
    assert found(store, "щукина") == [boris, maria], "a caller and an addressee"
    assert found(store, "мария", month="2026-08") == [maria]


def test_two_letters_find_callers_of_the_newest_month(store: Store) -> None:
    august = store.receive(at=AUGUST, name="Яна Щукина")
    september = store.receive(at=AUGUST + timedelta(days=31), name="Яна")
    anna = store.receive(ANNA, at=AUGUST + timedelta(days=32))

    assert found(store, "ян") == [september]
    assert store.messages.list(Query(scope=OURS, search="ян")).month == "2026-09"
    assert found(store, "ян", month="2026-08") == found(store, "щу", month="2026-08") == [august]
    assert found(store, "щу") == [anna]
    assert found(store, "ян", scope=EVERYTHING) == [september, august]


def test_a_callers_name_is_searched_as_far_as_anybody_would_read(store: Store) -> None:
    endless = store.receive(name="Мария " + "\ufdfa\u202e\0 %_'\"*" * 20_000 + " Щукина")

    assert found(store, "мария") == [endless]
    assert found(store, "щукина") == []
    with store.database.reading() as session:
        words = session.scalars(select(MessageRow.caller_words)).one()
    assert len(words) < 1100
    assert words.isprintable()


def test_nothing_is_found_twice_and_pages_follow_each_other(store: Store) -> None:
    boxes = (ANNA, COMPANY, BORIS) * 3
    ids = [
        store.receive(box, at=AUGUST + timedelta(minutes=number), caller="79160001122")
        for number, box in enumerate(boxes)
    ]

    pages: list[str] = []
    before = None
    while True:
        page = store.messages.list(Query(scope=OURS, search="916", limit=2, before=before))
        pages += [message.id for message in page.messages]
        before = page.next
        if before is None:
            break

    assert pages == ids[::-1]


def test_a_renamed_employee_is_found_by_the_name_of_the_time(store: Store) -> None:
    renamed = replace(ANNA, addressee_name="Анна Королёва")
    before = store.receive(ANNA, at=AUGUST)
    after = store.receive(renamed, at=AUGUST + timedelta(hours=1))
    again = store.receive(ANNA, at=AUGUST + timedelta(hours=2))

    assert found(store, "щукина", scope=ANNAS) == found(store, "щукина") == [again, before]
    assert found(store, "королева", scope=ANNAS) == found(store, "королева") == [after]
    assert found(store, "анна") == [again, after, before]


def test_what_is_deleted_is_found_no_more_until_it_is_restored(store: Store) -> None:
    only = store.receive(ANNA)

    store.messages.delete(only, by=ME)
    assert found(store, "щукина") == []
    assert found(store, "щукина", deleted=True) == [only]

    store.messages.restore(only, by=ME)
    assert found(store, "щукина") == [only]


def test_very_many_mailboxes_are_searched_at_once(store: Store) -> None:
    store.receive(BORIS, at=AUGUST)
    numbers = range(200, 230)
    ids = [
        store.receive(
            replace(ANNA, addressee_name=f"Анна {n}", addressee_number=str(n), numbers=()),
            at=AUGUST + timedelta(minutes=n),
        )
        for n in numbers
    ]

    with store.database.reading() as session:
        to_read, _ = statements(session, Query(scope=OURS, search="анна"))

    assert len(to_read) == 2  # those who are called so, and callers of the others
    assert found(store, "анна") == ids[::-1]


def test_what_nobody_was_found_for_is_searched_too(store: Store) -> None:
    lost = store.receive(unassigned_mailbox("74950000000"), caller="79161112233")

    everything = replace(OURS, unassigned=True)
    assert found(store, "1112233", scope=everything) == [lost]
    assert found(store, "74950000000", scope=everything) == [lost]
    assert found(store, "1112233") == []


@pytest.mark.parametrize("sign", ["%", "_", '"', "*", "\\", "/", "NEAR", "^", "щ%"])
def test_signs_mean_themselves(store: Store, sign: str) -> None:
    store.receive(ANNA)

    assert found(store, sign) == found(store, f"щукин{sign}а") == found(store, sign * 3) == []
