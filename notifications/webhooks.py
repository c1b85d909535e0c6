"""Webhooks as Standard Webhooks 1.0.0 has them: a signed request, and what may be asked whom.

A company chooses the address, and this machine can reach more than the company may: what is not
allowed by the operator is looked at where the connection is made, so that a name that is another
address the second time leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from errno import EACCES
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from standardwebhooks.webhooks import Webhook

from notifications.outcome import Refused, TryAgain
from storage.errors import WrongValue
from storage.office.notify import WebhookDestination
from storage.settings_sections import WebhookSettings
from storage.text import printable
from storage.words.hosts import check_url, may_connect
from web.language.problems import message

SECONDS: Final = 10.0
"""What a receiver may take, from the first look at its name to the end of its answer."""
ANSWER_SECONDS: Final = 2.0
"""What the rest of an answer may take whose status is there."""
LARGEST_ANSWER: Final = 1_000
"""Bytes of an answer that are read."""


class NotAllowed(OSError):
    """The operator does not let webhooks get there."""


class CheckedResolver(AbstractResolver):
    """Finds addresses of names, and lets only those through that may be connected to."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        allowed = [each for each in found if may_connect(each["host"], self._settings)]
        if not allowed:
            raise NotAllowed(EACCES, f"{host} has no address that webhooks may be sent to")
        return allowed

    async def close(self) -> None:
        await self._inner.close()


def check(url: str, settings: WebhookSettings, *, of_chat: bool = False) -> None:
    """See that a webhook, or a chat, may have this address, before its name is resolved.

    Raises Refused.
    """
    try:
        check_url(url, settings, of_chat=of_chat)
    except WrongValue as error:
        raise Refused(message(error.problem)) from None


def client(settings: WebhookSettings) -> ClientSession:
    """A client whose connections get nowhere that webhooks may not; to be closed."""
    connector = TCPConnector(resolver=CheckedResolver(settings), use_dns_cache=False, limit=100)
    return ClientSession(connector=connector, timeout=ClientTimeout(total=SECONDS), trust_env=False)


async def _beginning(response: ClientResponse) -> bytes:
    """What the answer says, as far as it comes soon: the status is the answer."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await response.content.read(LARGEST_ANSWER)
    except (TimeoutError, ClientError, OSError):
        return b""


async def send(
    session: ClientSession,
    destination: WebhookDestination,
    settings: WebhookSettings,
    delivery_id: str,
    body: Mapping[str, Any],
) -> str:
    """Send, and return the receiver's answer in a line. Raises TryAgain, Refused."""
    check(destination.webhook, settings)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    now = datetime.now(UTC)
    secrets = filter(None, (destination.secret, destination.old_secret))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Voicepost",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(s).sign(delivery_id, now, text) for s in secrets),
    }
    try:
        async with session.post(
            destination.webhook, data=text.encode(), headers=headers, allow_redirects=False
        ) as response:
            status = response.status
            said = await _beginning(response)
    except TimeoutError:
        raise TryAgain(f"no answer within {SECONDS:.0f} seconds") from None
    except (ClientError, OSError, ValueError) as error:
        raise TryAgain(printable(str(error) or type(error).__name__, 300)) from error
    answer = printable(f"HTTP {status} {said.decode('utf-8', 'replace')}".strip(), 300)
    if 200 <= status < 300:
        return answer
    if status == 410:  # Standard Webhooks: the receiver wants no more of it
        raise Refused(answer)
    raise TryAgain(answer)
