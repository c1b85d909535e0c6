"""Hearing a message: where it is, how fast it goes, and what happens when it cannot be heard."""

from __future__ import annotations

import re
import time

import pytest
from playwright.async_api import BrowserContext, expect

from tests.web.browser import faults_of
from tests.web.player.page import Player, come, eventually
from tests.web.player.stage import LAST, LONG, PAUSED, SHORT, Stage


async def test_a_click_on_a_message_opens_the_player_and_plays(
    player: Player, stage: Stage
) -> None:
    await expect(player.element).to_be_hidden()
    assert stage.asked == []

    await player.play(LONG)

    assert set(stage.asked) == {"/messages/long/audio", "/api/v1/messages/long/waveform"}
    await expect(player.element.locator("[data-part=subtitle]")).to_have_text(LONG.subtitle)
    await expect(player.element.locator("[data-part=total]")).to_have_text("0:45")
    await expect(player.row(LONG)).to_have_attribute("aria-current", "true")
    assert await player.link(LONG).get_attribute("aria-label") == f"Pause {LONG.caller}"
    assert player.page.url == stage.url + "/"


async def test_nothing_of_the_sound_is_fetched_before_it_is_played(
    context: BrowserContext, stage: Stage
) -> None:
    player = await come(context)
    await player.play(LONG)
    await player.pause()
    stage.asked.clear()

    await player.page.reload()
    await expect(player.element).to_be_visible()

    assert stage.asked == ["/api/v1/messages/long/waveform"]


async def test_the_speed_goes_round_and_is_remembered(context: BrowserContext) -> None:
    player = await come(context)
    await player.play(LONG)
    button = player.button("Speed")
    seen = []
    for _ in range(5):
        seen.append((await button.inner_text(), await player.audio("playbackRate")))
        await button.click()
    assert seen == [("1×", 1), ("1.25×", 1.25), ("1.5×", 1.5), ("2×", 2), ("1×", 1)]
    assert await player.audio("preservesPitch") is True
    await expect(button).to_have_attribute("aria-label", "Speed 1.25×")

    later = await come(context)
    await later.play(LAST)
    assert await later.audio("playbackRate") == 1.25


async def test_speed_is_really_speed(player: Player) -> None:
    async def heard() -> tuple[float, float]:
        """Seconds of the message, and of the clock."""
        both = "audio => [audio.currentTime, performance.now() / 1000]"
        position, clock = await player.element.locator("audio").evaluate(both)
        return position, clock

    await player.play(LONG)
    for _ in range(3):
        await player.page.keyboard.press("]")
    start, began = await heard()
    end, ended = await eventually(heard, lambda seen: seen[0] > start + 3)
    assert 1.5 < (end - start) / (ended - began) < 2.5


async def test_ten_seconds_back_and_forward(player: Player) -> None:
    await player.play(LONG)
    at = await player.pause()
    await player.button("Forward").click()
    assert await player.position() == pytest.approx(at + 10, abs=0.1)
    await player.button("Forward").click()
    await player.button("Back").click()
    assert await player.position() == pytest.approx(at + 10, abs=0.1)
    await player.button("Back").click()
    await player.button("Back").click()
    assert await player.position() == 0


async def test_a_place_is_chosen_in_the_waveform(player: Player) -> None:
    await player.play(LONG)
    await player.pause()
    wave = player.element.locator("[data-part=wave]")
    box = await wave.bounding_box()
    assert box is not None
    await player.page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 10)
    assert await player.position() == pytest.approx(22.5, abs=0.3)

    await player.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10)
    await player.page.mouse.down()
    await player.page.mouse.move(box["x"] + box["width"] * 0.81, box["y"] - 100)
    await expect(wave).to_have_attribute("data-pointed", "0:36")
    assert await player.position() == pytest.approx(22.5, abs=0.3)
    await player.page.mouse.up()
    assert await player.position() == pytest.approx(36.45, abs=0.3)


async def test_long_silence_is_skipped_if_wanted(player: Player) -> None:
    await player.play(PAUSED)
    await player.button("Skip silence").click()
    began = time.monotonic()
    await expect(player.row(PAUSED)).to_have_attribute("data-state", "paused")
    assert time.monotonic() - began < PAUSED.duration - 5


