"""Addresses of chats: URLs as apprise has them, such as ``ntfys://ntfy.example.com/topic``.

There are tokens in them, so they are secrets as a whole. What is shown instead has the scheme, and
digits by which addresses are told apart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from storage.errors import WrongValue
from storage.text import shown
from storage.words.prefixes import parted

TELEGRAM: Final = "tgram"
CHATS: Final = (
    *("discord", "gchat", "gotify", "gotifys", "matrix", "matrixs", "mmost", "mmosts"),
    *("nctalk", "nctalks", "ntfy", "ntfys", "rocket", "rockets", "slack", TELEGRAM),
    *("webex", "workflows", "wxteams", "zulip"),
)
"""Schemes of services where people talk. Whoever has an account there is told by them, and nothing
of this machine is: what runs programs, shows windows or costs money with each message is none."""
KNOWN: Final = (*CHATS, "json", "jsons")
"""What may be allowed at all: what they do was read, and they ask by HTTP, and for nothing else."""

_AT_HOSTS: Final = frozenset({"gotify", "json", "mmost", "nctalk", "ntfy"})
"""Kinds whose addresses begin with the host that is asked, by http or, with an s, by https."""

LONGEST: Final = 2_000
_ADDRESS: Final = re.compile(r"([a-z]+)://([!-~]+)")
_HIDDEN: Final = re.compile(r"[a-z]+://\*\*\*-[0-9a-f]{8}")
_TOKEN: Final = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")
_SPLIT: Final = re.compile(r"[/:@?&=#+,]+")
_CHAT: Final = re.compile(r"-?[0-9]{1,20}|@[A-Za-z0-9_]{1,64}")


class TelegramChat(NamedTuple):
    """What an address of Telegram says; ``topic`` is a forum's, "" for none."""

    token: str
    chat: str
    topic: str
    silent: bool


def checked_schemes(text: str) -> str:
    """A list of schemes, parted by commas, in its plain spelling. Raises WrongValue."""
    schemes = parted(text.lower())
    for scheme in schemes:
        if scheme not in KNOWN:
            raise WrongValue("not-a-chat-scheme", text=shown(scheme), known=", ".join(KNOWN))
    return ", ".join(schemes)


def checked_address(text: str) -> str:
    """The address, or what is shown for one. Raises WrongValue, which does not tell it."""
    found = _ADDRESS.fullmatch(text)
    if not found or len(text) > LONGEST:
        raise WrongValue("not-a-chat-address")
    if found[1] not in KNOWN:
        raise WrongValue("not-a-chat-scheme", text=shown(found[1]), known=", ".join(KNOWN))
    if found[1] == TELEGRAM and not is_hidden(text):
        _ = telegram_chat(text)
    return text


def check_scheme(address: str, schemes: Collection[str]) -> None:
    """See that an address is of a kind of chats that the operator allows. Raises WrongValue."""
    scheme = scheme_of(address)
    if scheme not in schemes:
        raise WrongValue("chat-not-allowed", scheme=scheme)


def scheme_of(address: str) -> str:
    """Which service it is of; "" where it is no address of a chat."""
    scheme, separator, _ = address.partition("://")
    return scheme if separator and scheme in KNOWN else ""


def asked_at(address: str) -> str:
    """The beginning of the URL that is asked there, as far as the address tells; "" if not."""
    scheme, _, rest = address.partition("://")
    kind = scheme.removesuffix("s")
    if kind not in _AT_HOSTS or is_hidden(address):
        return ""
    place, _, query = rest.partition("?")
    host, _, path = place.partition("/")
    if kind == "ntfy" and (not path.strip("/") or "mode=" in query):
        return ""  # it may be a topic at ntfy.sh
    url = f"{'http' if scheme == kind else 'https'}://{host.rpartition('@')[2]}"
    try:
        return url if urlsplit(url).hostname else ""
    except ValueError:
        return ""


def is_hidden(text: str) -> bool:
    """Whether it is not an address, but what is shown for one."""
    return _HIDDEN.fullmatch(text) is not None


def hidden_address(address: str) -> str:
    """What is shown for an address: another one for each."""
    if is_hidden(address):
        return address
    digits = hashlib.sha256(f"chat {address}".encode()).hexdigest()[:8]
    return f"{scheme_of(address) or 'chat'}://***-{digits}"


def without_address(text: str, address: str) -> str:
    """What somebody said, without any part of the address that they may have repeated."""
    place, _, query = address.partition("://")[2].partition("?")
    options = [each.partition("=") for each in query.split("&")]
    values = [value or name for name, _, value in options]  # names of others are no secrets
    whole = (place, *values, *map(unquote, (place, *values)))
    parts = {part for each in whole for part in _SPLIT.split(each)}
    parts |= {quote(part) for part in parts}
    for part in sorted((part for part in parts if len(part) > 2), key=len, reverse=True):
        text = re.sub(re.escape(part), "***", text, flags=re.IGNORECASE)
    return text


def telegram_chat(address: str) -> TelegramChat:
    """What ``tgram://TOKEN/CHAT?topic=7&silent=yes`` says. Raises WrongValue."""
    place, _, query = address.removeprefix(f"{TELEGRAM}://").partition("?")
    token, _, rest = unquote(place).partition("/")
    chat, _, topic = rest.strip("/").partition(":")
    try:
        options = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError:
        raise WrongValue("not-a-telegram-chat") from None
    topic = options.pop("topic", topic)
    silent = options.pop("silent", "no")
    if (
        not _TOKEN.fullmatch(token)
        or not _CHAT.fullmatch(chat)
        or not re.fullmatch(r"[0-9]{0,20}", topic)
        or silent not in ("yes", "no")
        or options
    ):
        raise WrongValue("not-a-telegram-chat")
    return TelegramChat(token, chat, topic, silent == "yes")
