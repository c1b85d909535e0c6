"""Voice menus: the picture of them all, and each one's settings and keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import AudioError, Problem, Refused
from storage.office import Menu, Office, make_part, revalidated
from storage.office.edit import entry, with_entry, with_fields, without_entry
from web.errors import FormError
from web.forms.fields import typed
from web.forms.office_changes import (
    edit_office,
    fingerprint,
    form_status,
    refuse_if_changed,
)
from web.language.action_forms import Words
from web.language.action_words import describe, spoken
from web.language.places import place_in_words
from web.language.telling import Mistakes
from web.language.texts import texts
from web.menu_editor.choices import Choices
from web.menu_editor.form import (
    FIELDS,
    NEW_TEXT,
    Greeting,
    MenuForm,
    greeting_in,
    menu_form,
    menu_in,
    sent_greeting,
    sent_menu,
)
from web.menu_editor.pages import address_of, key_address, leading_to, menu_address
from web.menu_editor.picture import menu_icons, menu_picture
from web.menu_editor.tree import by_keypad
from web.pages import menu_keys
from web.pages.problems import Told, told
from web.visit import Visit, page

_NEW_FIELDS: Final = ("name", "greeting", "greeting_say", "greeting_sound")
_ANY_SOUND: Final = "sound:silence/1"


@dataclass(frozen=True)
class Row:
    """A key of a menu and what it does."""

    key: str
    kind: str
    words: Words
    address: str
    problems: list[Told]


@dataclass(frozen=True)
class Summary:
    """A menu in the list: the text alternative of the picture."""

    name: str
    address: str
    greeting: str
    keys: list[Row]
    default: Words
    invalid: Words
    problems: list[Told]


def show_menus(visit: Visit) -> Response:
    """The picture, the list, and the form of a new menu."""
    return _list(visit, "", Greeting())


def add_menu(visit: Visit) -> Response:
    """Make a menu of a name and a greeting; the rest is chosen on its own page."""
    name = "-".join(typed(visit.form).get("name", "").split())
    greeting = sent_greeting(visit.form)

    def with_menu(office: Office) -> Office:
        if not name:
            raise FormError("empty", "name")
        if name in office.menus:
            raise FormError("menu-exists", "name", name=name)
        _check_name(office, name)
        sound, prompts = greeting_in(greeting, name, office)
        menus = with_entry(office.menus, name, make_part(Menu, greeting=sound))
        return with_fields(office, menus=menus, prompts=prompts)

    try:
        edit_office(visit, with_menu)
    except (Refused, AudioError) as error:
        found = [one.at("name") if one.where == f"menus.{name}" else one for one in error.problems]
        wrong = _mistakes(visit, name, greeting, found, _NEW_FIELDS)
        return _list(visit, name, greeting, wrong)
    return visit.redirect(
        menu_address(name), visit.text("Menu added. Now choose what its keys do.")
    )


def show_menu(visit: Visit) -> Response:
    """A menu's keys and settings, with what is wrong with them."""
    name, menu = _menu(visit)
    return _form(visit, name, menu, menu_form(menu, visit.office, texts(visit.language)))


def change_menu(visit: Visit) -> Response:
    """Change the settings of a menu."""
    name, menu = _menu(visit)
    settings = sent_menu(visit.form)

    def with_changes(office: Office) -> Office:
        before = entry(office.menus, name, "menu")
        refuse_if_changed(visit, *_settings(before))
        sound, prompts = greeting_in(settings.greeting, name, office)
        changed = menu_in(visit.form, before, sound)
        return with_fields(office, menus=with_entry(office.menus, name, changed), prompts=prompts)

    try:
        edit_office(visit, with_changes)
    except (Refused, AudioError) as error:
        wrong = _mistakes(visit, name, settings.greeting, error.problems, FIELDS)
        return _form(visit, name, menu, settings, wrong, form_status(error))
    return visit.redirect(menu_address(name), visit.text("Saved."))


def _mistakes(
    visit: Visit,
    name: str,
    greeting: Greeting,
    problems: Iterable[Problem],
    fields: tuple[str, ...],
) -> Mistakes:
    """What is wrong with the form; with a new greeting's prompt, it is the text's fault."""
    prompt = f"prompts.{name}"
    is_new = greeting.choice == NEW_TEXT
    told = [
        one.at("greeting_say") if is_new and one.where.startswith(prompt) else one
        for one in problems
    ]
    return visit.mistakes(told, f"menus.{name}", fields)


def ask_remove_menu(visit: Visit) -> Response:
    """The question before a menu is removed, or what still leads to it."""
    return _remove_form(visit, {})


