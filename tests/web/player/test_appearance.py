"""What the player shows, on a desk and on a phone, by day and by night, in two languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.web.browser import DESKTOP, PHONE, violations
from tests.web.player.page import Player, come, eventually
from tests.web.player.stage import LONG, PAUSED, SHORT, Stage


async def test_a_callers_name_is_text_whatever_it_contains(player: Player) -> None:
    await player.play(SHORT)
    await expect(player.element.locator("b")).to_have_count(0)


async def test_the_speed_button_is_to_the_right_of_play(player: Player) -> None:
    await player.play(LONG)
    boxes = {}
    for button in await player.element.locator("button").all():
        box = await button.bounding_box()
        assert box is not None
        boxes[await button.get_attribute("data-command")] = box
    toggle, speed = boxes["toggle"], boxes["speed"]
    assert 0 <= speed["x"] - (toggle["x"] + toggle["width"]) < 24
    assert abs(speed["y"] + speed["height"] / 2 - toggle["y"] - toggle["height"] / 2) < 2


async def test_the_waveform_is_drawn_from_what_the_server_measured(player: Player) -> None:
    drawn = player.element.locator("[data-part=wave] path").first
    await player.play(LONG)
    await expect(drawn).to_have_attribute("d", re.compile(r"(M[\d.]+ [\d.]+v[\d.]+){50,}"))
    await eventually(lambda: silent_bars(drawn), lambda silent: silent < 20)

    await player.play(PAUSED)
    await eventually(lambda: silent_bars(drawn), lambda silent: silent > 50)


async def silent_bars(drawn: Locator) -> int:
    """How many bars are as low as bars are."""
    return (await drawn.get_attribute("d") or "").count("v2.0")


async def test_the_page_keeps_room_for_the_player(player: Player) -> None:
    await player.play(LONG)
    box = await player.element.bounding_box()
    assert box is not None
    room = "parseFloat(getComputedStyle(document.body).paddingBottom)"
    assert await player.page.evaluate(room) == pytest.approx(box["height"], abs=1)
    assert box["y"] + box["height"] == pytest.approx(DESKTOP["height"], abs=1)
    await player.button("Close").click()
    await eventually(lambda: player.page.evaluate(room), lambda height: height == 0)


@pytest.mark.parametrize("width", [320, PHONE["width"], 768])
async def test_on_a_phone_everything_fits_and_can_be_touched(player: Player, width: int) -> None:
    await player.page.set_viewport_size({"width": width, "height": 700})
    await player.play(LONG)
    controls = await player.element.locator("button, a, [data-part=wave]").all()
    assert len(controls) == 11
    for control in controls:
        box = await control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert min(box["width"], box["height"]) >= 43.9
    overflow = "document.documentElement.scrollWidth > innerWidth"
    assert not await player.element.evaluate("el => el.scrollWidth > el.clientWidth")
    assert not await player.page.evaluate(overflow)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_accessibility(browser: Browser, stage: Stage, scheme: Any) -> None:
    context = await browser.new_context(
        base_url=stage.url, locale="en-GB", color_scheme=scheme, reduced_motion="reduce"
    )
    player = await come(context)
    await player.play(LONG)
    await player.button("Skip silence").click()
    assert [found for found in await violations(player.page) if "player" in found] == []
    await context.close()


@pytest.mark.parametrize(
    ("wish", "movement"), [("reduce", "none"), ("no-preference", "player-rise")]
)
async def test_movement_only_where_it_is_welcome(
    browser: Browser, stage: Stage, wish: Any, movement: str
) -> None:
    context = await browser.new_context(base_url=stage.url, reduced_motion=wish)
    player = await come(context)
    await player.play(LONG)
    moves = "el => getComputedStyle(el).animationName"
    assert await player.element.evaluate(moves) == movement
    await player.page.reload()
    await expect(player.element).to_be_visible()
    assert await player.element.evaluate(moves) == "none"
    await context.close()


async def test_in_russian(browser: Browser, stage: Stage) -> None:
    context = await browser.new_context(base_url=stage.url, locale="ru-RU")
    player = await come(context)
    await player.play(LONG)
    await player.button("Скорость").click()
    await expect(player.button("Скорость")).to_have_text("1,25×")
    await expect(player.button("Пауза")).to_be_visible()
    slider = player.page.get_by_role("slider", name="Позиция")
    await eventually(
        lambda: slider.get_attribute("aria-valuetext"),
        lambda text: text is not None and text.endswith("из 0:45"),
    )
    await context.close()


async def test_the_systems_controls_know_the_message(player: Player) -> None:
    await player.play(LONG)
    known = "(({metadata, playbackState: state}) => ({title: metadata?.title, state}))"
    known += "(navigator.mediaSession)"
    assert await player.page.evaluate(known) == {"title": LONG.caller, "state": "playing"}
    await player.button("Close").click()
    assert await player.page.evaluate(known) == {"title": None, "state": "none"}
