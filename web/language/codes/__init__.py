"""Every code with which storage, call flows and forms say what is wrong, and its English sentence.

The words that change stand in braces, by the names of the problem's values. A sentence is a message
of the catalogue (``locale/ru/problems.po``) too. It may stand behind a place: it begins small.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Final

from web.language.codes.accounts import ACCOUNTS
from web.language.codes.backups import BACKUPS
from web.language.codes.forms import FORMS
from web.language.codes.messages import MESSAGES
from web.language.codes.office import OFFICE
from web.language.codes.settings import SETTINGS
from web.language.codes.sounds import SOUNDS
from web.language.codes.values import VALUES

__all__ = ["SENTENCES"]

TABLES: Final = (OFFICE, VALUES, FORMS, ACCOUNTS, SOUNDS, MESSAGES, BACKUPS, SETTINGS)
SENTENCES: Final[Mapping[str, str]] = ChainMap(*TABLES)
