"""Where calls can go in an office: the graphs of menus and of forwarding."""

from collections.abc import Iterator
from dataclasses import dataclass

from storage.office.actions import ForwardAction, OpenMenu, Ring
from storage.office.any_action import AnyAction, named_by
from storage.office.model import Menu, Office


@dataclass(frozen=True)
class Placed:
    """An action, and where it stands in the document (`menus.main.keys.2`)."""

    where: str
    action: AnyAction


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
    ahead = [m for target in office.numbers.values() for m in named_by(target.action, "menu")]
    while ahead:
        name = ahead.pop()
        if name in found or name not in office.menus:
            continue
        found.add(name)
        ahead += _menus_opened(name, office.menus[name])
    return found


def traps(office: Office) -> list[str]:
    """The menus a caller cannot leave, whatever they press, except by hanging up."""
    leading_to: dict[str, list[str]] = {name: [] for name in office.menus}
    free: set[str] = set()
    for name, menu in office.menus.items():
        if _leaves(name, office):
            free.add(name)
        for after in _menus_opened(name, menu):
            leading_to.get(after, []).append(name)
    ahead = list(free)
    while ahead:
        new = [before for before in leading_to[ahead.pop()] if before not in free]
        free.update(new)
        ahead += new
    return [name for name in office.menus if name not in free]


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
    """Circles of a graph, none of which share a node: at least one if there is any."""
    found: list[list[str]] = []
    seen: set[str] = set()
    ahead = _on_the_way_to_a_circle(following)
    for start in following:
        way: dict[str, None] = {}
        node = start
        while node in ahead and node not in seen and node not in way:
            way[node] = None
            node = next(after for after in following[node] if after in ahead)
        if node in way:
            nodes = list(way)
            found.append(nodes[nodes.index(node) :])
        seen.update(way)
    return found


def _on_the_way_to_a_circle(following: dict[str, list[str]]) -> set[str]:
    """What is left when nodes that lead nowhere are taken away, again and again."""
    ways = {node: len([a for a in afters if a in following]) for node, afters in following.items()}
    leading_to: dict[str, list[str]] = {node: [] for node in following}
    for node, afters in following.items():
        for after in afters:
            leading_to.get(after, []).append(node)
    ends = [node for node, count in ways.items() if count == 0]
    while ends:
        for before in leading_to[ends.pop()]:
            ways[before] -= 1
            if ways[before] == 0:
                ends.append(before)
    return {node for node, count in ways.items() if count > 0}


def _with_inner(placed: Placed) -> Iterator[Placed]:
    yield placed
    for name, action in placed.action.inner.items():
        yield from _with_inner(Placed(f"{placed.where}.{name}", action))


def _menus_opened(name: str, menu: Menu) -> list[str]:
    return [opened for p in menu_actions(name, menu) for opened in named_by(p.action, "menu")]


def _leaves(name: str, office: Office) -> bool:
    """Whether something in the menu leads out of all menus."""
    menu = office.menus[name]
    if menu.direct_dial and office.employees:
        return True
    for placed in menu_actions(name, menu):
        match placed.action:
            case OpenMenu(menu=after) if after in office.menus:
                continue
            case action if action.stays:
                continue
            case _:  # a menu that does not exist is another mistake, told elsewhere
                return True
    return False


def _after_silence(name: str, menu: Menu) -> str | None:
    """The menu a caller who presses nothing hears next, or None for leaving the menus."""
    match menu.default:
        case OpenMenu(menu=after):
            return after
        case action:
            return name if action.stays else None
