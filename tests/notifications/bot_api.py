"""A stand-in of Telegram's Bot API, on a port of its own: it takes messages, or answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from tests.notifications.serving import serving
from tests.ports import free_tcp

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@dataclass(frozen=True)
class Told:
    """A request as it came: its method, its fields, and the file, if any."""

    method: str
    fields: dict[str, str]
    voice: bytes = b""
    file_name: str = ""
    file_type: str = ""


@dataclass
class BotApi:
    """The server, and what it was told.

    ``answers`` are statuses and what else is answered, by method, instead of yes. From methods in
    ``hangs`` no answer ever comes.
    """

    port: int
    told: list[Told] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """What `chat.telegram_url` is to be."""
        return f"http://127.0.0.1:{self.port}"

    def chat(self, chat: str = "-1001234567890", options: str = "") -> str:
        """The address of a chat there."""
        return f"tgram://{TOKEN}/{chat}{options}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take a request, as the Bot API documents it."""
        if request.match_info["token"] != TOKEN:
            return _no(401, "Unauthorized")
        method = request.match_info["method"]
        self.told.append(await _read(request, method))
        if method in self.hangs:
            await self._over.wait()
        if method in self.answers:
            status, more = self.answers[method]
            return web.json_response({"ok": False, "error_code": status, **more}, status=status)
        result = {"message_id": len(self.told), "chat": {"id": self.told[-1].fields["chat_id"]}}
        return web.json_response({"ok": True, "result": result})

    def refuses(self, method: str, status: int, description: str, **parameters: object) -> None:
        """Have a method answered so from now on."""
        more: dict[str, Any] = {"description": description}
        if parameters:
            more["parameters"] = parameters
        self.answers[method] = (status, more)

    def end(self) -> None:
        """Let go of whoever waits."""
        self._over.set()


async def _read(request: web.Request, method: str) -> Told:
    if request.content_type != "multipart/form-data":
        fields = {name: str(value) for name, value in (await request.post()).items()}
        return Told(method, fields)
    fields, voice, name, kind = dict[str, str](), b"", "", ""
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        assert part.name
        if part.filename:
            voice, name = bytes(await part.read()), part.filename
            kind = part.headers["Content-Type"]
        else:
            fields[part.name] = await part.text()
    return Told(method, fields, voice, name, kind)


def _no(status: int, description: str) -> web.Response:
    told = {"ok": False, "error_code": status, "description": description}
    return web.json_response(told, status=status)


@asynccontextmanager
async def bot_api() -> AsyncIterator[BotApi]:
    """The server, from its start to its end."""
    there = BotApi(free_tcp())
    app = web.Application(client_max_size=60_000_000)
    app.router.add_post("/bot{token}/{method}", there.answer)
    async with serving(app, there.port, there.end):
        yield there
