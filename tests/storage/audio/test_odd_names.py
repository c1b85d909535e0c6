"""Honest recordings under names that are not: kept as messages, in both kinds of database."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import pytest

from storage.identifiers import new_id
from storage.intake.reconcile import take_in_fallback, take_in_orphans
from storage.messages.repository import Query
from tests.speech import speak
from tests.storage.conftest import REQUEST, Store
from tests.storage.intake.test_reconcile import DIRECTORY, left_behind

ODD = [
    b"1786696204_..74951_..%2f..%2fetc_1.1.wav",
    b"...wav",
    b"..wav",
    b"1786696204_7495_\n\x1b[2J_1.1.wav",
    b"1786696204_7495_\xff\xfe\xd0_1.1.wav",
    b"\xff.wav",
    b"1786696204_7495_<script>alert(1)<\x01script>_1.1.wav",
    b"1786696204_'; DROP TABLE messages; --_1_1.1.wav",
    b"99999999999_7495_1_1.1.wav",
    "1786696204_\u202e7495_\u0661\u0662_1.1.wav".encode(),
    "\u0661\u0667866\u0669\u06666204_7495_1_1.1.wav".encode(),
    b"1786696204_" + b"7" * 230 + b"_1_1.wav",
    b"-rf.wav",
    b"%s%n{0}.wav",
]


def test_whatever_its_name_an_honest_recording_is_kept(store: Store) -> None:
    fallback = store.folder / "spool" / "voicepost"
    fallback.mkdir()
    minute_ago = time.time() - 60
    for name in ODD:
        path = fallback / os.fsdecode(name)
        speak(REQUEST, path=store.folder / "honest").rename(path)
        os.utime(path, (minute_ago, minute_ago))

    settled = take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=True)

    assert settled.failures == ()
    messages = store.messages.list(Query()).messages
    assert {message.id for message in messages} == set(settled.kept)
    assert len(messages) == len(ODD)
    assert max(message.received_at for message in messages) <= datetime.now(UTC)
    assert list(fallback.iterdir()) == []
    assert {path.parents[2] for path in store.audio_files()} == {store.audio.folder}


@pytest.mark.parametrize(
    "name",
    ["ffffffff-ffff-7fff-bfff-ffffffffffff", new_id(datetime(9999, 12, 31, tzinfo=UTC))],
    ids=["no time at all", "the year 9999"],
)
def test_an_id_of_the_far_future_tells_no_time(store: Store, name: str) -> None:
    left_behind(store.recordings, f"{name}.wav")

    take_in_orphans(store.intake, store.database, asterisk_alive=True)

    (message,) = store.messages.list(Query()).messages
    assert message.id == name
    assert message.received_at <= datetime.now(UTC)
