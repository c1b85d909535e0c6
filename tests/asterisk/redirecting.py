"""Phones that answer every call with 302: call somebody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_COPIED = re.compile(r"^(?:Via|From|Call-ID|CSeq): .*$", re.MULTILINE | re.IGNORECASE)
_TO = re.compile(r"^To: .*$", re.MULTILINE | re.IGNORECASE)
_REQUEST = re.compile(r"^INVITE sip:([^@;]+)@")


@dataclass
class Redirecting(asyncio.DatagramProtocol):
    """All phones at one address; ``contacts`` says where each is forwarded (a SIP URI)."""

    contacts: dict[str, str] = field(default_factory=dict)
    rung: list[str] = field(default_factory=list)
    address: str = ""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        host, port = transport.get_extra_info("sockname")
        self.address = f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = data.decode().replace("\r\n", "\n")
        if not (found := _REQUEST.match(request)):
            return  # an ACK
        self.rung.append(found[1])
        to = _TO.search(request)
        assert to
        lines = [
            "SIP/2.0 302 Moved Temporarily",
            *_COPIED.findall(request),
            f"{to[0]};tag=moved",
            f"Contact: <{self.contacts[found[1]]}>",
            "Content-Length: 0",
        ]
        self._transport.sendto("\r\n".join([*lines, "", ""]).encode(), addr)


@asynccontextmanager
async def redirecting() -> AsyncIterator[Redirecting]:
    """Such phones, on a free port."""
    loop = asyncio.get_running_loop()
    transport, phones = await loop.create_datagram_endpoint(
        Redirecting, local_addr=("127.0.0.1", 0)
    )
    yield phones
    transport.close()
