"""What storage counts as it settles recordings."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from storage.database.tables import MessageRow
from storage.metrics import count_settled, metrics


def samples() -> dict[str, float]:
    """Everything that has been counted in this process so far."""
    count = metrics()
    every = (count.messages, count.cut_off, count.seconds, count.filing)
    return {
        f"{sample.name}{''.join(sample.labels.values())}": sample.value
        for metric in every
        for family in metric.collect()
        for sample in family.samples
    }


def test_kept_messages_their_seconds_and_how_long_it_took(tmp_path: Path) -> None:
    recording = tmp_path / "draft.wav"
    recording.write_bytes(b"x")
    os.utime(recording, (time.time() - 2, time.time() - 2))
    before = samples()
    row = MessageRow(source="agi", state="kept", duration=7.5, cut_off=True)
    count_settled(row, recording)
    count_settled(row, tmp_path / "gone already.wav")
    count_settled(MessageRow(source="agi", state="empty", cut_off=False), recording)
    more = {name: value - before.get(name, 0.0) for name, value in samples().items()}
    assert more["voicepost_messages_totalagikept"] == 2
    assert more["voicepost_messages_totalagiempty"] == 1
    assert more["voicepost_messages_cut_off_total"] == 2
    assert more["voicepost_messages_stored_seconds_total"] == pytest.approx(15)
    assert more["voicepost_filing_seconds_bucket1.0"] == 0
    assert more["voicepost_filing_seconds_bucket5.0"] == 1
