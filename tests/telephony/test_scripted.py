"""A scripted caller who listens to messages."""

from __future__ import annotations

import pytest

from telephony.call import Listened
from telephony.errors import CallerLeft
from telephony.scripted import LISTENED_SECONDS, Script, ScriptedCall


async def test_each_step_says_where_the_message_is_played_from() -> None:
    call = ScriptedCall("800", Script(keys="4"))
    await call.listen("0192", interrupt="46")
    await call.listen("0192", 5.0)
    await call.listen("0192", 12.345)
    assert call.steps == [
        *("play the message", "key 4"),
        *("play the message from 5 s", "play the message from 12.3 s"),
    ]


async def test_a_script_says_how_much_is_heard_before_each_key() -> None:
    call = ScriptedCall("800", Script(keys="446", listens=(7.0, 2.0)))
    assert await call.listen("0192") == Listened("4", 7.0)
    assert await call.listen("0192", 2.0) == Listened("4", 4.0)
    assert await call.listen("0192") == Listened("6", LISTENED_SECONDS)
    assert await call.listen("0192", 5.0) == Listened("", 5.0 + LISTENED_SECONDS)


async def test_a_key_that_does_not_count_waits_on() -> None:
    call = ScriptedCall("800", Script(keys="4", listens=(7.0,)))
    assert (await call.listen("0192", interrupt="6")).key == ""
    assert await call.play("vm-options", interrupt="4") == "4"


async def test_hanging_up_while_listening() -> None:
    call = ScriptedCall("800", Script(hang_up_at=1))
    with pytest.raises(CallerLeft):
        await call.listen("0192")
