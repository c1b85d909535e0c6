"""Sound in parts: what browsers ask for while somebody seeks, and what they may keep."""

from __future__ import annotations

import asyncio
import io
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from web.http.ranges import attachment, audio_response, closed_unless_sent

WAV = bytes(range(256)) * 4
ETAG = "c0ffee"


def answer(request: Request) -> Response:
    return audio_response(request, io.BytesIO(WAV), etag=ETAG)


@pytest.fixture(scope="module")
def browser() -> TestClient:
    return TestClient(Starlette(routes=[Route("/audio", answer)]))


def test_the_whole_sound_says_that_it_may_be_had_in_parts(browser: TestClient) -> None:
    response = browser.get("/audio")
    assert (response.status_code, response.content) == (200, WAV)
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-length"] == "1024"
    assert response.headers["content-type"] == "audio/wav"
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.headers["etag"] == '"c0ffee"'


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("bytes=0-", (0, 1023)),
        ("bytes=0-0", (0, 0)),
        ("bytes=100-199", (100, 199)),
        ("bytes=1000-9999", (1000, 1023)),
        ("bytes=-24", (1000, 1023)),
        ("bytes=-9999", (0, 1023)),
        ("BYTES= 5-6 ", (5, 6)),
    ],
)
def test_a_part(browser: TestClient, asked: str, given: tuple[int, int]) -> None:
    response = browser.get("/audio", headers={"Range": asked})
    first, last = given
    assert response.status_code == 206
    assert response.content == WAV[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/1024"
    assert response.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_that_is_not_there(browser: TestClient, asked: str) -> None:
    response = browser.get("/audio", headers={"Range": asked})
    assert (response.status_code, response.content) == (416, b"")
    assert response.headers["content-range"] == "bytes */1024"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "x"])
def test_what_is_no_range_gets_the_whole(browser: TestClient, asked: str) -> None:
    response = browser.get("/audio", headers={"Range": asked})
    assert (response.status_code, response.content) == (200, WAV)


@pytest.mark.parametrize("known", ['"c0ffee"', 'W/"c0ffee"', '"other", "c0ffee"', "*"])
def test_what_the_browser_has_is_not_sent_again(browser: TestClient, known: str) -> None:
    response = browser.get("/audio", headers={"If-None-Match": known, "Range": "bytes=0-"})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == '"c0ffee"'


def test_a_part_of_another_recording_is_not_mixed_with_this_one(browser: TestClient) -> None:
    asked = {"Range": "bytes=10-19"}
    same = browser.get("/audio", headers={**asked, "If-Range": '"c0ffee"'})
    other = browser.get("/audio", headers={**asked, "If-Range": '"older"'})
    assert (same.status_code, same.content) == (206, WAV[10:20])
    assert (other.status_code, other.content) == (200, WAV)


def test_asking_for_the_headers_alone(browser: TestClient) -> None:
    response = browser.head("/audio", headers={"Range": "bytes=10-19"})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == "1024"


@given(st.text(alphabet="bytes=-, 0123456789", max_size=30))
def test_no_range_breaks_anything(asked: str) -> None:
    request = Request({"type": "http", "method": "GET", "headers": [(b"range", asked.encode())]})
    assert audio_response(request, WAV, etag=ETAG).status_code in (200, 206, 416)


def test_a_file_name_in_any_alphabet() -> None:
    plain, _, encoded = attachment('Щука "1".wav').partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="____ _1_.wav"'
    assert unquote(encoded) == 'Щука "1".wav'


@pytest.mark.parametrize("heard", [0, 1], ids=["nothing", "the beginning"])
async def test_the_file_is_closed_when_the_listener_has_gone(heard: int) -> None:
    file = io.BytesIO(WAV)
    sent = 0

    async def send(message: Message) -> None:
        nonlocal sent
        sent += message["type"] == "http.response.body"
        if sent >= heard:
            raise ClientDisconnect

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.4"}}
    response = audio_response(Request(scope), file, etag=ETAG)
    with pytest.raises(ClientDisconnect):
        await response(scope, receive, send)
    assert file.closed


def test_a_file_is_closed_for_which_no_answer_comes_about() -> None:
    file = io.BytesIO(WAV)
    with pytest.raises(LookupError), closed_unless_sent(file):
        raise LookupError
    assert file.closed
    with closed_unless_sent(io.BytesIO(WAV)) as kept:
        pass
    assert not kept.closed
