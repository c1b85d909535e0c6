"""Clocks are set back, and summer ends: messages stay in the order in which they came."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.actor import EVERYTHING
from storage.audio.store import LocalAudio
from storage.identifiers import CLOCK_BACK
from storage.intake.intake import Mailbox
from storage.intake.leftovers import QUIET_SECONDS
from storage.intake.reconcile import settle, take_in_orphans
from storage.messages.repository import MessageRepository, Query
from tests.speech import speak
from tests.storage.conftest import COMPANY, REQUEST, Store, envelope

NOON = datetime(2026, 8, 14, 12, 0, tzinfo=UTC)
BERLIN = replace(COMPANY, timezone="Europe/Berlin")


def receive(store: Store, at: datetime, mailbox: Mailbox = COMPANY) -> str:
    """A message whose caller hears the beep when the clock says so."""
    draft = store.intake.begin(replace(envelope(mailbox), received_at=at))
    speak(REQUEST, path=store.recording(draft))
    store.intake.finish(draft.id)
    return draft.id


def listed(store: Store, query: Query | None = None) -> list[str]:
    """The ids, oldest first."""
    return [message.id for message in store.messages.list(query or Query()).messages][::-1]


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), CLOCK_BACK / 2])
def test_a_clock_set_back_changes_no_order(store: Store, back: timedelta) -> None:
    arrived = [receive(store, NOON)]
    for minutes in range(4):
        arrived.append(receive(store, NOON - back + timedelta(minutes=minutes)))
    arrived.append(receive(store, NOON + timedelta(minutes=1)))

    assert listed(store) == arrived
    times = [store.messages.get(message).received_at.astimezone(UTC) for message in arrived]
    assert times[1] == NOON - back, "the time is what the clock said"


def test_messages_from_a_far_future_do_not_hold_up_the_others(store: Store) -> None:
    """A clock that was years ahead is wrong once, and not from then on."""
    wrong = receive(store, NOON + timedelta(days=3650))
    first, second = receive(store, NOON), receive(store, NOON + timedelta(minutes=1))

    assert listed(store) == [first, second, wrong]


def test_what_is_taken_in_late_stands_where_it_belongs(store: Store) -> None:
    late = NOON - timedelta(minutes=30)
    after = receive(store, NOON)
    before = store.receive(at=late)

    assert listed(store) == [before, after]


def test_a_clock_set_back_over_midnight_leaves_months_complete(store: Store) -> None:
    new_month = datetime(2026, 9, 1, 0, 30, tzinfo=UTC)
    utc = replace(COMPANY, timezone="Etc/GMT+12")  # no zone ends a month later
    midnight = new_month + timedelta(hours=12)
    arrived = [receive(store, midnight, utc), receive(store, midnight - timedelta(hours=1), utc)]

    assert listed(store) == arrived
    assert listed(store, Query(month="2026-09")) == arrived[:1]
    assert listed(store, Query(month="2026-08")) == arrived[1:]
    assert store.messages.months(EVERYTHING) == [("2026-09", 1), ("2026-08", 1)]


@pytest.mark.parametrize(
    ("first", "day"),
    [
        (datetime(2026, 10, 25, 0, 15, tzinfo=UTC), "2026-10-25"),  # 2:15 twice: summer ends
        (datetime(2026, 3, 29, 0, 45, tzinfo=UTC), "2026-03-29"),  # no 2:15 at all
    ],
)
def test_summer_begins_and_ends_without_a_change_of_order(
    store: Store, first: datetime, day: str
) -> None:
    arrived = [receive(store, first + timedelta(minutes=30 * n), BERLIN) for n in range(4)]

    assert listed(store) == arrived
    assert store.messages.months(EVERYTHING) == [(day[:7], 4)]
    hours = [store.messages.get(message).received_at.isoformat() for message in arrived]
    assert all(hour.startswith(day) for hour in hours)
    assert len({hour[-6:] for hour in hours}) == 2, "summer's offset, and winter's"


def test_the_month_ends_at_the_companys_midnight_also_in_winter(store: Store) -> None:
    """31 October 2026, 23:30 in Berlin, is 22:30 UTC in winter; in summer it was 21:30."""
    october = receive(store, datetime(2026, 10, 31, 22, 30, tzinfo=UTC), BERLIN)
    november = receive(store, datetime(2026, 10, 31, 23, 30, tzinfo=UTC), BERLIN)

    assert listed(store, Query(month="2026-10")) == [october]
    assert listed(store, Query(month="2026-11")) == [november]


def test_drafts_and_files_from_the_future_wait_for_no_clock(store: Store) -> None:
    """The clock was set back an hour while they were being recorded."""
    later = datetime.now(UTC) + timedelta(hours=1)
    draft = store.intake.begin(replace(envelope(call_id="over"), received_at=later))
    nobodys = store.recordings / f"{envelope().id}.wav"
    for path in (store.recording(draft), nobodys):
        speak(REQUEST, path=path)
        os.utime(path, (later.timestamp(), later.timestamp()))

    assert settle(store.intake, store.intake.drafts.open(), []).kept == (draft.id,)
    orphans = take_in_orphans(store.intake, store.database, asterisk_alive=True)

    assert orphans.kept == (nobodys.stem,)
    just_now = speak(REQUEST, path=store.recordings / f"{envelope().id}.wav")
    soon = time.time() + QUIET_SECONDS / 2
    os.utime(just_now, (soon, soon))
    assert take_in_orphans(store.intake, store.database, asterisk_alive=True).kept == ()


# -- the real thing ----------------------------------------------------------------------------

PROGRAM = """
import shutil, sys
from datetime import UTC, datetime
from pathlib import Path
from storage.database.engine import Database
from storage.intake.intake import Intake
from storage.messages.envelope import Mailbox, new_envelope
from storage.audio.store import LocalAudio

url, folder, speech = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
recordings = folder / "spool" / "recording"
messages = Intake(Database(url), LocalAudio(folder / "audio"), recordings)
box = Mailbox(None, "Ромашка", "company", "Ромашка", "74951234567", "Europe/Moscow")
for line in sys.stdin:
    about = new_envelope(box, caller_number="1", source="ari", call_id=line, min_speech=1.0)
    draft = messages.begin(about)
    shutil.copy(speech, recordings / f"{draft.id}.wav")
    print(messages.finish(draft.id).id, about.received_at.timestamp(), flush=True)
"""


@contextmanager
def program(store: Store, clock: Path) -> Iterator[subprocess.Popen[str]]:
    """The keeping of messages in a process whose clock is set by a file."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        pytest.fail("libfaketime is not installed: make system", pytrace=False)
    url = store.database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [*(sys.executable, "-c", PROGRAM), url, str(store.folder), str(speak(REQUEST))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ
        | {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        },
    )
    with process:
        yield process
        assert process.stdin
        process.stdin.close()


def test_a_process_whose_clock_is_set_back_an_hour(store: Store) -> None:
    clock = store.folder / "clock"
    arrived: list[str] = []
    times: list[float] = []
    clock.write_text("+0")
    with program(store, clock) as process:
        assert process.stdin and process.stdout
        for offset in ("+0", "-1h", "-1h", "+0"):
            clock.write_text(offset)
            process.stdin.write("call\n")
            process.stdin.flush()
            message, at = process.stdout.readline().split()
            arrived.append(message)
            times.append(float(at))

    assert times[0] - times[1] == pytest.approx(3600, abs=60), "the clock was set back"
    repository = MessageRepository(store.database, LocalAudio(store.audio.folder))
    assert [message.id for message in repository.list(Query()).messages][::-1] == arrived
