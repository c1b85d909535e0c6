"""Names of recordings as files: for archives, where each is one of its own, and for people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from storage.messages.message import Message
from storage.words.phone_numbers import SHORTEST, canonical, region_of
from storage.words.withheld import is_withheld

# A name within a file name, in bytes of UTF-8; whole names may have 255.
NAME_BYTES = 60
# The same where people read it: the whole is to fit on a screen.
READ_BYTES = 50
NUMBER_BYTES = 20

_NOT_PLAIN = re.compile(r"[^\w+-]+")
_NOT_READABLE = re.compile(r"[^\w+.,()-]+")
_PHONE = re.compile(r"\+?[0-9() .-]{0,30}")
_EDGES = " .,-"


def file_name(message: Message) -> str:
    """``2026-08-14_09-30-05_company_Ромашка_from_+79161234567_<id>.wav``, safe everywhere."""
    return "_".join(
        (
            f"{message.received_at:%Y-%m-%d_%H-%M-%S}",
            message.box,
            _plain(message.addressee_name),
            "from",
            _plain(message.caller_number),
            f"{message.id}.wav",
        )
    )


def readable_name(message: Message, taken: Container[str] = ()) -> str:
    """``2026-08-14 09-30 Иван +79161234567 - Ромашка.wav``, safe everywhere.

    What is not known of the caller is left out. Where the name is among those ``taken``, as
    `occupied` tells them, it gets a number: `` (2)``.
    """
    name, number = _readable(message.caller_name, READ_BYTES), _number_of(message)
    caller = (name, number) if name.lstrip("+") != number.lstrip("+") else (number,)
    received = f"{message.received_at:%Y-%m-%d %H-%M}"
    addressee = _readable(message.addressee_name, READ_BYTES)
    stem = " ".join(filter(None, (received, *caller, addressee and f"- {addressee}")))
    found, copy = f"{stem}.wav", 2
    while occupied(found) in taken:
        found, copy = f"{stem} ({copy}).wav", copy + 1
    return found


def occupied(name: str) -> str:
    """What no other name in the same folder may be: some systems see no difference in case."""
    return name.casefold()


def _number_of(message: Message) -> str:
    """The caller's number, with its country where that is known."""
    number = message.caller_number.strip()
    if is_withheld(number):
        return ""
    if not _PHONE.fullmatch(number):
        return _readable(number, NUMBER_BYTES)
    found = canonical(number, region_of(str(message.received_at.tzinfo)))
    is_whole = number.startswith("+") or len(found) > SHORTEST
    return _cut(f"+{found}" if found and is_whole else found, NUMBER_BYTES)


def _plain(name: str) -> str:
    """Letters, digits, + and -; anything else is an underscore, and long names are cut."""
    plain = _NOT_PLAIN.sub("_", unicodedata.normalize("NFC", name)).strip("_")
    return _cut(plain, NAME_BYTES) or "unknown"


def _readable(text: str, limit: int) -> str:
    """Words and what is between them; anything else is a space."""
    plain = _NOT_READABLE.sub(" ", unicodedata.normalize("NFC", text)).strip(_EDGES)
    return _cut(plain, limit).rstrip(_EDGES)


def _cut(text: str, limit: int) -> str:
    """Not more than so many bytes of UTF-8."""
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")
