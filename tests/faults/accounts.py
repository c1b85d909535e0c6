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
from storage.database.tables import MessageRow
from storage.errors import StorageError
from tests.faults.caller import Caller, Take
from tests.faults.fault import ONE_PACKET, Fault
from tests.faults.hearing import Heard, heard_of
from tests.faults.plans import State

COUNTS_SECONDS = 1.0
"""What was said for so long after the beep must be there, in whatever voice."""
ORDINARY_SECONDS = 3.0
"""So much of a voice that any detector hears makes an ordinary message."""
ON_DISK_SECONDS = 5.0
"""Of a recording so old, a message's worth is on the disk."""
MOMENT = timedelta(seconds=2)
"""By so much the time of a message may be off."""


@dataclass
class Account:
    """Counts, worst figures, and a sentence for each thing that is wrong."""

    calls: int = 0
    spoken: int = 0
    quiet: int = 0
    """Callers among them whose voice is hard to hear."""
    aside: int = 0
    """Messages that were kept aside as probably empty."""
    kept: int = 0
    right_box: int = 0
    lost: int = 0
    wrongly_aside: int = 0
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
    # Of what is said when Asterisk dies, the last seconds are in its memory only.
    counts = COUNTS_SECONDS + (fault.limits.lost_seconds if fault.ends_calls else 0)
    said = [take for take in caller.takes if take.seconds >= counts]
    account.spoken += bool(said)
    account.quiet += bool(said) and caller.plan.voice is not None
    account.unheard += not caller.began_speaking
    account.kept += bool(messages)
    account.aside += sum(message.quiet for message in messages)
    if caller.gave_up:
        account.failures.append(f"{who} gave up: {caller.last}")
    if caller.was_told_saved and all(message.quiet for message in messages):
        account.fail("lost", f"{who} was told that the message is saved, and it is not")
    found = _recognise(account, app, caller, messages)
    for number, take in enumerate(caller.takes):
        holding = [(message, heard) for message, at, heard in found if at == number]
        if len(holding) > 1:
            account.fail("doubled", f"{who}: {len(holding)} messages", len(holding) - 1)
        if holding:
            _check(account, caller, take, *holding[0], fault)
        elif take in said and _must_be_there(caller, take, fault):
            account.fail("lost", f"{who}: the message is lost")
    for message, _, _ in found:
        if not began - MOMENT < message.received_at < datetime.now(UTC) + MOMENT:
            account.fail("wrong_time", f"{who}: received at {message.received_at}")


def _must_be_there(caller: Caller, take: Take, fault: Fault) -> bool:
    """Whether there was room for it: where there is none, it was promised or recorded before."""
    if not fault.limits.promised_only:
        return True
    return take is caller.takes[0] and _was_recorded_before(caller)


def _was_recorded_before(caller: Caller) -> bool:
    """Whether a message's worth of this caller's words was on the disk when the blow fell."""
    before = caller.at_blow
    if before.state is State.RECORDING:
        return before.offset > ON_DISK_SECONDS
    return before.state in (State.FILING, State.REVIEW, State.SAVED, State.GONE)


def _recognise(
    account: Account, app: App, caller: Caller, messages: list[MessageRow]
) -> list[tuple[MessageRow, int, Heard]]:
    """Which of the caller's takes each message holds, and how much of it."""
    found = []
    for message in messages:
        try:
            heard = _listen(app, caller, message)
        except (StorageError, OSError, AssertionError, EOFError) as error:
            sentence = f"{_name(caller)}: message {message.id} cannot be played: {error!r}"
            account.fail("unplayable", sentence)
            continue
        number, most = max(enumerate(heard), key=lambda each: each[1].found, default=(0, None))
        if most is None or most.is_other:
            sentence = f"{_name(caller)}: message {message.id} is not what was said"
            account.fail("wrong_audio", sentence)
        else:
            found.append((message, number, most))
    return found


def _listen(app: App, caller: Caller, message: MessageRow) -> list[Heard]:
    """How much of each take is in the message."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        with app.audio.open(message.audio_key or "") as audio:
            Path(file.name).write_bytes(audio.read())
        return [heard_of(take.speech, Path(file.name), take.seconds) for take in caller.takes]


def _check(
    account: Account, caller: Caller, take: Take, message: MessageRow, heard: Heard, fault: Fault
) -> None:
    """Whether it is where it belongs, and whole."""
    who = _name(caller)
    account.cut_off += message.cut_off
    if message.box == take.box:
        account.right_box += take is caller.takes[0]
    else:
        account.fail("wrong_box", f"{who}: in the box {message.box} instead of {take.box}")
    if message.quiet and caller.plan.voice is None and heard.found > ORDINARY_SECONDS:
        account.fail("wrongly_aside", f"{who}: message {message.id} was kept aside")
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
    at, voice = caller.at_blow, caller.plan.voice
    speaks = f", whose voice is “{voice}”" if voice else ""
    return f"caller {caller.number}{speaks} (at the blow: {at.state}, for {at.offset:.2f} s)"
