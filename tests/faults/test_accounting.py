"""The harness counts right: what is missing, silences, and the figures in the table."""

from __future__ import annotations

import audioop
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import update

from commands.context import App
from storage.audio.speech import speech_seconds
from storage.audio.wav import examine, recording_of
from storage.database.tables import MessageRow
from storage.messages.envelope import Box, Mailbox
from telephony.ari.client import HttpAri
from tests.faults.accounts import Account, account_for
from tests.faults.caller import Caller, Take
from tests.faults.catalogue import FAULTS
from tests.faults.ears import Ears
from tests.faults.hearing import PIECE, RATE, heard_of
from tests.faults.plans import AIMS, Plan, State, plans
from tests.faults.table import WRONG, write
from tests.faults.told import judge
from tests.faults.voices import QUIET, Quiet, voice
from tests.speech import samples, silence, write_wav

SECOND = 2 * RATE  # bytes
ROOT = Path(__file__).parent.parent.parent


def over_the_line(caller: int, quiet: Quiet | None = None, take: int = 1) -> bytes:
    """What a caller says, as it comes out of G.711."""
    return audioop.ulaw2lin(audioop.lin2ulaw(samples(voice(caller, quiet, take)), 2), 2)


def over_an_a_law_line(caller: int, quiet: Quiet) -> bytes:
    """The same by the coarser law, in which silence is no nought."""
    return audioop.alaw2lin(audioop.lin2alaw(samples(voice(caller, quiet)), 2), 2)


def test_a_whole_message_lacks_nothing(tmp_path: Path) -> None:
    recorded = write_wav(tmp_path / "x.wav", silence(1.3) + over_the_line(1) + silence(0.5))
    assert heard_of(voice(1), recorded).lost == 0


@pytest.mark.parametrize("begin", [0.0, 1.5, 3.0])
def test_two_seconds_cut_out_are_two_seconds_lost(tmp_path: Path, begin: float) -> None:
    said, at = over_the_line(2), int(begin * SECOND)
    recorded = write_wav(tmp_path / "x.wav", silence(1) + said[:at] + said[at + 2 * SECOND :])
    assert heard_of(voice(2), recorded).lost == pytest.approx(2, abs=PIECE / RATE)


@pytest.mark.parametrize("at", [1.1, 2.13, 3.375, 4.02])
def test_a_packet_that_came_late_is_not_missed(tmp_path: Path, at: float) -> None:
    said, place = over_the_line(2), int(at * RATE) * 2
    late = said[:place] + silence(0.04) + said[place:]
    assert heard_of(voice(2), write_wav(tmp_path / "x.wav", late)).lost == 0


