"""Chats: a message told in a few lines, by Telegram's Bot API or by what apprise knows.

Their addresses are secrets, and what services answer may repeat parts of them: no answer, and no
error, leaves here with any.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Final

from aiohttp import ClientSession

from notifications import telegram
from notifications.mail import Recording
from notifications.outcome import Refused, TryAgain
from storage.errors import WrongValue
from storage.settings import ChatSettings
from storage.settings_sections import WebhookSettings
from storage.text import printable
from storage.words.chats import TELEGRAM, check_scheme, scheme_of, without_address
from web.language.problems import message
from web.letters.short import ShortLetter

LARGEST: Final = 8_000_000
"""Bytes of a recording that goes along: what nearly all services take."""


def largest(address: str) -> int:
    """Bytes of a recording that may go along to that chat."""
    return telegram.LARGEST if scheme_of(address) == TELEGRAM else LARGEST


async def send(
    session: ClientSession,
    address: str,
    letter: ShortLetter,
    recording: Recording | None,
    settings: ChatSettings,
    webhooks: WebhookSettings,
) -> str:
    """Tell a chat, and return its answer in a line. Raises TryAgain, Refused."""
    try:
        check_scheme(address, settings.schemes)
    except WrongValue as error:
        raise Refused(message(error.problem)) from None
    try:
        if scheme_of(address) == TELEGRAM:
            said = await telegram.send(session, address, letter, recording, settings)
        else:
            # Here, and in a thread: it takes a while, and who tells no chats does not need it.
            apprise = await asyncio.to_thread(import_module, "notifications.apprise_chats")
            said = await apprise.tell(address, letter, recording, webhooks)
    except TryAgain as error:
        raise TryAgain(_line(str(error), address), error.after) from None
    except Refused as error:
        raise Refused(_line(str(error), address)) from None
    except Exception as error:  # an unforeseen one's text may tell the address
        raise TryAgain(f"the chat could not be told: {type(error).__name__}") from None
    return _line(said, address)


def _line(said: str, address: str) -> str:
    return printable(without_address(said, address), 300)
