"""What may stand in a company's own letter, with what it might be: nothing else is known there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Value = str | int | bool
Values = Mapping[str, Value]

SAMPLE: Final[dict[str, Value]] = {
    "event": "message.kept",
    "what": "New voice message",
    "company": "Romashka",
    "timezone": "Europe/Moscow",
    "addressee": "Anna · 101",
    "mailbox": "101",
    "caller": "Ivan",
    "number": "+7 916 123-45-67",
    "received_at": "14 August 2026, 09:30:05",
    "duration": "1 minute 5 seconds",
    "seconds": 65,
    "incomplete": False,
    "attached": "2026-08-14_09-30.wav",
    "link": "https://voice.example.com/messages/0198a5b6-7c80-7000-8000-000000000000",
}
"""All names. ``mailbox`` is the extension, "" of the company; ``number`` is "" where ``caller`` is
the number, or it is withheld; ``attached`` is the name of the recording's file, "" where it is not
in the letter; ``incomplete`` tells that the end of the recording is lost."""

ANOTHER: Final[dict[str, Value]] = SAMPLE | {
    "event": "message.deleted",
    "mailbox": "",
    "number": "",
    "attached": "",
    "incomplete": True,
    "seconds": 0,
}
"""One in which what may be empty is."""
