"""TOML as people write it, read within limits: small, flat, and refused with one sentence."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from storage.errors import ConfigError
from storage.text import printable

MAX_BYTES: Final = 1_000_000
BYTE_ORDER_MARK: Final = "\ufeff"
"""What some editors put before a text, and some tools put there once more."""
MAX_DEPTH: Final = 20
"""Tables inside tables; a real office needs seven."""

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# A quote that is not closed ends with its line: so each character is looked at once.
_PART: Final = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?)"""
# Comments and long strings have dots in them that are none of a key.
_KEYS: Final = re.compile(
    rf'''"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|\#[^\n]*+'''
    rf"""|(?P<key>{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)""",
    re.DOTALL | re.ASCII,
)


def read_toml(path: Path) -> str:
    """The text of a file. Raises ConfigError."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError("file-unreadable", file=name, reason=str(error.strerror)) from error
    if len(raw) > MAX_BYTES:
        raise ConfigError("file-too-large", file=name, most=MAX_BYTES)
    try:
        # The former is what an editor on Windows may call Unicode.
        return raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError("file-not-utf8", file=name, line=line) from error


def parse_toml(text: str) -> dict[str, Any]:
    """What a text says. Raises ConfigError.

    tomllib takes a minute for a key of 50,000 parts, and Python no end of tables in tables.
    """
    text = text.lstrip(BYTE_ORDER_MARK)
    if any(_parts(found["key"]) > MAX_DEPTH for found in _KEYS.finditer(text) if found["key"]):
        raise _too_deep()
    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # also a number of thousands of digits
        raise ConfigError("not-toml", reason=printable(str(error))) from error
    if _deeper_than(MAX_DEPTH, data):
        raise _too_deep()
    return data


def _parts(key: str) -> int:
    return len(re.findall(_PART, key, re.DOTALL | re.ASCII))


def _too_deep() -> ConfigError:
    return ConfigError("too-deep", most=MAX_DEPTH)


def _deeper_than(limit: int, data: object) -> bool:
    """Whether tables and lists stand deeper in each other than `limit`; walks, never recurses."""
    level = [data]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values()
                if isinstance(outer, dict)
                else outer
                if isinstance(outer, list)
                else ()
            )
        ]
    return any(isinstance(value, dict | list) for value in level)
