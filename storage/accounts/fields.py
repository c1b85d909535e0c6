"""What an account is described by, checked: login, name, extensions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from storage.errors import AccountError, wrong
from storage.text import shown

LONGEST_LOGIN: Final = 64
LONGEST_NAME: Final = 200

_LOGIN = re.compile(r"[\w.@+-]+")
_EXTENSION = re.compile(r"[0-9]{1,8}")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def folded(login: str) -> str:
    """The form in which logins are stored and compared: letter case and width do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login.strip()).casefold())


def is_login(text: str) -> bool:
    """Whether a folded text can be a login."""
    return len(text) <= LONGEST_LOGIN and _LOGIN.fullmatch(text) is not None


def checked_login(login: str) -> str:
    """The folded login. Raises AccountError."""
    text = folded(login)
    if not is_login(text):
        raise AccountError("not-a-login", "login", text=shown(login), most=LONGEST_LOGIN)
    return text


def checked_name(name: str) -> str:
    """The name with single spaces. Raises AccountError."""
    text = " ".join(name.split())
    if not text:
        raise AccountError("empty", "name")
    if len(text) > LONGEST_NAME:
        raise AccountError("too-long", "name", most=LONGEST_NAME)
    if any(unicodedata.category(character) in _UNPRINTABLE for character in text):
        raise AccountError("control-characters", "name")
    return text


def checked_extensions(extensions: Iterable[str]) -> tuple[str, ...]:
    """The extensions, each once, in their order. Raises AccountError.

    They need not be anybody's yet: an employee may be added after their account.
    """
    texts = tuple(dict.fromkeys(extension.strip() for extension in extensions))
    strange = [text for text in texts if not _EXTENSION.fullmatch(text)]
    if strange:
        raise AccountError.of(
            wrong("not-an-extension", "extensions", text=shown(text)) for text in strange
        )
    return texts
