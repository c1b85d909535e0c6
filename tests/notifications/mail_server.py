"""A real mail server of our own, on a port of its own: it refuses, hangs and hangs up as told."""

from __future__ import annotations

import asyncio
import email.policy
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.ports import free_tcp
from tests.waiting import until


@dataclass(frozen=True)
class Arrived:
    """A letter as it came, and how."""

    sender: str
    to: tuple[str, ...]
    data: bytes
    by_tls: bool
    at: float = field(default_factory=time.time)
    """When, in seconds since 1970."""

    @property
    def mail(self) -> EmailMessage:
        """The letter as a mail program reads it."""
        return message_from_bytes(self.data, policy=email.policy.default)

    def text(self, kind: str = "plain") -> str:
        """What people read of it, as plain text or as HTML."""
        part = self.mail.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """The server, and all that it was told; it is changed while it runs.

    ``answers`` are what it says instead of yes: to a command, to "greeting", to "login". To what is
    in ``hangs`` it never says anything; after what is in ``hangs_up`` it closes the connection.
    """

    port: int
    tls: ssl.SSLContext | None = None
    smtps: bool = False
    """It speaks TLS from the first byte on."""
    letters: list[Arrived] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The commands that came, without what they were about."""
    answers: dict[str, str] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    hangs_up: set[str] = field(default_factory=set)
    password: str | None = None
    connections: list[_Connection] = field(default_factory=list)
    _listener: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen, at first or again."""
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), "127.0.0.1", self.port, ssl=self.tls if self.smtps else None
        )

    async def close(self) -> None:
        """Go away: connections end, and are refused."""
        if self._listener is None:
            return
        self._listener.close()
        for connection in self.connections:
            await connection.end()
        self.connections.clear()
        await self._listener.wait_closed()
        self._listener = None

    def url(self, options: str = "", login: str = "") -> str:
        """What `mail.url` is to be."""
        scheme = "smtps" if self.smtps else "smtp"
        return f"{scheme}://{login}127.0.0.1:{self.port}{options}"

    async def answer(self, connection: _Connection, command: str) -> str:
        """What is said to a command; "" means yes."""
        self.said.append(command)
        if command in self.hangs_up:
            assert connection.transport is not None
            cast(asyncio.Transport, connection.transport).abort()
        if command in self.hangs | self.hangs_up:
            await asyncio.Event().wait()  # until the connection ends
        return self.answers.get(command, "")

    def let_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Whether somebody may come in."""
        assert isinstance(data, LoginPassword)
        password = data.password.decode()
        self.logins.append((data.login.decode(), password))
        return AuthResult(success=password == self.password, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: _Connection, session: Session, envelope: Envelope, sender: str, options: Any
    ) -> str:
        envelope.mail_from = sender
        return await self.answer(server, "MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: _Connection, session: Session, envelope: Envelope, to: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(to)
        return await self.answer(server, "RCPT") or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: _Connection, session: Session, envelope: Envelope
    ) -> str:
        data = cast(bytes, envelope.original_content)
        by_tls = session.ssl is not None or self.smtps
        letter = Arrived(envelope.mail_from or "", tuple(envelope.rcpt_tos), data, by_tls)
        if "DATA" not in self.answers:
            self.letters.append(letter)
        return await self.answer(server, "DATA") or f"250 taken as {len(self.letters)}"


class _Connection(SMTP):
    """One client of the server's."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._greeted = False
        super().__init__(
            server,
            hostname="mail.test",
            tls_context=None if server.smtps else server.tls,
            auth_require_tls=False,  # so that a password could be had for the asking
            authenticator=server.let_in,
            loop=asyncio.get_running_loop(),
        )
        server.connections.append(self)

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            status = await self._server.answer(self, "greeting") or status
        await super().push(status)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if refusal := await self._server.answer(self, "AUTH"):
            await self.push(refusal)
        else:
            await super().smtp_AUTH(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if refusal := await self._server.answer(self, "DATA begins"):
            await self.push(refusal)
        else:
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        await self._server.answer(self, "QUIT")
        await super().smtp_QUIT(arg)

    async def end(self) -> None:
        """Close the connection, and wait until nothing of it is left."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await until(self._handler_coroutine.done)


@asynccontextmanager
async def mail_server(
    tls: ssl.SSLContext | None = None, *, smtps: bool = False, password: str | None = None
) -> AsyncIterator[MailServer]:
    """The server, from its start to its end."""
    server = MailServer(free_tcp(), tls, smtps, password=password)
    await server.open()
    try:
        yield server
    finally:
        await server.close()
