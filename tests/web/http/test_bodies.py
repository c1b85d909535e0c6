"""What is sent to the real web server: strangers are not waited for, and nobody is for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from commands.processes import connections
from commands.processes.systemd import Watcher
from commands.processes.web_server import listening, serve_pages
from storage.accounts.sessions import Sessions
from storage.errors import DatabaseUnavailable
from tests.speech import speak
from tests.waiting import until
from tests.web.conftest import PASSWORD, Front
from web.guard import COOKIE
from web.http import bodies

SOON = 20.0
"""Seconds within which something has to happen; what is being tested is told to be sooner."""
MEGABYTE = 1024 * 1024
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data; boundary=X"
JSON = "application/json"


@pytest.fixture
async def port(front: Front, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The web server as it is started for people; where it listens."""
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.2)
    ending = asyncio.Event()
    with listening("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(
            serve_pages(front.installation, listener, lambda: ending, Watcher())
        )
        yield listener.getsockname()[1]
        ending.set()
        await serving


class Talk:
    """One connection, spoken to byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, seconds: float = SOON) -> tuple[int, bytes]:
        """The status of the answer, and all that comes until the server ends the connection."""
        async with asyncio.timeout(seconds):
            told = await self._reader.read()
        return (int(told.split()[1]) if told else 0), told

    async def dribble(self, pieces: Iterable[bytes], pause: float) -> bool:
        """Send a piece, and another after a pause; whether the server answered before the end."""
        for piece in pieces:
            with suppress(ConnectionError):
                await self.say(piece)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._reader.readexactly(1)
                    return True
        return False

    async def till(self, end: bytes) -> bytes:
        """What comes up to the end that is given."""
        async with asyncio.timeout(SOON):
            return await self._reader.readuntil(end)

    def leave(self) -> None:
        self._writer.close()


Begin = Callable[[], Awaitable[Talk]]


@pytest.fixture
async def begin(port: int) -> AsyncIterator[Begin]:
    """Opens connections; they are closed in the end."""
    talks: list[Talk] = []

    async def open_one() -> Talk:
        talks.append(Talk(*await asyncio.open_connection("127.0.0.1", port)))
        return talks[-1]

    yield open_one
    for talk in talks:
        talk.leave()


@pytest.fixture
async def talk(begin: Begin) -> Talk:
    return await begin()


def head(
    path: str, kind: str, length: int | None, *more: str, method: str = "POST", token: str = ""
) -> bytes:
    """The beginning of a request with a body of that length, or of one that is not told."""
    told = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    cookie = (f"Cookie: {COOKIE}={token}",) if token else ()
    lines = (f"{method} {path} HTTP/1.1", "Host: x", "Sec-Fetch-Site: same-origin")
    return "\r\n".join((*lines, f"Content-Type: {kind}", told, *cookie, *more, "", "")).encode()


STRANGERS = {
    "a form": head("/messages/selected", FORM, 1000),
    "a form of any length": head("/messages/selected", FORM, None),
    "a file": head("/prompts", FILES, 10 * MEGABYTE),
    "a file with a made-up cookie": head("/prompts", FILES, 10 * MEGABYTE, token="made-up"),
    "a greeting": head("/account/greeting/101", FILES, None),
    "leaving": head("/logout", FORM, 100),
    "the API": head("/api/v1/me", JSON, 1000, method="PATCH"),
    "the API, any length": head("/api/v1/me", JSON, None, method="PATCH"),
    "a file for the API": head("/api/v1/prompts/a/file", FILES, 10 * MEGABYTE, method="PUT"),
    "a made-up token": head(
        "/api/v1/me", JSON, 1000, "Authorization: Bearer vp_made-up", method="PATCH"
    ),
    "another scheme": head("/api/v1/me", JSON, 1000, "Authorization: Basic eDp5", method="PATCH"),
}


@pytest.mark.parametrize("request_", STRANGERS.values(), ids=STRANGERS)
async def test_no_body_of_a_stranger_is_waited_for(talk: Talk, request_: bytes) -> None:
    await talk.say(request_)
    status, told = await talk.answer()
    assert status == 401
    assert b"\r\nconnection: close\r\n" in told


async def test_a_forged_request_is_not_read_either(front: Front, begin: Begin) -> None:
    for path, kind in (("/prompts", FILES), ("/api/v1/prompts/a/text", JSON)):
        talk = await begin()
        forged = head(path, kind, 1000, method="PUT" if kind == JSON else "POST")
        cookie = f"Cookie: {COOKIE}={front.tokens['olga']}\r\n\r\n".encode()
        await talk.say(forged.replace(b"same-origin", b"cross-site")[:-2] + cookie)
        assert (await talk.answer())[0] == 403


async def test_a_stranger_who_asks_for_leave_to_send_gets_none(talk: Talk) -> None:
    await talk.say(head("/prompts", FILES, 10 * MEGABYTE, "Expect: 100-continue"))
    status, told = await talk.answer()
    assert (status, b" 100 " in told) == (401, False)


async def test_who_sends_on_reads_the_answer_all_the_same(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LINGER_SECONDS", SOON)
    content = b"x" * (3 * MEGABYTE)
    await talk.say(head("/prompts", FILES, len(content)) + content)
    status, told = await talk.answer()
    assert status == 401
    assert told.rstrip().endswith(b"</html>")


async def test_a_login_is_a_few_words(front: Front, begin: Begin) -> None:
    form = f"login=anna&password={PASSWORD.replace(' ', '+')}&next=/messages".encode()
    talk = await begin()
    await talk.say(head("/login", FORM, len(form), "Connection: close") + form)
    status, told = await talk.answer()
    assert (status, f"{COOKIE}=".encode() in told) == (303, True)
    for path in ("/login", "/setup"):
        for length in (bodies.LARGEST_OPEN + 1, None):
            talk = await begin()
            await talk.say(head(path, FORM, length, "Accept-Language: ru"))
            if length is None:
                await talk.say(b"5000\r\n" + b"a" * 0x5000)
            status, told = await talk.answer()
            assert status == 413
            assert "Объём данных больше 16 кБ, они не сохранены.".encode() in told
    file = b'--X\r\nContent-Disposition: form-data; name="login"; filename="a"\r\n\r\nanna\r\n--X--'
    talk = await begin()
    await talk.say(head("/login", FILES, len(file), "Connection: close") + file)
    assert (await talk.answer())[0] == 400


@pytest.mark.parametrize("kind", [FILES, FILES.upper(), "multipart/mixed; boundary=X"])
@pytest.mark.parametrize("path", ["/login", "/setup"])
async def test_a_stranger_gets_no_time_for_files(talk: Talk, path: str, kind: str) -> None:
    """He is answered before anything of the body is there, whatever he calls it."""
    await talk.say(head(path, kind, 1000))
    assert (await talk.answer())[0] == 400


async def test_a_login_that_comes_a_byte_at_a_time_has_an_end(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "TEXT_SECONDS", 1.0)
    await talk.say(head("/login", FORM, 10_000))
    assert await talk.dribble([b"a"] * 1000, pause=0.02)


@pytest.mark.parametrize("length", [1000, None], ids=["told", "of any length"])
@pytest.mark.parametrize("limit", ["IDLE_SECONDS", "TEXT_SECONDS"])
async def test_a_body_that_stops_is_waited_for_no_longer(
    front: Front, talk: Talk, monkeypatch: pytest.MonkeyPatch, limit: str, length: int | None
) -> None:
    monkeypatch.setattr(bodies, limit, 0.3)
    beginning = b"2\r\nme\r\n" if length is None else b"me"
    token = front.tokens["olga"]
    await talk.say(head("/messages/selected", FORM, length, token=token) + beginning)
    status, told = await talk.answer()
    assert status == 408
    assert "Данные не пришли вовремя и не сохранены. Попробуйте ещё раз.".encode() in told


async def test_the_api_waits_no_longer_either(
    front: Front, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.3)
    token = front.tokens["olga"]
    await talk.say(head("/api/v1/me", JSON, 1000, method="PATCH", token=token) + b"{")
    status, told = await talk.answer()
    assert status == 408
    assert b'"detail":"the body did not come in time"' in told


async def test_a_login_that_stops_is_waited_for_no_longer(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.3)
    await talk.say(head("/login", FORM, 100, "Accept-Language: en") + b"login=")
    status, told = await talk.answer()
    assert (status, b"What you sent did not arrive in time" in told) == (408, True)


@pytest.mark.parametrize(("kind", "limit"), [(FORM, "TEXT_SECONDS"), (FILES, "FILE_SECONDS")])
async def test_a_body_that_comes_a_byte_at_a_time_has_an_end(
    front: Front, talk: Talk, monkeypatch: pytest.MonkeyPatch, kind: str, limit: str
) -> None:
    monkeypatch.setattr(bodies, limit, 1.0)
    await talk.say(head("/prompts", kind, 100_000, token=front.tokens["olga"]))
    assert await talk.dribble([b"a"] * 1000, pause=0.02)


async def test_a_slow_upload_of_a_user_is_taken(
    front: Front, talk: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It takes longer than nothing may come, and than a text may take."""
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 5.0)
    monkeypatch.setattr(bodies, "TEXT_SECONDS", 0.1)
    sound = speak("Мы на улице Садовой.", path=tmp_path / "said.wav").read_bytes()
    fields = b"".join(
        b'--X\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % field
        for field in ((b"name", b"slow"), (b"way", b"file"))
    )
    file = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    body = fields + file + sound + b"\r\n--X--\r\n"
    request = head("/prompts", FILES, len(body), "Connection: close", token=front.tokens["olga"])
    await talk.say(request)
    pieces = [
        body[at : at + len(body) // 20 + 1] for at in range(0, len(body), len(body) // 20 + 1)
    ]
    assert not await talk.dribble(pieces[:-1], pause=0.02)
    await talk.say(pieces[-1])
    assert (await talk.answer())[0] == 303
    assert "slow" in front.site.office.prompts


@pytest.mark.parametrize("beginning", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
async def test_a_connection_that_says_nothing_whole_is_ended(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    talk = await begin()
    await talk.say(beginning)
    assert await talk.answer() == (0, b"")


async def test_headers_that_come_a_byte_at_a_time_have_an_end(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
    talk = await begin()
    await talk.say(b"GET /login HTTP/1.1\r\nHost: x\r\n\r\n")
    # The answer to a whole request was in time; the next one on the same connection is not.
    assert b"200 OK" in await talk.till(b"\r\n\r\n")
    await talk.till(b"</html>")
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await talk.dribble([b"GET / HTTP/1.1\r\nA: ", *[b"a"] * 1000], pause=0.02)


async def test_an_honest_request_is_not_cut_short(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, front: Front
) -> None:
    """The time for the headers is over when they are there; the answer may take longer."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
    talk = await begin()
    await talk.say(head("/events", FORM, 0, method="GET", token=front.tokens["olga"]))
    assert b"200 OK" in await talk.till(b"\r\n\r\n")
    with pytest.raises(TimeoutError):
        await talk.answer(seconds=2.0)


def test_while_nobody_can_be_known_nothing_is_read(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise DatabaseUnavailable("the database is away")

    olga = front.visitor("olga")
    monkeypatch.setattr(Sessions, "find", away)
    assert olga.patch("/api/v1/me", json={}).status_code == 503
    assert olga.post("/messages/selected", data={"action": "delete"}).status_code == 503


@pytest.mark.parametrize(
    ("path", "kind"), [("/login", FORM), ("/messages/selected", FORM), ("/prompts", FILES)]
)
async def test_who_leaves_in_the_midst_of_a_body_is_worth_one_line(
    front: Front, talk: Talk, caplog: pytest.LogCaptureFixture, path: str, kind: str
) -> None:
    token = "" if path == "/login" else front.tokens["olga"]
    structlog.reset_defaults()  # commands that ran here before may have left a level
    with capture_logs() as lines:
        await talk.say(head(path, kind, 1000, token=token) + b"--")
        talk.leave()
        await until(lambda: lines, SOON)
    (line,) = lines
    assert (line["log_level"], line["path"], "exc_info" in line) == ("info", path, False)
    assert [record for record in caplog.records if record.exc_info] == []
