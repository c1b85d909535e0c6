"""What happened, as letters and pages say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.language.texts import Language, texts

EVENTS: Final[Mapping[str, str]] = {
    "message.kept": "New voice message",
    "message.heard": "Voice message heard",
    "message.deleted": "Voice message deleted",
    "message.restored": "Voice message restored",
    "message.unheard": "Still not heard",
    "messages.unheard": "Digest of what is unheard",
    "messages.more": "How many there were beyond an hour's",
    "box.full": "Mailbox is full",
    "delivery.failed": "Notification not delivered",
    "address.confirm": "Code for an address",
}
"""All that can be told, and what a delivery brings besides."""


def events_in_words(language: Language) -> dict[str, str]:
    """What each event is called in a language."""
    return {event: texts(language).gettext(words) for event, words in EVENTS.items()}
