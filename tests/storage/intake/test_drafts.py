"""What is known of messages that were begun: to settle them, and to take up a call again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from storage.intake.drafts import Interrupted, OpenDraft, replacing_first
from storage.intake.intake import Draft
from tests.speech import silence, speak, write_wav
from tests.storage.conftest import ANNA, REQUEST, Store, envelope


def interrupted(store: Store, call_id: str = "call-1") -> Interrupted | None:
    return store.intake.drafts.interrupted(call_id)


def test_a_call_that_began_nothing(store: Store) -> None:
    store.begin(call_id="another call")

    assert interrupted(store) is None
    assert interrupted(store, "") is None


@pytest.mark.parametrize("on_slips", ["000", "111", "101", "010"])
def test_the_takes_of_a_call_are_told_oldest_first(store: Store, on_slips: str) -> None:
    takes: list[Draft] = []
    for on_slip in on_slips:
        begin = store.begin_without_database if on_slip == "1" else store.begin
        takes.append(begin(replaces=takes[-1] if takes else None))

    found = interrupted(store)

    assert found is not None
    assert list(found.takes) == [take.id for take in takes]
    assert (found.employee, found.kept) == (None, False)


@pytest.mark.parametrize("on_slip", [False, True])
def test_whose_box_the_message_was_for(store: Store, on_slip: bool) -> None:
    take = (store.begin_without_database if on_slip else store.begin)(ANNA)

    assert interrupted(store) == Interrupted([take.id], "101", False)


def test_a_call_whose_message_is_kept(store: Store) -> None:
    draft = store.begin(ANNA)
    speak(REQUEST, path=store.recording(draft))
    store.intake.finish(draft.id)

    assert interrupted(store) == Interrupted([], "101", True)


def test_a_call_that_said_nothing_yet(store: Store) -> None:
    draft = store.begin(ANNA)
    write_wav(store.recording(draft), silence(1))
    store.intake.finish(draft.id)

    assert interrupted(store) == Interrupted([], "101", False)


def test_a_message_kept_and_another_begun(store: Store) -> None:
    first = store.begin()
    speak(REQUEST, path=store.recording(first))
    store.intake.finish(first.id)
    second = store.begin_without_database(ANNA)

    assert interrupted(store) == Interrupted([second.id], "101", True)


def test_a_row_and_a_slip_are_one_take(store: Store) -> None:
    about = envelope()
    store.intake.begin(about)
    store.intake.begin_without_database(about)

    assert interrupted(store) == Interrupted([about.id], None, False)
    assert store.intake.drafts.open() == [OpenDraft(about.id, "call-1", None)]


def test_what_takes_back_comes_first_whatever_the_clock_said() -> None:
    """Ids grow with the clock; here it was set back between the takes of the first call."""
    drafts = [
        OpenDraft("05", "a", None),
        OpenDraft("04", "a", "05"),
        OpenDraft("03", "a", "04"),
        OpenDraft("06", "b", None),
    ]

    ordered = [draft.id for draft in replacing_first(drafts)]

    assert ordered == ["06", "03", "04", "05"]


def test_drafts_that_take_back_each_other_are_all_there() -> None:
    drafts = [OpenDraft("1", "a", "2"), OpenDraft("2", "a", "1"), OpenDraft("3", "a", "3")]

    assert sorted(draft.id for draft in replacing_first(drafts)) == ["1", "2", "3"]


def test_a_call_is_found_by_an_index(store: Store) -> None:
    question = "SELECT id FROM messages WHERE call_id = 'x'"
    with store.database.session() as session:
        if store.database.is_sqlite:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {question}")).all()
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.execute(text(f"EXPLAIN {question}")).all()
    assert "ix_messages_call" in str(plan)
