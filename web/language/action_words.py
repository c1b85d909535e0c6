"""What happens to a call, in the words of a page: “Ring: Anna Petrova”, “Voicemail”."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations

from storage.office import (
    Action,
    Dial,
    ForwardAction,
    HangUp,
    Nothing,
    Office,
    OpenMenu,
    Play,
    Repeat,
    Ring,
    Voicemail,
)
from web.language.words import phone, written


@dataclass(frozen=True)
class Words:
    """An action in one line, and what else is to be known about it in a second one."""

    title: str
    detail: str = ""


def describe(
    action: Action | ForwardAction,
    office: Office,
    texts: NullTranslations,
    *,
    owner: str | None = None,
) -> Words:
    """An action in words. `owner` is the employee in whose forwarding it stands, if it does."""
    _ = texts.gettext
    match action:
        case Voicemail(employee=extension):
            return _voicemail(extension or owner, office, texts)
        case Ring(employee=str(extension)):
            return _ring_one(extension, office, texts)
        case Ring():
            return _ring_several(action, office, texts)
        case OpenMenu(menu=name):
            return Words(_("Menu “{name}”").format(name=name))
        case Dial(number=number):
            shown = phone(number, office.company.timezone)
            return Words(_("Call {number}").format(number=shown))
        case Play(prompt=sound):
            title = _("Play “{sound}”").format(sound=sound.partition(":")[2])
            return Words(title, spoken(sound, office))
        case Repeat():
            return Words(_("Repeat the greeting"))
        case HangUp():
            return Words(_("End the call"))
        case Nothing():
            return Words(_("Forward nowhere"))


def person(extension: str, office: Office) -> str:
    """An employee's name, or the extension of one who does not exist."""
    employee = office.employees.get(extension)
    return extension if employee is None else employee.name


def spoken(sound: str, office: Office) -> str:
    """The text that a sound speaks; "" where it was recorded, or is one of Asterisk's."""
    kind, _, name = sound.partition(":")
    prompt = office.prompts.get(name) if kind == "prompt" else None
    return "" if prompt is None or prompt.say is None else prompt.say


def _voicemail(extension: str | None, office: Office, texts: NullTranslations) -> Words:
    _ = texts.gettext
    if extension is None:
        return Words(_("Voicemail"), _("Message for the company"))
    name = person(extension, office)
    return Words(_("Voicemail"), _("Message for: {name}").format(name=name))


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
