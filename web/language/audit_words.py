"""Entries of the audit log in words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from storage.audit import AuditEntry
from storage.office import Action, ForwardAction, Office
from storage.office.notify import KINDS as DESTINATIONS
from storage.text import printable
from storage.words.mail_addresses import as_written
from storage.words.withheld import is_withheld
from web.language.action_words import describe
from web.language.event_words import events_in_words
from web.language.places import place_in_words
from web.language.texts import Language, texts

ACTIONS: Final = {
    "login": "Logged in",
    "login.failed": "Failed login",
    "password.failed": "Wrong current password",
    "logout": "Logout",
    "session.end": "Session ended",
    "message.play": "Message listened to",
    "message.download": "Message downloaded",
    "message.delete": "Message deleted",
    "message.restore": "Message restored",
    "message.accept": "Message found not to be empty",
    "message.heard": "Message marked as heard",
    "message.new": "Message marked as new",
    "message.hold": "Message put on hold",
    "message.release": "Message released",
    "messages.retire": "Old messages moved to the trash",
    "messages.export": "Messages downloaded together",
    "messages.import": "Messages of another voicemail imported",
    "messages.purge": "Old deleted messages removed permanently",
    "messages.empty": "Trash emptied",
    "user.add": "User added",
    "user.change": "User changed",
    "user.password": "Password changed",
    "user.link": "One-time link made",
    "user.disable": "User disabled",
    "user.enable": "User enabled",
    "user.remove": "User removed",
    "token.add": "API token made",
    "token.revoke": "API token revoked",
    "config.change": "Settings changed",
    "employee.reassign": "Extension given to somebody else",
    "prompt.record": "Prompt recorded by phone",
    "company.add": "Company added",
    "company.remove": "Company removed",
    "company.allow": "Allowed by the server's administrator",
    "address.add": "Address of an employee's own set",
    "address.change": "Address of an employee's own changed",
    "address.code": "Another code sent to an address",
    "address.confirm": "Address of an employee's own confirmed",
    "address.remove": "Address of an employee's own removed",
    "pin.right": "Mailbox opened by PIN",
    "pin.wrong": "Wrong PIN",
    "pin.refused": "PIN not looked at after too many wrong ones",
    "pin.set": "PIN set",
    "pin.change": "PIN changed by its owner",
    "pin.remove": "PIN removed",
    "pin.unlock": "PIN unlocked",
    "delivery.retry": "Notification sent again",
    "delivery.cancel": "Notification cancelled",
    "number.assign": "Number assigned to the company",
    "number.unassign": "Number taken from the company",
}
"""What was done, by the log's own word for it."""

KINDS: Final = {
    "message.": "Messages",
    "messages.": "Several messages at once",
    "login": "Logins",
    "login.failed": "Failed logins",
    "password.failed": "Wrong current passwords",
    "user.": "Users",
    "token.": "API tokens",
    "config.": "Settings",
    "company.": "Company",
    "address.": "Employees' own addresses",
    "pin.": "PINs of mailboxes",
    "delivery.": "Notifications",
    "number.": "Assigned numbers",
    "employee.": "Extensions given to others",
    "prompt.": "Prompts recorded by phone",
}
"""What can be asked for: a whole action or, ending in a dot, the beginning of several."""

WAYS: Final = {
    "page": "page",
    "api": "API",
    "cli": "command line",
    "phone": "phone",
    "system": "automatically",
}

_USER_FIELDS: Final = {
    "name": "Full name",
    "login": "Login",
    "role": "Role",
    "extensions": "Numbers",
    "language": "Language",
    "days": "Valid for, days",
    "read_only": "For reading only",
    "keep_days": "Keep messages, days",
    "quiet_days": "Keep what is probably empty, days",
    "most": "At most in one mailbox",
    "hours": "Valid for, hours",
    "messages": "Messages",
    "bytes": "Bytes",
    "search": "Search",
    "month": "Month",
    "employee": "Employee",
    "box": "Mailbox",
    "endpoint_pattern": "Phones by the extension",
    "endpoints": "Other phones",
    "mailbox_context": "Mailboxes in Asterisk",
    "allow": "Numbers that may be dialled",
    "predecessor": "Predecessor",
    "successor": "Successor",
    "handed_over": "Messages handed over",
    "stay": "Old messages stay with",
    "mail": "Mail address",
    "attach": "The recording comes along as",
    "daily": "Once a day at",
    "unheard_minutes": "Only what is still unheard after minutes",
    "caller": "Caller",
    "not_looked_at": "Attempts not looked at",
    "one_time": "To be changed at the first call",
}
_ROLES: Final = {"administrator": "PBX administrator", "employee": "Employee"}
_NOT_TOLD: Final = (".audio",)
_LONGEST: Final = 200
_ACTION: Final[TypeAdapter[Action | ForwardAction]] = TypeAdapter(Action | ForwardAction)


