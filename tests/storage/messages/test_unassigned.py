"""How many messages are nobody's: what limits callers, and what doctor tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.actor import SYSTEM
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages.unassigned import Unassigned
from tests.storage.conftest import COMPANY, Store

CALLER, OTHER = "+79161112233", "anonymous"
NOBODYS = unassigned_mailbox("70000000000")


@pytest.fixture
def counts(store: Store) -> Unassigned:
    return Unassigned(store.database)


def test_calls_count_and_not_the_takes_of_one(store: Store, counts: Unassigned) -> None:
    first = store.begin(NOBODYS, caller_number=CALLER, call_id="1")
    store.begin(NOBODYS, caller_number=CALLER, call_id="1", replaces=first)
    store.begin(NOBODYS, caller_number=CALLER, call_id="2")
    store.begin(NOBODYS, caller_number=OTHER, call_id="3")
    store.begin(COMPANY, caller_number=CALLER, call_id="4")
    assert counts.calls_lately(CALLER) == (2, 3)
    assert counts.calls_lately(OTHER) == (1, 3)
    assert counts.calls_lately("") == (0, 3)


def test_who_said_nothing_and_yesterdays_calls_do_not_count(
    store: Store, counts: Unassigned
) -> None:
    draft = store.begin(NOBODYS, caller_number=CALLER)
    store.intake.finish(draft.id)  # nothing was recorded
    store.receive(NOBODYS, caller=CALLER, at=datetime.now(UTC) - timedelta(hours=25))
    assert counts.calls_lately(CALLER) == (0, 0)


def test_a_number_that_no_database_takes_is_still_a_callers(
    store: Store, counts: Unassigned
) -> None:
    store.begin(NOBODYS, caller_number="1\0")
    assert counts.calls_lately("1\0") == (1, 1)


def test_numbers_are_told_with_their_messages(store: Store, counts: Unassigned) -> None:
    assert counts.numbers_lately(30) == {}
    old = datetime.now(UTC) - timedelta(days=31)
    kept = [store.receive(NOBODYS) for _ in range(2)]
    store.receive(NOBODYS, at=old)
    store.receive(COMPANY)
    assert counts.numbers_lately(30) == {"74951234567": 2}  # what `receive` has dialled
    store.messages.delete(kept[0], by=SYSTEM)
    assert counts.numbers_lately(30) == {"74951234567": 1}
    assert counts.numbers_lately(40) == {"74951234567": 2}


def test_the_box_may_be_a_days_of_any_zone(store: Store, counts: Unassigned) -> None:
    moscow = replace(NOBODYS, timezone="Europe/Moscow")
    store.begin(moscow, caller_number=CALLER)
    assert counts.calls_lately(CALLER) == (1, 1)
