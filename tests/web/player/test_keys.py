"""The player without a mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.player.page import Player
from tests.web.player.stage import LONG, PAUSED, Sound


async def test_the_slider_says_where_it_is_and_moves(player: Player) -> None:
    await player.play(LONG)
    await player.pause()
    await player.button("Back").click()
    slider = player.page.get_by_role("slider", name="Position")
    await expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:45")
    await slider.focus()
    await player.page.keyboard.press("ArrowRight")
    await player.page.keyboard.press("ArrowRight")
    await expect(slider).to_have_attribute("aria-valuetext", "0:02 of 0:45")
    await player.page.keyboard.press("End")
    await expect(slider).to_have_attribute("aria-valuetext", "0:45 of 0:45")
    await player.page.keyboard.press("Home")
    await player.page.keyboard.press(" ")
    await player.hears(LONG)


async def test_keys(player: Player) -> None:
    press = player.page.keyboard.press
    await player.play(LONG)
    await press(" ")
    assert await player.audio("paused")
    at = await player.position()
    await press("ArrowRight")
    assert await player.position() == pytest.approx(at + 10, abs=0.1)
    await press("ArrowLeft")
    assert await player.position() == pytest.approx(at, abs=0.1)
    for key, rate in (("[", 1), ("]", 1.25), ("]", 1.5), ("]", 2), ("]", 2), ("[", 1.5)):
        await press(key)
        assert await player.audio("playbackRate") == rate
    await press("j")
    await player.hears(PAUSED)
    await press("k")
    await player.hears(LONG)
    await press(" ")
    assert await player.audio("paused")


@pytest.mark.parametrize(("key", "code", "heard"), [("о", "KeyJ", PAUSED), ("J", "KeyJ", PAUSED)])
async def test_keys_of_another_alphabet_and_with_caps_lock(
    player: Player, key: str, code: str, heard: Sound
) -> None:
    await player.play(LONG)
    await player.page.evaluate(
        "([key, code]) => document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true}))",
        [key, code],
    )
    await player.hears(heard)


@pytest.mark.parametrize("field", ["[name=search]", "[name=month]"])
async def test_keys_pressed_in_a_field_are_the_fields(player: Player, field: str) -> None:
    await player.play(LONG)
    await player.page.focus(field)
    for key in (" ", "j", "[", "ArrowLeft", "]", "k"):
        await player.page.keyboard.press(key)
    assert not await player.audio("paused")
    assert await player.audio("playbackRate") == 1
    await expect(player.row(LONG)).to_have_attribute("aria-current", "true")
    if field == "[name=search]":
        assert "j" in await player.page.input_value(field)


@pytest.mark.parametrize("pressed", ["[name=other]", "[name=chosen]"])
async def test_the_space_bar_presses_what_has_the_focus(player: Player, pressed: str) -> None:
    await player.play(LONG)
    await player.page.focus(pressed)
    await player.page.keyboard.press(" ")
    assert not await player.audio("paused")
    await player.page.keyboard.press("]")
    assert await player.audio("playbackRate") == 1.25


async def test_keys_with_a_modifier_are_the_browsers(player: Player) -> None:
    await player.play(LONG)
    for key in ("Control+j", "Alt+k", "Shift+]", "Shift+ "):
        await player.page.keyboard.press(key)
    assert not await player.audio("paused")
    assert await player.audio("playbackRate") == 1
    await expect(player.row(LONG)).to_have_attribute("aria-current", "true")


async def test_without_an_open_player_no_key_is_taken(player: Player) -> None:
    await player.play(LONG)
    await player.button("Close").click()
    await player.page.keyboard.press("j")
    await player.page.keyboard.press(" ")
    await expect(player.element).to_be_hidden()
    assert await player.audio("paused")


async def test_one_key_leads_to_the_player_and_back(player: Player) -> None:
    press, toggle = player.page.keyboard.press, player.element.locator("[data-part=toggle]")
    await player.play(LONG)
    other = player.page.locator("[name=other]")
    await other.focus()
    await press("p")
    await expect(toggle).to_be_focused()
    await press("p")
    await expect(other).to_be_focused()

    await press("p")
    await press("Escape")
    await expect(player.element).to_be_hidden()
    await expect(other).to_be_focused()


async def test_keys_for_playing_on_for_silence_and_for_closing(player: Player) -> None:
    press = player.page.keyboard.press
    await player.play(LONG)
    for key, name in (("a", "Play one after another"), ("s", "Skip silence")):
        for pressed in ("true", "false"):
            await press(key)
            await expect(player.button(name)).to_have_attribute("aria-pressed", pressed)
    await press("Escape")  # which elsewhere closes other things
    await expect(player.element).to_be_visible()
    await press("x")
    await expect(player.element).to_be_hidden()
    assert await player.audio("paused")


async def test_by_keyboard_alone(player: Player) -> None:
    press = player.page.keyboard.press
    await player.link(LONG).focus()
    await press("Enter")
    await player.hears(LONG)
    seen = set()
    for _ in range(40):
        await press("Tab")
        seen.add(
            await player.page.evaluate(
                "document.activeElement.dataset.part ?? document.activeElement.dataset.command"
            )
        )
        if await player.page.evaluate("document.activeElement.dataset.command === 'close'"):
            break
    commands = {"toggle", "speed", "back", "forward", "previous", "next", "slider"}
    assert seen >= commands | {"switch-next", "switch-skip", "download", "close"}
    await press("Enter")
    await expect(player.element).to_be_hidden()
    await expect(player.link(LONG)).to_be_focused()
