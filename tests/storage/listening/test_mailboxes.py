"""What is in an employee's mailbox for who listens by phone, and what listening changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.actor import Actor
from storage.companies.reassigning import reassign
from storage.errors import NotFound
from storage.listening.mailboxes import PAGE, Mailboxes
from storage.notifications.lamps import Count
from tests.acting import ME
from tests.storage.conftest import Store
from tests.storage.notifications.test_lamps import Company

PHONE = Actor(name="101", via="phone")


class Anna:
    """Anna, at the phone."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.boxes = Mailboxes(company.store.database, company.store.messages)
        found = self.boxes.person(company.id, "101")
        assert found
        self.id = found

    @property
    def new(self) -> list[str]:
        return list(self.boxes.contents(self.company.id, self.id).new)

    @property
    def old(self) -> list[str]:
        """What is not new, however many pages that takes."""
        ids, before = [], None
        while page := self.boxes.older(self.company.id, self.id, before):
            ids += [message_id for message_id, _ in page]
            before = page[-1][1]
        assert self.boxes.contents(self.company.id, self.id).old_count == len(ids)
        return ids

    @property
    def lamp(self) -> Count:
        """What her phone shows."""
        return next(count for box, count in self.company.shown().items() if box.startswith("101@"))

    def hears(self, message_id: str) -> None:
        self.boxes.listen(message_id, "101", by=PHONE)

    def keeps_new(self, message_id: str) -> None:
        self.boxes.keep_new(message_id, "101", by=PHONE)


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Company:
    return Company(store, tmp_path / "prompts")


@pytest.fixture
def anna(company: Company) -> Anna:
    return Anna(company)


def test_new_ones_come_in_their_order_and_others_the_newest_first(anna: Anna) -> None:
    ids = [anna.company.receive() for _ in range(5)]
    anna.hears(ids[1])
    anna.hears(ids[3])
    assert anna.new == [ids[0], ids[2], ids[4]]
    assert anna.old == [ids[3], ids[1]]


def test_nothing_of_others_is_there(anna: Anna) -> None:
    of_boris, of_company = anna.company.receive("102"), anna.company.receive_own()
    assert (anna.new, anna.old) == ([], [])
    for other in (of_boris, of_company):
        assert anna.boxes.message(anna.company.id, anna.id, other) is None


def test_many_are_read_page_by_page(anna: Anna) -> None:
    ids = [anna.company.receive() for _ in range(PAGE + 3)]
    for each in ids:
        anna.hears(each)
    assert anna.old == ids[::-1]


def test_what_is_heard_by_phone_is_heard_on_the_page_and_by_the_lamp(anna: Anna) -> None:
    user = anna.company.hire("anna", "101")
    message = anna.company.receive()
    assert anna.company.store.messages.new_count(user) == 1
    anna.hears(message)
    assert anna.company.store.messages.new_count(user) == 0
    assert anna.lamp == Count(new=0, old=1)
    anna.keeps_new(message)
    assert anna.company.store.messages.new_count(user) == 1
    assert anna.lamp == Count(new=1, old=0)
    assert anna.new == [message]


def test_without_an_account_it_is_kept_new_too(anna: Anna) -> None:
    message = anna.company.receive()
    anna.hears(message)
    assert anna.company.store.messages.get(message).state == "heard"
    anna.keeps_new(message)
    assert anna.new == [message]
    assert anna.company.store.messages.get(message).state == "new"


def test_deleted_ones_are_there_no_more(anna: Anna) -> None:
    message = anna.company.receive()
    assert anna.boxes.message(anna.company.id, anna.id, message) is not None
    anna.company.store.messages.delete(message, by=ME)
    assert anna.boxes.message(anna.company.id, anna.id, message) is None
    assert (anna.new, anna.old) == ([], [])
    with pytest.raises(NotFound):
        anna.keeps_new(message)


def test_a_successor_finds_nothing_that_is_not_handed_over(anna: Anna) -> None:
    anna.company.receive()
    reassign(anna.company.offices, "Лилия", "101", "Вера Ли", messages="keep", by=ME)
    vera = Anna(anna.company)
    assert vera.id != anna.id
    assert (vera.new, vera.old) == ([], [])
