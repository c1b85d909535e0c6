"""What typed digits mean: pure functions, no telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.office import Action, Menu, Office, Ring
from telephony.call import ALL_KEYS

SKIP = "#"
"""In front of a mailbox: to the beep."""


@dataclass(frozen=True)
class Complete:
    """The digits mean this, and more digits could mean nothing else."""

    action: Action


@dataclass(frozen=True)
class Incomplete:
    """More digits could follow; ``action`` is what these mean if none do (None: nothing)."""

    action: Action | None


@dataclass(frozen=True)
class Invalid:
    """The digits mean nothing, whatever follows."""


Match = Complete | Incomplete | Invalid


def choices(menu: Menu, extensions: Mapping[str, object]) -> Mapping[str, Action]:
    """All that can be typed in a menu: its keys and, where it allows direct dialling, extensions.

    A key that is also an extension stays the key.
    """
    if not menu.direct_dial:
        return menu.keys
    return {extension: Ring(employee=extension) for extension in extensions} | dict(menu.keys)


def first_keys(options: Mapping[str, Action]) -> str:
    """The keys that mean something in a menu: each begins one of its options."""
    return "".join(key for key in ALL_KEYS if any(typed.startswith(key) for typed in options))


def menu_keys(office: Office, menu: str) -> str:
    """The same, of one of the office's menus."""
    return first_keys(choices(office.menus[menu], office.employees))


def match(typed: str, options: Mapping[str, Action]) -> Match:
    """What ``typed`` (one key or more) means among the options."""
    action = options.get(typed)
    if any(option.startswith(typed) and option != typed for option in options):
        return Incomplete(action)
    return Complete(action) if action else Invalid()
