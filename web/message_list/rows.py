"""A message as the pages speak of it: what stands in several places is worded once."""

from __future__ import annotations

from dataclasses import dataclass

from storage.messages.message import Message
from storage.text import printable
from storage.words.withheld import is_withheld
from web.language.texts import Language, texts
from web.language.words import phone


@dataclass(frozen=True)
class Row:
    """A message and its parties, fit to be shown: anything can be in what callers send.

    ``number`` is "" where it says no more than ``who`` does.
    """

    message: Message
    who: str
    number: str
    addressee: str


def row_of(message: Message, language: Language, timezone: str) -> Row:
    """The row of a message; numbers without a country are of the time zone's."""
    name = printable(message.caller_name)
    withheld = is_withheld(message.caller_number)
    number = caller_number(message.caller_number, language, timezone)
    is_named = bool(name) and name != printable(message.caller_number)
    is_named = is_named and not (withheld and is_withheld(name))
    return Row(
        message,
        who=name if is_named else number,
        number=number if is_named else "",
        addressee=_addressee(message, language, timezone),
    )


def caller_number(number: str, language: Language, timezone: str) -> str:
    """A caller's number as people write it, or that it is withheld."""
    if is_withheld(number):
        return texts(language).gettext("Number withheld")
    return phone(number, timezone)


def _addressee(message: Message, language: Language, timezone: str) -> str:
    """The box that the message was left in; the number called where it is nobody's."""
    if message.company_id is None:
        name, number = texts(language).gettext("Nobody's"), message.dialled
    else:
        name, number = printable(message.addressee_name), message.addressee_number
    return f"{name} · {phone(number, timezone)}" if number else name
