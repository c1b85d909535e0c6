"""The keys of a voice menu, each on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Refused
from storage.office import Menu, Office, Voicemail, make_part
from storage.office.edit import entry, with_entry, with_fields, without_entry
from web.errors import FormError
from web.forms.fields import typed
from web.forms.office_changes import edit_office, fingerprint, form_status, refuse_if_changed
from web.language.telling import Mistakes
from web.language.texts import texts
from web.menu_editor.action_form import ActionForm, filled_in, sent
from web.menu_editor.choices import Choices
from web.menu_editor.pages import menu_address
from web.menu_editor.tree import KEYPAD
from web.visit import Visit, page

_FIELDS: Final = ("key", "action", "keys")


def ask_new_key(visit: Visit) -> Response:
    """The form of a new key: the first that is free, and voicemail."""
    _name, menu = _menu(visit)
    free = next((key for key in KEYPAD if key not in menu.keys), "")
    action = filled_in(Voicemail(), "action", visit.office, texts(visit.language))
    return _form(visit, "", free, action)


def show_key(visit: Visit) -> Response:
    """The form of a key."""
    _name, menu = _menu(visit)
    key = visit.path["key"]
    action = entry(menu.keys, key, "key")
    return _form(visit, key, key, filled_in(action, "action", visit.office, texts(visit.language)))


def change_key(visit: Visit) -> Response:
    """Add a key, or change what it does or which key it is."""
    name, menu = _menu(visit)
    before = visit.path.get("key", "")
    if before:
        entry(menu.keys, before, "key")
    fields = typed(visit.form)
    key, action = fields.get("key", ""), sent(visit.form, "action")

    def with_key(there: Menu) -> Menu:
        if not key:
            raise FormError("empty", "key")
        if before:
            refuse_if_changed(visit, entry(there.keys, before, "key"))
        if key != before and key in there.keys:
            raise FormError("key-taken", "key")
        others = {other: does for other, does in there.keys.items() if other != before}
        data = action.data(fields, there.keys.get(before))
        return make_part(Menu, **{**vars(there), "keys": {**others, key: data}})

    try:
        _edit_menu(visit, with_key)
    except Refused as error:
        wrong = visit.mistakes(error.problems, f"menus.{name}", _FIELDS)
        return _form(visit, before, key, action, wrong, form_status(error))
    return visit.redirect(menu_address(name), visit.text("Saved: key %(key)s.", key=key))


def remove_key(visit: Visit) -> Response:
    """Take a key away."""
    name, menu = _menu(visit)
    key = visit.path["key"]
    before = entry(menu.keys, key, "key")
    try:
        _edit_menu(
            visit,
            lambda there: there.model_copy(update={"keys": without_entry(there.keys, key, "key")}),
        )
    except Refused as error:
        action = filled_in(before, "action", visit.office, texts(visit.language))
        wrong = visit.mistakes(error.problems, "", ())
        return _form(visit, key, key, action, wrong, form_status(error))
    return visit.redirect(menu_address(name), visit.text("Removed: key %(key)s.", key=key))


def _menu(visit: Visit) -> tuple[str, Menu]:
    """The menu that the address names. NotFound."""
    name = visit.path["name"]
    return name, entry(visit.office.menus, name, "menu")


def _edit_menu(visit: Visit, change: Callable[[Menu], Menu]) -> None:
    name, _there = _menu(visit)

    def with_menu(office: Office) -> Office:
        changed = change(entry(office.menus, name, "menu"))
        return with_fields(office, menus=with_entry(office.menus, name, changed))

    edit_office(visit, with_menu)


def _form(
    visit: Visit,
    before: str,
    key: str,
    action: ActionForm,
    wrong: Mistakes | None = None,
    status: int = 200,
) -> Response:
    """The form of the key `before`, or of a new one ("")."""
    name, menu = _menu(visit)
    return visit.render(
        "menus/key.html",
        status,
        menu_name=name,
        before=before,
        seen=fingerprint(menu.keys.get(before)),
        key=key,
        taken=[other for other in menu.keys if other != before],
        action=action,
        wrong=wrong or {},
        choices=Choices(visit.office, texts(visit.language)),
    )


_ONE: Final = "/menus/{name}/keys/{key}"

routes = [
    Route("/menus/{name}/keys", page(ask_new_key, role="administrator"), methods=["GET"]),
    Route("/menus/{name}/keys", page(change_key, role="administrator"), methods=["POST"]),
    Route(_ONE, page(show_key, role="administrator"), methods=["GET"]),
    Route(_ONE, page(change_key, role="administrator"), methods=["POST"]),
    Route(f"{_ONE}/remove", page(remove_key, role="administrator"), methods=["POST"]),
]