async def test_what_is_no_sound_is_said_to_be_none(player: Player, stage: Stage) -> None:
    stage.broken.add(LONG.id)
    await player.link(LONG).click()
    error = player.page.get_by_role("alert")
    await expect(error).to_have_text("This browser cannot play the recording; download it instead.")
    await expect(player.row(LONG)).to_have_attribute("data-state", "paused")
    download = player.element.get_by_role("link", name="Download")
    await expect(download).to_have_attribute("href", "/messages/long/download")

    await player.play(LAST)
    await expect(error).to_be_empty()


async def test_a_recording_that_cannot_be_fetched_is_tried_again(
    context: BrowserContext, stage: Stage
) -> None:
    player = await come(context)
    stage.gone.add(LONG.id)
    await player.link(LONG).click()
    error = player.page.get_by_role("alert")
    await expect(error).to_contain_text("cannot be fetched")
    stage.gone.clear()
    await player.button("Play (").click()
    await player.hears(LONG)
    await expect(error).to_be_empty()
    await expect(player.element.locator("[data-part=wave] path").first).to_have_attribute(
        "d", re.compile("v")
    )


async def test_a_session_that_has_ended_is_said_to_have(
    context: BrowserContext, stage: Stage
) -> None:
    player = await come(context)
    await player.play(LONG)
    stage.session = False
    await player.link(LAST).click()
    error = player.page.get_by_role("alert")
    await expect(error).to_contain_text("Your session has ended.")

    stage.session = True
    await player.button("Play (").click()
    await player.hears(LAST)
    await expect(error).to_be_empty()


async def test_only_one_voice_is_heard(context: BrowserContext) -> None:
    player = await come(context, "/messages/last")
    native = player.page.locator("main audio")
    await player.play(LONG)
    await native.evaluate("audio => audio.play()")
    await expect(player.row(LONG)).to_have_attribute("data-state", "paused")
    await player.link(LONG).click()
    await player.hears(LONG)
    assert await native.evaluate("audio => audio.paused")


async def test_two_tabs_do_not_speak_at_once(context: BrowserContext) -> None:
    first, second = await come(context), await come(context)
    await first.play(LONG)
    await second.play(LAST)
    await expect(first.row(LONG)).to_have_attribute("data-state", "paused")
    await first.link(LONG).click()
    await first.hears(LONG)
    await expect(second.row(LAST)).to_have_attribute("data-state", "paused")


async def test_three_seconds_make_it_heard(player: Player, stage: Stage) -> None:
    await player.play(LONG)
    await eventually(player.position, lambda at: at > 1)
    await player.pause()
    await player.button("Forward").click()  # what was skipped was not heard
    assert stage.heard == []
    await player.button("Play (").click()
    await eventually(lambda: _there(stage.heard))
    heard = await player.audio("played.end(0) - audio.played.start(0)")
    heard += await player.audio("played.end(1) - audio.played.start(1)")
    assert heard >= 3
    assert stage.heard == [LONG.id]


async def test_a_short_one_is_heard_at_its_end(player: Player, stage: Stage) -> None:
    await player.play(PAUSED)
    await player.pause()
    # Whoever jumps to the last second of a message has not heard it.
    await player.page.evaluate("document.querySelector('audio').currentTime = 32")
    await player.button("Play (").click()
    await eventually(lambda: player.audio("ended"))
    assert stage.heard == []
    await player.link(SHORT).click()
    await eventually(lambda: player.audio("ended"))
    await eventually(lambda: _there(stage.heard))
    assert stage.heard == [SHORT.id]


async def _there(heard: list[str]) -> list[str]:
    return list(heard)


async def test_a_browser_that_keeps_nothing_plays_as_well(context: BrowserContext) -> None:
    await context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden') }});"
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('forbidden') }})"
    )
    player = await come(context)
    await player.play(LONG)
    await player.button("Speed").click()
    assert await player.audio("playbackRate") == 1.25
    assert faults_of(player.page) == []
