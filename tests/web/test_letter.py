"""Letters in the company's own words, on the page: written, seen, and taken back."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from storage.letters import rendering
from storage.letters.names import SAMPLE
from storage.messages.message import Message
from storage.office.model import LetterTemplate
from tests.web.api.front import script
from tests.web.browser import PHONE, Visitors, faults_of, violations, visitors_of
from tests.web.conftest import Front, Visitor
from web.letters.letter import letter_values, own_letter

EXAMPLES = Path(__file__).parents[2] / "examples"
ENDS = {"text": "txt", "html": "html"}
OURS = {
    "subject": "Звонил(а) {{ caller }}",
    "text": "{{ caller }} {{ number }}\r\n{{ link }}",
    "html": "<h1 style='color: green'>{{ caller }}</h1><script>alert(1)</script>",
}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


@pytest.fixture
async def visitors(front: Front, browser: Browser) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


def wording(front: Front) -> LetterTemplate | None:
    return front.site.office.voicemail.letter


def test_before_anything_is_written_the_usual_letter_is_seen(olga: Visitor) -> None:
    page = olga.get("/mailbox/letter").text
    assert "Новое голосовое сообщение: Иван Петров" in page
    assert "+7 916 123-45-67" in page
    framed = olga.get("/mailbox/letter/preview")
    assert "Иван Петров" in framed.text
    assert "Вернуть обычное письмо" not in page
    assert 'href="/mailbox/letter"' in olga.get("/mailbox").text


def test_it_is_written_seen_and_taken_back(front: Front, olga: Visitor) -> None:
    assert olga.post("/mailbox/letter", data=OURS).status_code == 303
    written = wording(front)
    assert written is not None
    assert written.text == "{{ caller }} {{ number }}\n{{ link }}"
    page = html.unescape(olga.get("/mailbox/letter").text)
    assert "Звонил(а) Иван Петров" in page
    assert "Иван Петров +7 916 123-45-67\nhttp://testserver/messages/" in page
    assert "<h1 style='color: green'>Иван Петров</h1>" in olga.get("/mailbox/letter/preview").text
    assert olga.post("/mailbox/letter/remove").status_code == 303
    assert wording(front) is None


def test_it_is_seen_before_it_is_saved(front: Front, olga: Visitor) -> None:
    (seen,) = re.findall(r'name="seen" value="(\w+)"', olga.get("/mailbox/letter").text)
    olga.post("/mailbox/letter", data={**OURS, "subject": "First"})
    tried = olga.post("/mailbox/letter/try", data={**OURS, "seen": seen})
    assert tried.status_code == 200
    page = html.unescape(html.unescape(tried.text))
    assert "пока ничего не сохранено" in page
    assert "<strong>Звонил(а) Иван Петров</strong>" in page
    assert "Иван Петров +7 916 123-45-67\nhttp://testserver/messages/" in page
    assert OURS["subject"] in page
    written = wording(front)
    assert written is not None
    assert written.subject == "First", "nothing is saved"
    assert f'name="seen" value="{seen}"' in tried.text, "what others wrote is not lost then either"
    policy = tried.headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "script-src 'self';" in policy
    wrong = olga.post("/mailbox/letter/try", data={**OURS, "text": "{{ nobody }}"})
    assert wrong.status_code == 422
    assert "имя «nobody» там неизвестно" in html.unescape(wrong.text)
    assert "пока ничего не сохранено" not in wrong.text


def test_other_settings_and_the_letter_leave_each_other_alone(front: Front, olga: Visitor) -> None:
    olga.post("/mailbox/letter", data=OURS)
    settings = {"min_seconds": "2", "max_seconds": "60", "silence_seconds": "5"}
    assert olga.post("/mailbox", data=settings).status_code == 303
    assert wording(front) is not None
    with script(front, "olga") as client:
        assert client.put("mailbox", json={"min_seconds": 3}).status_code == 200
        assert wording(front) is not None
        told = client.get("mailbox").json()
        assert told["letter"]["subject"] == OURS["subject"]
        wrong = {"letter": {**told["letter"], "text": "{{ nobody }}"}}
        refused = client.put("mailbox", json=wrong)
        assert refused.status_code == 422
        assert "nobody" in refused.text
        assert client.put("mailbox", json={"letter": None}).status_code == 200
    assert wording(front) is None


@pytest.mark.parametrize(
    ("field", "template", "told"),
    [
        ("subject", "{{ nobody }}", "имя «nobody» там неизвестно"),
        ("text", "{% if caller %}", "строка 1: "),
        ("html", "{{ caller.__class__ }}", "требует того, что шаблонам запрещено"),
        ("html", "{% for i in range(10**9) %}{% endfor %}", "слишком много времени или памяти"),
        ("text", " ", "получается пустой текст"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_kept_as_typed(
    front: Front, olga: Visitor, field: str, template: str, told: str
) -> None:
    page = olga.post("/mailbox/letter", data={**OURS, field: template})
    assert page.status_code == 422
    (error,) = re.findall(rf'id="{field}-error">(.*?)</p>', page.text, re.DOTALL)
    assert told in html.unescape(error)
    assert template.strip() in html.unescape(page.text)
    assert wording(front) is None


def test_what_somebody_else_wrote_meanwhile_is_not_lost(front: Front, olga: Visitor) -> None:
    (seen,) = re.findall(r'name="seen" value="(\w+)"', olga.get("/mailbox/letter").text)
    olga.post("/mailbox/letter", data={**OURS, "subject": "First"})
    late = olga.post("/mailbox/letter", data={**OURS, "seen": seen})
    assert late.status_code == 409
    written = wording(front)
    assert written is not None
    assert written.subject == "First"


def test_one_that_cannot_be_made_any_more_is_told(
    front: Front, olga: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga.post("/mailbox/letter", data=OURS)
    rendering._try.cache_clear()
    monkeypatch.setattr(rendering, "SECONDS", 0.001)
    page = olga.get("/mailbox/letter")
    assert page.status_code == 200
    assert "письма уходят в обычном виде" in page.text
    rendering._too_much.clear()


def test_the_preview_is_a_stranger_to_the_page(olga: Visitor) -> None:
    framed = olga.get("/mailbox/letter/preview").headers
    policy = framed["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= set(policy)
    assert not any(part.startswith(("script-src", "connect-src")) for part in policy)
    page = olga.get("/mailbox/letter").headers["content-security-policy"]
    assert page.endswith("frame-src 'self'")
    assert "frame-ancestors 'none'" in page


def test_a_letter_is_told_what_its_names_are(front: Front) -> None:
    message: Message = front.installation.messages.get(front.receive(name="Иван \u202e"))
    company = front.site.office.company
    values = letter_values(message, "message.kept", company, "https://voice.example/m", "")
    assert values.keys() == SAMPLE.keys()
    assert [type(value) for value in values.values()] == [type(value) for value in SAMPLE.values()]
    assert values["caller"] == "Иван"
    assert values["number"] == "+7 916 123-45-67"
    assert values["mailbox"] == ""


async def test_scripts_of_a_letter_do_not_run_in_the_page(front: Front, visitors: Visitors) -> None:
    front.visitor("olga").post("/mailbox/letter", data=OURS)
    page = await visitors.come_in("olga")
    dialogs: list[Any] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    await page.goto("/mailbox/letter")
    framed = page.frame_locator("iframe").get_by_role("heading", name="Иван Петров")
    await expect(framed).to_be_visible()
    await expect(framed).to_have_css("color", "rgb(0, 128, 0)")
    assert dialogs == []


async def test_what_is_typed_is_seen_as_it_would_be(front: Front, visitors: Visitors) -> None:
    page = await visitors.come_in("olga")
    dialogs: list[Any] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    await page.goto("/mailbox")
    await page.get_by_role("link", name="Письма").click()
    heading = page.frame_locator("iframe").get_by_role("heading")
    await expect(heading).to_have_text("Новое голосовое сообщение")
    for name, text in OURS.items():
        await page.locator(f"[name={name}]").fill(text)
    await page.get_by_role("button", name="Посмотреть").click()
    await expect(heading).to_have_text("Иван Петров")
    await expect(heading).to_have_css("color", "rgb(0, 128, 0)")
    await expect(page.locator("[name=html]")).to_have_value(OURS["html"])
    assert dialogs == []
    assert wording(front) is None
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.locator("#toasts").get_by_text("Сохранено.")).to_be_visible()
    await expect(heading).to_have_css("color", "rgb(0, 128, 0)")


@pytest.mark.parametrize("caller", ["Иван Петров", "w" * 100], ids=["honest", "long"])
async def test_the_example_fits_a_narrow_window(
    front: Front, visitors: Visitors, caller: str
) -> None:
    parts = {part: (EXAMPLES / f"letter.{end}").read_text("utf-8") for part, end in ENDS.items()}
    message = replace(front.installation.messages.get(front.receive()), caller_name=caller)
    made = own_letter(
        LetterTemplate(**parts, subject="{{ what }}"),
        message,
        "message.kept",
        front.site.office.company,
        f"https://voice.company.example/messages/{message.id}",
        "",
    )
    page = await visitors.come_in(size={"width": 320, "height": 600})
    await page.set_content(made.html)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_the_page_is_right_on_a_phone(front: Front, visitors: Visitors) -> None:
    page = await visitors.come_in("olga", size=PHONE)
    await page.goto("/mailbox/letter")
    await expect(page.frame_locator("iframe").get_by_text("Иван Петров")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert faults_of(page) == []
    assert await violations(page) == []
