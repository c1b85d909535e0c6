"""An employee's own mail address as they set it, on the page and over the API: the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from storage.actor import Actor
from storage.errors import ConfigError
from storage.notifications.own_address import OWN_EVENTS, OWN_FIELDS, OwnAddress
from storage.office import make_part
from storage.office.notify import MailDestination
from storage.text import shown
from storage.words.mail_addresses import as_written
from web.errors import FormError
from web.forms.destinations import attached_in, times_in
from web.forms.fields import typed
from web.language.texts import Language
from web.services import Services


def fields_in(form: FormData) -> dict[str, Any]:
    """What a form says of an address; FormError."""
    texts = typed(form)
    return {
        "mail": texts.get("mail", ""),
        "events": tuple(each for each in OWN_EVENTS if each in form.getlist("event")),
        **attached_in(texts),
        **times_in(texts, "mail"),
    }


def put_address(
    services: Services,
    employee_id: str,
    fields: Mapping[str, Any],
    *,
    language: Language | None,
    by: Actor,
) -> OwnAddress:
    """Set one more of somebody's addresses, or change what is told to one. ConfigError, NotFound.

    What employees may not say of one is left out.
    """
    destination = _destination(services, fields)
    return services.own_addresses.put(employee_id, destination, language=language, by=by)


def add_address(
    services: Services,
    employee_id: str,
    fields: Mapping[str, Any],
    *,
    language: Language | None,
    by: Actor,
) -> OwnAddress:
    """The same, where one that is there already is not changed in silence. Also FormError."""
    destination = _destination(services, fields)
    there = services.own_addresses.of(employee_id)
    if any(each.destination.key == destination.key for each in there):
        address = shown(as_written(destination.mail))
        raise FormError("destination-there", "mail", address=address)
    return services.own_addresses.put(employee_id, destination, language=language, by=by)


def change_address(
    services: Services,
    employee_id: str,
    before: OwnAddress,
    fields: Mapping[str, Any],
    *,
    by: Actor,
) -> OwnAddress:
    """Change what is told to one. ConfigError, NotFound."""
    destination = _destination(services, {**fields, "mail": before.destination.mail})
    return services.own_addresses.change(employee_id, before.id, destination, by=by)


def _destination(services: Services, fields: Mapping[str, Any]) -> MailDestination:
    if not services.has_mail_server:
        raise ConfigError("no-mail-server")
    asked = {name: value for name, value in fields.items() if name in OWN_FIELDS}
    return make_part(MailDestination, **asked)
