"""Legal hold: what is on hold cannot be deleted, and says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage.actor import Scope
from storage.audit import AuditLog, AuditQuery
from storage.errors import Held, NotFound, Refused
from storage.messages.repository import Query
from tests.acting import ME
from tests.refusals import refuses
from tests.storage.conftest import ANNA, COMPANY, WHO, Store
from tests.storage.people import acting, found_company, hire

OURS = Scope(company_id=COMPANY.company_id)
ANNAS = Scope(company_id=COMPANY.company_id, people=(WHO["101"],))


def held(store: Store, **wanted: object) -> list[str]:
    query = Query(held=True, **wanted)  # type: ignore[arg-type]
    ids = [message.id for message in store.messages.list(query).messages]
    assert store.messages.count(query) == len(ids)
    return ids


def test_a_held_message_cannot_be_deleted_until_it_is_released(store: Store) -> None:
    message_id = store.receive()
    before = datetime.now(UTC)

    assert store.messages.hold([message_id], reason="  Case\n7 ", by=ME) == [message_id]
    assert store.messages.hold([message_id], reason="another", by=ME) == []

    hold = store.messages.get(message_id).hold
    assert hold is not None
    assert (hold.by, hold.reason) == ("olga", "Case 7")
    assert before <= hold.since <= datetime.now(UTC)
    with refuses(Held, f"message {message_id} is on hold and cannot be deleted"):
        store.messages.delete(message_id, by=ME)

    assert store.messages.release([message_id], by=ME) == [message_id]
    assert store.messages.release([message_id], by=ME) == []
    assert store.messages.get(message_id).hold is None
    store.messages.delete(message_id, by=ME)


def test_many_are_deleted_all_or_none(store: Store) -> None:
    ids = [store.receive() for _ in range(3)]
    store.messages.hold([ids[1]], reason="case 7", by=ME)

    with refuses(Held, ids[1]):
        store.messages.delete_many(ids, by=ME)

    assert [message.id for message in store.messages.each(Query())] == ids[::-1]
    assert store.messages.months(OURS)[0][1] == 3


def test_what_lies_in_the_trash_stays_there(store: Store) -> None:
    message_id = store.receive()
    store.messages.delete(message_id, by=ME)
    store.messages.hold([message_id], reason="case 7", by=ME)

    assert store.retention.purge(timedelta(0), by=ME).total.removed == 0
    assert held(store) == held(store, deleted=True) == [message_id]
    with pytest.raises(Held):
        store.messages.delete(message_id, by=ME)

    store.messages.restore(message_id, by=ME)
    assert held(store) == [message_id]
    assert held(store, deleted=True) == []

    store.messages.release([message_id], by=ME)
    store.messages.delete(message_id, by=ME)
    assert store.retention.purge(timedelta(0), by=ME).total.removed == 1


def test_held_ones_are_found_like_any(store: Store) -> None:
    other, annas, company = store.receive(ANNA), store.receive(ANNA), store.receive()
    store.messages.hold([annas, company], reason="case 7", by=ME)
    store.messages.delete(other, by=ME)
    store.messages.hold([other], reason="case 7", by=ME)

    assert held(store) == held(store, scope=OURS) == [company, annas, other]
    assert held(store, scope=OURS, employee="101") == [annas, other]
    assert held(store, box="company") == [company]
    assert held(store, search="щукин") == [annas, other]
    assert held(store, deleted=True) == [other]
    assert held(store, limit=1) == [company]
    assert held(store, scope=Scope(company_id="other")) == []


def test_a_hold_is_no_business_of_employees(store: Store) -> None:
    found_company(store)
    anna = hire(store, "anna", "employee", "101")
    message_id = store.receive(ANNA)
    store.messages.hold([message_id], reason="case 7", by=ME)

    assert store.messages.get(message_id, ANNAS).hold is None
    page = store.messages.list(Query(scope=ANNAS, reader=anna.id))
    assert [message.hold for message in page.messages] == [None]
    assert held(store, scope=ANNAS) == []
    assert store.messages.new_count(anna) == 1, "it is listed and new as it was"


def test_all_or_none_within_the_scope(store: Store) -> None:
    ours = store.receive()
    nobody = "0192f0c0-0000-7000-8000-000000000000"

    def hold(message_ids: list[str], scope: Scope) -> None:
        store.messages.hold(message_ids, reason="case 7", by=ME, scope=scope)

    def release(message_ids: list[str], scope: Scope) -> None:
        store.messages.release(message_ids, by=ME, scope=scope)

    for change in (hold, release):
        with refuses(NotFound, nobody):
            change([ours, nobody], OURS)
        with refuses(NotFound, ours):
            change([ours], Scope(company_id="other"))
    assert held(store) == []


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [(" \n", "must not be empty"), ("x" * 501, "must not be longer than 500")],
)
def test_a_reason_is_needed(store: Store, reason: str, sentence: str) -> None:
    message_id = store.receive()

    with refuses(Refused, f"reason: {sentence}"):
        store.messages.hold([message_id], reason=reason, by=ME)

    assert store.messages.get(message_id).hold is None


def test_who_held_and_who_released_is_in_the_log(store: Store) -> None:
    found_company(store)
    olga = hire(store, "olga", "administrator")
    message_id = store.receive(ANNA)
    for _ in range(2):
        store.messages.hold([message_id], reason="case 7", by=acting(olga))
    for _ in range(2):
        store.messages.release([message_id], by=ME)

    entries = AuditLog(store.database).list(AuditQuery(company_id=COMPANY.company_id)).entries

    assert [(entry.action, entry.who, entry.via) for entry in entries] == [
        ("message.release", "olga", "cli"),
        ("message.hold", "olga", "page"),
    ]
    for entry in entries:
        assert entry.subject == message_id
        assert isinstance(entry.details, dict)
        assert entry.details["reason"] == "case 7"
        assert entry.details["addressee"] == {"name": "Анна Щукина", "number": "101"}
