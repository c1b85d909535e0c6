"""Telegram: what its Bot API is told, what becomes of its answers, and what nobody reads of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from notifications import chat, telegram
from notifications.mail import Recording
from notifications.outcome import Refused, TryAgain
from notifications.webhooks import client
from storage.settings import ChatSettings
from storage.settings_sections import WebhookSettings
from tests.notifications.bot_api import TOKEN, BotApi, bot_api
from tests.ports import free_tcp
from tests.waiting import until
from web.letters.short import ShortLetter

LETTER = ShortLetter(
    "Новое голосовое сообщение", "От: Иван\nКому: Анна", "https://voice.example/messages/1"
)
WHOLE = "Новое голосовое сообщение\nОт: Иван\nКому: Анна\nhttps://voice.example/messages/1"
VOICE = Recording("2026-08-14_09-30.ogg", "opus", b"OggS" + bytes(range(256)) * 40)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as there:
        yield there


async def tell(
    api: BotApi,
    address: str = "",
    *,
    letter: ShortLetter = LETTER,
    recording: Recording | None = None,
    settings: ChatSettings | None = None,
) -> str:
    """Tell a chat as a worker does; nothing but public hosts may be asked by companies."""
    settings = settings or ChatSettings(telegram_url=api.url)
    nowhere = WebhookSettings()
    async with client(nowhere) as session:
        return await chat.send(session, address or api.chat(), letter, recording, settings, nowhere)


async def test_a_chat_is_told_in_plain_text(api: BotApi) -> None:
    assert await tell(api) == "HTTP 200 message 1"
    (told,) = api.told
    assert told.method == "sendMessage"
    assert told.fields == {
        "chat_id": "-1001234567890",
        "text": WHOLE,
        "link_preview_options": '{"is_disabled": true}',
    }


async def test_a_voice_note_has_the_text_as_its_caption(api: BotApi) -> None:
    assert await tell(api, recording=VOICE) == "HTTP 200 message 1"
    (told,) = api.told
    assert told.method == "sendVoice"
    assert told.fields == {"chat_id": "-1001234567890", "caption": WHOLE}
    assert (told.voice, told.file_name, told.file_type) == (VOICE.data, VOICE.name, "audio/ogg")


async def test_a_topic_of_a_forum_is_told_and_silently(api: BotApi) -> None:
    for options in ("?topic=7&silent=yes", ":7?silent=yes"):
        await tell(api, api.chat("@sales", options))
        fields = api.told.pop().fields
        assert (fields["chat_id"], fields["message_thread_id"]) == ("@sales", "7")
        assert fields["disable_notification"] == "true"


async def test_a_long_text_is_cut_and_its_link_is_not(api: BotApi) -> None:
    long = ShortLetter("Новое", "щ😀" * 3000, "https://voice.example/messages/1")
    await tell(api, letter=long, recording=VOICE)
    await tell(api, letter=long)
    caption, text = api.told[0].fields["caption"], api.told[1].fields["text"]
    for said, most in ((caption, 1024), (text, 4096)):
        units = len(said.encode("utf-16-le")) // 2
        assert most - 2 <= units <= most
        assert said.startswith("Новое\nщ")
        assert said.endswith("…\nhttps://voice.example/messages/1")


async def test_who_takes_no_voice_notes_gets_the_text(api: BotApi) -> None:
    api.refuses("sendVoice", 400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
    assert await tell(api, recording=VOICE) == "HTTP 200 message 2"
    assert [told.method for told in api.told] == ["sendVoice", "sendMessage"]
    assert api.told[1].fields["text"] == WHOLE


async def test_who_asks_to_be_left_alone_is(api: BotApi) -> None:
    api.refuses("sendMessage", 429, "Too Many Requests: retry after 17", retry_after=17)
    with pytest.raises(TryAgain, match=r"^HTTP 429 Too Many Requests") as failed:
        await tell(api)
    assert failed.value.after == 17
    for odd in (-5, "17", None, 10**9, True):
        api.refuses("sendMessage", 429, "no", retry_after=odd)
        with pytest.raises(TryAgain) as failed:
            await tell(api)
        assert failed.value.after <= telegram.LONGEST_WAIT


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (400, "Bad Request: chat not found"),
        (401, "Unauthorized"),
        (403, "Forbidden: bot was blocked by the user"),
        (404, "Not Found"),
    ],
)
async def test_who_refuses_is_told_no_more(api: BotApi, status: int, description: str) -> None:
    for method in ("sendVoice", "sendMessage"):
        api.refuses(method, status, description)
    for recording in (None, VOICE):
        with pytest.raises(Refused, match=f"^HTTP {status} {description}$"):
            await tell(api, recording=recording)


@pytest.mark.parametrize("status", [302, 408, 500, 502, 503])
async def test_any_other_no_is_tried_again(api: BotApi, status: int) -> None:
    api.refuses("sendMessage", status, "Internal\r\n\x1b[31mError")
    with pytest.raises(TryAgain, match=rf"^HTTP {status} Internal \[31mError$"):
        await tell(api)
    assert len(api.told) == 1


async def test_who_never_answers_is_not_waited_for(
    api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "SECONDS", 0.3)
    api.hangs.add("sendVoice")
    with pytest.raises(TryAgain, match=r"^no answer within"):
        await tell(api, recording=VOICE)
    await until(lambda: api.told)


async def test_nobody_is_there(api: BotApi) -> None:
    away = ChatSettings(telegram_url=f"http://127.0.0.1:{free_tcp()}")
    with pytest.raises(TryAgain, match="Cannot connect") as failed:
        await tell(api, settings=away)
    assert TOKEN not in str(failed.value)


async def test_what_it_says_has_no_secrets_in_it(api: BotApi) -> None:
    bot, secret = TOKEN.split(":")
    said = f"no: /bot{TOKEN}/sendMessage {bot}:{secret.lower()} in -1001234567890"
    for status, how in ((500, TryAgain), (403, Refused)):
        api.refuses("sendMessage", status, said)
        with pytest.raises(how) as failed:
            await tell(api)
        for part in (bot, secret, secret.lower(), "1001234567890"):
            assert part not in str(failed.value)
        assert str(failed.value).startswith(f"HTTP {status} no: ")


async def test_where_the_operator_allows_no_telegram_nobody_is_told(api: BotApi) -> None:
    with pytest.raises(Refused, match=r"tgram \(chat\.allow\)$"):
        await tell(api, settings=ChatSettings(telegram_url=api.url, allow="ntfys"))
    assert api.told == []
