"""How pages tell and ask for an action: its sentence, its place in a form, its sign.

Beside what stands in the class of an action this is all that a page has to know of it. What is
marked by `_` in the tables is translated where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from typing import Any, Final

from storage.office import (
    Action,
    Dial,
    ForwardAction,
    Nothing,
    Office,
    OpenMailbox,
    OpenMenu,
    Play,
    Ring,
    Voicemail,
)
from web.language.action_forms import Asked, FormChoice, OnPage, Words
from web.language.words import phone, written


def describe(
    action: Action | ForwardAction,
    office: Office,
    texts: NullTranslations,
    *,
    owner: str | None = None,
) -> Words:
    """An action in words. `owner` is the employee in whose forwarding it stands, if it does."""
    return ON_PAGE[action.action].sentence(action, office, texts, owner)


def person(extension: str, office: Office) -> str:
    """An employee's name, or the extension of one who does not exist."""
    employee = office.employees.get(extension)
    return extension if employee is None else employee.name


def spoken(sound: str, office: Office) -> str:
    """The text that a sound speaks; "" where it was recorded, or is one of Asterisk's."""
    kind, _, name = sound.partition(":")
    prompt = office.prompts.get(name) if kind == "prompt" else None
    return "" if prompt is None or prompt.say is None else prompt.say


def _voicemail(
    action: Voicemail, office: Office, texts: NullTranslations, owner: str | None
) -> Words:
    _ = texts.gettext
    extension = action.employee or owner
    if extension is None:
        return Words(_("Voicemail"), _("Message for the company"))
    name = person(extension, office)
    return Words(_("Voicemail"), _("Message for: {name}").format(name=name))


def _ring(ring: Ring, office: Office, texts: NullTranslations, _owner: str | None) -> Words:
    if ring.employee is not None:
        return _ring_one(ring.employee, office, texts)
    return _ring_several(ring, office, texts)


def _ring_one(extension: str, office: Office, texts: NullTranslations) -> Words:
    _ = texts.gettext
    title = _("Ring: {name}").format(name=person(extension, office))
    employee = office.employees.get(extension)
    if employee is None:
        return Words(title)
    rule = employee.forward.always or employee.forward.no_answer
    if rule is None or isinstance(rule, Nothing):
        return Words(title, extension)
    then = describe(rule, office, texts, owner=extension)
    brief = then.title.lower() if isinstance(rule, Voicemail) else then.title
    words = _("always: {action}") if employee.forward.always else _("no answer: {action}")
    return Words(title, f"{extension} · {words.format(action=brief)}")


def _ring_several(ring: Ring, office: Office, texts: NullTranslations) -> Words:
    _ = texts.gettext
    names = ", ".join(person(extension, office) for extension in ring.everyone)
    order = _("all at once") if ring.strategy == "all" else _("one after another")
    if ring.timeout is None:
        return Words(_("Ring: {name}").format(name=names), order)
    seconds = _("{seconds} s each") if ring.strategy == "in-turn" else _("{seconds} s")
    return Words(
        _("Ring: {name}").format(name=names),
        f"{order}, {seconds.format(seconds=written(ring.timeout, texts))}",
    )


def _open_menu(
    action: OpenMenu, _office: Office, texts: NullTranslations, _owner: str | None
) -> Words:
    return Words(texts.gettext("Menu “{name}”").format(name=action.menu))


def _open_mailbox(
    action: OpenMailbox, office: Office, texts: NullTranslations, _owner: str | None
) -> Words:
    _ = texts.gettext
    if action.employee is None:
        return Words(_("Hear messages"), _("Asks for the extension and its PIN"))
    return Words(_("Hear messages"), _("Of: {name}").format(name=person(action.employee, office)))


def _dial(action: Dial, office: Office, texts: NullTranslations, _owner: str | None) -> Words:
    shown = phone(action.number, office.company.timezone)
    return Words(texts.gettext("Call {number}").format(number=shown))


def _play(action: Play, office: Office, texts: NullTranslations, _owner: str | None) -> Words:
    title = texts.gettext("Play “{sound}”").format(sound=action.prompt.partition(":")[2])
    return Words(title, spoken(action.prompt, office))


def _plain(words: str) -> Callable[[Any, Office, NullTranslations, str | None], Words]:
    """The sentence of an action that is always the same."""
    return lambda _action, _office, texts, _owner: Words(texts.gettext(words))


def _(text: str) -> str:
    """Marks a text that is translated where it is shown."""
    return text


