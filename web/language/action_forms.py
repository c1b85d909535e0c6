"""What pages know of an action: its sentence, its choices in forms with their fields, its sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any, Literal

from storage.office import Office


@dataclass(frozen=True)
class Words:
    """An action in one line, and what else is to be known about it in a second one."""

    title: str
    detail: str = ""


@dataclass(frozen=True)
class Asked:
    """A field that goes with a choice."""

    name: str
    """Under which the form sends it."""
    key: str
    """Where it stands in the action."""
    kind: Literal["box", "person", "any-person", "menu", "sound", "phone", "seconds"]
    label: str
    hint: str = ""
    missing: str = ""
    """The code of what is wrong when nothing was typed; "" leaves that to the action."""
    optional: bool = False
    """Whether an empty one is left out."""


@dataclass(frozen=True)
class FormChoice:
    """One thing that can be chosen in the form of an action."""

    name: str
    label: str
    fields: tuple[Asked, ...] = ()
    fits: Callable[[Any], bool] = lambda _action: True
    """Whether it is the choice that an action of its kind was, or would be, made by."""
    is_several: bool = False
    """Whether several employees are rung by it: that has fields of its own."""

    @property
    def person(self) -> str:
        """The field for an employee, without whom it cannot be chosen; "" if it takes none."""
        return next((asked.name for asked in self.fields if asked.kind == "person"), "")


@dataclass(frozen=True)
class OnPage:
    """What pages know of one action."""

    sentence: Callable[[Any, Office, NullTranslations, str | None], Words]
    """In words; the last is the employee in whose forwarding it stands, if it does."""
    choices: tuple[FormChoice, ...] = ()
    forwarding: tuple[FormChoice, ...] = ()
    """What can be chosen for a rule of an employee's forwarding; at most one field goes with each.
    One with an employee is a list: under its label a line for each, its field's label in front."""
    sign: str = ""
    """Its picture, drawn with a pen in a square of 24."""
