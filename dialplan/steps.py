"""What an action leaves to be done: actions never call each other, the interpreter goes on.

``typed`` is the key that cut short what the action had to say, or "": it counts for what is next.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.office import Action, ForwardAction, OpenMenu, Target


@dataclass(frozen=True)
class Done:
    """The call has got what it came for."""


@dataclass(frozen=True)
class Repeat:
    """Back to the menu that the caller was in; the call ends if there was none."""

    typed: str = ""


@dataclass(frozen=True)
class Goto:
    """On to another menu, by name."""

    menu: str
    typed: str = ""


@dataclass(frozen=True)
class Perform:
    """On to another action, such as the one that an employee's forwarding names."""

    action: Action | ForwardAction
    typed: str = ""


@dataclass(frozen=True)
class Follow:
    """On to where a phone is forwarded, within the company: not as often as phones might say."""

    step: Goto | Perform


Next = Done | Repeat | Goto | Perform | Follow


def first_step(target: Target) -> Goto | Perform:
    """What a number leads to: a menu, an employee's phone, or the company's mailbox."""
    action = target.action
    return Goto(action.menu) if isinstance(action, OpenMenu) else Perform(action)
