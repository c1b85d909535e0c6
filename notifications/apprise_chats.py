"""Chats that apprise knows, told by it in a thread of their own.

Importing this module loads all of apprise, which takes a while.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, Final

import requests
from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyBase
from apprise.attachment import A_MGR
from apprise.attachment.memory import AttachMemory
from apprise.plugins import N_MGR

from notifications.checked_requests import Attempt, attempt, checked_requests
from notifications.mail import Recording
from notifications.outcome import Refused, TryAgain
from storage.notifications.queue import AT_A_TIME
from storage.settings_sections import WebhookSettings
from storage.words.chats import KNOWN
from web.letters.short import ShortLetter

SECONDS: Final = 60.0
"""What telling a chat may take: some want several requests for it."""

# As many as a worker has deliveries in hand, so that none waits for another's.
_THREADS: Final = ThreadPoolExecutor(AT_A_TIME, "chat")
_ASSET: Final = AppriseAsset(
    app_id="Voicepost",
    app_desc="Voicepost",
    app_url="",
    image_url_mask="",
    image_url_logo="",
    async_mode=False,
    http_redirects=False,
    secure_logging=True,
    storage_mode="memory",
)


async def tell(
    address: str, letter: ShortLetter, recording: Recording | None, settings: WebhookSettings
) -> str:
    """Tell the chat: what it answered. Raises TryAgain, Refused."""
    made = Attempt(settings)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SECONDS):
            return await loop.run_in_executor(_THREADS, _tell, made, address, letter, recording)
    except TimeoutError:
        raise TryAgain(f"no answer within {SECONDS:.0f} seconds") from None
    finally:
        made.end()


def _tell(made: Attempt, address: str, letter: ShortLetter, recording: Recording | None) -> str:
    with made.here():
        taken = _notify(address, letter, recording)
    if taken:
        return f"HTTP {made.status}"
    if made.refused:
        raise (Refused if made.for_good else TryAgain)(made.refused)
    said = made.said[-1] if made.said else "the chat did not take it"
    said += f" ({made.reason})" if made.reason else ""
    raise (Refused if made.status == 410 else TryAgain)(said)


def _notify(address: str, letter: ShortLetter, recording: Recording | None) -> bool:
    service = _service(address)
    attached = None
    if recording is not None and service.attachment_support:
        sound = AttachMemory(  # type: ignore[no-untyped-call]
            recording.data, recording.name, "audio/ogg", asset=_ASSET
        )
        attached = AppriseAttachment(sound, asset=_ASSET)
    # Nothing in it is markup (`web.letters.short`): it is the same in every format.
    text = f"{letter.text}\n{letter.link}"
    return service.notify(body=text, title=letter.title, attach=attached)


def _service(address: str) -> NotifyBase:
    """What speaks to the address's service, by our rules whatever the address says."""
    _prepare()
    service = Apprise.instantiate(address, asset=_ASSET)
    if service is None:
        raise Refused("the address is not one of this kind of chat")
    if len(service) > service.retry + 1:  # each try would tell those again whom it has reached
        raise Refused("the address names several chats: each has to be a destination of its own")
    if vars(sys.modules[type(service).__module__]).get("requests") is not checked_requests():
        raise Refused("this kind of chat does not ask by our rules")
    # It would sleep, for as long as a server says, with a thread of ours. The queue knows pauses.
    vars(service)["throttle"] = _no_pause
    return service


def _no_pause(*_: object, **__: object) -> None:
    """In the place of what makes apprise wait."""


@cache
def _prepare() -> None:
    """Have apprise ask by our rules, read no files, and say nothing to anybody else.

    Addresses are in its log, and in that of what it asks by. Some services take the name of a file
    with a template in their address: it would be any file here, and told to anybody.
    """
    for name in ("apprise", "requests", "urllib3"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.addHandler(_Lines() if name == "apprise" else logging.NullHandler())
    services: Any = N_MGR
    services.enable_only(*KNOWN)
    readers: Any = A_MGR
    readers.remove(*(set(readers.schemas()) - {AttachMemory.protocol}), unload=False)
    for name, module in list(sys.modules.items()):
        if name.startswith("apprise.") and vars(module).get("requests") is requests:
            vars(module)["requests"] = checked_requests()


class _Lines(logging.Handler):
    """Keeps what apprise says for whom it says it."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(requests.ConnectionError):
            attempt().said.append(record.getMessage())
