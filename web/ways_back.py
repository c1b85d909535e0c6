"""Addresses within «Голосовая почта»: a message's own page, and the list it was opened from."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, quote

LIST: Final = "/messages"


def own_page(message_id: str, back: str) -> str:
    """The page of a message, which knows the list ``back`` to which it leads."""
    address = f"{LIST}/{message_id}"
    return address if back == LIST else f"{address}?back={quote(back)}"


def within_messages(address: str) -> str:
    """The address, where it is the list's or a message's page; else the list: none elsewhere."""
    is_ours = address.isascii() and address.isprintable() and "\\" not in address
    is_known = address == LIST or address.startswith((f"{LIST}?", f"{LIST}/"))
    return address if is_ours and is_known else LIST


def list_behind(address: str) -> str:
    """The list at an address, or that which led to the message's page there."""
    address = within_messages(address)
    _, _, query = address.partition("?")
    if address.startswith(f"{LIST}/"):
        address = within_messages(parse_qs(query).get("back", [LIST])[0])
    return LIST if address.startswith(f"{LIST}/") else address
