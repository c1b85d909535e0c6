"""Leaving a message: nothing that was said is lost, and nothing is promised that is not done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dialplan.entry import take_call
from dialplan.keeping.message_taking import StoredMessageTaker
from dialplan.voicemail import ATTEMPTS, leave_message
from storage.errors import AudioError, DatabaseUnavailable, StorageError
from storage.intake.intake import Draft, Empty, Kept, Mailbox
from storage.office import VoicemailSettings
from telephony.call import Call, EndedBy, RecordingLimits
from telephony.errors import CallerLeft, CallLost, MovedOn
from telephony.scripted import Script, ScriptedCall
from tests.dialplan.company import Company
from tests.dialplan.conftest import Found
from tests.speech import samples, silence, speak, write_wav

HELLO = "Добрый день, это Иван. Перезвоните мне, пожалуйста."
YES = "Да."
"""Less speech than makes a message."""
SECOND = "Нет, лучше завтра утром. До свидания."
BOX = Mailbox("ro", "Ромашка", "company", "Ромашка", "74951234567")
SAVED = "play vm-msgsaved + vm-goodbye"


@dataclass
class Mouth:
    """Says one text after the other into a company's recordings; "" is silence.

    Each is followed by what ends its recording (None: the caller hangs up).
    """

    company: Company
    says: Sequence[tuple[str, EndedBy | None]]
    takes: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> EndedBy | None:
        text, ended_by = self.says[len(self.takes)]
        self.takes.append(name)
        path = self.company.recordings / f"{name}.wav"
        if text:
            speak(text, path=path)
        else:
            write_wav(path, silence(0.5))
        return ended_by


async def leave(
    company: Company,
    *says: tuple[str, EndedBy | None],
    keys: str = "",
    settings: VoicemailSettings | None = None,
    taker: StoredMessageTaker | None = None,
    hang_up_at: int | None = None,
) -> list[str]:
    """Leave a message for the company: the steps, with "hung up" at the end if it was so."""
    script = Script(keys=keys, hang_up_at=hang_up_at, speak=Mouth(company, says))
    call = ScriptedCall("74951234567", script)
    settings = settings or VoicemailSettings()
    try:
        await leave_message(call, taker or company.taker, BOX, "vm-intro", settings)
    except CallerLeft:
        return [*call.steps, "hung up"]
    return call.steps


# -- one take ----------------------------------------------------------------------------------


async def test_who_was_moved_on_speaks_into_the_same_draft_elsewhere(company: Company) -> None:
    """Here nothing of it is filed: it may be half a message by now."""

    class Moved(ScriptedCall):
        async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
            company.record(name, HELLO)
            raise MovedOn("The caller was moved on.")

    with pytest.raises(MovedOn):
        await leave_message(
            Moved("1", Script()), company.taker, BOX, "vm-intro", VoicemailSettings()
        )
    assert company.states() == ["recording"]


async def test_hanging_up_is_how_most_callers_finish(company: Company) -> None:
    assert (await leave(company, (HELLO, None)))[-1] == "hung up"
    (message,) = company.kept()
    assert company.says(message, HELLO)
    assert list(company.recordings.iterdir()) == []


async def test_silence_or_the_limit_save_without_a_review(company: Company) -> None:
    steps = await leave(company, (HELLO, EndedBy.LIMIT))
    assert steps[-1] == SAVED
    assert "play vm-review" not in steps
    assert company.states() == ["kept"]


async def test_saved_is_said_when_the_message_is_there_and_not_before(company: Company) -> None:
    there: list[int] = []

    def tell(step: str) -> None:
        if step == SAVED:
            there.append(len(company.kept()))

    script = Script(speak=Mouth(company, [(HELLO, EndedBy.LIMIT)]))
    call = ScriptedCall("74951234567", script, tell=tell)
    await leave_message(call, company.taker, BOX, "vm-intro", VoicemailSettings())
    assert there == [1]


async def test_the_greeting_can_be_skipped(company: Company) -> None:
    steps = await leave(company, (HELLO, None), keys="#")
    assert steps[:3] == ["play vm-intro", "key #", "record up to 180 s"]


async def test_who_has_skipped_the_greeting_already_does_not_hear_it(company: Company) -> None:
    call = ScriptedCall("1", Script(speak=Mouth(company, [(HELLO, EndedBy.LIMIT)])))
    await leave_message(call, company.taker, BOX, "", VoicemailSettings())
    assert call.steps == ["record up to 180 s", "recording ended by limit", SAVED]


class Broken(ScriptedCall):
    """A caller of whose message something was lost between the phone and Asterisk."""

    def is_whole(self, recording: str) -> bool:
        return False


@pytest.mark.parametrize("ended_by", [EndedBy.KEY, EndedBy.LIMIT, None])
async def test_a_message_that_lacks_something_says_so(
    company: Company, ended_by: EndedBy | None
) -> None:
    call = Broken("1", Script(keys="1", speak=Mouth(company, [(HELLO, ended_by)])))
    with suppress(CallerLeft):
        await leave_message(call, company.taker, BOX, "vm-intro", VoicemailSettings())
    (message,) = company.kept()
    assert message.cut_off
    assert company.says(message, HELLO)
    assert SAVED not in call.steps
    assert spool(company) == []


async def test_a_noise_on_the_line_is_told_from_a_voice(company: Company) -> None:
    heard: list[bool] = []

    class Listening(ScriptedCall):
        async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
            path = company.recordings / f"{name}.wav"
            for sound in (samples(speak(HELLO)), silence(3)):
                write_wav(path, sound)
                heard.append(await limits.only_noise())
            return await super().record(name, limits)

    call = Listening("1", Script(speak=Mouth(company, [(HELLO, EndedBy.LIMIT)])))
    settings = VoicemailSettings(silence_seconds=2)
    await leave_message(call, company.taker, BOX, "vm-intro", settings)
    assert heard == [False, True]


async def test_limits_are_rounded_up_to_asterisks_whole_seconds(company: Company) -> None:
    asked: list[RecordingLimits] = []

    class Asking(ScriptedCall):
        async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
            asked.append(limits)
            return await super().record(name, limits)

    settings = VoicemailSettings(max_seconds=2.5, silence_seconds=0.5)
    call = Asking("1", Script(speak=Mouth(company, [(HELLO, EndedBy.LIMIT)])))
    await leave_message(call, company.taker, BOX, "vm-intro", settings)
    assert asked == [RecordingLimits(max_seconds=3, silence_seconds=1)]


# -- too little --------------------------------------------------------------------------------


@pytest.mark.parametrize("ended_by", list(EndedBy))
async def test_who_says_nothing_is_told_and_may_try_again(
    company: Company, ended_by: EndedBy
) -> None:
    steps = await leave(company, *[("", ended_by)] * ATTEMPTS)
    assert steps.count("play vm-tooshort") == ATTEMPTS == 3
    assert steps[-1] == "play vm-goodbye"
    assert SAVED not in steps
    assert company.states() == ["empty"] * ATTEMPTS


async def test_the_second_attempt_may_succeed(company: Company) -> None:
    steps = await leave(company, ("", EndedBy.LIMIT), (HELLO, EndedBy.LIMIT))
    assert steps[-1] == SAVED
    (message,) = company.kept()
    assert company.says(message, HELLO)


async def test_less_speech_than_the_minimum_is_no_message(company: Company) -> None:
    settings = VoicemailSettings(min_seconds=60)
    assert (await leave(company, (HELLO, None), settings=settings))[-1] == "hung up"
    assert company.kept() == []
    (message,) = company.kept_aside()
    assert company.says(message, HELLO)


async def test_who_is_hard_to_hear_is_told_and_everything_lies_aside(company: Company) -> None:
    settings = VoicemailSettings(min_seconds=60)
    steps = await leave(company, *[(HELLO, EndedBy.LIMIT)] * ATTEMPTS, settings=settings)
    assert steps.count("play vm-tooshort") == ATTEMPTS
    assert SAVED not in steps
    assert company.kept() == []
    assert len(company.kept_aside()) == ATTEMPTS


async def test_who_is_heard_at_the_second_try_is_asked_no_more(company: Company) -> None:
    steps = await leave(company, (YES, EndedBy.LIMIT), (HELLO, EndedBy.LIMIT))
    assert steps[-1] == SAVED
    (message,) = company.kept()
    assert company.says(message, HELLO)
    (aside,) = company.kept_aside()
    assert company.says(aside, YES)


async def test_a_yes_said_again_leaves_the_louder_take(company: Company) -> None:
    """Recording again replaces a take, but not by one in which nobody may have spoken."""
    await leave(company, (HELLO, EndedBy.KEY), (YES, EndedBy.KEY), keys="3")
    (message,) = company.kept()
    assert company.says(message, HELLO)
    (aside,) = company.kept_aside()
    assert company.says(aside, YES)


async def test_a_take_said_again_goes_with_the_newer_one(company: Company) -> None:
    await leave(company, (HELLO, EndedBy.KEY), (HELLO, EndedBy.KEY), keys="31")
    assert len(company.kept()) == 1
    assert company.kept_aside() == []


# -- the review --------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["1", "21", "2.1", "", "99"])
async def test_a_message_is_kept_after_the_review(company: Company, keys: str) -> None:
    """1 keeps, 2 plays it first; silence and wrong keys keep it too, in the end."""
    steps = await leave(company, (HELLO, EndedBy.KEY), keys=keys)
    assert steps[-1] == SAVED
    assert ("play the recording" in steps) == ("2" in keys)
    assert company.states() == ["kept"]


async def test_listening_begins_again_by_the_same_key(company: Company) -> None:
    steps = await leave(company, (HELLO, EndedBy.KEY), keys="2221")
    assert steps[-7:-1] == ["play the recording", "key 2"] * 2 + ["play the recording", "key 1"]


async def test_no_review_where_the_company_wants_none(company: Company) -> None:
    settings = VoicemailSettings(review=False)
    steps = await leave(company, (HELLO, EndedBy.KEY), settings=settings)
    assert "play vm-review" not in steps
    assert steps[-1] == SAVED


async def test_the_newer_take_replaces_the_older(company: Company) -> None:
    steps = await leave(company, (HELLO, EndedBy.KEY), (SECOND, EndedBy.KEY), keys="31")
    assert steps[-1] == SAVED
    (message,) = company.kept()
    assert company.says(message, SECOND)
    assert company.states() == ["discarded", "kept"]
    assert list(company.recordings.iterdir()) == []


@pytest.mark.parametrize("again", [(SECOND, None), (SECOND, EndedBy.LIMIT)], ids=str)
async def test_the_newer_take_counts_however_it_ends(
    company: Company, again: tuple[str, EndedBy | None]
) -> None:
    await leave(company, (HELLO, EndedBy.KEY), again, keys="3")
    (message,) = company.kept()
    assert company.says(message, SECOND)


@pytest.mark.parametrize("again", [("", None), ("", EndedBy.KEY), ("", EndedBy.LIMIT)], ids=str)
async def test_the_older_take_is_kept_when_the_newer_is_silent(
    company: Company, again: tuple[str, EndedBy | None]
) -> None:
    await leave(company, (HELLO, EndedBy.KEY), again, keys="3")
    (message,) = company.kept()
    assert company.says(message, HELLO)
    assert company.states() == ["kept", "empty"]


# -- hanging up anywhere -----------------------------------------------------------------------


@pytest.mark.parametrize("step", range(1, 20))
async def test_hanging_up_at_any_step_loses_nothing(company: Company, step: int) -> None:
    """A call with everything in it: greeting, two takes, listening, saving."""
    says = ((HELLO, EndedBy.KEY), (SECOND, EndedBy.KEY))
    mouth = Mouth(company, says)
    call = ScriptedCall("1", Script(keys="#321", hang_up_at=step, speak=mouth))
    try:
        await leave_message(call, company.taker, BOX, "vm-intro", VoicemailSettings())
    except CallerLeft:
        assert step <= len(call.steps)
    kept = company.kept()
    spoken = [text for text, _ in says[: len(mouth.takes)]]
    assert len(kept) == min(len(spoken), 1)
    if kept:
        assert company.says(kept[0], spoken[-1])
    assert "recording" not in company.states()
    assert list(company.recordings.iterdir()) == []


async def test_that_call_has_fewer_steps_than_were_tried(company: Company) -> None:
    steps = await leave(company, (HELLO, EndedBy.KEY), (SECOND, EndedBy.KEY), keys="#321")
    assert steps[-1] == SAVED
    assert 10 < len(steps) < 20


# -- faults ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failing(StoredMessageTaker):
    """A taker in which one thing fails, from its n-th time on."""

    fails: str = ""
    error: StorageError = field(default_factory=lambda: DatabaseUnavailable("the disk is full"))
    after: int = 0
    count: list[str] = field(default_factory=list)

    async def begin(
        self, call: Call, mailbox: Mailbox, settings: VoicemailSettings, replaces: Draft | None
    ) -> Draft:
        self._meet("begin")
        return await super().begin(call, mailbox, settings, replaces)

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        self._meet("has_speech")
        return await super().has_speech(draft, min_speech)

    async def finish(self, draft: Draft) -> Kept | Empty:
        self._meet("finish")
        return await super().finish(draft)

    def _meet(self, what: str) -> None:
        self.count.append(what)
        if what == self.fails and self.count.count(what) > self.after:
            raise self.error


def spool(company: Company) -> list[Path]:
    """What lies in Asterisk's folder."""
    return sorted(company.recordings.iterdir())


