"""The kinds of text an office is written with: names, numbers, dial strings, references to sounds.

Each type checks one value and raises WrongValue; the place where the value stands is added by
whoever reads the whole document.
"""

import re
import unicodedata
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from storage.errors import ConfigError, WrongValue
from storage.text import shown

NAME_LENGTH: Final = 64
_NAME: Final = re.compile(rf"[\w-]{{1,{NAME_LENGTH}}}")
_SOUND: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*){0,4}")
_KEYS: Final = re.compile(r"[0-9*#]{1,8}")
_EXTENSION: Final = re.compile(r"[0-9]{1,8}")
_NUMBER: Final = re.compile(r"\+?[0-9*#]{1,32}")
_NUMBER_MARKS: Final = re.compile(r"[\s().-]")
_VOICE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
# Commas, spaces, '&', '|', '$' and braces would end or extend Asterisk's Dial().
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9]{2,20}/[A-Za-z0-9_.:;=@/+*#\[\]-]{1,200}")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _title(text: str) -> str:
    text = text.strip()
    if not text:
        raise WrongValue("empty")
    if any(_is_control(c) for c in text):
        raise WrongValue("control-characters")
    return text


def _speech(text: str) -> str:
    text = " ".join(text.split())
    return _title(text)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise WrongValue("not-a-name", text=shown(text), most=NAME_LENGTH)
    return text


def is_sound_name(name: str) -> bool:
    """Whether one of Asterisk's sounds can be called so."""
    return _SOUND.fullmatch(name) is not None and len(name) <= 128


def checked_extension(text: str, where: str) -> str:
    """An employee's internal number, which stands there in a form. Raises ConfigError."""
    try:
        return _extension(text)
    except WrongValue as error:
        raise ConfigError.of([error.problem.at(where)]) from error


def _sound(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind == "prompt" and _NAME.fullmatch(name):
        return text
    if kind == "sound" and is_sound_name(name):
        return text
    raise WrongValue("not-a-sound", text=shown(text))


def _keys(text: str) -> str:
    if not _KEYS.fullmatch(text):
        raise WrongValue("not-a-key", text=shown(text))
    return text


def _extension(text: str) -> str:
    if not _EXTENSION.fullmatch(text):
        raise WrongValue("not-an-extension", text=shown(text))
    return text


def _number(text: str) -> str:
    if len(text) > 64 or not _NUMBER.fullmatch(_NUMBER_MARKS.sub("", text)):
        raise WrongValue("not-a-number", text=shown(text))
    return text


def _dialled(text: str) -> str:
    return _NUMBER_MARKS.sub("", _number(text))


def _endpoint(text: str) -> str:
    if not _ENDPOINT.fullmatch(text):
        raise WrongValue("not-a-dial-string", text=shown(text))
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise WrongValue("not-a-time-zone", text=shown(text)) from None
    return text


def _voice(text: str) -> str:
    if not _VOICE.fullmatch(text):
        raise WrongValue("not-a-voice", text=shown(text))
    return text


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise WrongValue("not-a-digest")
    return text


def named_sound(text: str) -> str:
    """A sound as people name it: a bare name means the company's own prompt."""
    return text if ":" in text else f"prompt:{text}"


def checked_number(text: str) -> str:
    """A phone number as people write it. Raises ConfigError."""
    try:
        return _number(text)
    except WrongValue as error:
        raise ConfigError.of([error.problem]) from error


Title = Annotated[str, Field(max_length=200), AfterValidator(_title)]
"""A name people read: of a company or a person."""
Speech = Annotated[str, Field(max_length=4000), AfterValidator(_speech)]
"""A text to be spoken; runs of white space count as one space."""
Name = Annotated[str, AfterValidator(_name)]
"""The name of a menu or a prompt."""
Sound = Annotated[str, AfterValidator(_sound)]
"""What can be played: `prompt:NAME` or `sound:NAME`."""
Keys = Annotated[str, AfterValidator(_keys)]
"""What a caller presses: `1`, `42`, `*`, `#`."""
Extension = Annotated[str, AfterValidator(_extension)]
"""An employee's internal number."""
Number = Annotated[str, AfterValidator(_number)]
"""A phone number as people write it: `+7 495 123-45-67`."""
Dialled = Annotated[str, AfterValidator(_dialled)]
"""A phone number as it is dialled: without spaces, dashes and brackets."""
Endpoint = Annotated[str, AfterValidator(_endpoint)]
"""An Asterisk dial string of one phone: `PJSIP/101`."""
Timezone = Annotated[str, AfterValidator(_timezone)]
"""A time zone's name: `Europe/Moscow`."""
Voice = Annotated[str, AfterValidator(_voice)]
"""The name of a synthesiser's voice: `anna` (RHVoice), `ru+f3` (espeak-ng)."""
Digest = Annotated[str, AfterValidator(_digest)]
"""The name of an audio file in the prompts folder: its SHA-256 in hexadecimal."""
FilePath = Annotated[str, Field(max_length=1000), AfterValidator(_title)]
"""A path, relative to the document it stands in."""

Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=36_500)]
"""How long something is kept; the longest is a hundred years."""
Yes = Annotated[bool | None, AfterValidator(lambda value: value or None)]
"""Something that is so, or else is not written at all."""
