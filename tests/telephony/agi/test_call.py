"""The verbs of a call over AGI: the commands that Asterisk gets, and what its answers mean."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import storage.audio.rendition
import telephony.agi.call
import telephony.agi.protocol
from telephony.agi.call import AgiCall
from telephony.agi.protocol import SafeAgi
from telephony.call import Caller, EndedBy, Forwarded, Rang, RecordingLimits
from telephony.errors import CallerLeft, CallLost, TelephonyError

LIMITS = RecordingLimits(max_seconds=60, silence_seconds=5)
RECORDINGS = Path("/var/spool/recording")
DONE = "200 result=0"
UNFORWARDED = [
    'SET VARIABLE "__FORWARD_CONTEXT" "voicepost-forwarded"',
    'SET VARIABLE "VOICEPOST_FORWARDED" ""',
]


class Asterisk:
    """The other end of the connection: it has all its answers ready beforehand."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._ours, theirs = socket.socketpair()
        stack.enter_context(self._ours)
        self._theirs = stack.enter_context(theirs)

    def call(
        self,
        *answers: str,
        environment: str = "",
        seconds: float = 3600,
    ) -> AgiCall:
        """A call in which Asterisk answers like this, and then hangs up the connection."""
        environment = f"agi_uniqueid: 17.1\nagi_arg_1: 74951\n{environment}".strip()
        self._ours.sendall("\n".join((environment, "", *answers, "")).encode())
        self._ours.shutdown(socket.SHUT_WR)
        agi = SafeAgi(self._theirs)
        return AgiCall(agi, RECORDINGS, seconds)

    def silent_call(self, seconds: float = 0.1) -> AgiCall:
        """A call in which Asterisk never answers, and which may last so long."""
        self._ours.sendall(b"agi_uniqueid: 17.1\n\n")
        return AgiCall(SafeAgi(self._theirs), RECORDINGS, seconds)

    @property
    def commands(self) -> list[str]:
        """What it was told."""
        self._theirs.shutdown(socket.SHUT_WR)
        received = b""
        while data := self._ours.recv(4096):
            received += data
        return received.decode().splitlines()


@pytest.fixture
def asterisk() -> Iterator[Asterisk]:
    with ExitStack() as stack:
        yield Asterisk(stack)


async def test_who_calls_and_which_number(asterisk: Asterisk) -> None:
    call = asterisk.call(environment="agi_callerid: 79161112233\nagi_calleridname: Иван")
    assert (call.id, call.dialled) == ("17.1", "74951")
    assert (call.caller.number, call.caller.name) == ("79161112233", "Иван")
    assert call.source == "agi"


async def test_unknown_is_asterisks_word_for_nothing(asterisk: Asterisk) -> None:
    call = asterisk.call(environment="agi_callerid: unknown\nagi_calleridname: unknown")
    assert (call.caller.number, call.caller.name) == ("", "")


async def test_answer_sets_the_language(asterisk: Asterisk) -> None:
    await asterisk.call(DONE, "200 result=1").answer("ru")
    assert asterisk.commands == ["ANSWER", 'SET VARIABLE "CHANNEL(language)" "ru"']


async def test_play_one_sound_after_the_other(asterisk: Asterisk) -> None:
    assert await asterisk.call(DONE, DONE).play("vm-msgsaved", "vm-goodbye") == ""
    assert asterisk.commands == ['STREAM FILE "vm-msgsaved" "" 0', 'STREAM FILE "vm-goodbye" "" 0']


async def test_a_key_cuts_the_sounds_short(asterisk: Asterisk) -> None:
    assert await asterisk.call("200 result=49 endpos=800").play("a", "b", interrupt="12") == "1"
    assert asterisk.commands == ['STREAM FILE "a" "12" 0']


async def test_a_sound_that_is_missing_is_passed_over(asterisk: Asterisk) -> None:
    """-1 may also mean that the caller left: the channel's status tells."""
    call = asterisk.call("200 result=-1 endpos=0", "200 result=6", DONE)
    assert await call.play("no-such-sound", "vm-goodbye") == ""
    assert [line.split()[0] for line in asterisk.commands] == ["STREAM", "CHANNEL", "STREAM"]


async def test_a_sound_broken_off_by_a_hang_up(asterisk: Asterisk) -> None:
    with pytest.raises(CallerLeft):
        await asterisk.call("200 result=-1 endpos=0", "200 result=-1").play("vm-goodbye")


async def test_a_key_and_no_key(asterisk: Asterisk) -> None:
    call = asterisk.call("200 result=35", "200 result=0")
    assert [await call.digit(5), await call.digit(0.0001)] == ["#", ""]
    assert asterisk.commands == ["WAIT FOR DIGIT 5000", "WAIT FOR DIGIT 1"]


