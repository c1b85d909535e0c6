"""Secrets in a company's configuration: hidden where it is shown, kept where that comes back."""

import hashlib
from typing import Any, Final, cast

from storage.errors import ConfigError, wrong
from storage.office.differences import people_before
from storage.office.model import Office
from storage.office.notify import (
    HIDDEN,
    AnyDestination,
    ChatDestination,
    Destinations,
    WebhookDestination,
)
from storage.text import shown
from storage.words.chats import hidden_address, is_hidden

NAMES: Final = frozenset({"secret", "old_secret"})
"""What secrets are called, wherever in the document."""


def hidden(document: Any, *, told_apart: bool = False) -> Any:
    """The document without its secrets; ``told_apart`` still shows that one was changed."""
    if isinstance(document, dict):
        return {
            key: hidden_value(key, value, told_apart=told_apart)
            if isinstance(value, str)
            else hidden(value, told_apart=told_apart)
            for key, value in document.items()
        }
    if isinstance(document, list):
        return [hidden(value, told_apart=told_apart) for value in document]
    return document


def hidden_value(name: str, value: str, *, told_apart: bool = False) -> str:
    """What is shown for a value of that name: itself, where it is no secret."""
    if name in NAMES:
        digest = hashlib.sha256(value.encode()).hexdigest()[:8]
        return f"{HIDDEN} {digest}" if told_apart else HIDDEN
    is_chat = name == ChatDestination.kind and "://" in value
    return hidden_address(value) if is_chat else value


def with_secrets(office: Office, earlier: Office | None) -> Office:
    """The office with the secrets that were there for those that came back hidden.

    They are the person's, who may have another extension now. Raises ConfigError where there was
    none.
    """
    people = people_before(earlier, office)
    employees = {
        extension: employee.model_copy(
            update={
                "notify": _filled(
                    employee.notify,
                    people[extension].notify if extension in people else None,
                    f"employees.{extension}.notify",
                )
            }
        )
        for extension, employee in office.employees.items()
    }
    before = earlier.voicemail.notify if earlier else None
    mailbox = office.voicemail
    notify = _filled(mailbox.notify, before, "voicemail.notify")
    voicemail = mailbox.model_copy(update={"notify": notify})
    return office.model_copy(update={"employees": employees, "voicemail": voicemail})


def _filled(
    given: Destinations | None, before: Destinations | None, where: str
) -> Destinations | None:
    if not given:
        return given
    known = {each.key: each for each in before or () if isinstance(each, WebhookDestination)}
    chats = {each.address: each for each in before or () if isinstance(each, ChatDestination)}
    filled: list[AnyDestination] = []
    for number, each in enumerate(given):
        if isinstance(each, WebhookDestination) and HIDDEN in (each.secret, each.old_secret):
            there = known.get(each.key)
            secret = there.secret if there and each.secret == HIDDEN else each.secret
            old = there.old_secret if there and each.old_secret == HIDDEN else each.old_secret
            for name, value in (("secret", secret), ("old_secret", old)):
                if value == HIDDEN:
                    raise ConfigError.of([wrong("secret-hidden", f"{where}.{number}.{name}")])
            filled.append(each.model_copy(update={"secret": secret, "old_secret": old}))
        elif isinstance(each, ChatDestination) and is_hidden(each.chat):
            if each.chat not in chats:
                raise ConfigError.of([wrong("secret-hidden", f"{where}.{number}.chat")])
            filled.append(each.model_copy(update={"chat": chats[each.chat].chat}))
        else:
            filled.append(each)
    if len({each.key for each in filled}) < len(filled):  # one of them hidden, and as it is
        addresses = [each.address for each in filled]
        twice = next(each for each in addresses if addresses.count(each) > 1)
        raise ConfigError.of([wrong("destination-twice", where, address=shown(twice))])
    return cast(Destinations, tuple(filled))
