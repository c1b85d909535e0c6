"""Letters by SMTP: made, with the recording where it is wanted, and handed to the mail server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate
from ssl import SSLContext
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from notifications.outcome import Refused, TryAgain
from storage.settings_sections import MailServer, MailSettings
from storage.text import printable
from web.letters.letter import Letter

SECONDS: Final = 30.0
"""What each step of a mail server may take."""
WHOLE_SECONDS: Final = 90.0
"""What all of them may take."""
_SEVEN_BITS: Final = SMTP_POLICY.clone(cte_type="7bit")
_TYPES: Final = {"wav": ("audio", "wav"), "mp3": ("audio", "mpeg"), "opus": ("audio", "ogg")}


@dataclass(frozen=True)
class Recording:
    """A recording as it is attached; ``format`` is wav, mp3 or opus."""

    name: str
    format: str
    data: bytes


class _Client(SMTP):
    """Logs in by one way of those that a server knows: of a wrong password it counts each try."""

    AUTH_METHODS = ("plain", "login", "cram-md5")  # under TLS all are as good

    @property
    def supported_auth_methods(self) -> list[str]:
        return super().supported_auth_methods[:1]


def compose(
    letter: Letter,
    settings: MailSettings,
    *,
    to: str,
    delivery_id: str,
    at: float,
    list_name: str,
    recording: Recording | None = None,
) -> EmailMessage:
    """The letter as it is sent; ``at`` is the time of what happened, in seconds since 1970.

    The same delivery has the same Message-ID each time. Nothing in the texts can end a header: they
    have no line ends, and no encoded words, of which the library would make line ends again.
    """
    mail = EmailMessage(policy=_SEVEN_BITS)
    sender = settings.sender
    domain = sender.rpartition("@")[2] or "localhost"
    mail["Subject"] = _header(letter.subject)
    mail["From"] = Address(_header(list_name, 80), addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Date"] = formatdate(at)
    mail["Message-ID"] = f"<{delivery_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"<voicemail.{domain}>"
    mail["Precedence"] = "list"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    if recording is not None:
        main, sub = _TYPES[recording.format]
        mail.add_attachment(recording.data, maintype=main, subtype=sub, filename=recording.name)
    return mail


async def send(mail: EmailMessage, settings: MailSettings, tls: SSLContext | None = None) -> str:
    """Hand a letter to the mail server, and return its answer. Raises TryAgain, Refused."""
    server = settings.server
    if server is None:
        raise TryAgain("no mail server is set (mail.url)")
    smtp = _Client(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls={"required": True, "optional": None, "never": False}[server.starttls]
        if not server.tls
        else False,
        timeout=SECONDS,
        tls_context=tls,
    )
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            answer = await _hand_over(smtp, server, mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        said = "; ".join(f"{each.code} {each.message}" for each in error.recipients)
        if all(each.code >= 500 for each in error.recipients):
            raise Refused(_line(said)) from error
        raise TryAgain(_line(said)) from error
    except aiosmtplib.SMTPDataError as error:
        said = f"{error.code} {error.message}"
        raise (Refused if error.code >= 500 else TryAgain)(_line(said)) from error
    except SMTPResponseException as error:
        raise TryAgain(_line(f"{error.code} {error.message}")) from error
    except (SMTPException, OSError, TimeoutError) as error:
        raise TryAgain(_line(str(error) or type(error).__name__)) from error
    return _line(answer)


async def _hand_over(smtp: SMTP, server: MailServer, mail: EmailMessage) -> str:
    await smtp.connect()
    try:
        if server.user:
            if smtp.get_transport_info("sslcontext") is None:
                raise TryAgain("the mail server offers no TLS, and a password is not sent bare")
            await smtp.login(server.user, server.password)
        _, answer = await smtp.send_message(mail)
        with suppress(SMTPException, OSError):
            await smtp.quit()  # the letter is theirs already
        return answer
    finally:
        smtp.close()


def _header(text: str, limit: int = 200) -> str:
    """A text that means itself in a header."""
    return printable(text, limit).replace("=?", "= ?")


def _line(text: str) -> str:
    return printable(" ".join(text.split()), 300)