@pytest.mark.parametrize("at", [1.1, 2.13, 3.375, 4.02])
def test_a_quarter_of_a_second_that_is_not_there_is_missed(tmp_path: Path, at: float) -> None:
    said, place = over_the_line(2), int(at * RATE) * 2
    short = said[:place] + silence(0.25) + said[place + SECOND // 4 :]
    assert heard_of(voice(2), write_wav(tmp_path / "x.wav", short)).lost > 0


@pytest.mark.parametrize("at", [1.1, 2.13, 3.375, 4.02])
def test_a_lost_packet_is_as_long_as_it_is(tmp_path: Path, at: float) -> None:
    said, place = over_the_line(2), int(at * RATE) * 2
    short = said[:place] + said[place + SECOND // 50 :]
    assert heard_of(voice(2), write_wav(tmp_path / "x.wav", short)).lost <= 0.02


def test_what_was_not_said_is_not_missed(tmp_path: Path) -> None:
    recorded = write_wav(tmp_path / "x.wav", over_the_line(3)[: 3 * SECOND])
    assert heard_of(voice(3), recorded, seconds=3).lost <= PIECE / RATE
    assert heard_of(voice(3), recorded).lost > 2


def test_another_callers_message_is_known_as_such(tmp_path: Path) -> None:
    recorded = write_wav(tmp_path / "x.wav", over_the_line(4))
    assert heard_of(voice(5), recorded).is_other
    assert not heard_of(voice(4), recorded).is_other


def test_what_callers_say_is_speech_to_the_detector() -> None:
    assert speech_seconds(examine(voice(6))) > 5


@pytest.mark.parametrize("quiet", QUIET)
def test_the_detector_does_not_hear_who_is_hard_to_hear(quiet: Quiet) -> None:
    for caller, take in product(range(4), (1, 2)):
        assert speech_seconds(recording_of(over_the_line(caller, quiet, take))) < 1


@pytest.mark.parametrize("quiet", QUIET)
@pytest.mark.parametrize("line", [over_the_line, over_an_a_law_line])
def test_who_is_hard_to_hear_is_recognised_all_the_same(
    tmp_path: Path, line: Callable[[int, Quiet], bytes], quiet: Quiet
) -> None:
    recorded = write_wav(tmp_path / "x.wav", silence(1.3) + line(1, quiet) + silence(0.5))
    assert heard_of(voice(1, quiet), recorded).lost == 0
    assert heard_of(voice(2, quiet), recorded).is_other
    assert heard_of(voice(1, quiet, 2), recorded).is_other


def test_two_seconds_cut_out_of_a_voice_that_nobody_hears_are_lost(tmp_path: Path) -> None:
    said = over_the_line(2, "-46 dBFS")
    recorded = write_wav(tmp_path / "x.wav", said[:SECOND] + said[3 * SECOND :])
    assert heard_of(voice(2, "-46 dBFS"), recorded).lost == pytest.approx(2, abs=PIECE / RATE)


@dataclass
class Round:
    """A round with one caller, and what became of what was said."""

    app: App
    caller: Caller
    began: datetime

    def keep(self, said: bytes, box: str = "company") -> None:
        """A message of the caller, in one of the boxes."""
        spool = write_wav(self.app.settings.home / "spool.wav", silence(1) + said)
        self.app.intake.take_in(
            spool,
            mailbox=mailbox(cast(Box, box)),
            caller_number=self.caller.number,
            received_at=datetime.now(UTC),
            source="ari",
            min_speech=1.0,
        )

    def account(self) -> Account:
        account = Account()
        account_for(account, self.app, [self.caller], self.began, FAULTS["kill-calls"])
        return account


def mailbox(box: Box) -> Mailbox:
    number = "101" if box == "employee" else "74951234567"
    return Mailbox(str(UUID(int=1)), "Ромашка", box, "Ромашка", number)


def a_round(tmp_path: Path, quiet: Quiet | None, takes: int = 1) -> Round:
    """Somebody who has spoken to the company's box, to so many beeps."""
    app = App(tmp_path)
    plan = Plan(1, State.RECORDING, 0, "9", 1, presses_hash=True, voice=quiet)
    caller = Caller(plan, "79160000001", "PJSIP/x", cast(HttpAri, None), 25)
    for take in range(1, takes + 1):
        speech = voice(1, quiet, take)
        seconds = len(samples(speech)) / SECOND
        caller.takes.append(Take(speech, "company", 0.1, 0.1 + seconds))
    return Round(app, caller, datetime.now(UTC))


@pytest.mark.parametrize("quiet", QUIET)
def test_who_is_hard_to_hear_is_found_among_what_is_kept_aside(
    tmp_path: Path, quiet: Quiet
) -> None:
    played = a_round(tmp_path, quiet)
    played.keep(over_the_line(1, quiet))
    account = played.account()
    assert account.failures == []
    assert (account.spoken, account.quiet, account.aside, account.right_box) == (1, 1, 1, 1)


@pytest.mark.parametrize("quiet", [*QUIET, None])
def test_whose_message_is_missing_has_lost_it(tmp_path: Path, quiet: Quiet | None) -> None:
    account = a_round(tmp_path, quiet).account()
    assert account.lost == 1
    assert "the message is lost" in account.failures[0]


def test_a_quiet_message_may_not_be_in_another_box(tmp_path: Path) -> None:
    played = a_round(tmp_path, "whisper")
    played.keep(over_the_line(1, "whisper"), "employee")
    assert played.account().wrong_box == 1


def test_a_quiet_message_is_there_once(tmp_path: Path) -> None:
    played = a_round(tmp_path, "whisper")
    played.keep(over_the_line(1, "whisper"))
    played.keep(over_the_line(1, "whisper") + silence(0.1))
    assert played.account().doubled == 1


def test_half_of_a_whisper_is_not_all_that_was_said(tmp_path: Path) -> None:
    played = a_round(tmp_path, "whisper")
    played.keep(over_the_line(1, "whisper")[: 3 * SECOND])
    (failure,) = played.account().failures
    assert "are missing" in failure


def test_each_take_of_who_said_it_again_is_to_be_found(tmp_path: Path) -> None:
    played = a_round(tmp_path, "-46 dBFS", takes=2)
    played.keep(over_the_line(1, "-46 dBFS", 2))
    assert played.account().lost == 1
    played.keep(over_the_line(1, "-46 dBFS", 1))
    assert played.account().failures == []


def test_somebody_elses_words_are_not_the_callers(tmp_path: Path) -> None:
    played = a_round(tmp_path, "whisper")
    played.keep(over_the_line(2, "whisper"))
    account = played.account()
    assert (account.wrong_audio, account.lost) == (1, 1)


def test_a_voice_that_is_heard_may_not_be_kept_aside(tmp_path: Path) -> None:
    played = a_round(tmp_path, None)
    played.keep(over_the_line(1))
    assert played.account().failures == []
    with played.app.database.session() as session:
        session.execute(update(MessageRow).values(quiet=True))
    assert played.account().wrongly_aside == 1


def test_what_is_said_to_be_saved_is_not_kept_aside(tmp_path: Path) -> None:
    played = a_round(tmp_path, "whisper")
    played.keep(over_the_line(1, "whisper"))
    played.caller.was_told_saved = True
    (failure,) = played.account().failures
    assert "told that the message is saved" in failure


def test_a_phone_that_rings_is_no_silence_for_five_seconds() -> None:
    ears = Ears()
    ears.ring(1)
    ears.ring_no_more(4)
    assert ears.longest_silence(0, 6) == 2
    ears = Ears()
    ears.ring(0)
    ears.end(9)
    assert ears.longest_silence(0, 9) == 4


def test_the_longest_silence_is_between_sounds_of_all_kinds() -> None:
    ears = Ears()
    ears.hear({"type": "PlaybackStarted", "playback": {"id": "a"}}, 0)
    ears.hear({"type": "PlaybackFinished", "playback": {"id": "a"}}, 2)
    ears.count(100, 5.0)
    ears.count(100, 5.5)
    ears.count(125, 6.0)
    ears.note(6, 9)
    assert ears.longest_silence(0, 10) == 3.5
    assert ears.longest_silence(7, 10) == 1
    assert ears.longest_silence(7, 13) == 4
    ears.count(125, 11.0)
    ears.count(135, 12.0)
    assert ears.longest_silence(10, 13) == pytest.approx(1.8)


def test_a_playback_of_several_sounds_is_heard_from_its_first() -> None:
    ears = Ears()
    for moment in (1, 3):  # Asterisk tells of each
        ears.hear({"type": "PlaybackStarted", "playback": {"id": "a"}}, moment)
    ears.hear({"type": "PlaybackFinished", "playback": {"id": "a"}}, 4)
    assert ears.longest_silence(0, 4) == 1


ONE, TWO = ("message 1", "/well"), ("message 2", "/well")


def test_all_that_arrived_under_one_id_is_well() -> None:
    assert judge({ONE, TWO}, {ONE: ["a"], TWO: ["b", "b"]}) == []


@pytest.mark.parametrize(
    ("came", "why"),
    [
        ({ONE: ["a"]}, "1 were not told, such as /well of message 2"),
        ({}, "2 were not told, such as /well of message 1"),
        ({ONE: ["a"], TWO: ["b", "c"]}, "/well was told of message 2 under 2 ids"),
        (
            {ONE: ["a"], TWO: ["b"], ("message 1", "/other"): ["c"]},
            "1 were told who should not be, as /other of message 1",
        ),
    ],
)
def test_what_is_missing_strange_or_doubled_is_told(
    came: dict[tuple[str, str], list[str]], why: str
) -> None:
    assert judge({ONE, TWO}, came) == [why]


def test_callers_are_spread_over_all_that_a_call_goes_through() -> None:
    made = plans(random.Random(1), 40, after=6)
    early = [plan.aim for plan in made if plan.begins < 0]
    assert {aim: early.count(aim) for aim in AIMS} == dict.fromkeys(AIMS, 5)
    assert len([plan for plan in made if plan.begins >= 0]) == 10
    assert made == plans(random.Random(1), 40, after=6)


def test_a_quarter_of_the_callers_is_hard_to_hear_in_every_way() -> None:
    made = plans(random.Random(1), 40, after=6)
    voices = [plan.voice for plan in made if plan.voice]
    assert {voice: voices.count(voice) for voice in QUIET} == dict.fromkeys(QUIET, 2)
    assert not any(plan.says_again for plan in made if plan.voice is None)
    again = {plan.says_again for seed in range(5) for plan in plans(random.Random(seed), 40, 6)}
    assert again == {True, False}


def test_figures_go_into_their_line_and_no_other(tmp_path: Path) -> None:
    table = tmp_path / "reliability.md"
    table.write_text("| `a` | x | y | not yet | |\n| `b` | x | y | not yet | |\n")
    figures = dict.fromkeys(WRONG, 0)
    sizes = {"calls": 60, "rounds": 3, "seed": 5, "size": "short", "spoken": 55, "kept": 55}
    rest = {"right_box": 55, "lost_seconds_max": 0.25, "back_seconds_max": 0.3, "holds": True}
    write(table, {"fault": "b"} | figures | sizes | rest)
    first, second = table.read_text().splitlines()
    assert first == "| `a` | x | y | not yet | |"
    assert second == (
        "| `b` | x | y | **holds**: spoken 55 calls, kept 55, in the right box 55, lost seconds "
        "per call: max 0.25; nothing lost, doubled, misplaced, unplayable or left over; back "
        "within 0.3 s | `python -m tests.faults b --short --calls 20 --rounds 3 --seed 5` |"
    )


def test_a_line_tells_how_many_notifications_arrived(tmp_path: Path) -> None:
    table = tmp_path / "reliability.md"
    table.write_text("| `b` | x | y | not yet | |\n")
    figures = dict.fromkeys(WRONG, 0) | {"calls": 60, "rounds": 3, "seed": 5, "size": "short"}
    kept = {"spoken": 55, "kept": 55, "right_box": 55, "lost_seconds_max": 0, "holds": True}
    told = {"told": 618, "told_again": 2, "kills": 6, "others_told_seconds_max": 1.5}
    write(table, {"fault": "b"} | figures | kept | told)
    assert (
        "left over; 618 notifications arrived, 2 once more with the same id; kills: 6; "
        "who was well within 1.5 s | `python -m tests.faults b --short"
    ) in table.read_text()


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_line(fault: str) -> None:
    lines = (ROOT / "docs/reliability.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith(f"| `{fault}` |")]) == 1
