"""Chats that apprise knows: what they get, where it does not get, and what is not read of it."""

from __future__ import annotations

import ast
import asyncio
import base64
import gzip
import importlib
import inspect
import json
import logging
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import requests
from aiohttp import web

from notifications import apprise_chats, chat, checked_requests
from notifications.checked_requests import CheckedSession
from notifications.mail import Recording
from notifications.outcome import Refused, TryAgain
from notifications.webhooks import client
from storage.settings import ChatSettings
from storage.settings_sections import WebhookSettings
from storage.words.chats import KNOWN, TELEGRAM
from tests.notifications.conftest import Certificate
from tests.notifications.receiver import Receiver
from tests.ports import free_tcp
from tests.waiting import until
from web.letters.short import ShortLetter

HERE = WebhookSettings(allow="127.0.0.0/8, localhost, chat.example.com")
LETTER = ShortLetter(
    "Новое голосовое сообщение", "От: Иван\nКому: Анна", "https://voice.example/messages/1"
)
TEXT = "От: Иван\nКому: Анна\nhttps://voice.example/messages/1"
VOICE = Recording("2026-08-14_09-30.ogg", "opus", b"OggS" + bytes(range(256)))
EVERY = ChatSettings(allow=", ".join(KNOWN))
TOPIC = "shH5ecret7topic"


async def tell(
    address: str,
    rules: WebhookSettings = HERE,
    *,
    recording: Recording | None = None,
    settings: ChatSettings = EVERY,
) -> str:
    """Tell a chat as a worker does."""
    async with client(rules) as session:
        return await chat.send(session, address, LETTER, recording, settings, rules)


# -- What a chat gets ----------------------------------------------------------------------------


async def test_a_chat_of_ones_own_server_is_told(there: Receiver) -> None:
    there.answers["/"] = web.Response(status=200, text="{}")
    assert await tell(f"ntfy://anna:pass7word@127.0.0.1:{there.port}/{TOPIC}") == "HTTP 200"
    (asked,) = there.asked
    assert json.loads(asked.text) == {
        "topic": TOPIC,
        "title": "Новое голосовое сообщение",
        "message": TEXT,
    }
    password = base64.b64encode(b"anna:pass7word").decode()
    assert asked.headers["authorization"] == f"Basic {password}"
    assert not [name for name in asked.headers if "icon" in name], "no pictures of others"


async def test_a_recording_goes_along_where_the_chat_takes_one(there: Receiver) -> None:
    for path in ("/x", "/hooks/0123456789abcdef0123456789"):
        there.answers[path] = web.Response(status=200, text="ok")
    await tell(f"json://127.0.0.1:{there.port}/x", recording=VOICE)
    await tell(f"mmost://127.0.0.1:{there.port}/0123456789abcdef0123456789", recording=VOICE)
    with_sound, without = (json.loads(asked.text) for asked in there.asked)
    (attached,) = with_sound["attachments"]
    assert base64.b64decode(attached["base64"]) == VOICE.data
    assert (attached["filename"], attached["mimetype"]) == (VOICE.name, "audio/ogg")
    assert without["text"].endswith(TEXT), "a hook of Mattermost takes no files"


# -- Answers -------------------------------------------------------------------------------------


async def test_a_no_is_what_the_chat_said_without_its_secrets(there: Receiver) -> None:
    there.answers["/"] = web.Response(status=403, text=f'{{"error": "not in {TOPIC}"}}')
    with pytest.raises(TryAgain) as failed:
        await tell(f"ntfy://127.0.0.1:{there.port}/{TOPIC}")
    assert str(failed.value) == (
        "Failed to send ntfy notification to topic '***': not in ***, error=403."
    )


async def test_who_is_gone_is_told_no_more(there: Receiver) -> None:
    there.answers["/x"] = web.Response(status=410)
    with pytest.raises(Refused):
        await tell(f"json://127.0.0.1:{there.port}/x")


