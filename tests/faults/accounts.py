"""The account of a round: what was said after the beep, and what of it was kept."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from commands.context import App
from storage.errors import StorageError
from storage.models import MessageRow
from tests.faults.caller import Caller
from tests.faults.fault import ONE_PACKET, Fault
from tests.faults.hearing import heard_of
from tests.faults.plans import State

COUNTS_SECONDS = 5.0
"""Who spoke for so long after the beep has left a message, and it must be there."""
MOMENT = timedelta(seconds=2)
"""By so much the time of a message may be off."""


@dataclass
class Account:
    """Counts, worst figures, and a sentence for each thing that is wrong."""

    calls: int = 0
    spoken: int = 0
    kept: int = 0
    right_box: int = 0
    lost: int = 0
    doubled: int = 0
    wrong_box: int = 0
    wrong_time: int = 0
    wrong_audio: int = 0
    unplayable: int = 0
    cut_off: int = 0
    lost_seconds_max: float = 0.0
    unheard: int = 0
    """Callers who never got to speak."""
    orphan_files: int = 0
    orphan_rows: int = 0
    stuck_channels: int = 0
    silence_seconds_max: float = 0.0
    failures: list[str] = field(default_factory=list)

    def fail(self, name: str, sentence: str, count: int = 1) -> None:
        setattr(self, name, getattr(self, name) + count)
        self.failures.append(sentence)


def account_for(
    account: Account, app: App, callers: Sequence[Caller], began: datetime, fault: Fault
) -> None:
    """Find each caller's messages, and listen to them."""
    messages = defaultdict[str, list[MessageRow]](list)
    with app.database.reading() as session:
        kept = select(MessageRow).where(
            MessageRow.state == "kept",
            MessageRow.caller_number.in_([caller.number for caller in callers]),
        )
        for row in session.scalars(kept):
            messages[row.caller_number].append(row)
        session.expunge_all()
    for caller in callers:
        _judge(account, app, caller, messages[caller.number], began, fault)


def _judge(
    account: Account,
    app: App,
    caller: Caller,
    messages: list[MessageRow],
    began: datetime,
    fault: Fault,
) -> None:
    account.calls += 1
    who = _name(caller)
    counts = caller.spoken_seconds >= COUNTS_SECONDS
    account.spoken += counts
    account.unheard += caller.began_speaking is None
    if caller.gave_up:
        account.failures.append(f"{who} gave up: {caller.last}")
    if not messages:
        if caller.was_told_saved:
            account.fail("lost", f"{who} was told that the message is saved, and it is not")
        elif counts and (not fault.limits.promised_only or _was_recorded_before(caller)):
            account.fail("lost", f"{who}: the message is lost")
        return
    account.kept += 1
    if len(messages) > 1:
        account.fail("doubled", f"{who}: {len(messages)} messages", len(messages) - 1)
    message = messages[0]
    account.cut_off += message.cut_off
    if message.box == caller.box:
        account.right_box += 1
    else:
        account.fail("wrong_box", f"{who}: in the box {message.box} instead of {caller.box}")
    if not began - MOMENT < message.received_at < datetime.now(UTC) + MOMENT:
        account.fail("wrong_time", f"{who}: received at {message.received_at}")
    _listen(account, app, caller, message, fault)


def _was_recorded_before(caller: Caller) -> bool:
    """Whether a message's worth of this caller's words was on the disk when the blow fell."""
    before = caller.at_blow
    if before.state is State.RECORDING:
        return before.offset > COUNTS_SECONDS
    return before.state in (State.FILING, State.REVIEW, State.SAVED, State.GONE)


def _listen(account: Account, app: App, caller: Caller, message: MessageRow, fault: Fault) -> None:
    who = _name(caller)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        try:
            with app.audio.open(message.audio_key or "") as audio:
                Path(file.name).write_bytes(audio.read())
            heard = heard_of(caller.speech, Path(file.name), caller.spoken_seconds)
        except (StorageError, OSError, AssertionError, EOFError) as error:
            account.fail("unplayable", f"{who}: message {message.id} cannot be played: {error!r}")
            return
    if heard.is_other:
        account.fail("wrong_audio", f"{who}: message {message.id} is not what was said")
        return
    if fault.limits.promised_only and not caller.was_told_saved:
        return
    account.lost_seconds_max = max(account.lost_seconds_max, heard.lost)
    # One whose end was just told to be over when the blow fell is whole.
    if fault.ends_calls and heard.lost > ONE_PACKET and not message.cut_off:
        account.failures.append(f"{who}: message {message.id} is not marked as cut off")
    if heard.lost > fault.limits.lost_seconds:
        where = ", ".join(f"{at:g}" for at in heard.at)
        account.failures.append(f"{who}: {heard.lost} of {heard.spoken} s are missing, at {where}")


def _name(caller: Caller) -> str:
    at = caller.at_blow
    return f"caller {caller.number} (at the blow: {at.state}, for {at.offset:.2f} s)"
