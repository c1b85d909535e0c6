"""How letters read: of a message that there never was, in the company's language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from storage.messages.message import Message
from storage.office import Company
from storage.office.model import LetterTemplate
from web.language.texts import texts
from web.letters.letter import Letter, letter, own_letter

_ID: Final = "01989abc-de00-7000-8000-000000000000"
_AT: Final = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
ATTACHED: Final = "2026-08-14_09-30.mp3"


def preview(company: Company, wording: LetterTemplate | None, web_url: str) -> Letter:
    """The company's own letter, or the usual one. Raises LetterFailed."""
    say = texts(company.language).gettext
    message = Message(
        id=_ID,
        company_id=_ID,
        company=company.name,
        box="employee",
        addressee_name=say("Anna Ivanova"),
        addressee_number="101",
        caller_number="+79161234567",
        caller_name=say("Ivan Petrov"),
        dialled="",
        received_at=_AT.astimezone(ZoneInfo(company.timezone)),
        duration=65.0,
        size=0,
        sha256="",
        source="ari",
        call_id="",
        cut_off=False,
        quiet=False,
        state="new",
        heard_at=None,
        deleted_at=None,
        audio_key="",
        peaks=b"",
        loudness=b"",
        place=0,
    )
    link = f"{web_url}/messages/{_ID}"
    if wording is None:
        return letter(message, "message.kept", company, link, ATTACHED)
    return own_letter(wording, message, "message.kept", company, link, ATTACHED)
