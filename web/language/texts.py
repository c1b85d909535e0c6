"""The words of the pages in Russian and English, from gettext catalogues.

Messages are written in English in the code and translated in ``locale/LANGUAGE/SECTION.po``; a
section of the page has a file of its own, and all of them are one catalogue when it runs.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["ru", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
FOLDER: Final = Path(__file__).parent / "locale"


@cache
def texts(language: Language) -> gettext.NullTranslations:
    """The catalogue of a language; English needs none."""
    sections = sorted((FOLDER / language).glob("*.po"))
    if not sections:
        return gettext.NullTranslations()
    whole = Catalog(locale=language)
    for section in sections:
        with section.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language_of(accepted: str) -> Language:
    """The language that an Accept-Language header asks for; English where we have none of it."""
    wanted = [part.split(";")[0].strip() for part in accepted[:200].split(",")]
    found = Locale.negotiate([tag for tag in wanted if tag], LANGUAGES, sep="-")
    return "ru" if found and found.language == "ru" else "en"
