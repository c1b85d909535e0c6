"""Places of an office's document, such as `menus.main.keys.2`: their pages, and what uses what."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from storage.office import Office
from storage.office.any_action import named_by
from storage.office.routes import all_actions

_PAGES: Final = {
    "company": "/mailbox",
    "numbers": "/numbers",
    "voicemail": "/mailbox",
}


def address_of(place: str) -> str:
    """The page on which that place can be changed."""
    section, _, rest = place.partition(".")
    name, _, step = rest.partition(".")
    if section in _PAGES or not name:
        return _PAGES.get(section, f"/{section}")
    if section == "menus" and step.startswith("keys."):
        return key_address(name, step.split(".")[1])
    return f"/{section}/{quote(name, safe='')}"


def menu_address(name: str) -> str:
    """The page of a menu."""
    return f"/menus/{quote(name, safe='')}"


def key_address(menu: str, key: str) -> str:
    """The page of one key of a menu."""
    return f"{menu_address(menu)}/keys/{quote(key, safe='')}"


def prompt_address(name: str) -> str:
    """The page of a prompt."""
    return f"/prompts/{quote(name, safe='')}"


def leading_to(menu: str, office: Office) -> list[str]:
    """The places of the document from which a call gets to a menu, other than the menu itself."""
    numbers = [
        f"numbers.{number}"
        for number, target in office.numbers.items()
        if menu in named_by(target.action, "menu")
    ]
    actions = [
        placed.where for placed in all_actions(office) if menu in named_by(placed.action, "menu")
    ]
    own = f"menus.{menu}."
    return [*numbers, *(place for place in actions if not place.startswith(own))]


def leading_to_employee(extension: str, office: Office) -> list[str]:
    """The places of the document from which a call gets to an employee or to their mailbox."""
    numbers = [
        f"numbers.{number}"
        for number, target in office.numbers.items()
        if extension in named_by(target.action, "employee")
    ]
    actions = [
        placed.where
        for placed in all_actions(office)
        if extension in named_by(placed.action, "employee")
    ]
    own = f"employees.{extension}."
    return [*numbers, *(place for place in actions if not place.startswith(own))]


def playing(prompt: str, office: Office) -> list[str]:
    """The places of the document at which a prompt is played."""
    sound = f"prompt:{prompt}"
    greetings = [
        *((f"menus.{name}.greeting", menu.greeting) for name, menu in office.menus.items()),
        *((f"employees.{e}.greeting", person.greeting) for e, person in office.employees.items()),
        ("voicemail.greeting", office.voicemail.greeting),
    ]
    actions = [
        (placed.where, played)
        for placed in all_actions(office)
        for played in named_by(placed.action, "sound")
    ]
    return [place for place, played in (*greetings, *actions) if played == sound]
