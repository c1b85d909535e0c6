"""How pages tell where a number leads, and offer it: one entry for each kind of place.

What is marked by `_` is translated where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Final
from urllib.parse import quote

from storage.office import Office, OpenMailbox, Target, Voicemail
from web.language.action_forms import Words
from web.language.action_words import describe, person


@dataclass(frozen=True)
class TargetOnPage:
    """What pages know of one kind of place; each function is given the name of the place."""

    group: str
    """What all of the kind are called where one is chosen."""
    places: Callable[[Office], Iterable[str]]
    """The names of those that there are."""
    sentence: Callable[[str, Office, NullTranslations], str]
    """In a line."""
    address: Callable[[str], str]
    """Its page."""
    box: Callable[[str, Office, NullTranslations], Words]
    """In the picture; what leads to a menu is drawn as that."""


def _menu(name: str, _office: Office, texts: NullTranslations) -> str:
    return texts.gettext("Voice menu “%(name)s”") % {"name": name}


def _employee(extension: str, office: Office, _texts: NullTranslations) -> str:
    employee = office.employees.get(extension)
    return f"{extension} · {'?' if employee is None else employee.name}"


def _ringing(extension: str, office: Office, texts: NullTranslations) -> Words:
    ring = texts.gettext("Ring: {name}").format(name=person(extension, office))
    return Words(ring, extension)


def _mailbox(extension: str, office: Office, texts: NullTranslations) -> str:
    if not extension:
        return texts.gettext("Messages by phone: asks for extension and PIN")
    whose = _employee(extension, office, texts)
    return texts.gettext("Messages by phone of %(name)s: asks for the PIN") % {"name": whose}


def _(text: str) -> str:
    """Marks a text that is translated where it is shown."""
    return text


TARGETS_ON_PAGE: Final[dict[str, TargetOnPage]] = {
    "menu": TargetOnPage(
        _("Voice menu"),
        lambda office: office.menus,
        _menu,
        lambda name: f"/menus/{quote(name)}",
        lambda name, office, texts: Words(_menu(name, office, texts)),
    ),
    "employee": TargetOnPage(
        _("Employee"),
        lambda office: office.employees,
        _employee,
        lambda extension: f"/employees/{extension}",
        _ringing,
    ),
    "voicemail": TargetOnPage(
        _("Voicemail"),
        lambda _office: [""],
        lambda _name, _office, texts: texts.gettext("The company's voicemail"),
        lambda _name: "/mailbox",
        lambda _name, office, texts: describe(Voicemail(), office, texts),
    ),
    "mailbox": TargetOnPage(
        _("Messages by phone"),
        lambda office: ["", *office.employees],
        _mailbox,
        lambda extension: f"/employees/{extension}" if extension else "/mailbox",
        lambda extension, office, texts: describe(
            OpenMailbox(employee=extension or None), office, texts
        ),
    ),
}
"""What pages know of each kind of place, by its name."""


@dataclass(frozen=True)
class Offered:
    """One place that can be chosen, or that is told of."""

    value: str
    sentence: str
    address: str


def offered(office: Office, texts: NullTranslations) -> list[tuple[str, list[Offered]]]:
    """What a number can lead to: groups, those that are empty left out."""
    groups = [
        (
            texts.gettext(on_page.group),
            [_offered(kind, place, office, texts) for place in on_page.places(office)],
        )
        for kind, on_page in TARGETS_ON_PAGE.items()
    ]
    return [(group, places) for group, places in groups if places]


def told(target: Target, office: Office, texts: NullTranslations) -> Offered:
    """Where a number leads."""
    return _offered(target.kind, target.name, office, texts)


def _offered(kind: str, place: str, office: Office, texts: NullTranslations) -> Offered:
    on_page = TARGETS_ON_PAGE[kind]
    sentence = on_page.sentence(place, office, texts)
    return Offered(f"{kind} {place}".rstrip(), sentence, on_page.address(place))
