"""What happened in a call, in plain words, from the lines that the roles wrote about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from commands.observability.log_reader import Line
from dialplan import log_events as flows
from storage.intake import log_events as intake
from storage.text import printable
from storage.words.withheld import is_withheld
from telephony import log_events as calls
from telephony.call import Rang

Facts = Mapping[str, Any]

LONGEST: Final = 300
"""Characters of one sentence: what strangers send may be long."""
_KNOWN: Final = frozenset({"call", "role", "level"})
"""What is told already, by the story's heading or by the column before."""


def sentence(line: Line) -> str:
    """What a line says, fit for a terminal. One that is not known here is told by its facts."""
    tell = SENTENCES.get(line.event)
    try:
        told = tell(line.facts) if tell else f"{line.event}{_rest(line.facts)}"
    except KeyError:
        told = f"{line.event}{_rest(line.facts)}"
    mark = f"{line.facts['level']}: " if line.facts.get("level") in ("warning", "error") else ""
    return printable(mark + told, LONGEST)


def outcome(lines: Sequence[Line]) -> str:
    """How a call came out, in a few words."""
    kept = [line for line in lines if line.event in (flows.KEPT, intake.SETTLED)]
    if kept:
        seconds = sum(float(line.facts.get("seconds", 0)) for line in kept)
        return f"left a message of {seconds:.0f} s"
    events = {line.event for line in lines}
    if events & {flows.KEPT_ASIDE, intake.SETTLED_ASIDE}:
        return "left what is probably empty"
    if any(_is_answered(line) for line in lines):
        return "talked"
    if flows.WAITS in events:
        return "a message waits to be filed"
    if calls.FAILED in events:
        return "failed"
    if calls.LOST in events:
        return "lost"
    if calls.OVER in events:
        return "ended"
    return "hung up" if calls.HUNG_UP in events else "no end in the logs"


def _is_answered(line: Line) -> bool:
    return line.event == flows.RANG and line.facts.get("outcome") == Rang.ANSWERED


def _call(facts: Facts) -> str:
    args = [str(arg) or "no number" for arg in facts.get("args") or []]
    caller = str(facts.get("caller", ""))
    caller = "somebody whose number is withheld" if is_withheld(caller) else caller
    match args:
        case ["call", dialled]:
            return f"{caller} calls {dialled}"
        case ["agi", dialled]:
            return f"{caller} calls {dialled}, and the fallback answers"
        case ["phone", task, *_]:
            return f"a phone was rung, to {task.replace('-', ' ')}"
        case _:
            return f"a call from {caller}{_rest({'args': args})}"


def _rest(facts: Facts) -> str:
    told = ", ".join(
        f"{name} {_value(facts[name])}"
        for name in facts
        if name not in _KNOWN and facts[name] is not None
    )
    return f": {told}" if told else ""


def _value(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


SENTENCES: Final[Mapping[str, Callable[[Facts], str]]] = {
    calls.CALL: _call,
    calls.TAKEN_UP_AGAIN: lambda _: "the service is back and takes the caller up again",
    flows.GOING_ON: lambda facts: (
        f"and goes on with the message that was being left: {_value(facts['takes'])}"
    ),
    flows.LEFT_ALREADY: lambda _: "the caller had left a message already",
    flows.NUMBER: lambda facts: f"the number {facts['dialled']} is {facts['company']}'s",
    flows.NOBODYS_NUMBER: lambda facts: (
        f"no company has the number {facts['dialled'] or 'called, which has no digits'}"
    ),
    flows.NO_MESSAGE_FOR_NOBODY: lambda facts: (
        f"hears that there is no such number: {facts['why']}"
    ),
    flows.MENU: lambda facts: f"hears the menu “{facts['menu']}”",
    flows.KEY: lambda facts: f"presses {facts['key']}",
    flows.WRONG_KEY: lambda facts: f"presses {facts['key']}, which means nothing here",
    flows.NO_KEY: lambda _: "presses nothing",
    flows.ACTION: lambda facts: f"what comes next: {facts['action']}",
    flows.FORWARDED_ALWAYS: lambda facts: f"calls of {facts['employee']} are always forwarded",
    flows.RANG: lambda facts: (
        f"{facts.get('number') or 'the phone'} of {facts['employee']} rang: {facts['outcome']}"
    ),
    flows.BEEP: lambda facts: f"the beep: what is said now is the message {facts['message']}",
    flows.RECORDING_OVER: lambda facts: f"the recording ends, by {facts['ended_by']}",
    flows.KEPT: lambda facts: f"kept: {facts['seconds']:.1f} s, message {facts['message']}",
    intake.SETTLED: lambda facts: (
        f"kept afterwards: {facts['seconds']:.1f} s, message {facts['message']}"
    ),
    flows.NO_PLACE: lambda facts: f"is told that there is no place: {facts['why']}",
    flows.KEPT_ASIDE: lambda facts: (
        f"hardly anything was said: kept aside as probably empty, message {facts['message']}"
    ),
    intake.SETTLED_ASIDE: lambda facts: (
        f"kept aside afterwards as probably empty: {facts['seconds']:.1f} s,"
        f" message {facts['message']}"
    ),
    flows.NO_SOUND: lambda _: "nothing was recorded, not even noise",
    calls.HUNG_UP: lambda _: "hangs up",
    calls.OVER: lambda _: "the call is over",
    calls.LOST: lambda facts: f"the call was lost: {facts['why']}",
}
"""What is told of each event, by the fields that it is declared with."""
