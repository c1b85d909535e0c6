"""What becomes of a message that a letter has brought, and what else is told: set on the page."""

from __future__ import annotations

import html
import re

import pytest

from storage.office.notify import MailDestination
from tests.web.conftest import Front, Visitor

FORM = {"kind": "mail", "address": "anna@example.com", "event": "message.kept"}
HERE = "/employees/101/notify"


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def test_it_is_set_and_seen(front: Front, olga: Visitor) -> None:
    form = {**FORM, "attach": "opus", "once_sent": "delete", "event": ["message.kept", "box.full"]}
    assert olga.post(HERE, data=form).status_code == 303
    (told,) = front.site.office.employees["101"].notify or ()
    assert isinstance(told, MailDestination)
    assert told.once_sent == "delete"
    page = olga.get(HERE).text
    assert "Opus · перемещается в корзину" in page
    assert "Новое голосовое сообщение, Почтовый ящик заполнен" in page
    form |= {"was": "anna@example.com", "once_sent": "keep"}
    assert olga.post(f"{HERE}/edit", data=form).status_code == 303
    assert "· перемещается" not in olga.get(HERE).text


def test_without_the_recording_nothing_becomes_of_it(front: Front, olga: Visitor) -> None:
    page = olga.post(HERE, data={**FORM, "attach": "none", "once_sent": "mark-heard"})
    assert page.status_code == 422
    (error,) = re.findall(r'id="once_sent-error">(.*?)</p>', page.text, re.DOTALL)
    assert "к письму должна быть приложена запись" in html.unescape(error)
    assert front.site.office.employees["101"].notify is None
    assert '<option value="mark-heard" selected>' in page.text
