"""Names that callers choose: no mail program makes a link of what is in a letter of one."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from storage.office import Company
from storage.office.model import LetterTemplate
from tests.notifications.test_mail import LINK, MESSAGE
from web.letters.letter import Letter, letter, own_letter
from web.letters.summary import summary_letter

COMPANY = Company(name="Ромашка", language="ru")
OWN = LetterTemplate(
    subject="{{ caller }}",
    text="{{ caller }} {{ number }}",
    html="<p>{{ caller }} {{ number }}</p>",
)
LINKED = re.compile(r"://|@|www\.|[a-z]\.[a-z]|mailto:|tel:", re.IGNORECASE)
"""What mail programs make links of."""


def letters(name: str, number: str) -> list[Letter]:
    message = replace(MESSAGE, caller_name=name, caller_number=number)
    return [
        letter(message, "message.kept", COMPANY, LINK, ""),
        own_letter(OWN, message, "message.kept", COMPANY, LINK, ""),
        summary_letter("messages.unheard", [message], 1, COMPANY, "", ""),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "[x](http://evil.com)",
        "http://evil.com",
        "evil.com",
        "www.evil.com/pay",
        "pay@evil.com",
        "mailto:x@y.z tel:+79001234567",
    ],
)
@pytest.mark.parametrize("is_number", [False, True], ids=["name", "number"])
def test_a_name_is_no_link_in_a_letter(name: str, is_number: bool) -> None:
    for one in letters("Иван", name) if is_number else letters(name, "79161234567"):
        assert not LINKED.search(one.subject)
        assert not LINKED.search(one.text.replace(LINK, ""))
        visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", one.html, flags=re.DOTALL)
        assert not LINKED.search(visible), visible


def test_it_is_readable_still_and_honest_names_stay_as_they_are() -> None:
    for one in letters("[x](http://evil.com)", "79161234567"):
        assert "［x］(http∶∕∕evil․com)" in one.html
    for one in letters("О'Нил-Иванов (склад)", "79161234567"):
        assert "О'Нил-Иванов (склад)" in unescape(one.html)
