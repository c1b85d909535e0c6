"""What callers write of themselves, as letters and chats are told it.

Chats read Markdown, HTML, mentions and links out of plain text, and mail programs links and
addresses, each in its own way; and whoever calls chooses their name. So characters that mean
something to any of them are told by others that look the same and mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from storage.messages.message import Message
from storage.text import printable
from web.language.texts import Language
from web.message_list.rows import Row, row_of

LONGEST_NAME: Final = 100
"""Characters: names are cut, and links never are."""
_HARMLESS: Final = str.maketrans(
    {
        **{"[": "［", "]": "］", "<": "‹", ">": "›", "@": "＠", "#": "＃", "&": "＆"},
        **{"*": "∗", "_": "＿", "~": "∼", "`": "ˋ", "|": "∣", "\\": "∖", "/": "∕"},
    }
)
_DOT: Final = re.compile(r"[.。．｡](?=\w)")
_COLON: Final = re.compile(r":(?=\S)")


def harmless(text: str) -> str:
    """A text of a stranger's, in which nothing finds markup, mentions or addresses."""
    line = printable(text, LONGEST_NAME).translate(_HARMLESS)
    return _COLON.sub("∶", _DOT.sub("․", line))


def harmless_row(message: Message, language: Language, timezone: str) -> Row:
    """The row of a message, whose caller's name and number are harmless."""
    row = row_of(message, language, timezone)
    return replace(row, who=harmless(row.who), number=harmless(row.number))
