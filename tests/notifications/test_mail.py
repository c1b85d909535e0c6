"""Letters and the mail servers that they are handed to: what arrives, and what is tried again."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

import pytest

from notifications import mail
from notifications.attachments import recording_of
from notifications.mail import Recording, compose, send
from notifications.outcome import Refused, TryAgain
from storage.messages.message import Message
from storage.office import Company
from storage.office.notify import Attach, Event, MailDestination
from storage.settings_sections import MailSettings
from tests.notifications.conftest import Certificate
from tests.notifications.mail_server import MailServer, mail_server
from tests.ports import free_tcp
from tests.web.conftest import Front
from web.language.texts import Language
from web.letters.letter import letter

ID = "01938a52-7d10-7abc-8def-0123456789ab"
AT = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
LINK = f"https://voice.example/messages/{ID}"
MESSAGE = Message(
    id=ID,
    company_id="11111111-1111-4111-8111-111111111111",
    company="Ромашка",
    box="employee",
    addressee_name="Анна Щукина",
    addressee_number="101",
    caller_number="+79161234567",
    caller_name="Иван",
    dialled="74951234567",
    received_at=AT.astimezone(ZoneInfo("Europe/Moscow")),
    duration=83.4,
    size=1_334_444,
    sha256="0" * 64,
    source="ari",
    call_id="call-1",
    cut_off=False,
    quiet=False,
    state="new",
    heard_at=None,
    deleted_at=None,
    audio_key="",
    peaks=b"",
    loudness=b"",
    place=1,
)


def written(
    message: Message = MESSAGE,
    event: Event = "message.kept",
    *,
    language: Language = "ru",
    company: str = "Ромашка",
    to: str = "anna@example.com",
    recording: Recording | None = None,
) -> EmailMessage:
    """The letter about a message."""
    office = Company(name=company, language=language)
    attached = recording.name if recording else ""
    return compose(
        letter(message, event, office, LINK, attached),
        MailSettings.model_validate({"from": "voicemail@voice.example"}),
        to=to,
        delivery_id=ID,
        at=AT.timestamp(),
        list_name=company,
        recording=recording,
    )


def body(composed: EmailMessage, kind: str = "plain") -> str:
    """What people read of a letter."""
    part = composed.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def by(server: MailServer, options: str = "", login: str = "") -> MailSettings:
    """The settings with which letters go to that server."""
    return MailSettings(url=server.url(options, login))


@pytest.fixture
async def with_tls(certificate: Certificate) -> AsyncIterator[MailServer]:
    """A mail server that speaks TLS when it is asked to."""
    async with mail_server(certificate.server, password="s e:cret") as there:
        yield there


# -- Handing over ----------------------------------------------------------------------------


async def test_a_letter_is_handed_over_and_the_server_says_so(server: MailServer) -> None:
    assert await send(written(), by(server)) == "taken as 1"
    (arrived,) = server.letters
    assert (arrived.sender, arrived.to) == ("voicemail@voice.example", ("anna@example.com",))
    assert not arrived.by_tls
    assert "Иван" in arrived.text()


@pytest.mark.parametrize("options", ["", "?starttls=optional", "?starttls=required"])
async def test_tls_is_spoken_where_it_is_offered(
    options: str, with_tls: MailServer, certificate: Certificate
) -> None:
    await send(written(), by(with_tls, options), certificate.trusted)
    assert [each.by_tls for each in with_tls.letters] == [True]


async def test_tls_is_not_spoken_where_it_never_is(
    with_tls: MailServer, certificate: Certificate
) -> None:
    await send(written(), by(with_tls, "?starttls=never"), certificate.trusted)
    assert [each.by_tls for each in with_tls.letters] == [False]


async def test_without_the_tls_that_is_required_nothing_is_said(server: MailServer) -> None:
    with pytest.raises(TryAgain, match="STARTTLS"):
        await send(written(), by(server, "?starttls=required"))
    assert "MAIL" not in server.said


@pytest.mark.parametrize("options", ["?starttls=optional", "?starttls=required"])
async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    options: str, with_tls: MailServer
) -> None:
    with pytest.raises(TryAgain, match="certificate"):
        await send(written(), by(with_tls, options))
    assert "MAIL" not in with_tls.said


async def test_smtps_speaks_tls_from_the_first_byte_on(certificate: Certificate) -> None:
    async with mail_server(certificate.server, smtps=True, password="secret") as there:
        await send(written(), by(there, login="anna:secret@"), certificate.trusted)
        with pytest.raises(TryAgain, match="certificate"):
            await send(written(), by(there))
    assert [each.by_tls for each in there.letters] == [True]
    assert there.logins == [("anna", "secret")]


async def test_who_has_a_login_logs_in(with_tls: MailServer, certificate: Certificate) -> None:
    settings = by(with_tls, login="anna%40example.com:s%20e%3Acret@")
    await send(written(), settings, certificate.trusted)
    assert with_tls.logins == [("anna@example.com", "s e:cret")]
    assert len(with_tls.letters) == 1


@pytest.mark.parametrize("options", ["", "?starttls=optional", "?starttls=never"])
async def test_a_password_is_never_sent_bare(options: str) -> None:
    async with mail_server(password="secret") as there:  # which asks for it nevertheless
        with pytest.raises(TryAgain, match="password is not sent"):
            await send(written(), by(there, options, "anna:secret@"))
    assert there.logins == []
    assert there.said == ["greeting"], "neither a login nor a letter"


async def test_nor_where_tls_is_offered_and_not_wanted(
    with_tls: MailServer, certificate: Certificate
) -> None:
    settings = by(with_tls, "?starttls=never", "anna:secret@")
    with pytest.raises(TryAgain, match="password is not sent"):
        await send(written(), settings, certificate.trusted)
    assert "AUTH" not in with_tls.said
    assert with_tls.logins == []


# -- What is tried again, and what is not ----------------------------------------------------


@pytest.mark.parametrize("command", ["greeting", "MAIL", "RCPT", "DATA begins", "DATA"])
async def test_not_now_means_again(command: str, server: MailServer) -> None:
    server.answers[command] = "451 4.7.1 greylisted,\tcome again"
    with pytest.raises(TryAgain, match=r"^451 4\.7\.1 greylisted, come again$"):
        await send(written(), by(server))
    assert server.letters == []
    del server.answers[command]
    await send(written(), by(server))
    assert len(server.letters) == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA begins", "DATA"])
async def test_no_means_no(command: str, server: MailServer) -> None:
    server.answers[command] = "550 5.1.1 no such mailbox"
    with pytest.raises(Refused, match=r"^550 5\.1\.1 no such mailbox$"):
        await send(written(), by(server))


@pytest.mark.parametrize("command", ["greeting", "MAIL"])
async def test_a_no_to_ourselves_is_not_the_letters_fault(command: str, server: MailServer) -> None:
    server.answers[command] = "554 no service for you"
    with pytest.raises(TryAgain, match="no service for you"):
        await send(written(), by(server))


async def test_a_wrong_password_may_be_put_right(
    with_tls: MailServer, certificate: Certificate
) -> None:
    with pytest.raises(TryAgain, match="535"):
        await send(written(), by(with_tls, login="anna:wrong@"), certificate.trusted)
    assert with_tls.logins == [("anna", "wrong")], "each try counts where somebody is locked out"
    assert with_tls.letters == []


async def test_an_answer_of_many_lines_is_told_in_one(server: MailServer) -> None:
    lines = "".join(f"550-{'x' * 60} {number}\r\n" for number in range(20))
    server.answers["RCPT"] = f"{lines}550 \x1b[31mthat was all"
    with pytest.raises(Refused) as refused:
        await send(written(), by(server))
    told = str(refused.value)
    assert told.isprintable()
    assert len(told) <= 300


@pytest.mark.parametrize("command", ["greeting", "MAIL", "RCPT", "DATA begins"])
async def test_a_server_that_hangs_up_is_tried_again(command: str, server: MailServer) -> None:
    server.hangs_up = {command}
    with pytest.raises(TryAgain, match=r"\w"):
        await send(written(), by(server))
    assert server.letters == []


async def test_who_hangs_up_with_the_letter_gets_a_copy_known_as_one(server: MailServer) -> None:
    server.hangs_up = {"DATA"}
    with pytest.raises(TryAgain, match=r"\w"):
        await send(written(), by(server))
    server.hangs_up.clear()
    await send(written(), by(server))
    first, second = server.letters
    assert first.mail["Message-ID"] == second.mail["Message-ID"] == f"<{ID}@voice.example>"
    assert first.mail["Date"] == second.mail["Date"]


@pytest.mark.parametrize("command", ["greeting", "MAIL", "RCPT", "DATA"])
async def test_a_server_that_says_nothing_is_not_waited_for(
    command: str, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    server.hangs = {command}
    with pytest.raises(TryAgain, match=r"[Tt]imed out|waiting"):
        await send(written(), by(server))


async def test_a_letter_that_was_taken_has_arrived_whatever_the_server_does_then(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    server.hangs = {"QUIT"}
    assert await send(written(), by(server)) == "taken as 1"
    server.hangs, server.hangs_up = set(), {"QUIT"}
    assert await send(written(), by(server)) == "taken as 2"


async def test_nobody_listens() -> None:
    settings = MailSettings(url=f"smtp://127.0.0.1:{free_tcp()}")
    with pytest.raises(TryAgain, match=r"127\.0\.0\.1"):
        await send(written(), settings)
    with pytest.raises(TryAgain, match=r"mail\.url"):
        await send(written(), MailSettings())


# -- Letters -----------------------------------------------------------------------------------


def test_a_letter_in_russian() -> None:
    composed = written()
    assert composed["Subject"] == "Новое голосовое сообщение: Иван"
    assert composed["From"] == "Ромашка <voicemail@voice.example>"
    assert composed["To"] == "anna@example.com"
    for text in (body(composed), body(composed, "html")):
        for words in ("Новое голосовое сообщение", "Иван", "+7 916 123-45-67", "Анна Щукина", LINK):
            assert words in text
        assert "14 августа 2026" in text
        assert "09:30" in text.replace(" 9:30", " 09:30")
        assert "Europe/Moscow" in text
    assert 'lang="ru"' in body(composed, "html")


def test_a_letter_in_english() -> None:
    composed = written(language="en", company="Daisy")
    assert composed["Subject"] == "New voice message: Иван"
    for text in (body(composed), body(composed, "html")):
        assert "New voice message" in text
        assert "14 August 2026" in text.replace("August 14, 2026", "14 August 2026")
        assert "Daisy" in text
        assert LINK in text
    assert 'lang="en"' in body(composed, "html")


@pytest.mark.parametrize(("language", "words"), [("ru", "Номер скрыт"), ("en", "Number withheld")])
@pytest.mark.parametrize("number", ["", "anonymous", "Anonymous@anonymous.invalid"])
def test_who_hides_the_number_is_told_so(language: Language, words: str, number: str) -> None:
    composed = written(replace(MESSAGE, caller_number=number, caller_name=""), language=language)
    assert composed["Subject"].endswith(f": {words}")
    for text in (body(composed), body(composed, "html")):
        assert words in text
        assert "nonymous" not in text


@pytest.mark.parametrize(
    ("event", "russian", "english"),
    [
        ("message.heard", "Голосовое сообщение прослушано", "Voice message heard"),
        ("message.deleted", "Голосовое сообщение удалено", "Voice message deleted"),
        ("message.restored", "Голосовое сообщение восстановлено", "Voice message restored"),
    ],
)
def test_what_else_happened_is_told_in_words(event: Event, russian: str, english: str) -> None:
    assert written(event=event)["Subject"] == f"{russian}: Иван"
    composed = written(event=event, language="en")
    assert composed["Subject"] == f"{english}: Иван"
    for text in (body(composed), body(composed, "html")):
        assert english in text
        assert LINK in text
        assert ("in the trash" in text) == (event == "message.deleted")


def test_a_recording_that_was_cut_off_is_called_incomplete() -> None:
    composed = written(replace(MESSAGE, cut_off=True))
    assert "Запись неполная." in body(composed)
    assert "Запись неполная." in body(composed, "html")
    assert "Запись неполная." not in body(written())


HOSTILE = (
    "Ivan\r\nBcc: x@y.example",
    "Ivan\nBcc: x@y.example",
    "Ivan\r\n\r\n<h1>Pay here</h1>",
    "=?utf-8?q?Ivan=0D=0ABcc:_x@y.example?=",
    "=?utf-8?q?Ivan=0D=0A=0D=0APay_here?= and",
    "=?utf-8?b?SXZhbg0KQmNjOiB4QHkuZXhhbXBsZQ==?=",
    "Иван =?utf-8?q?=0D=0ABcc:_x@y.example?=",
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe\u2066\u200f",
    "x@y.example, z@y.example",
    "\x1b]0;title\x07\x00",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") * 300,
    "щ" * 5_000,
    "w" * 5_000,
)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_callers_call_themselves_harms_no_letter(
    name: str, language: Language, server: MailServer
) -> None:
    message = replace(MESSAGE, caller_name=name, addressee_name=name, caller_number=name[:200])
    company = name[:60] if name.isprintable() else "Ромашка"  # whose name is looked at before
    await send(written(message, language=language, company=company), by(server))
    (arrived,) = server.letters
    assert arrived.to == ("anna@example.com",), "nobody else gets it"
    assert sorted(arrived.mail.keys()) == sorted(written().keys()), "no header came to it"
    assert arrived.data.isascii()
    assert max(map(len, arrived.data.split(b"\r\n"))) < 998
    assert b"\n" not in arrived.data.replace(b"\r\n", b"")
    for header, text in arrived.mail.items():
        assert str(text).isprintable(), header
        assert "=?" not in str(text)
    assert [str(each) for each in arrived.mail["To"].addresses] == ["anna@example.com"]
    assert [each.addr_spec for each in arrived.mail["From"].addresses] == [
        "voicemail@voice.example"
    ]
    for kind in ("plain", "html"):
        read = arrived.text(kind)
        assert {category(sign) for sign in read if sign not in "\r\n"}.isdisjoint({"Cc", "Cf"})
        assert "49" not in read.replace("74951234567", "").replace("+7 495", "")
    page = arrived.text("html")
    assert "<script" not in page
    assert "<img" not in page
    assert "<h1>Pay" not in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("local", ["=?utf-8?q?x=0D=0ABcc=3Ay?=", "a=?utf-8?q?x?=", "x=?"])
def test_an_address_that_a_header_would_read_otherwise_is_none(local: str) -> None:
    with pytest.raises(ValueError, match="not-a-mail-address"):
        MailDestination(mail=f"{local}@example.com")
    assert written(to="a=b?c@example.com")["To"] == "a=b?c@example.com"


def test_a_letter_says_that_nobody_wrote_it() -> None:
    composed = written()
    assert composed["Auto-Submitted"] == "auto-generated"
    assert composed["List-Id"] == "<voicemail.voice.example>"
    assert parsedate_to_datetime(composed["Date"]).replace(tzinfo=UTC) == AT
    assert composed["Message-ID"] == f"<{ID}@voice.example>"


async def test_letters_are_seven_bits_wide_and_narrow(server: MailServer) -> None:
    recording = Recording("2026-08-14_09-30.wav", "wav", bytes(range(256)) * 5_000)
    await send(written(recording=recording), by(server))
    (arrived,) = server.letters
    assert arrived.data.isascii()
    assert max(map(len, arrived.data.split(b"\r\n"))) < 998
    (part,) = arrived.mail.iter_attachments()
    assert part.get_content() == recording.data


# -- The recording -----------------------------------------------------------------------------


def seconds_of(sound: bytes) -> float:
    """How long a sound lasts, as ffmpeg decodes it."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        "pipe:0",
        "-f",
        "s16le",
        "-ar",
        "8000",
        "-ac",
        "1",
        "pipe:1",
    ]
    decoded = subprocess.run(command, input=sound, check=True, capture_output=True)
    assert decoded.stderr == b""
    return len(decoded.stdout) / 16_000


