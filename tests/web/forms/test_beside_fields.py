"""What is wrong with a form stands beside the field that it is about, in the page's language."""

from __future__ import annotations

import html
import re
import struct
import wave
from pathlib import Path

import pytest

from tests.web.conftest import Front

EMPLOYEE = {"name": "Пётр", "ring_timeout": "20", "extension": "109"}


def beside(page: str, field: str) -> str:
    found = re.search(rf'id="{re.escape(field)}-error".*?<span>(.*?)</span>', page, re.DOTALL)
    assert found is not None, f"nothing stands beside {field}"
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("address", "sent", "field", "told"),
    [
        ("/employees/new", EMPLOYEE | {"extension": "abc"}, "extension", "«abc» не внутренний"),
        ("/employees/new", EMPLOYEE | {"keep_days": "-1"}, "keep_days", "не меньше 1"),
        ("/numbers/74951234567", {"target": "menu gone"}, "target", "нет меню «gone»"),
        (
            "/numbers",
            {"number": "+7 495 222-33-44", "target": "employee 999"},
            *("target", "нет сотрудника 999"),
        ),
        (
            "/menus",
            {"name": "night", "greeting": "say", "greeting_say": "!!!"},
            *("greeting_say", "в тексте «!!!» нечего произнести"),
        ),
        (
            "/menus",
            {"name": "night", "greeting": "say", "greeting_say": " "},
            *("greeting_say", "не должно быть пустым"),
        ),
        (
            "/menus",
            {"name": "night", "greeting": "sound", "greeting_sound": "привет мир"},
            *("greeting_sound", "«привет мир» не имя звука Asterisk"),
        ),
        (
            "/company",
            {"name": "Лютик", "language": "ru", "timezone": "Europe/Moscow"},
            *("name", "компания «Лютик» уже есть"),
        ),
    ],
)
def test_a_mistake_stands_beside_its_field(
    front: Front, address: str, sent: dict[str, str], field: str, told: str
) -> None:
    page = front.visitor("olga").post(address, data=sent)
    assert page.status_code == 422
    assert told in beside(page.text, field)


def test_a_silent_greeting_is_the_files_fault(front: Front, tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack("<8000h", *[0] * 8000))
    sent = {"sound": ("a.wav", (tmp_path / "a.wav").read_bytes())}
    page = front.visitor("anna").post("/account/greeting/101", files=sent)
    assert "в файле только тишина" in html.unescape(page.text)
    assert 'aria-invalid="true"' in page.text


def test_how_asterisk_is_reached_is_nothing_for_a_visitor(front: Front) -> None:
    page = front.visitor("anna").post("/account/greeting/101/phone")
    assert page.status_code == 503
    assert "АТС сейчас недоступна" in html.unescape(page.text)
    assert "asterisk.password" not in page.text
