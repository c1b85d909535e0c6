"""Jinja2 as the pages use it: everything is escaped, and knows the language of the page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from storage.office.notify import ATTACH_UP_TO, MOST_PER_HOUR
from web.http.assets import static
from web.http.bodies import LARGEST_BODY
from web.language.event_words import events_in_words
from web.language.texts import Language, texts
from web.language.words import FILTERS


def template(name: str, language: Language) -> Template:
    """A template that speaks the language."""
    return _environment(language).get_template(name)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(texts(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(FILTERS)
    environment.globals |= {
        **{"locale": language, "static": static, "largest_file": LARGEST_BODY},
        **{"usual_size": ATTACH_UP_TO, "usual_most": MOST_PER_HOUR},
        "events_in_words": events_in_words(language),
    }
    return environment
