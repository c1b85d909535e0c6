"""How soon a password would be guessed: by lists of what people choose, and by what is near.

The lists and the reckoning are zxcvbn's. They are English: what Russians choose is given to it, and
what is written in Cyrillic is looked up as it may be written in Latin letters, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import select
from zxcvbn_rs_py import zxcvbn

from storage.accounts.russian import common, spellings
from storage.database.engine import Database
from storage.database.tables import CompanyRow, NumberRow
from storage.text import comparable_digits

FEWEST_GUESSES: Final = 10**9
"""Below this a password is refused: a word with a year and a sign comes to about 10**8, ten letters
by chance to 10**10."""
SHORTEST_WORD: Final = 3
"""Letters of a word that counts as near."""

# What comes to mind before this product's form.
_PRODUCT: Final = (
    *("voicepost", "voicemail", "voice", "mail", "asterisk", "phone", "telephone", "demo", "pbx"),
    *("голосовая", "почта", "автоответчик", "телефон", "админ", "администратор", "пароль", "демо"),
)
_UNSHIFTED: Final = str.maketrans('{}:"<>~', "[];',.`")
"""Keys that are Russian letters: capital ones with Shift."""
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")
_PHONE: Final = re.compile(r"[\d\s()+.\-]+")


def is_soon_guessed(password: str, near: Iterable[str]) -> bool:
    """Whether a password is among those that are tried first by who knows what is ``near``."""
    words = list(dict.fromkeys((*_words((*near, *_PRODUCT)), *common())))
    return any(zxcvbn(form, words).guesses < FEWEST_GUESSES for form in _forms(password))


def near_company(database: Database, company_id: str | None) -> list[str]:
    """What everybody knows of a company: its name and its numbers. Raises DatabaseUnavailable."""
    with database.reading() as session:
        name = session.scalar(select(CompanyRow.name).where(CompanyRow.id == company_id))
        numbers = session.scalars(
            select(NumberRow.number).where(NumberRow.company_id == company_id)
        )
        return [*filter(None, [name]), *numbers]


def _words(texts: Iterable[str]) -> Iterator[str]:
    """Each text and its words, as they may stand in a password."""
    for text in texts:
        folded = text.casefold()
        for word in (folded, *_BETWEEN_WORDS.split(folded)):
            if word.isdecimal() and len(word) > 7:
                # A number is also known without its country, and with the 8 that is dialled.
                yield from (word, word[1:], f"8{word[1:]}", word[4:])
            elif len(word) >= SHORTEST_WORD:
                yield from spellings(word)


def _forms(password: str) -> set[str]:
    """A password as it is typed, and as else it may be found in a list."""
    folded = password.casefold()
    forms = {
        password,
        password.translate(_UNSHIFTED),
        *(spellings(folded) if not folded.isascii() else ()),
    }
    return forms | {comparable_digits(password)} if _PHONE.fullmatch(password) else forms
