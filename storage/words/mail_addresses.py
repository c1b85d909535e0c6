"""Mail addresses: kept with an ASCII host, as mail servers have it, shown as people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from storage.errors import WrongValue
from storage.text import shown

LONGEST: Final = 254
"""Characters: RFC 5321 allows no longer path."""
_LOCAL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ENCODED: Final = "xn--"
_CYRILLIC: Final = re.compile(r"[а-яёђ-џґ0-9-]+")
_LATIN: Final = re.compile(r"[a-zà-öø-ÿ0-9-]+")
_LIKE_LATIN: Final = re.compile(r"[аеорсухіїјѕђћкптигьъв0-9-]+")
"""Cyrillic letters that somebody may take for Latin ones, in one typeface or another."""


def checked_address(text: str) -> str:
    """One address and nothing else: no name, no list, nothing that a header would end at.

    As it is kept. Raises WrongValue.
    """
    local, at, host = text.rpartition("@")
    try:
        ascii_host = host.encode("idna").decode().lower()
    except UnicodeError:
        ascii_host = ""
    if (
        not at
        or len(f"{local}@{ascii_host}") > LONGEST
        or not _LOCAL.fullmatch(local)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or "=?" in local  # an encoded word, which may hold anything
        or not _HOST.fullmatch(ascii_host)
    ):
        raise WrongValue("not-a-mail-address", text=shown(text))
    return f"{local}@{ascii_host}"


def as_kept(address: str) -> str:
    """How an address is kept that somebody writes in another way; others stay as they are."""
    try:
        return checked_address(address)
    except WrongValue:
        return address


def as_written(address: str) -> str:
    """How people write an address: `anna@пример.рф`, which is kept as `anna@xn--e1afmkfd.xn--p1ai`.

    What is no mail address stays as it is. So does a host that could be taken for another one:
    with letters of several scripts, of one that is not read here, or with Cyrillic letters alone
    that look Latin, under a Latin top-level domain.
    """
    local, _, host = address.rpartition("@")
    if _ENCODED not in host or not _LOCAL.fullmatch(local) or not _HOST.fullmatch(host):
        return address
    return f"{local}@{_decoded(host) or host}"


def _decoded(host: str) -> str:
    """The host in letters of its own; "" where it might be taken for another one."""
    try:
        decoded = host.encode().decode("idna")
        if decoded.encode("idna").decode() != host:
            return ""
    except UnicodeError:
        return ""
    foreign = [label for label in decoded.split(".") if not label.isascii()]
    if all(_LATIN.fullmatch(label) for label in foreign):
        return decoded if all(map(_has_base_letters, decoded)) else ""
    if not all(_CYRILLIC.fullmatch(label) for label in foreign):
        return ""
    is_under_latin = decoded.rpartition(".")[2].isascii()
    looks_latin = any(_LIKE_LATIN.fullmatch(label) for label in foreign)
    return "" if is_under_latin and looks_latin else decoded


def _has_base_letters(character: str) -> bool:
    """Whether it is of ASCII, or such a letter with a mark: `ü`, not `ø` or `þ`."""
    return unicodedata.normalize("NFD", character)[0].isascii()
