"""An office's menus as a tree: where each number leads, and from there each key.

A menu stands in the tree once, as near to a number as it can; wherever else something leads to it
there is a reference. So the tree ends, whatever circles the menus make.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Final, Literal

from storage.office import Action, Menu, Office, OpenMenu, Repeat, Target, check
from web.language.action_forms import Words
from web.language.action_words import describe, spoken
from web.language.target_words import TARGETS_ON_PAGE
from web.language.words import phone

Way = Literal["number", "key", "extension", "default", "invalid", "no-answer"]
Severity = Literal["", "warning", "error"]

MOST_NUMBERS: Final = 4
"""Numbers of one box that are named; the others are counted."""
KEYPAD: Final = "1234567890*#"
"""The keys in the order in which they stand on a phone."""


@dataclass
class Node:
    """A box of the picture; `branches` are the ways on from it."""

    kind: str
    title: str
    detail: str = ""
    menu: str | None = None
    """The menu that it is, or refers to, if it exists."""
    severity: Severity = ""
    branches: list[Branch] = field(default_factory=list)


@dataclass(frozen=True)
class Branch:
    """A way from one box to another: a key, or what happens when none is pressed."""

    way: Way
    label: str
    node: Node


def menu_tree(office: Office, texts: NullTranslations) -> list[Node]:
    """The roots: the numbers by where they lead, then the menus that nothing leads to."""
    return _Tree(office, texts).grown()


def by_keypad(key: str) -> tuple[int, ...]:
    """Sorts keys as they stand on a phone."""
    return tuple(KEYPAD.index(character) for character in key)


class _Tree:
    def __init__(self, office: Office, texts: NullTranslations) -> None:
        self._office = office
        self._texts = texts
        self._drawn: set[str] = set()
        self._ahead: deque[tuple[Node, Menu]] = deque()
        self._severities = _severities(office)

    def grown(self) -> list[Node]:
        """All roots. Breadth first: a menu is drawn where the fewest keys lead to it."""
        roots = list(self._numbers())
        self._grow()
        for name in self._office.menus:
            if name not in self._drawn:
                roots.append(self._menu(name))
                self._grow()
        return roots

    def _grow(self) -> None:
        while self._ahead:
            node, menu = self._ahead.popleft()
            node.branches.extend(self._branches(menu))

    def _numbers(self) -> Iterator[Node]:
        groups: dict[Target, list[str]] = {}
        for number, target in self._office.numbers.items():
            groups.setdefault(target, []).append(number)
        zone = self._office.company.timezone
        for target, numbers in groups.items():
            named = [phone(number, zone) for number in numbers[:MOST_NUMBERS]]
            if len(numbers) > len(named):
                more = len(numbers) - len(named)
                named.append(self._texts.gettext("and {count} more").format(count=more))
            root = Node("numbers", named[0], "\n".join(named[1:]))
            root.branches.append(Branch("number", "", self._target(target)))
            yield root

    def _target(self, target: Target) -> Node:
        action = target.action
        if isinstance(action, OpenMenu):
            return self._menu(action.menu)
        words = TARGETS_ON_PAGE[target.kind].box(target.name, self._office, self._texts)
        return Node(action.action, words.title, words.detail)

    def _menu(self, name: str) -> Node:
        menu = self._office.menus.get(name)
        if menu is None:
            missing = self._texts.gettext("There is no such menu")
            return Node("missing", name, missing, severity="error")
        if name in self._drawn:
            return Node("reference", name, menu=name)
        self._drawn.add(name)
        node = Node(
            "menu",
            name,
            spoken(menu.greeting, self._office) or menu.greeting.partition(":")[2],
            menu=name,
            severity=self._severities.get(name, ""),
        )
        self._ahead.append((node, menu))
        return node

    def _branches(self, menu: Menu) -> Iterator[Branch]:
        _ = self._texts.gettext
        for key in sorted(menu.keys, key=by_keypad):
            yield Branch("key", key, self._action(menu.keys[key]))
        if menu.direct_dial and self._office.employees:
            words = Words(_("Ring the employee"), _("whose extension is keyed in"))
            yield Branch("extension", _("extension"), Node("ring", words.title, words.detail))
        yield Branch("default", _("nothing pressed"), self._action(menu.default))
        if menu.invalid != Repeat() or menu.keys:
            yield Branch("invalid", _("wrong key"), self._action(menu.invalid))

    def _action(self, action: Action) -> Node:
        if isinstance(action, OpenMenu):
            return self._menu(action.menu)
        words = describe(action, self._office, self._texts)
        node = Node(action.action, words.title, words.detail)
        for inner in action.inner.values():
            label = self._texts.gettext("no answer")
            node.branches.append(Branch("no-answer", label, self._action(inner)))
        return node


def _severities(office: Office) -> dict[str, Severity]:
    """The worst that is wrong with each menu."""
    worst: dict[str, Severity] = {}
    for problem in reversed(check(office)):  # errors come first, so they are written last
        section, _, rest = problem.where.partition(".")
        if section == "menus":
            worst[rest.partition(".")[0]] = problem.severity
    return worst
