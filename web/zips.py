"""Recordings of several messages as an answer: one zip."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.responses import StreamingResponse

from storage.inbox import Inbox, Message
from storage.zipstream import stream_zip
from web.ranges import attachment


def zip_name(word: str, period: str | None, timezone: str) -> str:
    """``voicemail-2026-11.zip``, of a year or a month; else with the date there today."""
    return f"{word}-{period or datetime.now(ZoneInfo(timezone)).date()}.zip"


def zip_response(inbox: Inbox, messages: Iterable[Message], name: str) -> StreamingResponse:
    """The zip, made while it is sent."""
    return StreamingResponse(
        stream_zip(inbox, messages),
        media_type="application/zip",
        headers={"Content-Disposition": attachment(name)},
    )