async def test_when_no_draft_can_be_made_the_fallback_takes_over(company: Company) -> None:
    """Nothing was said yet: the error goes to whoever can send the caller elsewhere."""
    taker = Failing(company.store, fails="begin")
    with pytest.raises(DatabaseUnavailable):
        await leave(company, (HELLO, None), taker=taker)
    assert company.states() == []


async def test_the_same_through_the_whole_call(found: Found) -> None:
    company = found('[company]\nname = "Ромашка"\n[numbers]\n"1" = { voicemail = true }')
    services = company.services(Failing(company.store, fails="begin"))
    with pytest.raises(DatabaseUnavailable):
        await take_call(ScriptedCall("1", Script()), services)


@pytest.mark.parametrize("ended_by", [EndedBy.KEY, EndedBy.LIMIT, None])
@pytest.mark.parametrize("error", [DatabaseUnavailable("no"), AudioError("no")], ids=repr)
async def test_what_cannot_be_filed_is_not_called_saved_and_waits(
    company: Company, ended_by: EndedBy | None, error: StorageError
) -> None:
    taker = Failing(company.store, fails="finish", error=error)
    steps = await leave(company, (HELLO, ended_by), taker=taker, keys="1")
    assert SAVED not in steps
    assert steps[-1] == ("hung up" if ended_by is None else "play vm-goodbye")
    assert company.states() == ["recording"]
    assert len(spool(company)) == 1

    settled = company.settle()
    assert len(settled.kept) == 1
    assert company.says(company.kept()[0], HELLO)
    assert spool(company) == []