async def test_nobody_is_there() -> None:
    with pytest.raises(TryAgain, match="Connection refused"):
        await tell(f"json://127.0.0.1:{free_tcp()}/{TOPIC}")


async def test_an_address_that_makes_no_sense_is_refused() -> None:
    for address in ("slack://bad", "rocket://127.0.0.1/room", "zulip://x"):
        with pytest.raises(Refused, match="not one of this kind of chat"):
            await tell(address)


@pytest.mark.parametrize("scheme", ["file://", ""])
async def test_no_file_of_this_machine_is_read_for_an_address(
    scheme: str, there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(host: str, *_: object, **__: object) -> None:
        raise socket.gaierror(f"no such host: {host}")

    card = '{"type": "message", "attachments": [{"content": {"body": "s3cret"}}], "text": "s3cret"}'
    (tmp_path / "card.json").write_text(card)
    hook = "0123456789abcdef0123456789abcdef"
    for address in (
        f"workflows://127.0.0.1:{there.port}/{hook}/{hook}",
        f"discord://{'1' * 18}/{'a' * 60}",
        f"slack://T1JJ3T3L2/A1BRTD4JD/{'a' * 24}/#general",
    ):
        with monkeypatch.context() as away, pytest.raises(TryAgain, match="no such host"):
            away.setattr(socket, "getaddrinfo", unknown)
            await tell(address)  # it makes sense
        with pytest.raises(Refused, match="not one of this kind of chat"):
            await tell(f"{address}?template={scheme}{tmp_path / 'card.json'}")
    assert there.asked == []


async def test_what_nobody_foresaw_tells_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(address: str) -> None:
        raise ZeroDivisionError(address)

    monkeypatch.setattr(apprise_chats, "_service", broken)
    with pytest.raises(TryAgain, match="ZeroDivisionError") as failed:
        await tell(f"json://127.0.0.1/{TOPIC}")
    assert TOPIC not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


class _Log(logging.Handler):
    """A log that takes every line there is."""

    def __init__(self) -> None:
        super().__init__(1)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


async def test_nothing_is_logged_that_has_the_address_in_it(
    there: Receiver, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)  # of everything that does not say otherwise
    log = _Log()
    logging.getLogger().addHandler(log)
    there.answers["/"] = web.Response(status=500)
    try:
        for address in (f"ntfy://127.0.0.1:{there.port}/{TOPIC}", f"slack://{TOPIC}"):
            with pytest.raises((TryAgain, Refused)):
                await tell(address)
    finally:
        logging.getLogger().removeHandler(log)
    assert log.lines, "there are others"
    shown = capfd.readouterr()
    for line in (*log.lines, shown.out, shown.err):
        assert TOPIC not in line


# -- Where chats may not get ---------------------------------------------------------------------


async def test_only_kinds_that_the_operator_allows_are_told(there: Receiver) -> None:
    for scheme in ("json", "jsons"):
        with pytest.raises(Refused, match=rf"{scheme} \(chat\.allow\)$"):
            await tell(f"{scheme}://127.0.0.1:{there.port}/x", settings=ChatSettings())
    assert there.asked == []


async def test_addresses_inside_are_asked_nothing_unless_the_operator_names_them(
    there: Receiver,
) -> None:
    for address in (
        f"json://127.0.0.1:{there.port}/x",
        f"jsons://127.0.0.1:{there.port}/x",
        f"ntfy://127.0.0.1:{there.port}/{TOPIC}",
        f"ntfys://[::1]:{there.port}/{TOPIC}",
        f"matrix://anna:pass7word@127.0.0.1:{there.port}/room",
    ):
        with pytest.raises(Refused, match=r"webhooks\.allow") as failed:
            await tell(address, WebhookSettings(allow="10.0.0.0/8"))
        assert "127.0.0.1" not in str(failed.value)
    assert there.asked == []


async def test_plain_http_is_spoken_to_named_hosts_only(there: Receiver) -> None:
    with pytest.raises(Refused, match=r"^plain http .*webhooks\.allow"):
        await tell(f"json://localhost:{there.port}/x", WebhookSettings(allow="127.0.0.0/8"))
    assert there.asked == []
    assert await tell(f"json://localhost:{there.port}/x") == "HTTP 204"


async def test_a_name_that_leads_inside_leads_nowhere(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, "127.0.0.1")
    for rules in (WebhookSettings(), WebhookSettings(allow="chat.example.com")):
        scheme = "json" if rules.allow else "jsons"
        with pytest.raises(TryAgain, match=r"no address that may be asked \(webhooks\.allow\)"):
            await tell(f"{scheme}://chat.example.com:{there.port}/x", rules)
    assert there.asked == []


async def test_a_name_is_looked_up_once_for_each_connection(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = _names(monkeypatch, "127.0.0.1", "10.255.255.1")
    assert await tell(f"json://chat.example.com:{there.port}/x") == "HTTP 204"
    assert looked_up == ["chat.example.com"], "and what was looked at is what is asked"
    assert there.asked[0].headers["host"] == f"chat.example.com:{there.port}"


def _names(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have a name be these addresses, one after the other; which names were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *more: object, **options: object) -> object:
        if host != "chat.example.com":
            return real(host, port, *more, **options)  # type: ignore[arg-type]
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("options", ["", "?redirect=yes"])
async def test_redirects_are_not_followed(options: str, there: Receiver) -> None:
    for status in (301, 302, 307, 308):
        elsewhere = {"Location": there.url("/elsewhere")}
        there.answers["/x"] = web.Response(status=status, headers=elsewhere)
        with pytest.raises(TryAgain, match=str(status)):
            await tell(f"json://127.0.0.1:{there.port}/x{options}")
    assert there.at("/elsewhere") == []
    assert len(there.asked) == 4


async def test_a_proxy_of_the_environment_is_not_asked(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, there.url())
    monkeypatch.delenv("no_proxy", raising=False)
    port = free_tcp()
    with pytest.raises(TryAgain, match="Connection refused"):
        await tell(f"json://127.0.0.1:{port}/x")
    assert there.asked == []


async def test_what_the_address_says_does_not_undo_our_rules(there: Receiver) -> None:
    there.answers["/x"] = web.Response(status=500)
    address = f"json://127.0.0.1:{there.port}/x?retry=50&wait=50&cto=9999&rto=9999&verify=no"
    with pytest.raises(TryAgain):
        await tell(address)
    assert len(there.asked) == 1


def test_without_somebody_to_tell_there_are_no_connections() -> None:
    with pytest.raises(requests.ConnectionError, match="nobody is to be told"):
        CheckedSession().get("https://example.com")


async def test_certificates_are_checked_by_those_that_the_machine_trusts(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    yes = b"HTTP/1.1 204 No Content\r\n\r\n"
    async with _server(yes, tls=certificate.server) as (port, _):
        for options in ("", "?verify=no"):
            with pytest.raises(TryAgain, match="CERTIFICATE_VERIFY_FAILED"):
                await tell(f"jsons://localhost:{port}/x{options}")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        assert await tell(f"jsons://localhost:{port}/x") == "HTTP 204"


# -- Servers that mean no good -------------------------------------------------------------------


@asynccontextmanager
async def _server(
    said: bytes, drop: bytes = b"", tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bool]]]:
    """A server that says so, and then goes on dripping until nobody listens: its port, who left."""
    left: list[bool] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            while drop:
                writer.write(drop)
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.readuntil(b"\0"), 0.02)
        left.append(True)
        writer.close()

    port = free_tcp()
    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=tls)
    try:
        yield port, left
    finally:
        server.close()


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found\r\nLocation: http://127.0.0.1/"])
async def test_an_answer_that_unpacks_to_gigabytes_is_not_unpacked(
    status: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = gzip.compress(gzip.compress(bytes(50_000_000)))
    head = b"HTTP/1.1 %s\r\nContent-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n"
    read: list[int] = []
    send = CheckedSession.send

    def watched(
        session: CheckedSession, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        response = send(session, request, **options)
        read.append(len(response.content))
        return response

    monkeypatch.setattr(CheckedSession, "send", watched)
    async with _server(head % (status, len(bomb)) + bomb) as (port, _):
        with suppress(TryAgain):
            await tell(f"json://127.0.0.1:{port}/x")
    assert read == [checked_requests.LARGEST_ANSWER]


async def test_who_drips_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_chats, "SECONDS", 0.5)
    for said in (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n", b""):
        async with _server(said, drop=b"z") as (port, left):
            with pytest.raises(TryAgain, match=r"^no answer within"):
                await tell(f"json://127.0.0.1:{port}/x")
            await until(left.__len__)


async def test_who_asks_for_a_pause_of_a_year_keeps_no_thread(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slept(seconds: float) -> None:
        raise AssertionError(seconds)

    monkeypatch.setattr("apprise.url.time.sleep", slept)
    path = "/_matrix/client/v3/login"
    year = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 365 * 86_400_000}
    there.answers[path] = web.json_response(year, status=429)
    with pytest.raises(TryAgain, match="Matrix"):
        await tell(f"matrix://anna:pass7word@127.0.0.1:{there.port}/#room")
    assert len(there.at(path)) > 1, "it was asked again, as apprise does"


async def test_an_address_of_several_chats_is_none(there: Receiver) -> None:
    """Where one of them fails, each try would tell the others again."""
    with pytest.raises(Refused, match="several chats"):
        await tell(f"ntfy://127.0.0.1:{there.port}/one/two?retry=3")
    assert there.asked == []


# -- What apprise does ---------------------------------------------------------------------------

ALLOWED_NAMES = {
    *("codes", "RequestException", "TooManyRedirects"),
    *("get", "post", "put", "delete", "request"),
}


@pytest.mark.parametrize("scheme", sorted(set(KNOWN) - {TELEGRAM}))
def test_a_service_that_is_known_asks_by_requests_alone(scheme: str) -> None:
    from apprise.plugins import N_MGR

    plugin = N_MGR[scheme]
    package = plugin.__module__.removesuffix(".base")
    modules = [importlib.import_module(package)]
    folder = Path(inspect.getfile(modules[0]))
    if folder.name == "__init__.py":
        names = [each.stem for each in folder.parent.glob("*.py")]
        modules = [importlib.import_module(f"{package}.{each}") for each in names]
    for module in modules:
        tree = ast.parse(inspect.getsource(module))
        for node in ast.walk(tree):
            assert getattr(node, "attr", "") != "sleep", module
            if isinstance(node, ast.Import):
                assert node in tree.body, "what is imported later is not what we gave it"
                imported = {alias.name.partition(".")[0] for alias in node.names}
                assert imported <= SAFE, module
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert str(node.module).partition(".")[0] in SAFE - {"requests"}, module
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "requests"
            ):
                assert node.attr in ALLOWED_NAMES, module


SAFE = {
    *("__future__", "base64", "collections", "contextlib", "contextvars", "copy"),
    *("cryptography", "datetime"),
    *("enum", "functools", "hashlib", "hmac", "html", "io", "itertools", "json", "logging"),
    *("markdown", "math", "os", "re", "requests", "secrets", "string", "struct", "threading"),
    *("time", "typing", "unicodedata", "urllib", "uuid"),
}


async def test_apprise_is_loaded_where_chats_are_told_only() -> None:
    code = (
        "import sys; import notifications.sending, notifications.worker, notifications.chat;"
        "sys.exit(bool({'apprise', 'requests', 'urllib3'} & set(sys.modules)))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == 0
