"""A real receiver of webhooks, on a port of its own, that answers as told and checks signatures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook

from tests.notifications.serving import serving
from tests.ports import free_tcp

SECRET = "whsec_" + "bmV3IHNlY3JldCBvZiBhIHJlY2VpdmVy"
OLD_SECRET = "whsec_" + "b2xkIHNlY3JldCBvZiBhIHJlY2VpdmVy"


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    text: str
    answered: bool = False

    def verified(self, secret: str = SECRET) -> Any:
        """What it says. Raises WebhookVerificationError where it is not signed with the secret."""
        return Webhook(secret).verify(self.text, self.headers)

    def is_signed(self, secret: str = SECRET) -> bool:
        """Whether it was signed with the secret, whenever that was."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        signature = Webhook(secret).sign(self.id, at, self.text)
        return signature in self.headers["webhook-signature"].split()

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """The receiver, and all that it was asked; it is changed while it runs.

    ``answers`` are statuses and texts by path, "204" where there is none. From paths in ``hangs``
    no answer ever comes.
    """

    port: int
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, web.Response] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Asked]:
        """What came to one address."""
        return [each for each in self.asked if each.path == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take a request."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.path, headers, await request.text())
        self.asked.append(asked)
        if request.path in self.hangs:
            await self._over.wait()
        asked.answered = True
        told = self.answers.get(request.path, web.Response(status=204))
        return web.Response(status=told.status, text=told.text or "", headers=told.headers)

    def end(self) -> None:
        """Let go of whoever waits."""
        self._over.set()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """The receiver, from its start to its end."""
    there = Receiver(free_tcp())
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", there.answer)
    async with serving(app, there.port, there.end):
        yield there
