"""A telephone with a lamp: it registers, or subscribes, and sees what it is told of messages.

The demo and the tests have it; nobody calls it, and it calls nobody.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal, cast

from telephony.errors import TelephonyError

ANSWER_SECONDS: Final = 30.0
AGAIN_SECONDS: Final = 1.0
"""After this long a request is sent again: Asterisk may be starting."""

Kind = Literal["told", "subscribes"]
"""Whether it only registers, and is told without having asked, or subscribes and is told then."""


class LampPhone(asyncio.DatagramProtocol):
    """One of the SIP telephones in `asterisk-conf/pjsip.conf`, as far as its lamp goes."""

    def __init__(self, extension: str, server: str) -> None:
        self.counts: list[tuple[int, int]] = []
        """What it was told, the newest last: new messages and others."""
        self._extension = extension
        self._server = server
        self._tag, self._call_id = secrets.token_hex(6), secrets.token_hex(10)
        self._requests = 0
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._told = asyncio.Event()

    @property
    def new(self) -> int:
        """How many new messages the lamp tells of; with one, it is on."""
        return self.counts[-1][0] if self.counts else 0

    async def shows(self, new: int) -> None:
        """Wait until it tells of so many new messages."""
        while self.new != new:
            self._told.clear()
            await self._told.wait()

    async def register(self, *, seconds: int = 600) -> None:
        """Say for how long it is there, as every phone does."""
        await self._ask("REGISTER", f"sip:{self._server}", f"Expires: {seconds}")

    async def subscribe(self) -> None:
        """Ask to be told of the messages of its mailbox."""
        more = (
            "Event: message-summary\r\nAccept: application/simple-message-summary\r\nExpires: 600"
        )
        await self._ask("SUBSCRIBE", f"sip:{self._extension}@{self._server}", more)

    async def _ask(self, method: str, uri: str, more: str) -> None:
        self._call_id = secrets.token_hex(10)
        answer = await self._send(method, uri, more)
        if answer.startswith("SIP/2.0 401"):
            answer = await self._send(method, uri, f"{more}\r\n{self._login(method, uri, answer)}")
        if not answer.startswith("SIP/2.0 200"):
            raise TelephonyError(
                f"The phone {self._extension} is refused: {answer.splitlines()[0]}"
            )

    async def _send(self, method: str, uri: str, more: str) -> str:
        self._requests += 1
        host, port = self._transport.get_extra_info("sockname")
        who = f"<sip:{self._extension}@{self._server}>"
        request = (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
            f"From: {who};tag={self._tag}\r\nTo: {who}\r\nCall-ID: {self._call_id}\r\n"
            f"CSeq: {self._requests} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self._extension}@{host}:{port}>\r\n{more}\r\nContent-Length: 0\r\n\r\n"
        )
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                self._transport.sendto(request.encode())
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_SECONDS):
                        return await self._answer_to(self._requests)

    async def _answer_to(self, request: int) -> str:
        while True:
            answer = await self._answers.get()
            if re.search(rf"^CSeq: *{request} ", answer, re.M | re.I):
                return answer

    def _login(self, method: str, uri: str, answer: str) -> str:
        """As RFC 2617 has it, with the password that the sandbox's phones have."""
        said = dict(re.findall(r'(\w+)="([^"]*)"', answer))
        name, nonce, realm = self._extension, said["nonce"], said["realm"]
        own = _md5(f"{name}:{realm}:voicepost-{name}")
        once = secrets.token_hex(8)
        response = _md5(f"{own}:{nonce}:00000001:{once}:auth:{_md5(f'{method}:{uri}')}")
        return (
            f'Authorization: Digest username="{name}", realm="{realm}", nonce="{nonce}", '
            f'uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001, '
            f'cnonce="{once}", opaque="{said.get("opaque", "")}"'
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, _: object) -> None:
        message = data.decode()
        if message.startswith("SIP/2.0"):
            self._answers.put_nowait(message)
            return
        if message.startswith("NOTIFY") and (
            told := re.search(r"^Voice-Message: *(\d+)/(\d+)", message, re.M)
        ):
            self.counts.append((int(told[1]), int(told[2])))
            self._told.set()
        names = ("via", "from", "to", "call-id", "cseq")
        same = [
            line for line in message.splitlines() if line.partition(":")[0].lower().strip() in names
        ]
        self._transport.sendto(
            "\r\n".join(("SIP/2.0 200 OK", *same, "Content-Length: 0", "", "")).encode()
        )

    def error_received(self, _: Exception) -> None:
        """Asterisk is away just now."""


@asynccontextmanager
async def lamp_phone(extension: str, server: str, kind: Kind) -> AsyncIterator[LampPhone]:
    """A telephone at the Asterisk that listens on ``server`` (host:port), until it is put away.

    Raises TelephonyError, and TimeoutError where nobody answers.
    """
    host, port = server.split(":")
    transport, phone = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: LampPhone(extension, server), remote_addr=(host, int(port))
    )
    try:
        await (phone.register() if kind == "told" else phone.subscribe())
        yield phone
        if kind == "told":
            await phone.register(seconds=0)
    finally:
        transport.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
