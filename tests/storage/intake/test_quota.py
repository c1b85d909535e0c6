"""A box holds so many messages and no more: decided before anybody speaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.errors import MailboxFull
from storage.intake.intake import Draft, Empty, Mailbox
from storage.messages.repository import Query
from tests.acting import ME
from tests.refusals import refuses
from tests.speech import speak
from tests.storage.conftest import ANNA, COMPANY, REQUEST, Store, envelope, kept


def begin(
    store: Store, most: int, mailbox: Mailbox = COMPANY, replaces: Draft | None = None
) -> Draft:
    return store.intake.begin(envelope(mailbox, replaces=replaces), most)


def leave(store: Store, most: int, mailbox: Mailbox = COMPANY) -> str:
    draft = begin(store, most, mailbox)
    speak(REQUEST, path=store.recording(draft))
    return kept(store.intake.finish(draft.id)).id


@pytest.mark.parametrize("mailbox", [COMPANY, ANNA], ids=["company", "employee"])
def test_of_ten_callers_at_once_three_get_the_three_places(store: Store, mailbox: Mailbox) -> None:
    leave(store, 4, mailbox)

    def attempt(_: int) -> Draft | None:
        try:
            return begin(store, 4, mailbox)
        except MailboxFull:
            return None

    with ThreadPoolExecutor(10) as callers:
        drafts = [draft for draft in callers.map(attempt, range(10)) if draft]

    assert len(drafts) == 3
    assert len(store.intake.drafts.open()) == 3


def test_a_message_in_progress_takes_a_place_and_an_empty_one_gives_it_back(store: Store) -> None:
    draft = begin(store, 1)
    with refuses(MailboxFull, "holds 1 message"):
        begin(store, 1)

    assert isinstance(store.intake.finish(draft.id), Empty)

    leave(store, 1)
    with pytest.raises(MailboxFull):
        begin(store, 1)


def test_recording_again_needs_no_second_place(store: Store) -> None:
    first = begin(store, 1)
    second = begin(store, 1, replaces=first)
    speak(REQUEST, path=store.recording(second))

    assert kept(store.intake.finish(second.id)).id == second.id


def test_boxes_are_full_each_for_itself(store: Store) -> None:
    leave(store, 1)

    leave(store, 1, ANNA)

    for mailbox in (COMPANY, ANNA):
        with pytest.raises(MailboxFull):
            begin(store, 1, mailbox)


def test_the_trash_does_not_count(store: Store) -> None:
    message = leave(store, 1)
    store.messages.delete(message, by=ME)

    leave(store, 1)
    store.messages.restore(message, by=ME)

    assert len(store.messages.list(Query()).messages) == 2
    with pytest.raises(MailboxFull):
        begin(store, 2)


def test_without_a_limit_there_is_always_place(store: Store) -> None:
    for _ in range(3):
        store.begin()
    assert len(store.intake.drafts.open()) == 3
