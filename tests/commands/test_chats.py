"""Chats on the command line: told, changed, removed and tried, and never shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from click.testing import CliRunner, Result

from cli import main
from commands.context import App
from commands.doctor.notifications import notifications
from storage.words.chats import hidden_address
from tests.commands.conftest import Voicepost
from tests.commands.test_deliveries import (
    HERS,
    OURS,
    leave,
    listed,
    notify,
    one_sentence,
    settle,
    shown_everywhere,
    told,
)
from tests.notifications.bot_api import TOKEN, BotApi, bot_api
from tests.notifications.receiver import Receiver, receiver

__all__ = ["notify"]  # a fixture: the words of the command, for either mailbox

CHAT = f"tgram://{TOKEN}/-1001234567890"
NTFY = "ntfys://anna:pass7word@ntfy.example.com/t0pic"
SECRETS = (*TOKEN.split(":"), "1001234567890", "pass7word", "t0pic")


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotApi]:
    """Telegram's Bot API, which is the one of the settings."""
    async with bot_api() as there:
        monkeypatch.setenv("VOICEPOST_CHAT__TELEGRAM_URL", there.url)
        yield there


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    async with receiver() as there:
        yield there


def kept(office: Voicepost, notify: tuple[str, ...]) -> list[str]:
    """The addresses as they really are."""
    app = App(office.home)
    there = app.offices.get()
    app.database.close()
    list_ = there.employees["101"].notify if notify == HERS else there.voicemail.notify
    return [each.sent_to for each in list_ or ()]


def test_a_chat_is_told_and_its_address_is_never_shown(
    office: Voicepost, notify: tuple[str, ...]
) -> None:
    assert office(*notify, "--chat", CHAT, "--attach", "opus") == ""
    assert office(*notify, "--chat", NTFY) == ""

    shown = hidden_address(CHAT)
    assert told(office, notify) == [
        {"chat": shown, "attach": "opus"},
        {"chat": hidden_address(NTFY)},
    ]
    assert office(*notify).splitlines()[0] == f"chat     {shown}  message.kept, attach opus"
    leave(office, own=notify == OURS)
    assert (shown, "waiting") in listed(office)
    (one, _) = office.data("deliveries", "list")
    assert one["kind"] == "chat"
    everything = shown_everywhere(office, notify) + office("deliveries", "show", one["id"])
    assert shown in everything
    for secret in SECRETS:
        assert secret not in everything


def test_what_is_shown_can_be_applied_and_named(office: Voicepost, notify: tuple[str, ...]) -> None:
    office(*notify, "--chat", CHAT)
    office(*notify, "--chat", NTFY)
    before = office("config", "show")
    office.apply(before)
    assert kept(office, notify) == [CHAT, NTFY]
    assert office("config", "show") == before

    shown = hidden_address(CHAT)
    office(*notify, "--chat", shown, "--attach", "opus")
    office(*notify, "--chat", CHAT, "--event", "message.heard")
    assert told(office, notify)[0] == {
        "chat": shown,
        "events": ["message.heard"],
        "attach": "opus",
    }
    assert kept(office, notify) == [CHAT, NTFY]

    office(*notify, "--remove", shown)
    office(*notify, "--remove", NTFY)
    assert told(office, notify) == []


def test_what_is_done_with_a_delivery_is_logged_without_the_address(office: Voicepost) -> None:
    office(*HERS, "--chat", CHAT)
    leave(office)
    delivery = settle(office, "HTTP 200 message 7")
    office("deliveries", "retry", delivery)
    office("deliveries", "cancel", delivery)
    for entry in office.data("audit", "list")[:2]:
        assert entry["subject"] == hidden_address(CHAT)
        assert entry["details"] == {"delivery": delivery}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--chat", "ntfys://a b"), "a chat's address is a URL without spaces"),
        (("--chat", f"tgram://{TOKEN}"), "a chat of Telegram is tgram://BOT-TOKEN/CHAT"),
        (("--chat", "mailto://anna:t0pic@x"), "“mailto” is none of the chats that are known"),
        (("--chat", CHAT, "--attach", "wav"), "must be one of: none, opus"),
        (("--chat", CHAT, "--secret", "x"), "--secret goes with --webhook, not with --chat"),
        (("--chat", hidden_address(CHAT)), "is hidden, and none is known here"),
        (("--remove", CHAT), f"there is no destination “{hidden_address(CHAT)}”"),
        (("--remove", NTFY), f"there is no destination “{hidden_address(NTFY)}”"),
        (("--chat", "ntfys://\udcff"), "a chat's address is a URL without spaces"),
    ],
)
def test_what_cannot_be_is_one_sentence_without_secrets(
    office: Voicepost, notify: tuple[str, ...], options: tuple[str, ...], sentence: str
) -> None:
    complaint = office.refused(*notify, *options)

    assert sentence in complaint
    assert complaint.count("\n") == 1
    for secret in SECRETS:
        assert secret not in complaint
    assert told(office, notify) == []


def test_one_is_told_at_a_time(office: Voicepost, notify: tuple[str, ...]) -> None:
    words = ("--chat", CHAT, "--mail", "anna@example.com")
    assert "one of --mail, --webhook, --chat and --remove" in one_sentence(
        office.refused(*notify, *words, code=2)
    )


async def tried(office: Voicepost) -> Result:
    """What the command comes to, in another thread: the servers are in this one."""
    words = ["--home", str(office.home), "notify", "test", "101"]
    return await asyncio.to_thread(CliRunner().invoke, main, words)


async def test_each_chats_answer_is_printed(
    office: Voicepost, api: BotApi, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ntfy = f"json://127.0.0.1:{there.port}/t0pic"
    with monkeypatch.context() as allowed:
        allowed.setenv("VOICEPOST_CHAT__ALLOW", "tgram, json")
        allowed.setenv("VOICEPOST_WEBHOOKS__ALLOW", "127.0.0.1")
        office(*HERS, "--chat", CHAT)
        office(*HERS, "--chat", ntfy)
    leave(office)
    shown = [hidden_address(CHAT), hidden_address(ntfy)]
    result = await tried(office)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"ok      {shown[0]}  HTTP 200 message 1",
        f"FAILED  {shown[1]}  the operator allows no chats of this kind: json (chat.allow)",
    ]
    monkeypatch.setenv("VOICEPOST_CHAT__ALLOW", "json")
    result = await tried(office)
    lines = result.stdout.splitlines()
    assert lines[0].endswith("tgram (chat.allow)")
    assert lines[1].startswith(f"FAILED  {shown[1]}  ")
    assert lines[1].endswith("(webhooks.allow)")
    assert there.asked == []
    monkeypatch.setenv("VOICEPOST_WEBHOOKS__ALLOW", "127.0.0.1")
    result = await tried(office)
    assert result.stdout.splitlines()[1] == f"ok      {shown[1]}  HTTP 204"
    assert there.at("/t0pic")


def test_doctor_tells_of_chats_that_are_not_allowed(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    office(*HERS, "--chat", CHAT)
    office(*OURS, "--chat", NTFY)
    for allow, state in (("tgram, ntfys", "ok"), ("ntfys", "warning")):
        monkeypatch.setenv("VOICEPOST_CHAT__ALLOW", allow)
        app = App(office.home)
        found = notifications(app)
        app.database.close()
        assert found.state == state
    kind = "the operator allows no chats of this kind: tgram (chat.allow)"
    assert found.what == f"nothing is sent to {hidden_address(CHAT)}: {kind}"
