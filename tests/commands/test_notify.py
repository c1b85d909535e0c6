"""`voicepost notify test`: whoever sets up notifications sees at once whether they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from cli import main
from commands.context import App
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from tests.commands.conftest import Voicepost
from tests.commands.test_messages import receive
from tests.commands.test_own_addresses import put
from tests.notifications.mail_server import MailServer, mail_server
from tests.notifications.receiver import SECRET, Receiver, receiver


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    """A mail server, which is the one of the settings."""
    async with mail_server() as server:
        monkeypatch.setenv("VOICEPOST_MAIL__URL", server.url())
        monkeypatch.setenv("VOICEPOST_MAIL__FROM", "voicemail@voice.example")
        yield server


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """A receiver, where webhooks may be sent."""
    async with receiver() as there:
        monkeypatch.setenv("VOICEPOST_WEBHOOKS__ALLOW", "127.0.0.0/8")
        yield there


@pytest.fixture
def anna(office: Voicepost) -> str:
    """A message for extension 101, and one for the company before it; the former's id."""
    app = App(office.home)
    site = app.offices.site()
    receive(office, company_mailbox(site, "74951234567"), "+79161234567")
    message = receive(office, employee_mailbox(site, "101"), "+79031112233", minute=1)
    app.database.close()
    return message


async def tried(office: Voicepost, *words: str) -> Result:
    """What the command comes to, in another thread: the servers are in this one."""
    told = ["--home", str(office.home), "notify", "test", *words]
    return await asyncio.to_thread(CliRunner().invoke, main, told)


async def test_each_answer_is_printed(
    office: Voicepost, anna: str, server: MailServer, there: Receiver
) -> None:
    office("employees", "notify", "101", "--mail", "anna@example.com")
    office("employees", "notify", "101", "--webhook", there.url("/hook"), "--secret", SECRET)
    result = await tried(office, "101")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "ok      anna@example.com  taken as 1",
        f"ok      {there.url('/hook')}  HTTP 204",
    ]
    (letter,) = server.letters
    assert letter.to == ("anna@example.com",)
    assert letter.mail["From"].addresses[0].addr_spec == "voicemail@voice.example"
    assert f"/messages/{anna}" in letter.text()
    (asked,) = there.asked
    assert asked.verified()["data"]["id"] == anna
    app = App(office.home)
    assert app.deliveries.list() == [], "nothing is queued"
    app.database.close()


@pytest.mark.parametrize("who", ["Анна", "анн"])
async def test_an_employee_is_named_by_the_beginning_of_the_name(
    office: Voicepost, anna: str, server: MailServer, who: str
) -> None:
    office("employees", "notify", "101", "--mail", "anna@example.com")
    assert (await tried(office, who)).exit_code == 0
    assert [letter.to for letter in server.letters] == [("anna@example.com",)]


async def test_one_that_fails_is_told_and_the_others_get_it(
    office: Voicepost, anna: str, server: MailServer, there: Receiver
) -> None:
    there.answers["/hook"] = web.Response(status=500, text="out of order")
    server.answers["RCPT"] = "550 no such mailbox"
    office("employees", "notify", "101", "--mail", "anna@example.com")
    office("employees", "notify", "101", "--webhook", there.url("/hook"), "--secret", SECRET)
    office("employees", "notify", "101", "--webhook", there.url("/well"), "--secret", SECRET)
    result = await tried(office, "101")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "FAILED  anna@example.com  550 no such mailbox",
        f"FAILED  {there.url('/hook')}  HTTP 500 out of order",
        f"ok      {there.url('/well')}  HTTP 204",
    ]


async def test_without_an_extension_it_is_the_companys_mailbox(
    office: Voicepost, anna: str, server: MailServer
) -> None:
    office("mailbox", "notify", "--mail", "office@example.com", "--attach", "mp3")
    result = await tried(office)
    assert result.exit_code == 0, result.output
    (letter,) = server.letters
    assert letter.to == ("office@example.com",)
    assert [part.get_content_type() for part in letter.mail.iter_attachments()] == ["audio/mpeg"]


async def test_a_webhook_that_the_operator_does_not_allow_fails(
    office: Voicepost, anna: str, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    office("employees", "notify", "101", "--webhook", there.url("/hook"), "--secret", SECRET)
    monkeypatch.setenv("VOICEPOST_WEBHOOKS__ALLOW", "")
    result = await tried(office, "101")
    assert result.exit_code == 1
    assert "webhooks.allow" in result.stdout
    assert there.asked == []


async def test_without_a_mail_server_it_says_which_setting_is_missing(
    office: Voicepost, anna: str
) -> None:
    office("employees", "notify", "101", "--mail", "anna@example.com")
    result = await tried(office, "101")
    assert result.exit_code == 1
    assert "mail.url" in result.stdout


def test_what_there_is_to_do_first_is_said(office: Voicepost) -> None:
    assert "nobody is told" in office.refused("notify", "test", "101")
    assert "nobody is told" in office.refused("notify", "test")
    assert "999" in office.refused("notify", "test", "999")
    office("employees", "notify", "101", "--mail", "anna@example.com")
    assert "no message yet" in office.refused("notify", "test", "101")


async def test_addresses_of_the_employees_own_are_tried_too(
    office: Voicepost, anna: str, server: MailServer
) -> None:
    put(office, "anna@home.example")
    put(office, "typo@home.example", confirmed=False)
    result = await tried(office, "101")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["ok      anna@home.example  taken as 1"]
    assert [letter.to for letter in server.letters] == [("anna@home.example",)]