async def test_record_names_file_and_limits(asterisk: Asterisk) -> None:
    ended_by = await asterisk.call("200 result=35 (dtmf) endpos=16000").record("0192", LIMITS)
    assert ended_by is EndedBy.KEY
    recording, behind_it = asterisk.commands
    assert recording == 'RECORD FILE "/var/spool/recording/0192" wav "#" 60000 0 BEEP'
    assert behind_it == "NOOP", "answered only when the file is closed"


async def test_a_recording_that_timed_out(asterisk: Asterisk) -> None:
    call = asterisk.call("200 result=0 (timeout) endpos=16000")
    assert await call.record("0192", LIMITS) is EndedBy.LIMIT


@pytest.mark.parametrize("answer", ["200 result=0 (hangup) endpos=1600", "200 result=-1 (hangup)"])
async def test_a_recording_broken_off_by_a_hang_up(asterisk: Asterisk, answer: str) -> None:
    with pytest.raises(CallerLeft):
        await asterisk.call(answer).record("0192", LIMITS)


@pytest.mark.parametrize(
    ("status", "rang"),
    [
        ("ANSWER", Rang.ANSWERED),
        ("NOANSWER", Rang.NO_ANSWER),
        ("CANCEL", Rang.NO_ANSWER),
        ("BUSY", Rang.BUSY),
        ("CHANUNAVAIL", Rang.UNREACHABLE),
        ("CONGESTION", Rang.UNREACHABLE),
        ("", Rang.UNREACHABLE),
    ],
)
async def test_how_ringing_comes_out(asterisk: Asterisk, status: str, rang: Rang) -> None:
    call = asterisk.call(*["200 result=1"] * 2, DONE, f"200 result=1 ({status})")
    assert await call.ring(("PJSIP/101", "PJSIP/102"), 20) is rang
    assert asterisk.commands == [
        *UNFORWARDED,
        'EXEC Dial "PJSIP/101&PJSIP/102,20,gr"',
        'GET VARIABLE "DIALSTATUS"',
    ]


async def test_waiting_with_music(asterisk: Asterisk) -> None:
    answers = ("200 result=1", "200 result=1", DONE, "200 result=1 (ANSWER)")
    await asterisk.call(*answers).ring(("PJSIP/101",), 0.1, "music")
    assert 'EXEC Dial "PJSIP/101,1,gm"' in asterisk.commands


@pytest.mark.parametrize(
    ("told", "rang"),
    [("200 result=1 (102)", Forwarded("102")), ("200 result=0", Rang.UNREACHABLE)],
)
async def test_a_phone_that_is_forwarded(
    asterisk: Asterisk, told: str, rang: Rang | Forwarded
) -> None:
    """The dialplan notes where; an older one has no line for it."""
    answers = ("200 result=1", "200 result=1", DONE, "200 result=1 (CHANUNAVAIL)", told)
    assert await asterisk.call(*answers).ring(("PJSIP/101",), 20) == rang
    assert asterisk.commands[-1] == 'GET VARIABLE "VOICEPOST_FORWARDED"'


async def test_a_name_that_is_no_utf_8_is_guessed_and_marked(asterisk: Asterisk) -> None:
    name = "agi_calleridname: \ufffd\ufffd\ufffd\ufffd"
    header = "%22%C8%E2%E0%ED%22%20%3Csip%3A79161112233%40127.0.0.1%3E"
    call = asterisk.call(f"200 result=1 ({header})", environment=name)
    call.read_name()
    assert call.caller == Caller("", "Иван", "cp1251")
    assert asterisk.commands == ['GET VARIABLE "VOICEPOST_FROM"']


async def test_the_endpoint_is_what_the_channel_is_named_after(asterisk: Asterisk) -> None:
    assert asterisk.call(environment="agi_channel: PJSIP/my-trunk-0000001a").endpoint == (
        "PJSIP/my-trunk"
    )


async def test_nobody_listens_in_the_fallback(asterisk: Asterisk) -> None:
    with pytest.raises(TelephonyError, match="nobody listens"):
        await asterisk.call().listen("0192", 5.0)
    assert asterisk.commands == []


async def test_done_tells_the_dialplan(asterisk: Asterisk) -> None:
    asterisk.call("200 result=1").done()
    assert asterisk.commands == ['SET VARIABLE "VOICEPOST_DONE" "1"']


VERBS: dict[str, Callable[[AgiCall], Awaitable[object]]] = {
    "answer": lambda call: call.answer("ru"),
    "play": lambda call: call.play("vm-goodbye"),
    "replay": lambda call: call.replay("0192"),
    "digit": lambda call: call.digit(0.01),
    "record": lambda call: call.record("0192", RecordingLimits(max_seconds=0, silence_seconds=5)),
    "ring": lambda call: call.ring(("PJSIP/101",), 0.01),
}
every_verb = pytest.mark.parametrize("verb", VERBS)


