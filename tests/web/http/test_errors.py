"""The pages that say what went wrong, and lead on."""

from __future__ import annotations

import re

from tests.web.conftest import Front
from web.http.bodies import LARGEST_BODY


def test_a_session_that_ended_leads_back_to_the_form(front: Front) -> None:
    nobody = front.visitor()
    for referer, back in (
        ("http://testserver/prompts?new=1", "/prompts%3Fnew%3D1"),
        ("http://evil.example/prompts", "/messages"),
        ("http://testserver//evil.example", "/messages"),
        ("", "/messages"),
    ):
        told = nobody.post("/prompts", headers={"Referer": referer})
        assert told.status_code == 401
        assert f'href="/login?next={back}"' in told.text


def test_an_error_knows_who_is_logged_in_and_what_was_wrong(front: Front) -> None:
    anna = front.visitor("anna")
    file = {"sound": ("a.wav", b"\0" * (LARGEST_BODY + 1))}
    told = anna.post(
        "/account/greeting/101", files=file, headers={"Referer": "http://testserver/account"}
    )
    assert told.status_code == 413
    assert re.search(r"Файл больше 20\sМБ", told.text)
    assert 'class="account"' in told.text
    assert 'class="button primary" href="/account"' in told.text
    told = anna.get("/users")
    assert "Это действие доступно только администратору АТС." in told.text
    told = anna.post("/messages/selected", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Запрос пришёл с постороннего сайта" in told.text
