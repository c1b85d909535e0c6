"""A menu's settings as a form has them: every value as it was typed, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations
from typing import Final

from starlette.datastructures import FormData

from storage.errors import Problem, Refused
from storage.office import Menu, Office, Prompt, make_part
from storage.office.values import is_sound_name
from storage.text import shown
from web.errors import FormError
from web.forms.fields import number_in, seconds_in, typed
from web.language.words import written
from web.menu_editor.action_form import ActionForm, filled_in, sent

NEW_TEXT: Final = "say"
"""Chosen as a greeting: a text that is typed beside it, and becomes a prompt."""
ASTERISK: Final = "sound"
"""Chosen as a greeting: one of Asterisk's own sounds, whose name is typed beside it."""
FIELDS: Final = (
    *(
        "greeting",
        "greeting_say",
        "greeting_sound",
        "timeout",
        "digit_timeout",
        "repeats",
        "direct_dial",
    ),
    *("default", "invalid_limit", "invalid"),
)


@dataclass(frozen=True)
class Greeting:
    """The sound that is chosen: `prompt:NAME`, or ASTERISK or NEW_TEXT and what goes with it."""

    choice: str = NEW_TEXT
    sound: str = ""
    """The name of Asterisk's sound."""
    say: str = ""
    """The new text."""


@dataclass(frozen=True)
class MenuForm:
    """The settings of a menu."""

    greeting: Greeting
    timeout: str
    digit_timeout: str
    repeats: str
    direct_dial: bool
    invalid_limit: str
    default: ActionForm
    invalid: ActionForm


def menu_form(menu: Menu, office: Office, texts: NullTranslations) -> MenuForm:
    """The form of a menu that there is."""
    kind, _, sound = menu.greeting.partition(":")
    return MenuForm(
        greeting=Greeting(ASTERISK, sound) if kind == "sound" else Greeting(menu.greeting),
        timeout=written(menu.timeout, texts),
        digit_timeout=written(menu.digit_timeout, texts),
        repeats=str(menu.repeats),
        direct_dial=menu.direct_dial,
        invalid_limit=str(menu.invalid_limit),
        default=filled_in(menu.default, "default", office, texts),
        invalid=filled_in(menu.invalid, "invalid", office, texts),
    )


def sent_menu(form: FormData) -> MenuForm:
    """The form as it was sent."""
    fields = typed(form)
    return MenuForm(
        greeting=sent_greeting(form),
        timeout=fields.get("timeout", ""),
        digit_timeout=fields.get("digit_timeout", ""),
        repeats=fields.get("repeats", ""),
        direct_dial=fields.get("direct_dial") == "yes",
        invalid_limit=fields.get("invalid_limit", ""),
        default=sent(form, "default"),
        invalid=sent(form, "invalid"),
    )


def menu_in(form: FormData, before: Menu, greeting: str) -> Menu:
    """The menu that a form describes, its keys as before; `greeting` as `greeting_in` has it.

    FormError has each mistake, with the name of its field.
    """
    fields, settings = typed(form), sent_menu(form)
    problems: list[Problem] = []
    content: dict[str, object] = {
        "greeting": greeting,
        "direct_dial": settings.direct_dial,
        "keys": before.keys,
    }
    for name in ("timeout", "digit_timeout", "repeats", "invalid_limit"):
        try:
            read = seconds_in if name.endswith("timeout") else number_in
            number = read(fields, name)
            whole = name in {"repeats", "invalid_limit"} and number.is_integer()
            content[name] = int(number) if whole else number
        except Refused as error:
            problems += error.problems
    for name, action in (("default", settings.default), ("invalid", settings.invalid)):
        try:
            content[name] = action.data(fields, getattr(before, name))
        except Refused as error:
            problems += error.problems
    try:
        menu = make_part(Menu, **content)
    except Refused as error:
        problems += error.problems
    if problems:
        raise FormError.of(problems)
    return menu


def sent_greeting(form: FormData) -> Greeting:
    """The greeting as it was sent."""
    fields = typed(form)
    return Greeting(
        fields.get("greeting", ""),
        fields.get("greeting_sound", ""),
        fields.get("greeting_say", ""),
    )


def greeting_in(greeting: Greeting, menu: str, office: Office) -> tuple[str, dict[str, Prompt]]:
    """The sound that a form asks for, and the office's prompts with it among them.

    A new text becomes a prompt of the menu's name, or the next one that is free.
    """
    if greeting.choice == ASTERISK:
        if not is_sound_name(greeting.sound):
            raise FormError("not-asterisks-sound", "greeting_sound", text=shown(greeting.sound))
        return f"sound:{greeting.sound}", office.prompts
    if greeting.choice != NEW_TEXT:
        return greeting.choice, office.prompts
    if not greeting.say:
        raise FormError("empty", "greeting_say")
    name, count = menu, 1
    while name in office.prompts:
        count += 1
        name = f"{menu[:60]}-{count}"
    prompt = make_part(Prompt, say=greeting.say)
    return f"prompt:{name}", {**office.prompts, name: prompt}