async def test_a_take_that_cannot_be_judged_is_not_reviewed_but_kept(company: Company) -> None:
    taker = Failing(company.store, fails="has_speech", error=AudioError("cannot be decoded"))
    steps = await leave(company, (HELLO, EndedBy.KEY), taker=taker)
    assert "play vm-review" not in steps
    assert company.states() == ["kept"]


async def test_when_no_second_draft_can_be_made_the_first_take_is_kept(company: Company) -> None:
    taker = Failing(company.store, fails="begin", after=1)
    steps = await leave(company, (HELLO, EndedBy.KEY), taker=taker, keys="3")
    assert steps[-1] == SAVED
    (message,) = company.kept()
    assert company.says(message, HELLO)


async def test_a_take_taken_back_is_not_delivered_when_filing_had_to_wait(
    company: Company,
) -> None:
    """The newer take could not be filed at once; settled later, it still replaces the older."""
    taker = Failing(company.store, fails="finish")
    says = ((HELLO, EndedBy.KEY), (SECOND, EndedBy.KEY))
    await leave(company, *says, taker=taker, keys="31")
    company.settle()
    (message,) = company.kept()
    assert company.says(message, SECOND)
    assert spool(company) == []


class Lost(ScriptedCall):
    """A call whose connection breaks while the caller speaks."""

    def __init__(self, speaks: Callable[[str], object], script: Script) -> None:
        super().__init__("1", script)
        self._speaks = speaks

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        self._speaks(name)
        raise CallLost("The connection broke.")


