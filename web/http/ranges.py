"""Sound as browsers and scripts fetch it: whole, in parts, or not again at all (RFC 9110)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

KEPT_BY_BROWSER: Final = "private, no-cache"
"""The browser may keep the sound, but asks each time whether it may still be heard."""
BLOCK: Final = 64 * 1024
"""Bytes read at once."""

_NOT_PLAIN: Final = re.compile(r'[^ -~]|["\\%]')
_RANGE: Final = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class ByteRange:
    """Bytes from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1


@contextmanager
def closed_unless_sent(wav: BinaryIO) -> Iterator[BinaryIO]:
    """An open file for which an answer is made here; closed where that does not come about."""
    try:
        yield wav
    except BaseException:
        wav.close()
        raise


def audio_response(
    request: Request, wav: bytes | BinaryIO, *, etag: str, filename: str | None = None
) -> Response:
    """Answer a GET or HEAD with a sound: 200, 206, 304 or 416, as the request asks.

    ``wav`` is the sound or an open file, which is closed once it has been sent. ``etag`` names its
    contents and is given without quotes. With a ``filename`` the browser saves it under that name.
    """
    file = io.BytesIO(wav) if isinstance(wav, bytes) else wav
    whole = file.seek(0, io.SEEK_END)
    headers = {
        "ETag": f'"{etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": KEPT_BY_BROWSER,
        "Vary": "Cookie, Authorization",
    }
    if filename is not None:
        headers["Content-Disposition"] = attachment(filename)
    if _is_known(request.headers.get("if-none-match", ""), etag):
        file.close()
        return Response(status_code=304, headers=headers)
    asked = _asked(request, etag)
    if asked is None:
        return _sending(request, file, ByteRange(0, whole - 1), 200, headers)
    part = _within(asked, whole)
    if part is None:
        file.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{whole}"})
    headers["Content-Range"] = f"bytes {part.first}-{part.last}/{whole}"
    return _sending(request, file, part, 206, headers)


def attachment(filename: str) -> str:
    """The Content-Disposition that saves under a name in any alphabet (RFC 6266)."""
    plain = _NOT_PLAIN.sub("_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _is_known(if_none_match: str, etag: str) -> bool:
    """Whether the asker has the contents already."""
    known = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in ("*", f'"{etag}"') for tag in known)


def _asked(request: Request, etag: str) -> tuple[str, str] | None:
    """First and last byte as the request has them; None where it gets the whole.

    That is also the answer to several ranges at once, and to a range of other contents.
    """
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or found is None or not (found[1] or found[2]):
        return None
    if found[1] and found[2] and int(found[2]) < int(found[1]):
        return None
    if request.headers.get("if-range", f'"{etag}"').strip() != f'"{etag}"':
        return None
    return found[1], found[2]


def _within(asked: tuple[str, str], whole: int) -> ByteRange | None:
    """The part asked for of so many bytes; None if there is nothing of it."""
    first, last = asked
    if not first:
        length = min(int(last), whole)
        return ByteRange(whole - length, whole - 1) if length else None
    if int(first) >= whole:
        return None
    return ByteRange(int(first), min(int(last), whole - 1) if last else whole - 1)


def _sending(
    request: Request, file: BinaryIO, part: ByteRange, status: int, headers: dict[str, str]
) -> Response:
    headers = headers | {"Content-Length": str(part.length)}
    if request.method == "HEAD":
        file.close()
        return Response(status_code=status, headers=headers, media_type="audio/wav")
    return _Sound(file, part, status, headers)


class _Sound(StreamingResponse):
    """A part of a file, which is closed in the end: also when whoever listened goes away."""

    def __init__(
        self, file: BinaryIO, part: ByteRange, status: int, headers: dict[str, str]
    ) -> None:
        super().__init__(_blocks(file, part), status, headers, "audio/wav")
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)


def _blocks(file: BinaryIO, part: ByteRange) -> Iterator[bytes]:
    file.seek(part.first)
    left = part.length
    while left > 0 and (block := file.read(min(BLOCK, left))):
        left -= len(block)
        yield block
