"""The mail server of the demo, on 127.0.0.1: it keeps every letter, and shows it as people read it.

Letters of the demo leave this machine never, whatever mail server the home has set.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from storage.text import plain, printable

SENDER: Final = "voicepost@romashka.example"


@dataclass
class MailCatcher:
    """Takes letters for anybody; ``arrived`` is called with each, as it comes."""

    arrived: Callable[[EmailMessage], None] = lambda _: None
    letters: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """What makes the service send its letters here, as its environment has it."""
        url = f"smtp://127.0.0.1:{self.port}?starttls=never"
        return {"VOICEPOST_MAIL__URL": url, "VOICEPOST_MAIL__FROM": SENDER}

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a letter."""
        letter = message_from_bytes(cast(bytes, envelope.original_content), policy=default)
        self.letters.append(letter)
        self.arrived(letter)
        return f"250 taken as letter {len(self.letters)} of the demo"


@asynccontextmanager
async def mail_catcher() -> AsyncIterator[MailCatcher]:
    """The server, from its start to its end; who sends letters to it has to end before."""
    catcher, loop = MailCatcher(), asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(catcher, hostname="demo", ident="Voicepost's demo", loop=loop)

    server = await loop.create_server(connection, "127.0.0.1", 0)
    catcher.port = server.sockets[0].getsockname()[1]
    async with server:
        yield catcher


def heading(letter: EmailMessage) -> str:
    """Whom it is to, and what it is about."""
    return f"to {printable(letter['To'] or '')}: “{printable(letter['Subject'] or '')}”"


def as_read(letter: EmailMessage) -> str:
    """The letter as a mail program shows it, with a bar at its side."""
    lines = [f"{name}: {printable(letter[name] or '')}" for name in ("From", "To", "Subject")]
    text = letter.get_body(("plain",))
    content = text.get_content() if text is not None else ""
    lines += ["", *(plain(line) for line in content.strip().splitlines())]
    for each in letter.iter_attachments():
        size = len(cast(bytes, each.get_payload(decode=True)))
        name = printable(each.get_filename() or "")
        lines += ["", f"attached: {name} ({each.get_content_type()}, {size / 1000:.0f} kB)"]
    return "\n".join(f"  | {line}".rstrip() for line in lines)