@every_verb
@pytest.mark.parametrize(
    "answers",
    [
        (),
        ("511 Command Not Permitted on a dead channel or intercept routine",),
        ("HANGUP",),
        ("200 result=-1", "200 result=-1"),
    ],
    ids=["the connection ends", "dead channel", "HANGUP, then the end", "result -1"],
)
async def test_a_caller_who_left(asterisk: Asterisk, verb: str, answers: tuple[str, ...]) -> None:
    with pytest.raises(CallerLeft):
        await VERBS[verb](asterisk.call(*answers))


@every_verb
async def test_a_hang_up_that_is_told_before_the_answer(asterisk: Asterisk, verb: str) -> None:
    """The answer to the command in progress still counts; the next command is refused."""
    call = asterisk.call("HANGUP", "200 result=0", "200 result=0", "200 result=0")
    try:
        await VERBS[verb](call)
    except CallerLeft:
        return
    with pytest.raises(CallerLeft):
        await VERBS[verb](call)


@every_verb
@pytest.mark.parametrize(
    "answer",
    [
        "510 Invalid or unknown command",
        "599 what is this",
        "GET / HTTP/1.1",
        "520-Invalid command syntax.\n" * 1000,
        "HANGUP\n" * 1000,
        "9" * 5000,
        "x" * 20_000,
    ],
    ids=["510", "599", "HTTP", "usage", "HANGUP", "code", "line"],
)
async def test_an_answer_that_makes_no_sense_loses_the_call(
    asterisk: Asterisk, verb: str, answer: str
) -> None:
    with pytest.raises(CallLost):
        await VERBS[verb](asterisk.call(answer))


@pytest.mark.parametrize("verb", ["play", "replay", "digit"])
@pytest.mark.parametrize("result", ["9" * 40, "nothing", "", "-2"])
async def test_a_key_that_is_none_loses_the_call(
    asterisk: Asterisk, verb: str, result: str
) -> None:
    with pytest.raises(CallLost):
        await VERBS[verb](asterisk.call(f"200 result={result}"))


@pytest.mark.parametrize("result", [0xD800, 0x0A, 0x1F600, 65])
async def test_no_character_but_a_key_is_taken_for_one(asterisk: Asterisk, result: int) -> None:
    key = await asterisk.call(f"200 result={result}").digit(1)
    assert key == ("A" if result == 65 else "")


@every_verb
async def test_no_answer_within_the_time_limit_loses_the_call(
    asterisk: Asterisk, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("COMMAND_SECONDS", "PLAY_SECONDS"):
        monkeypatch.setattr(telephony.agi.call, limit, 0.02)
    monkeypatch.setattr(telephony.agi.protocol, "CLOSING_SECONDS", 0.02)
    with pytest.raises(CallLost, match="time"):
        await VERBS[verb](asterisk.silent_call())


@pytest.mark.parametrize(
    ("verb", "seconds"),
    [
        (lambda call: call.answer("ru"), 10),
        (lambda call: call.digit(5), 15),
        (lambda call: call.play("vm-goodbye"), 610),
        (lambda call: call._record("0192", LIMITS), 70),
    ],
    ids=["answer", "digit", "play", "record"],
)
async def test_each_command_has_the_time_that_it_takes(
    asterisk: Asterisk, verb: Callable[[AgiCall], Awaitable[object] | object], seconds: float
) -> None:
    call = asterisk.call(DONE, DONE)
    done = verb(call)
    if isinstance(done, Awaitable):
        await done
    assert call._agi.patience == seconds


def test_the_longest_prompt_is_played_to_its_end() -> None:
    assert telephony.agi.call.PLAY_SECONDS >= storage.audio.rendition.LONGEST


async def test_a_call_that_lasts_too_long_is_hung_up(asterisk: Asterisk) -> None:
    call = asterisk.call(DONE, seconds=0)
    with pytest.raises(CallerLeft, match="too long"):
        await call.play("vm-goodbye")
    assert asterisk.commands == ["HANGUP"]


async def test_hanging_up_never_fails(asterisk: Asterisk) -> None:
    await asterisk.call().hang_up()


async def test_what_a_stranger_may_have_put_into_a_name_is_quoted(asterisk: Asterisk) -> None:
    await asterisk.call(DONE).play('a" \\\nEXEC System "rm')
    assert asterisk.commands == ['STREAM FILE "a\\" \\\\EXEC System \\"rm" "" 0']