@dataclass(frozen=True)
class Change:
    """One value that was changed; "" where there was, or is, none."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An entry in words. ``message`` is the id of the message that it is about, or ""."""

    entry: AuditEntry
    action: str
    via: str
    message: str
    about: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]


class AuditWords:
    """Tells entries in a language; `office` lends the names of its people and menus."""

    def __init__(self, language: Language, office: Office | None) -> None:
        self._language = language
        self._office = office
        self._ = texts(language).gettext

    def line(self, entry: AuditEntry) -> Line:
        """An entry in words."""
        is_message = entry.action.startswith("message.")
        return Line(
            entry=entry,
            action=self._(ACTIONS.get(entry.action, entry.action)),
            via=self._(WAYS.get(entry.via, entry.via)),
            message=entry.subject if is_message else "",
            about=tuple(self._about(entry, is_message=is_message)),
            changes=tuple(self._changes(entry.details)),
        )

    def _about(self, entry: AuditEntry, *, is_message: bool) -> Iterable[tuple[str, str]]:
        """What else the entry tells: pairs of a label, or "", and a text."""
        details = entry.details if isinstance(entry.details, dict) else {}
        if is_message:
            for label, key in (("From", "caller"), ("For", "addressee")):
                party = details.get(key)
                if isinstance(party, dict):
                    withheld = self._("Number withheld") if key == "caller" else ""
                    yield self._(label), _party(party, withheld)
            if isinstance(details.get("reason"), str):
                yield self._("Reason"), printable(details["reason"], _LONGEST)
            return
        if entry.subject and entry.subject != entry.who:
            yield "", printable(as_written(entry.subject), _LONGEST)
        for key, value in details.items():
            if key in _USER_FIELDS and value not in (None, "", []):
                yield self._(_USER_FIELDS[key]), self._value(value)

    def _changes(self, details: object) -> Iterable[Change]:
        found = details.get("changes") if isinstance(details, dict) else details
        for change in found if isinstance(found, list) else ():
            if not isinstance(change, dict) or str(change.get("path")).endswith(_NOT_TOLD):
                continue
            before, after = map(self._value, _apart(change.get("before"), change.get("after")))
            if before != after:
                yield Change(self._place(str(change.get("path"))), before, after)

    def _place(self, path: str) -> str:
        known = _USER_FIELDS.get(path)
        return self._(known) if known else place_in_words(path, self._language)

    def _value(self, value: object) -> str:
        """A value of the configuration in words."""
        match value:
            case None:
                return ""
            case bool():
                return self._("yes") if value else self._("no")
            case float():
                return f"{value:g}"
            case list():
                return ", ".join(self._value(one) for one in value)
            case dict():
                return self._table(value)
            case _:
                text = as_written(str(value))
                return printable(self._(_ROLES[text]) if text in _ROLES else text, _LONGEST)

    def _table(self, value: dict[str, Any]) -> str:
        if "action" in value and self._office is not None:
            try:
                action = _ACTION.validate_python(value)
            except ValidationError:
                return value["action"] if isinstance(value["action"], str) else ""
            words = describe(action, self._office, texts(self._language))
            return f"{words.title} ({words.detail})" if words.detail else words.title
        if isinstance(value.get("name"), str):
            return printable(value["name"], _LONGEST)
        if kind := next((each for each in DESTINATIONS if isinstance(value.get(each), str)), ""):
            return self._destination(kind, value)
        told = {key: one for key, one in value.items() if one not in (None, "", [], {})}
        return printable(json.dumps(told, ensure_ascii=False), _LONGEST)

    def _destination(self, kind: str, value: dict[str, Any]) -> str:
        """Who is told of messages: the address, what of, and how else it is set."""
        words = events_in_words(self._language)
        events = value.get("events")
        told = [words.get(str(each), str(each)) for each in events] if events else []
        rest = {key: one for key, one in value.items() if key not in (kind, "events")}
        told += [f"{key} {self._value(one)}" for key, one in rest.items() if one not in (None, "")]
        address = as_written(value[kind])
        said = f"{address} ({', '.join(told)})" if told else address
        return printable(said, _LONGEST)


def _apart(before: object, after: object) -> tuple[object, object]:
    """Of two lists of tables, what is in one of them alone; all else as it is."""
    lists = [each for each in (before, after) if isinstance(each, list)]
    if len(lists) < 2 or not all(isinstance(one, dict) for each in lists for one in each):
        return before, after
    return [one for one in lists[0] if one not in lists[1]], [
        one for one in lists[1] if one not in lists[0]
    ]


def _party(party: dict[str, Any], withheld: str) -> str:
    """Name and number; a caller's may be ``withheld``."""
    name, number = (printable(str(party.get(key) or ""), 100) for key in ("name", "number"))
    if withheld and is_withheld(number):
        name, number = "" if is_withheld(name) else name, withheld
    return f"{name} ({number})" if name and number else name or number
