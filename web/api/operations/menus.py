"""Voice menus: what a caller hears, and what each key does."""

from __future__ import annotations

from fastapi import APIRouter, Response

from storage.office import Action, Menu, Office, as_data
from storage.office.edit import entry, with_entry, with_fields, without_entry
from web.api.auth import Administrator
from web.api.office_schemas import Key, MenuEntry, MenuName, Menus
from web.api.paging import USUAL, Cursor, Limit, page_of
from web.api.problems import refusals

router = APIRouter(prefix="/menus", tags=["menus"])


@router.get("", responses=refusals(404), response_model_exclude_unset=True)
def list_menus(who: Administrator, limit: Limit = USUAL, cursor: Cursor = None) -> Menus:
    """The company's voice menus."""
    office = who.office
    items, following = page_of(list(office.menus), limit, cursor)
    return Menus(items=[as_entry(office, name) for name in items], next=following)


@router.get("/{name}", responses=refusals(404), response_model_exclude_unset=True)
def get_menu(who: Administrator, name: MenuName) -> MenuEntry:
    """A voice menu."""
    return as_entry(who.office, name)


@router.put("/{name}", responses=refusals(404, 413), response_model_exclude_unset=True)
def put_menu(who: Administrator, name: MenuName, menu: Menu) -> MenuEntry:
    """Change a menu as a whole, or add one; what is not sent has its usual value."""
    return as_entry(who.edit(lambda office: _with(office, name, menu)), name)


@router.delete("/{name}", status_code=204, responses=refusals(404))
def delete_menu(who: Administrator, name: MenuName) -> Response:
    """Remove a menu; nothing may lead to it any more."""
    who.edit(lambda office: with_fields(office, menus=without_entry(office.menus, name, "menu")))
    return Response(status_code=204)


@router.put("/{name}/keys/{key}", responses=refusals(404, 413), response_model_exclude_unset=True)
def put_key(who: Administrator, name: MenuName, key: Key, action: Action) -> MenuEntry:
    """Say what a key does."""

    def with_key(office: Office) -> Office:
        menu = entry(office.menus, name, "menu")
        return _with(office, name, with_fields(menu, keys=with_entry(menu.keys, key, action)))

    return as_entry(who.edit(with_key), name)


@router.delete("/{name}/keys/{key}", status_code=204, responses=refusals(404))
def delete_key(who: Administrator, name: MenuName, key: Key) -> Response:
    """Take a key away."""

    def without_key(office: Office) -> Office:
        menu = entry(office.menus, name, "menu")
        return _with(office, name, with_fields(menu, keys=without_entry(menu.keys, key, "key")))

    who.edit(without_key)
    return Response(status_code=204)


def as_entry(office: Office, name: str) -> MenuEntry:
    """A menu as the API sends one. Raises NotFound."""
    return MenuEntry.model_validate({"name": name, **as_data(entry(office.menus, name, "menu"))})


def _with(office: Office, name: str, menu: Menu) -> Office:
    return with_fields(office, menus=with_entry(office.menus, name, menu))
