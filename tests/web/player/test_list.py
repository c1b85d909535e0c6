"""The player and the list above it, which changes and is left and come back to."""

from __future__ import annotations

from playwright.async_api import BrowserContext, expect

from tests.web.player.page import Player, come, eventually
from tests.web.player.stage import LAST, LONG, PAUSED, SHORT, Stage


async def test_what_plays_is_paused_by_a_second_click_in_the_list(player: Player) -> None:
    await player.play(LONG)
    await player.link(LONG).click()
    assert await player.audio("paused")
    await expect(player.row(LONG)).to_have_attribute("data-state", "paused")
    await player.link(LONG).click()
    await player.hears(LONG)


async def test_another_message_takes_the_place_of_the_first(player: Player) -> None:
    await player.play(LONG)
    await player.play(LAST)
    await expect(player.row(LONG)).not_to_have_attribute("aria-current", "true")
    await expect(player.page.locator("[data-message][aria-current]")).to_have_count(1)


async def test_there_is_nothing_before_the_first_and_after_the_last(player: Player) -> None:
    await player.play(LONG)
    previous, following = player.button("Previous"), player.button("Next")
    await expect(previous).to_have_attribute("aria-disabled", "true")
    await previous.click(force=True)
    await player.hears(LONG)
    await player.play(LAST)
    await expect(previous).to_have_attribute("aria-disabled", "false")
    await expect(following).to_have_attribute("aria-disabled", "true")
    await player.page.keyboard.press("j")
    await player.hears(LAST)


async def test_the_list_changes_and_the_sound_goes_on(player: Player) -> None:
    await player.play(LAST)
    await player.page.get_by_role("link", name="Some").click()
    await expect(player.row(PAUSED)).to_have_count(0)
    await player.hears(LAST)
    await expect(player.row(LAST)).to_have_attribute("aria-current", "true")
    await player.page.get_by_role("link", name="All").click()
    await expect(player.row(PAUSED)).to_have_count(1)
    await player.hears(LAST)
    await expect(player.page.locator("[data-message][aria-current]")).to_have_count(1)
    assert await player.link(LAST).get_attribute("aria-label") == f"Pause {LAST.caller}"


async def test_a_message_that_left_the_list_still_has_its_neighbours(player: Player) -> None:
    await player.play(PAUSED)
    await player.page.get_by_role("link", name="Some").click()
    await expect(player.row(PAUSED)).to_have_count(0)
    await player.button("Next").click()
    await player.hears(SHORT)
    await player.button("Previous").click()
    await player.hears(LONG)


async def test_a_message_goes_on_where_it_was_left(context: BrowserContext) -> None:
    player = await come(context)
    await player.play(LONG)
    await player.button("Forward").click()
    await player.button("Forward").click()
    await player.play(LAST)
    await player.link(LONG).click()
    await player.hears(LONG)
    assert 20 < await player.position() < 40

    later = await come(context)
    await later.play(LONG)
    assert 20 < await later.position() < 40


async def test_after_a_reload_the_player_waits_where_it_was(context: BrowserContext) -> None:
    player = await come(context)
    await player.play(LONG)
    await player.button("Forward").click()
    left = await player.pause()
    await player.page.reload()
    await expect(player.element).to_be_visible()
    await expect(player.row(LONG)).to_have_attribute("data-state", "paused")
    await expect(player.element.locator("[data-part=elapsed]")).to_have_text(f"0:{int(left)}")
    await player.button("Play (").click()
    await player.hears(LONG)
    assert left <= await player.position() < left + 20


async def test_after_a_reload_nothing_is_shown_that_the_server_refuses(
    context: BrowserContext, stage: Stage
) -> None:
    player = await come(context)
    await player.play(LONG)
    stage.gone.add(LONG.id)
    async with player.page.expect_response("**/waveform"):
        await player.page.reload()
    await eventually(
        lambda: player.page.evaluate("sessionStorage['voicepost.player.message']"),
        lambda kept: kept == "null",
    )
    await expect(player.element).to_be_hidden()


async def test_a_message_heard_to_the_end_begins_anew(player: Player) -> None:
    await player.page.evaluate(
        "addEventListener('voice-player:ended', ({detail}) => (document.title = detail.id))"
    )
    await player.link(SHORT).click()
    await expect(player.page).to_have_title("short")
    await expect(player.row(SHORT)).to_have_attribute("data-state", "paused")
    await player.link(LAST).click()
    await player.hears(LAST)
    # Asked of the element itself: before anybody has looked, the message may be over again.
    await player.element.locator("audio").evaluate(
        "audio => audio.addEventListener('playing', () => (audio.title = audio.currentTime))"
    )
    await player.link(SHORT).click()
    begun = await eventually(lambda: player.audio("title"))
    assert float(begun) < 1


async def test_the_next_message_plays_on_if_wanted(context: BrowserContext) -> None:
    player = await come(context)
    switch = player.button("Play one after another")
    await player.link(SHORT).click()
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await eventually(lambda: player.audio("ended"))
    await expect(player.row(SHORT)).to_have_attribute("data-state", "paused")
    await switch.click()
    await player.link(SHORT).click()
    await player.hears(LAST)

    later = await come(context)
    await later.play(LONG)
    await expect(later.button("Play one after another")).to_have_attribute("aria-pressed", "true")


async def test_a_link_opened_in_a_new_tab_opens_there(
    player: Player, context: BrowserContext, stage: Stage
) -> None:
    async with context.expect_page() as opened:
        await player.link(LONG).click(modifiers=["Control"])
    tab = await opened.value
    await tab.wait_for_load_state()
    assert tab.url == stage.url + "/messages/long"
    await expect(player.element).to_be_hidden()
