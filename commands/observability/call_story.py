"""What happened in a call, in plain words, from the lines that the roles wrote about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from commands.observability.log_reader import Line
from storage.text import printable
from storage.words.withheld import is_withheld

Facts = Mapping[str, Any]

LONGEST: Final = 300
"""Characters of one sentence: what strangers send may be long."""
_KNOWN: Final = frozenset({"call", "role", "level"})
"""What is told already, by the story's heading or by the column before."""


def sentence(line: Line) -> str:
    """What a line says, fit for a terminal. One that is not known here is told by its facts."""
    tell = _SENTENCES.get(line.event)
    try:
        told = tell(line.facts) if tell else f"{line.event}{_rest(line.facts)}"
    except KeyError:
        told = f"{line.event}{_rest(line.facts)}"
    mark = f"{line.facts['level']}: " if line.facts.get("level") in ("warning", "error") else ""
    return printable(mark + told, LONGEST)


def outcome(lines: Sequence[Line]) -> str:
    """How a call came out, in a few words."""
    kept = [line for line in lines if line.event in ("message kept", "message settled")]
    if kept:
        seconds = sum(float(line.facts.get("seconds", 0)) for line in kept)
        return f"left a message of {seconds:.0f} s"
    events = {line.event for line in lines}
    if events & {"message kept aside", "message settled aside"}:
        return "left what is probably empty"
    if any(line.facts.get("outcome") == "answered" for line in lines):
        return "talked"
    if "a message waits to be filed" in events:
        return "a message waits to be filed"
    if any(event.startswith("call failed") for event in events):
        return "failed"
    if "call lost" in events:
        return "lost"
    if "call over" in events:
        return "ended"
    return "hung up" if "caller hung up" in events else "no end in the logs"


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


_SENTENCES: Final[Mapping[str, Callable[[Facts], str]]] = {
    "call": _call,
    "taking up a call again": lambda _: "the service is back and takes the caller up again",
    "going on with a message": lambda facts: (
        f"and goes on with the message that was being left: {_value(facts['takes'])}"
    ),
    "the call had left a message already": lambda _: "the caller had left a message already",
    "number": lambda facts: f"the number {facts['dialled']} is {facts['company']}'s",
    "a number that no company has": lambda facts: (
        f"no company has the number {facts['dialled'] or 'called, which has no digits'}"
    ),
    "no message for a number that no company has": lambda facts: (
        f"hears that there is no such number: {facts['why']}"
    ),
    "menu": lambda facts: f"hears the menu “{facts['menu']}”",
    "key": lambda facts: f"presses {facts['key']}",
    "wrong key": lambda facts: f"presses {facts['key']}, which means nothing here",
    "no key": lambda _: "presses nothing",
    "action": lambda facts: f"what comes next: {facts['action']}",
    "forwarded always": lambda facts: f"calls of {facts['employee']} are always forwarded",
    "rang": lambda facts: (
        f"{facts.get('number') or 'the phone'} of {facts['employee']} rang: {facts['outcome']}"
    ),
    "beep": lambda facts: f"the beep: what is said now is the message {facts['message']}",
    "recording over": lambda facts: f"the recording ends, by {facts['ended_by']}",
    "message kept": lambda facts: f"kept: {facts['seconds']:.1f} s, message {facts['message']}",
    "message settled": lambda facts: (
        f"kept afterwards: {facts['seconds']:.1f} s, message {facts['message']}"
    ),
    "no message can be taken": lambda facts: f"is told that there is no place: {facts['why']}",
    "message kept aside": lambda facts: (
        f"hardly anything was said: kept aside as probably empty, message {facts['message']}"
    ),
    "message settled aside": lambda facts: (
        f"kept aside afterwards as probably empty: {facts['seconds']:.1f} s,"
        f" message {facts['message']}"
    ),
    "take without a sound": lambda _: "nothing was recorded, not even noise",
    "caller hung up": lambda _: "hangs up",
    "call over": lambda _: "the call is over",
    "call lost": lambda facts: f"the call was lost: {facts['why']}",
}
