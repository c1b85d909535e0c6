"""An action in a few words: how the command line writes what a key or a rule does.

    voicemail                     a message for the company (in forwarding: for the employee)
    voicemail 101                 a message for employee 101
    ring 101                      ring an employee, by their own forwarding rules
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
from functools import partial
from typing import Any, Final, TypeVar

import click
from pydantic import TypeAdapter, ValidationError

from storage.errors import WrongValue
from storage.office import Action, ForwardAction, Target, targets
from storage.office.any_action import ACTIONS
from storage.office.mistakes import mistakes
from storage.office.targets import target_fields
from storage.office.values import named_sound
from storage.text import shown
from web.language.problems import message, sentence

T = TypeVar("T")

DEEPEST: Final = 5
"""`else` inside `else`."""

_ACTION: Final[TypeAdapter[Action]] = TypeAdapter(Action)
_FORWARD: Final[TypeAdapter[ForwardAction]] = TypeAdapter(ForwardAction)


def parse_action(text: str) -> Action:
    """What a menu does, from words. Raises ValueError."""
    return _validated(_ACTION, _action(text.split(), DEEPEST))


def parse_forward(text: str) -> ForwardAction:
    """What an employee's forwarding does, from words. Raises ValueError."""
    return _validated(_FORWARD, _action(text.split(), DEEPEST))


def parse_target(text: str) -> Target:
    """Where a number leads, from words. Raises ValueError."""
    kind, *place = text.split() or [""]
    fields = target_fields(kind, *place or [""]) if len(place) <= 1 else None
    # A place without a name has no second word.
    if fields is None or (place and fields[kind] is True):
        raise ValueError(f"“{shown(text)}” is not one of: {', '.join(targets.usages())}")
    return _validated(TypeAdapter(Target), fields)


def usages(*, forwarding: bool = False) -> str:
    """How actions are written, one under the other with what they mean, as help has it."""
    told = [
        usage
        for kind in ACTIONS.values()
        for usage in (kind.forward_usage if forwarding else kind.usage)
    ]
    column = (24 if forwarding else 29) - 1
    return "\n".join(
        f"  {words:{column}} {meaning}"
        if len(words) <= column
        else f"  {words}\n  {'':{column}} {meaning}"
        for words, meaning in told
    )


def spell(action: Action | ForwardAction | None) -> str:
    """An action in the words that `parse_action` reads; "" for none."""
    words = () if action is None else (action.action, *action.words)
    return " ".join(word for word in words if word)


def spell_target(target: Target) -> str:
    """Where a number leads, in the words that `parse_target` reads."""
    return target.words


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
SOUND: Final[Words[str]] = Words("sound", named_sound)


def _action(words: list[str], depth: int) -> dict[str, Any]:
    """The words of an action as its table in the document."""
    inner = partial(_action, depth=depth - 1) if depth > 0 else None
    kind = ACTIONS.get(words[0]) if words else None
    fields = None if kind is None else kind.read(words[1:], inner)
    if fields is None:
        known = ", ".join(name for name, kind in ACTIONS.items() if kind.in_menus)
        raise ValueError(f"“{shown(' '.join(words))}” is not an action ({known}; see --help)")
    return {"action": words[0], **fields}


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