ON_PAGE: Final[dict[str, OnPage]] = {
    "voicemail": OnPage(
        _voicemail,
        (
            FormChoice(
                "voicemail",
                _("Voicemail: leave a message"),
                (Asked("box", "employee", "box", _("Whose message it becomes"), optional=True),),
            ),
        ),
        (
            FormChoice("voicemail", _("Voicemail")),
            FormChoice(
                "voicemail-of",
                _("To another employee's voicemail"),
                (Asked("employee", "employee", "person", _("Voicemail")),),
            ),
        ),
        "M6.5 15.5a3.5 3.5 0 1 1 0-7 3.5 3.5 0 0 1 0 7h11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7",
    ),
    "ring": OnPage(
        _ring,
        (
            FormChoice(
                "ring",
                _("Ring an employee"),
                (
                    Asked(
                        "employee",
                        "employee",
                        "person",
                        _("Employee"),
                        _("If nobody answers, the employee's own forwarding decides."),
                    ),
                ),
                fits=lambda ring: ring.employee is not None,
            ),
            FormChoice("ring-several", _("Ring several employees"), is_several=True),
        ),
        (
            FormChoice(
                "ring",
                _("To another employee"),
                (Asked("employee", "employee", "person", ""),),
            ),
        ),
        "M6.6 3.8 9.5 4.5l1.2 4-2 1.8a13 13 0 0 0 5 5l1.8-2 4 1.2.7 2.9c-.2 1.6-1.5 2.8-3.1"
        " 2.8A13.4 13.4 0 0 1 3.8 6.9c0-1.6 1.2-2.9 2.8-3.1Z",
    ),
    "menu": OnPage(
        _open_menu,
        (FormChoice("menu", _("Open another menu"), (Asked("menu", "menu", "menu", _("Menu")),)),),
        sign="M4 6.5h16M4 12h16M4 17.5h10",
    ),
    "mailbox": OnPage(
        _open_mailbox,
        (
            FormChoice(
                "mailbox",
                _("Hear messages, after the PIN"),
                (
                    Asked(
                        *("listener", "employee", "any-person", _("Whose messages")),
                        optional=True,
                    ),
                ),
            ),
        ),
        sign="M4 13v-1a8 8 0 0 1 16 0v1M4 13h3v6H5.5A1.5 1.5 0 0 1 4 17.5ZM20 13h-3v6h1.5a1.5 1.5"
        " 0 0 0 1.5-1.5Z",
    ),
    "dial": OnPage(
        _dial,
        (
            FormChoice(
                "dial",
                _("Call an outside number"),
                (Asked("number", "number", "phone", _("Outside number"), missing="enter-number"),),
            ),
        ),
        (
            FormChoice(
                "dial",
                _("To another number…"),
                (Asked("number", "number", "phone", _("Number"), missing="enter-number"),),
            ),
        ),
        "M6.6 5.8 9 6.4l1 3.4-1.7 1.5a11 11 0 0 0 4.4 4.4l1.5-1.7 3.4 1 .6 2.4c-.2 1.4-1.3"
        " 2.4-2.7 2.4A11.6 11.6 0 0 1 4.2 8.5c0-1.4 1-2.5 2.4-2.7ZM14 10l6.5-6.5M15.5 3.5h5v5",
    ),
    "play": OnPage(
        _play,
        (
            FormChoice(
                "play",
                _("Play something, then back to the menu"),
                (
                    Asked(
                        "sound",
                        "prompt",
                        "sound",
                        _("What is played"),
                        _("Then the caller is back in the menu."),
                    ),
                ),
            ),
        ),
        sign="M4 9.5v5h3.5l5 4v-13l-5 4H4ZM16 9a4.2 4.2 0 0 1 0 6M18.6 6.5a7.8 7.8 0 0 1 0 11",
    ),
    "repeat": OnPage(
        _plain(_("Repeat the greeting")),
        (FormChoice("repeat", _("Repeat the greeting")),),
        sign="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5",
    ),
    "hangup": OnPage(
        _plain(_("End the call")),
        (FormChoice("hangup", _("End the call")),),
        sign="M12 8.2c3.4 0 6.6 1 9 2.9 1 .9 1.2 2.4.4 3.6l-1.2 1.6-4-1.5-.3-2.9a13 13 0 0 0-7.8 0"
        "l-.3 2.9-4 1.5-1.2-1.6c-.8-1.2-.6-2.7.4-3.6 2.4-1.9 5.6-2.9 9-2.9Z",
    ),
    "nothing": OnPage(
        _plain(_("Forward nowhere")),
        forwarding=(FormChoice("nothing", _("Do not disturb: nobody answers")),),
    ),
}
"""What pages know of each action, by its name."""


def all_choices() -> tuple[tuple[str, FormChoice], ...]:
    """Everything that can be chosen in the form of an action, with the action's name."""
    return tuple((name, choice) for name, on_page in ON_PAGE.items() for choice in on_page.choices)
