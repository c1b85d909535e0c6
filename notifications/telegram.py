"""Telegram's Bot API: a text, or a voice note with the text as its caption.

By aiohttp, as its server may be one's own: apprise knows the public one only.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData

from notifications.mail import Recording
from notifications.outcome import Refused, TryAgain
from storage.settings import PUBLIC_TELEGRAM, ChatSettings
from storage.words.chats import telegram_chat
from web.letters.short import ShortLetter

SECONDS: Final = 40.0
"""What a request may take, to the end of its answer."""
LARGEST: Final = 50_000_000
"""Bytes of a voice note."""
LONGEST_CAPTION: Final = 1024
LONGEST_TEXT: Final = 4096
"""UTF-16 units."""
LARGEST_ANSWER: Final = 100_000
"""Bytes of an answer that are read."""
LONGEST_WAIT: Final = 3600.0
"""Seconds for which it may ask to be left alone."""


class _NotTaken(Refused):
    """This one is not taken, though another may be."""


async def send(
    session: ClientSession,
    address: str,
    letter: ShortLetter,
    recording: Recording | None,
    settings: ChatSettings,
) -> str:
    """Send, and say which message it became. Raises TryAgain, Refused.

    There is no markup: what is sent is the text. Who takes no voice notes gets it alone.
    """
    chat = telegram_chat(address)
    fields = {"chat_id": chat.chat}
    if chat.topic:
        fields["message_thread_id"] = chat.topic
    if chat.silent:
        fields["disable_notification"] = "true"
    url = f"{settings.telegram_url}/bot{chat.token}"
    async with _client(session, settings) as client:
        if recording is not None:
            try:
                caption = {"caption": letter.within(LONGEST_CAPTION)}
                return await _ask(client, f"{url}/sendVoice", fields | caption, recording)
            except _NotTaken:
                pass
        text = {
            "text": letter.within(LONGEST_TEXT),
            "link_preview_options": '{"is_disabled": true}',
        }
        return await _ask(client, f"{url}/sendMessage", fields | text)


@asynccontextmanager
async def _client(shared: ClientSession, settings: ChatSettings) -> AsyncIterator[ClientSession]:
    """Who names another server lets us get there, wherever it is: and nobody else by that."""
    if settings.telegram_url == PUBLIC_TELEGRAM:
        yield shared
    else:
        async with ClientSession(trust_env=False) as own:
            yield own


async def _ask(
    client: ClientSession, url: str, fields: Mapping[str, str], recording: Recording | None = None
) -> str:
    form = FormData(fields)
    if recording is not None:
        form.add_field("voice", recording.data, filename=recording.name, content_type="audio/ogg")
    try:
        async with client.post(
            url, data=form, allow_redirects=False, timeout=ClientTimeout(total=SECONDS)
        ) as response:
            status = response.status
            said = b""
            async for part in response.content.iter_chunked(8192):
                said += part
                if len(said) > LARGEST_ANSWER:
                    break
    except TimeoutError:
        raise TryAgain(f"no answer within {SECONDS:.0f} seconds") from None
    except (ClientError, OSError, ValueError) as error:
        raise TryAgain(str(error) or type(error).__name__) from None
    return _judged(status, _read(said))


def _read(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _judged(status: int, answer: Mapping[str, Any]) -> str:
    """What came of it. Raises TryAgain, Refused."""
    if status == 200 and answer.get("ok") is True:
        result = answer.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return f"HTTP 200 message {number}"
    line = f"HTTP {status} {answer.get('description', '')}".strip()
    if status == 429:
        parameters = answer.get("parameters")
        after = parameters.get("retry_after") if isinstance(parameters, dict) else None
        raise TryAgain(line, min(after, LONGEST_WAIT) if isinstance(after, int | float) else 0)
    if status in (400, 413):
        raise _NotTaken(line)
    if 401 <= status < 500 and status != 408:
        raise Refused(line)
    raise TryAgain(line)
