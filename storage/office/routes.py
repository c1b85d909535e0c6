"""Where calls can go in an office: the graphs of menus and of forwarding."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage.office.actions import Action, ForwardAction, OpenMenu, Play, Repeat, Ring
from storage.office.model import Menu, Office


@dataclass(frozen=True)
class Placed:
    """An action, and where it stands in the document (`menus.main.keys.2`)."""

    where: str
    action: Action | ForwardAction


def menu_actions(name: str, menu: Menu) -> Iterator[Placed]:
    """Every action of a menu, also those inside another one."""
    place = f"menus.{name}"
    yield from _with_inner(Placed(f"{place}.default", menu.default))
    yield from _with_inner(Placed(f"{place}.invalid", menu.invalid))
    for key, action in menu.keys.items():
        yield from _with_inner(Placed(f"{place}.keys.{key}", action))


def forward_actions(extension: str, office: Office) -> Iterator[Placed]:
    """The forwarding actions of an employee."""
    forward = office.employees[extension].forward
    for rule in ("always", "busy", "no_answer", "unreachable"):
        action: ForwardAction | None = getattr(forward, rule)
        if action is not None:
            yield Placed(f"employees.{extension}.forward.{rule}", action)


def all_actions(office: Office) -> Iterator[Placed]:
    """Every action of an office."""
    for name, menu in office.menus.items():
        yield from menu_actions(name, menu)
    for extension in office.employees:
        yield from forward_actions(extension, office)


def reachable_menus(office: Office) -> set[str]:
    """The menus a call to one of the office's numbers can get to."""
    found: set[str] = set()
    ahead = [target.menu for target in office.numbers.values() if target.menu is not None]
    while ahead:
        name = ahead.pop()
        if name in found or name not in office.menus:
            continue
        found.add(name)
        ahead += _menus_opened(name, office)
    return found


def traps(office: Office) -> list[str]:
    """The menus a caller cannot leave, whatever he presses, except by hanging up."""
    free: set[str] = set()
    while True:
        more = {name for name in office.menus if name not in free and _leaves(name, office, free)}
        if not more:
            return [name for name in office.menus if name not in free]
        free |= more


def silent_rounds(office: Office) -> list[list[str]]:
    """The rounds through which a caller who presses nothing goes for ever; each named once."""
    following = {
        name: [after] if (after := _after_silence(name, menu)) is not None else []
        for name, menu in office.menus.items()
    }
    return circles(following)


def forwarding_circles(office: Office) -> list[list[str]]:
    """The circles in which a call can be forwarded for ever; each named once, by extensions."""
    following = {
        extension: [
            placed.action.everyone[0]
            for placed in forward_actions(extension, office)
            if isinstance(placed.action, Ring)
        ]
        for extension in office.employees
    }
    return circles(following)


def circles(following: dict[str, list[str]]) -> list[list[str]]:
    """A circle through every node that is on one; nodes already told in one are not told again."""
    told: set[str] = set()
    found = []
    for start in following:
        circle = _way_back(start, following)
        if circle and not told.intersection(circle):
            told.update(circle)
            found.append(circle)
    return found


def _way_back(start: str, following: dict[str, list[str]]) -> list[str]:
    """The shortest way from a node to itself, or nothing."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for after in following.get(way[-1], []):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _with_inner(placed: Placed) -> Iterator[Placed]:
    yield placed
    if isinstance(placed.action, Ring) and placed.action.employee is None:
        yield from _with_inner(Placed(f"{placed.where}.no_answer", placed.action.no_answer))


def _menus_opened(name: str, office: Office) -> Iterable[str]:
    for placed in menu_actions(name, office.menus[name]):
        if isinstance(placed.action, OpenMenu):
            yield placed.action.menu


def _leaves(name: str, office: Office, free: set[str]) -> bool:
    menu = office.menus[name]
    if menu.direct_dial and office.employees:
        return True
    for placed in menu_actions(name, menu):
        match placed.action:
            case Repeat() | Play():
                continue
            case OpenMenu(menu=after):
                # A menu that does not exist is another mistake, told elsewhere.
                if after in free or after not in office.menus:
                    return True
            case _:
                return True
    return False


def _after_silence(name: str, menu: Menu) -> str | None:
    """The menu a caller who presses nothing hears next, or None if he leaves the menus."""
    match menu.default:
        case OpenMenu(menu=after):
            return after
        case Repeat() | Play():
            return name
        case _:
            return None
