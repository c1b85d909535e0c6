"""What sockets a process has, and at which addresses: what `ss -tuanp` shows, from /proc."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import NamedTuple


class Socket(NamedTuple):
    """One at this machine's end: ``kind`` is tcp, tcp6, udp, udp6, raw or raw6."""

    kind: str
    address: IPv4Address | IPv6Address
    port: int

    @property
    def is_local(self) -> bool:
        """Whether nobody outside of this machine reaches it."""
        mapped = self.address.ipv4_mapped if isinstance(self.address, IPv6Address) else None
        return (mapped or self.address).is_loopback


def sockets_of(pid: int) -> list[Socket]:
    """All of a process's sockets over IP."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            inodes.add(str(entry.readlink()))
    return [
        socket
        for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")
        for socket, inode in _table(pid, kind)
        if f"socket:[{inode}]" in inodes
    ]


def _table(pid: int, kind: str) -> list[tuple[Socket, str]]:
    with suppress(FileNotFoundError):  # a machine without IPv6
        lines = Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]
        return [(_socket(kind, fields[1]), fields[9]) for fields in map(str.split, lines)]
    return []


def _socket(kind: str, written: str) -> Socket:
    """From ``0100007F:13C4``: words in the machine's order, each byte by byte in the network's."""
    address, _, port = written.partition(":")
    words = (address[at : at + 8] for at in range(0, len(address), 8))
    packed = b"".join(bytes.fromhex(word)[::-1] for word in words)
    parsed = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
    return Socket(kind, parsed, int(port, 16))
