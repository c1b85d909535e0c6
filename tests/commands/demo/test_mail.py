"""The demo's mail server takes letters from a real client, and shows them harmlessly."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtplib import send

from commands.demo.mail import as_read, heading, mail_catcher
from storage.settings_sections import MailSettings


def letter(text: str, subject: str = "Новое голосовое сообщение: Олег") -> EmailMessage:
    written = EmailMessage()
    written["From"] = "voicepost@romashka.example"
    written["To"] = "anna@romashka.example"
    written["Subject"] = subject
    written.set_content(text)
    written.add_alternative(f"<p>{text}</p>", subtype="html")
    return written


async def test_letters_are_kept_and_told_as_they_come() -> None:
    told: list[str] = []
    async with mail_catcher() as catcher:
        catcher.arrived = lambda each: told.append(heading(each))
        url = catcher.settings["VOICEPOST_MAIL__URL"]
        server = MailSettings(url=url).server
        assert server is not None
        assert (server.host, server.starttls) == ("127.0.0.1", "never")
        for number in (1, 2):
            _, answer = await send(
                letter(f"Письмо {number}"), hostname=server.host, port=server.port, start_tls=False
            )
            assert answer == f"taken as letter {number} of the demo"
    assert told == 2 * ["to anna@romashka.example: “Новое голосовое сообщение: Олег”"]
    assert [each.get_body(("plain",)) is not None for each in catcher.letters] == [True, True]


def test_a_letter_is_shown_as_it_is_read() -> None:
    written = letter("От кого: Олег\n\nПрослушать:\nhttp://127.0.0.1/messages/1\n")
    written.add_attachment(b"x" * 17_000, maintype="audio", subtype="ogg", filename="10-16.ogg")
    assert as_read(written).splitlines() == [
        "  | From: voicepost@romashka.example",
        "  | To: anna@romashka.example",
        "  | Subject: Новое голосовое сообщение: Олег",
        "  |",
        "  | От кого: Олег",
        "  |",
        "  | Прослушать:",
        "  | http://127.0.0.1/messages/1",
        "  |",
        "  | attached: 10-16.ogg (audio/ogg, 17 kB)",
    ]


def test_what_would_command_a_terminal_is_not_shown_to_it() -> None:
    shown = as_read(letter("\x1b[2Jboo\u202e", "\x1b]0;boo\x07"))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert "boo" in shown


def test_a_letter_with_nothing_in_it_is_one_too() -> None:
    empty = message_from_bytes(b"\r\n", policy=default)
    assert as_read(empty).splitlines()[:3] == ["  | From:", "  | To:", "  | Subject:"]
    assert heading(empty) == "to : “”"
