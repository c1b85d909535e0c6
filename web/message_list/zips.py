"""Recordings of several messages as an answer: one zip."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from storage.errors import StorageError
from storage.messages.repository import Message, MessageRepository
from storage.transfer.manifest import CsvStyle
from storage.transfer.zip_stream import stream_zip
from storage.words.withheld import WITHHELD
from web.http.ranges import attachment
from web.outages import outage_of


def zip_name(word: str, period: str | None, timezone: str) -> str:
    """``voicemail-2026-11.zip``, of a year or a month; else with the date there today."""
    return f"{word}-{period or datetime.now(ZoneInfo(timezone)).date()}.zip"


def zip_response(
    repository: MessageRepository,
    messages: Iterable[Message],
    name: str,
    style: CsvStyle = "plain",
    withheld: str = WITHHELD,
) -> StreamingResponse:
    """The zip, made while it is sent.

    Its first recording is fetched here: raises AudioError or DatabaseUnavailable while there is
    still something to answer. What fails later breaks the answer off.
    """
    pieces = stream_zip(repository, messages, style, withheld)
    return _Zip(
        chain((next(pieces),), pieces),
        media_type="application/zip",
        headers={"Content-Disposition": attachment(name)},
    )


class _Zip(StreamingResponse):
    """An answer that is left without its end when an outage cuts it short.

    The server then closes the connection, and no browser takes what it got for the whole.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        self._path = scope["path"]
        await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send the pieces; an outage goes to the log."""
        try:
            await super().stream_response(send)
        except StorageError as error:
            outage_of(error, self._path)
