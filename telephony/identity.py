"""Who calls, as SIP and telephones write it: numbers with parameters, names in any charset."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from telephony.call import Caller

REPLACED: Final = "\ufffd"
"""What Asterisk puts for a byte of a name that is no UTF-8."""

FROM_VARIABLE: Final = "VOICEPOST_FROM"
"""The dialplan's variable with the From header of such a name, percent-encoded."""

CHARSETS: Final = {"cp1251": "cp1251", "koi8-r": "koi8-r", "cp866": "cp866", "latin-1": "cp1252"}
"""Those that names may be in, by what they are called, the likeliest first."""

_SUBSCRIBER = re.compile(r"(\+?[0-9A-Fa-f*#().\-]+);.*", re.DOTALL)
_DISPLAY = re.compile(rb'\s*"((?:[^"\\]|\\.)*)"\s*<', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")


def plain_number(number: str) -> str:
    """A telephone number without its parameters, such as ``;npdi`` or ``;phone-context=…``.

    RFC 3966 and RFC 4694 put them behind the number, and none is a part of it. What is no number
    is as it came.
    """
    found = _SUBSCRIBER.fullmatch(number)
    return found[1] if found else number


def called_number(dialled: str) -> str:
    """The number that the dialplan says was called.

    An older one glues a parameter's number behind it: that begins with the second plus.
    """
    return dialled[:1] + dialled[1:].partition("+")[0]


def forwarded_number(forward: str) -> str:
    """The number in what a phone redirects to: ``102``, ``102@context``, ``PJSIP/x/sip:102@host``.

    "" where there is none.
    """
    user = re.split(r"sips?:|tel:", forward.rpartition("/")[2])[-1].partition("@")[0]
    number = re.sub(r"[().\- ]", "", user.partition(";")[0])
    return number if re.fullmatch(r"\+?[0-9*#]{1,40}", number) else ""


def named_by(caller: Caller, header: str) -> Caller:
    """The caller with the name of this From header (percent-encoded), if there is one."""
    name, charset = name_of_header(header, caller.name)
    return Caller(caller.number, name, charset) if name else caller


def name_of_header(header: str, shown: str) -> tuple[str, str]:
    """The name in a From header whose bytes are percent-encoded, and the charset that it was
    guessed to be in ("" for UTF-8).

    ("", "") where it is not the name of which Asterisk has ``shown`` what is UTF-8: that may come
    from another header.
    """
    raw = unquote_to_bytes(header)
    if raw.lstrip().startswith(b'\\"'):
        raw = _ESCAPED.sub(rb"\1", raw)  # Asterisk escapes the whole of it once more
    found = _DISPLAY.match(raw)
    if not found:
        return "", ""
    display = _ESCAPED.sub(rb"\1", found[1])
    ours = bytes(byte for byte in display if byte < 0x80).decode()
    if not ours.startswith("".join(filter(str.isascii, shown))):
        return "", ""
    try:
        return display.decode(), ""
    except UnicodeDecodeError:
        return guess(display)


def guess(name: bytes) -> tuple[str, str]:
    """A name that is no UTF-8, and the charset that makes the most sensible words of it."""
    readings = {called: name.decode(codec, "replace") for called, codec in CHARSETS.items()}
    charset = min(readings, key=lambda called: _oddities(readings[called]))
    return readings[charset], charset


def _oddities(text: str) -> int:
    """How little a text looks like a name."""
    odd = sum(10 for c in text if not c.isascii() and not c.isalpha())
    for word in _WORD.findall(text):
        foreign = [c for c in word if not c.isascii()]
        is_cyrillic = any("\u0400" <= c <= "\u04ff" for c in word)
        if is_cyrillic and len(foreign) < len(word):
            odd += 5  # of two alphabets
        if is_cyrillic and not (word.islower() or word.isupper() or word.istitle()):
            odd += 3
        if foreign and not is_cyrillic and len(foreign) * 2 > len(word):
            odd += 2  # only some of the letters have accents
    return odd
