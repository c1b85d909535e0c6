"""An action in a few words: how the command line writes what a key or a rule does.

    voicemail                     a message for the company (in forwarding: for the employee)
    voicemail 101                 a message for employee 101
    ring 101                      ring an employee, by his own forwarding rules
    ring 101,102 in-turn 25 else voicemail
                                  ring several (all is the usual way), 25 seconds each;
                                  then, when nobody answered, another action
    menu hours                    open another menu
    dial +7 495 765-43-21         an outside number
    play prompt:address           play a prompt (or sound:NAME), then back to the menu
    repeat · hangup               the greeting again · end the call
    nothing                       in forwarding only: forward nowhere

A number leads to `menu NAME`, `employee EXTENSION` or `voicemail`.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click
from pydantic import TypeAdapter, ValidationError

from storage.errors import WrongValue
from storage.office import (
    Action,
    Dial,
    ForwardAction,
    OpenMenu,
    Play,
    Ring,
    Target,
    Voicemail,
)
from storage.office.mistakes import mistakes
from storage.text import shown
from web.language.problems import message, sentence

T = TypeVar("T")

DEEPEST: Final = 5
"""`else` inside `else`."""

_ACTION: Final[TypeAdapter[Action]] = TypeAdapter(Action)
_FORWARD: Final[TypeAdapter[ForwardAction]] = TypeAdapter(ForwardAction)


def parse_action(text: str) -> Action:
    """What a menu does, from words; ValueError is a sentence."""
    return _validated(_ACTION, _action(text.split(), DEEPEST))


def parse_forward(text: str) -> ForwardAction:
    """What an employee's forwarding does, from words; ValueError is a sentence."""
    return _validated(_FORWARD, _action(text.split(), DEEPEST))


def parse_target(text: str) -> Target:
    """Where a number leads, from words; ValueError is a sentence."""
    match text.split():
        case ["menu", name]:
            return _validated(TypeAdapter(Target), {"menu": name})
        case ["employee", extension]:
            return _validated(TypeAdapter(Target), {"employee": extension})
        case ["voicemail"]:
            return Target(voicemail=True)
        case _:
            raise ValueError(
                f"“{shown(text)}” is not one of: menu NAME, employee EXTENSION, voicemail"
            )


def parse_sound(text: str) -> str:
    """A bare name means the company's own prompt; the rest is checked with the office."""
    return text if ":" in text else f"prompt:{text}"


def spell(action: Action | ForwardAction | None) -> str:
    """An action in the words that `parse_action` reads; "" for none."""
    match action:
        case None:
            words: tuple[str | None, ...] = ()
        case Ring():
            words = _ring_words(action)
        case Voicemail(employee=extension):
            words = ("voicemail", extension)
        case OpenMenu(menu=name):
            words = ("menu", name)
        case Dial(number=number):
            words = ("dial", number)
        case Play(prompt=sound):
            words = ("play", sound)
        case _:
            words = (action.action,)
    return " ".join(word for word in words if word)


def spell_target(target: Target) -> str:
    """Where a number leads, in the words that `parse_target` reads."""
    if target.menu is not None:
        return f"menu {target.menu}"
    return "voicemail" if target.employee is None else f"employee {target.employee}"


class Words(click.ParamType[T]):
    """A parameter of the command line that one of the parsers above reads."""

    def __init__(self, name: str, parse: Callable[[str], T]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """The words as what they mean; wrong use of the command if they mean nothing."""
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(_told(error), param, ctx)


ACTION: Final[Words[Action]] = Words("action", parse_action)
FORWARD: Final[Words[ForwardAction]] = Words("action", parse_forward)
TARGET: Final[Words[Target]] = Words("target", parse_target)
SOUND: Final[Words[str]] = Words("sound", parse_sound)


def _action(words: list[str], depth: int) -> dict[str, Any]:
    """The words of an action as its table in the document."""
    match words:
        case ["voicemail" | "repeat" | "hangup" | "nothing" as kind]:
            return {"action": kind}
        case ["voicemail", extension]:
            return {"action": "voicemail", "employee": extension}
        case ["menu", name]:
            return {"action": "menu", "menu": name}
        case ["dial", *number] if number:
            return {"action": "dial", "number": "".join(number)}
        case ["play", sound]:
            return {"action": "play", "prompt": parse_sound(sound)}
        case ["ring", extensions, *rest]:
            return _ring(extensions, rest, depth)
        case _:
            raise ValueError(
                f"“{shown(' '.join(words))}” is not an action (voicemail, ring, menu, dial, play,"
                " repeat, hangup; see --help)"
            )


def _ring(extensions: str, words: list[str], depth: int) -> dict[str, Any]:
    ring: dict[str, Any] = {"action": "ring"}
    if "," in extensions:
        ring["employees"] = [part for part in extensions.split(",") if part]
    else:
        ring["employee"] = extensions
    while words:
        match words:
            case ["all" | "in-turn" as strategy, *words] if "strategy" not in ring:
                ring["strategy"] = strategy
            case ["else", *words] if depth > 0:
                ring["no_answer"], words = _action(words, depth - 1), []
            case [seconds, *words] if "timeout" not in ring and _is_number(seconds):
                ring["timeout"] = float(seconds)
            case [word, *_]:
                raise ValueError(
                    f"“{shown(word)}” does not belong into: ring EXT,EXT [all|in-turn] [SECONDS]"
                    " [else ACTION]"
                )
    return ring


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdecimal() and word.isascii()


def _ring_words(ring: Ring) -> tuple[str, ...]:
    several = ",".join(ring.employees)
    # A comma tells a list of one from a single employee.
    extensions = ring.employee or (several if "," in several else f"{several},")
    strategy = "" if ring.strategy == "all" else ring.strategy
    timeout = "" if ring.timeout is None else f"{ring.timeout:.6f}".rstrip("0").rstrip(".")
    otherwise = () if ring.no_answer == Voicemail() else ("else", spell(ring.no_answer))
    return ("ring", extensions, strategy, timeout, *otherwise)


def _told(error: ValueError) -> str:
    return message(error.problem) if isinstance(error, WrongValue) else str(error)


def _validated(adapter: TypeAdapter[T], data: dict[str, Any]) -> T:
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise ValueError("; ".join(map(sentence, mistakes(error, data)))) from error


def days_in_words(days: int | None, without: str) -> str:
    """For how long something is kept; ``without`` is said where no days are set."""
    return without if days is None else f"{days} days"