async def test_a_recording_that_may_still_run_is_left_alone(company: Company) -> None:
    """Asterisk may go on recording: the draft is settled when the call is over, not now."""
    mouth = Mouth(company, [(HELLO, None)])
    with pytest.raises(CallLost):
        await leave_message(
            Lost(mouth, Script()), company.taker, BOX, "vm-intro", VoicemailSettings()
        )
    assert company.states() == ["recording"]
    assert len(spool(company)) == 1
    assert len(company.settle().kept) == 1


async def test_whose_message_it_is(found: Found) -> None:
    """The employee's greeting, else the company's, else the bundled one; and whose box."""
    office = """
[company]
name = "Ромашка"
[numbers]
"1" = { menu = "main" }
[menus.main]
greeting = "sound:hello"
[menus.main.keys]
1 = { action = "voicemail", employee = "101" }
2 = { action = "voicemail", employee = "102" }
3 = { action = "voicemail" }
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
greeting = "sound:anna"
[employees.102]
name = "Борис"
endpoint = "PJSIP/102"
"""
    for name, own, heard in (
        ("with", '[voicemail]\ngreeting = "sound:ours"', ["anna", "ours", "ours"]),
        ("without", "", ["anna", "vm-intro", "vm-intro"]),
    ):
        company = found(office + own, name)
        for key, greeting in zip("123", heard, strict=True):
            mouth = Mouth(company, [(HELLO, None)])
            call = ScriptedCall("1", Script(keys=key, speak=mouth))
            with pytest.raises(CallerLeft):
                await take_call(call, company.services())
            assert f"play {greeting}" in call.steps
        assert company.boxes() == [("employee", "101"), ("employee", "102"), ("company", "1")]