def remove_menu(visit: Visit) -> Response:
    """Remove a menu that nothing leads to any more."""
    name, _menu_there = _menu(visit)
    try:
        edit_office(
            visit,
            lambda office: with_fields(office, menus=without_entry(office.menus, name, "menu")),
        )
    except Refused as error:
        return _remove_form(visit, visit.mistakes(error.problems, "", ()))
    return visit.redirect("/menus", visit.text("Removed: %(name)s.", name=name))


def _menu(visit: Visit) -> tuple[str, Menu]:
    """The menu that the address names. NotFound."""
    name = visit.path["name"]
    return name, entry(visit.office.menus, name, "menu")


def _check_name(office: Office, name: str) -> None:
    """Refuse a name that cannot be before a prompt of that name is made. ConfigError."""
    try:
        revalidated(with_fields(office, menus={name: make_part(Menu, greeting=_ANY_SOUND)}))
    except Refused as error:
        raise FormError.of(problem.at("name") for problem in error.problems) from error


def _settings(menu: Menu) -> list[object]:
    """What the form of a menu changes: everything but its keys."""
    return [value for name, value in menu if name != "keys"]


def _list(visit: Visit, name: str, greeting: Greeting, wrong: Mistakes | None = None) -> Response:
    office = visit.office
    return visit.render(
        "menus/list.html",
        422 if wrong else 200,
        picture=menu_picture(office, texts(visit.language)),
        menus=[_summary(visit, menu) for menu in office.menus],
        menu_name=name,
        greeting=greeting,
        wrong=wrong or {},
        choices=Choices(visit.office, texts(visit.language)),
    )


def _summary(visit: Visit, name: str) -> Summary:
    office, words = visit.office, texts(visit.language)
    menu = office.menus[name]
    return Summary(
        name,
        menu_address(name),
        spoken(menu.greeting, office) or menu.greeting.partition(":")[2],
        _rows(visit, name),
        describe(menu.default, office, words),
        describe(menu.invalid, office, words),
        _told(visit, f"menus.{name}"),
    )


def _rows(visit: Visit, name: str) -> list[Row]:
    menu = visit.office.menus[name]
    return [
        Row(
            key,
            menu.keys[key].action,
            describe(menu.keys[key], visit.office, texts(visit.language)),
            key_address(name, key),
            _told(visit, f"menus.{name}.keys.{key}"),
        )
        for key in sorted(menu.keys, key=by_keypad)
    ]


def _told(visit: Visit, place: str) -> list[Told]:
    """What `config check` finds at a place of the document and inside it."""
    found = [one for one in visit.own_site.problems() if f"{one.where}.".startswith(f"{place}.")]
    return told(visit, found)


def _form(
    visit: Visit,
    name: str,
    menu: Menu,
    settings: MenuForm,
    wrong: Mistakes | None = None,
    status: int = 200,
) -> Response:
    keys = f"menus.{name}.keys."
    problems = [one for one in visit.own_site.problems() if one.where.startswith(f"menus.{name}.")]
    general = [one for one in visit.own_site.problems() if one.where == f"menus.{name}"]
    beside: Mistakes = visit.mistakes(
        [one for one in problems if not one.where.startswith(keys)],
        f"menus.{name}",
        FIELDS,
    )
    return visit.render(
        "menus/edit.html",
        status,
        menu_name=name,
        menu=menu,
        seen=fingerprint(*_settings(menu)),
        rows=_rows(visit, name),
        settings=settings,
        wrong=wrong or {},
        warnings=beside,
        problems=told(visit, general),
        leading=_leading(visit, name),
        icons=menu_icons(),
        choices=Choices(visit.office, texts(visit.language)),
    )


def _remove_form(visit: Visit, wrong: Mistakes) -> Response:
    name, _menu_there = _menu(visit)
    return visit.render(
        "menus/remove.html",
        422 if wrong else 200,
        menu_name=name,
        leading=_leading(visit, name),
        wrong=wrong,
    )


def _leading(visit: Visit, name: str) -> list[tuple[str, str]]:
    """From where a call gets to the menu: words and addresses."""
    return [
        (place_in_words(place, visit.language), address_of(place))
        for place in leading_to(name, visit.office)
    ]


routes = [
    Route("/menus", page(show_menus, role="administrator"), methods=["GET"]),
    Route("/menus", page(add_menu, role="administrator"), methods=["POST"]),
    Route("/menus/{name}", page(show_menu, role="administrator"), methods=["GET"]),
    Route("/menus/{name}", page(change_menu, role="administrator"), methods=["POST"]),
    Route("/menus/{name}/remove", page(ask_remove_menu, role="administrator"), methods=["GET"]),
    Route("/menus/{name}/remove", page(remove_menu, role="administrator"), methods=["POST"]),
    *menu_keys.routes,
]
