"""A sound is seen and heard as callers will hear it, before it is taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.bad_sounds import noise_file, upside_down
from tests.speech import speak
from tests.web.browser import PHONE, Visitors, faults_of, until, violations, visitors_of
from tests.web.conftest import Front

SPEECH = "Мы на улице Садовой, дом пять. Приходите к нам в любой день с девяти до шести вечера."
# What a microphone would hear: a tone, as Chromium here has no device.
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = (window.microphone = new AudioContext());
  const tone = context.createOscillator();
  const ears = context.createMediaStreamDestination();
  tone.connect(ears);
  tone.start();
  return ears.stream;
};
"""


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


def trial(page: Page) -> Locator:
    return page.locator("sound-trial").first


async def plays(page: Page) -> None:
    """It is heard."""
    audio = "document.querySelector('sound-trial audio')"
    await until(page, f"!{audio}.paused && {audio}.currentTime > 0.1")


async def position(page: Page) -> float:
    """Seconds."""
    where = "document.querySelector('sound-trial audio').currentTime"
    return float(await page.evaluate(where))


async def bars(page: Page) -> set[str]:
    """How high the bars of the picture are."""
    drawn = await trial(page).locator("path").first.get_attribute("d") or ""
    return {bar.rpartition("v")[2] for bar in drawn.split("M") if bar}


async def test_a_prompt_is_heard_before_it_is_taken_by_mouse(
    visitors: Visitors, front: Front, tmp_path: Path
) -> None:
    page = await visitors.come_in("olga")
    await page.goto("/prompts")
    await page.get_by_label("Название").fill("адрес")
    await page.get_by_label("Звуковой файл или запись с микрофона").check()
    await expect(trial(page)).to_be_hidden()
    field = page.get_by_label("Звуковой файл", exact=True)

    await field.set_input_files(noise_file(tmp_path / "hiss.wav", 2.0, -90.0))
    error = trial(page).locator("[data-part=error]")
    await expect(error).to_have_text("в файле только тишина")
    await expect(trial(page).get_by_role("button")).to_be_hidden()

    await field.set_input_files(upside_down(tmp_path / "address.wav", "-ar", "44100"))
    await expect(trial(page).get_by_text("два канала гасят друг друга")).to_be_visible()
    await expect(error).to_be_empty()
    assert len(await bars(page)) > 5
    assert await violations(page) == []
    assert list(front.site.office.prompts) == ["main"], "it was taken already"

    await trial(page).get_by_role("button", name="Слушать").click()
    await plays(page)
    await trial(page).get_by_role("button", name="Пауза").click()
    before = await position(page)
    await trial(page).locator(".player-wave").click()  # in its middle
    assert await position(page) > before
    await page.get_by_role("button", name="Добавить фразу").click()
    await expect(page.locator("#toasts").get_by_text("Сохранено: адрес.")).to_be_visible()
    await expect(page.locator("#main").get_by_text("два канала гасят друг друга")).to_be_visible()
    assert front.site.office.prompts["адрес"].file == "address.wav"
    # The browser itself notes the answer 422; nothing else went wrong.
    assert [fault for fault in faults_of(page) if "422" not in fault] == []


async def test_a_greeting_is_heard_before_it_is_taken_by_keys(
    visitors: Visitors, front: Front
) -> None:
    page = await visitors.come_in("anna", size=PHONE)
    await page.goto("/account")
    field = page.get_by_label("Звуковой файл", exact=True)
    await field.set_input_files(speak(SPEECH))
    await expect(trial(page).get_by_role("status")).to_contain_text("Так это услышат звонящие")
    await expect(trial(page).get_by_role("listitem")).to_have_count(0)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0
    assert await violations(page) == []

    await field.focus()
    await page.keyboard.press("Tab")  # the microphone
    await page.keyboard.press("Tab")
    await expect(trial(page).get_by_role("button", name="Слушать")).to_be_focused()
    await page.keyboard.press("Space")
    await plays(page)
    await expect(trial(page).get_by_role("button", name="Пауза")).to_be_focused()
    await page.keyboard.press("Space")
    before = await position(page)
    await page.keyboard.press("Tab")
    await expect(trial(page).get_by_role("slider", name="Позиция")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    assert await position(page) > before
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    told = page.locator("#toasts").get_by_text("Приветствие сохранено.")
    await expect(told).to_be_visible()
    assert front.site.office.employees["101"].greeting == "prompt:greeting-101"
    assert faults_of(page) == []


async def test_what_the_microphone_recorded_is_heard_before_it_is_taken(visitors: Visitors) -> None:
    page = await visitors.come_in("anna")
    await page.add_init_script(MICROPHONE)
    await page.goto("/account")
    await page.get_by_role("button", name="Записать с микрофона").click()
    stop = page.get_by_role("button", name="Остановить")
    await expect(stop).to_be_visible()
    await until(page, "window.microphone.currentTime > 1")
    await stop.click()
    await expect(trial(page).get_by_text("речи в записи не слышно")).to_be_visible()
    await trial(page).get_by_role("button", name="Слушать").click()
    await plays(page)
    assert faults_of(page) == []