@pytest.mark.parametrize(
    ("attach", "kind", "suffix"),
    [
        ("wav", "audio/wav", ".wav"),
        ("mp3", "audio/mpeg", ".mp3"),
        ("opus", "audio/ogg", ".ogg"),
    ],
)
async def test_the_recording_comes_along_and_can_be_heard(
    attach: Attach, kind: str, suffix: str, front: Front, server: MailServer
) -> None:
    messages = front.installation.messages
    message = messages.get(front.receive())
    recording = recording_of(messages, message, attach, 10_000_000)
    assert recording is not None
    await send(written(message, recording=recording), by(server))
    (arrived,) = server.letters
    (part,) = arrived.mail.iter_attachments()
    assert part.get_content_type() == kind
    name = part.get_filename()
    assert name == recording.name == f"{message.received_at:%Y-%m-%d_%H-%M}{suffix}"
    assert name in arrived.text()
    assert name in arrived.text("html")
    sound = part.get_content()
    assert seconds_of(sound) == pytest.approx(message.duration, abs=0.2)
    if attach == "wav":
        assert sound == messages.read(message)
    else:
        assert len(sound) < message.size


@pytest.mark.parametrize("attach", ["wav", "mp3", "opus"])
def test_one_that_is_too_large_stays_where_it_is(attach: Attach, front: Front) -> None:
    messages = front.installation.messages
    message = messages.get(front.receive())
    whole = recording_of(messages, message, attach, 10_000_000)
    assert whole is not None
    size = len(whole.data)
    for limit in (size, size - 1, 1):
        found = recording_of(messages, message, attach, limit)
        assert (found is None) == (limit < size), limit


def test_then_there_is_only_the_link() -> None:
    composed = written(recording=None)
    assert list(composed.iter_attachments()) == []
    assert "приложена" not in body(composed)
    assert LINK in body(composed)


def test_what_ffmpeg_cannot_make_is_not_attached(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = front.installation.messages
    message = messages.get(front.receive())
    broken: dict[str, Any] = {"mp3": ("-c:a", "no-such-encoder", "-f", "mp3")}
    monkeypatch.setattr("notifications.attachments._ENCODERS", broken)
    assert recording_of(messages, message, "mp3", 10_000_000) is None
