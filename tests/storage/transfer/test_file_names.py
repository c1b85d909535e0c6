"""What recordings are called where people keep them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from storage.messages.message import Message
from storage.transfer.file_names import readable_name

AT = datetime(2026, 11, 22, 23, 19, 5, tzinfo=UTC).astimezone(ZoneInfo("Europe/Moscow"))


def message(number: str, name: str = "", addressee: str = "Ромашка") -> Message:
    return Message(
        id="01a204c5-87a1-7000-8000-000000000000",
        company_id=None,
        company="Ромашка",
        box="company",
        addressee_name=addressee,
        addressee_number="101",
        caller_number=number,
        caller_name=name,
        dialled="74951234567",
        received_at=AT,
        duration=5.0,
        size=80_044,
        sha256="0" * 64,
        call_id="",
        source="ari",
        cut_off=False,
        quiet=False,
        state="new",
        heard_at=None,
        deleted_at=None,
        audio_key="",
        peaks=b"",
        loudness=b"",
        place=1,
    )


@pytest.mark.parametrize(
    ("number", "name", "caller"),
    [
        ("79035556677", "Иван", " Иван +79035556677"),
        ("8 (903) 555-66-77", "Иван  Щу\u0438\u0306", " Иван Щуй +79035556677"),
        ("+442071838750", "", " +442071838750"),
        ("+7 903 555", "О. Ким (склад)", " О. Ким (склад) +7903555"),
        ("102", "Анна", " Анна 102"),
        ("79035556677", "+79035556677", " +79035556677"),
        ("anonymous", "Anonymous", " Anonymous"),
        ("", "", ""),
        ("+", "...", ""),
    ],
)
def test_a_name_tells_when_from_whom_and_to_whom(number: str, name: str, caller: str) -> None:
    told = readable_name(message(number, name))
    assert told == f"2026-11-23 02-19{caller} - Ромашка.wav"


@pytest.mark.parametrize(
    "text",
    [
        *("../../etc/passwd", "a/b\\c:d*e?", "\n\0\x1b[31m", ".hidden", 'say "<yes>" | $(no)`no`'),
        *("x" * 500, "Ж" * 500, "\u202egpj", "\ud800", "CON", " . ", "~", "%2e%2e%2f", "😀" * 99),
    ],
)
def test_nobody_makes_a_name_dangerous(text: str) -> None:
    told = readable_name(message(text, text, addressee=text))
    assert told.startswith("2026-11-23 02-19")
    assert told.endswith(".wav")
    assert len(told.encode()) <= 150
    assert not set(told) & set('/\\:*?"<>|%$`~\n\0\x1b\u202e')
    assert told.isprintable()
    assert not told.removesuffix(".wav").endswith((" ", "."))
