"""What can be wrong with an office that is well written: names of nothing, loops, contradictions.

Errors keep a configuration from being applied; warnings are told, and it is applied.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from storage.errors import Problem, warning, wrong
from storage.letters.rendering import problems as letter_problems
from storage.office.actions import Dial, Ring, Voicemail
from storage.office.any_action import named_by
from storage.office.model import Office
from storage.office.routes import (
    Placed,
    all_actions,
    forwarding_circles,
    reachable_menus,
    silent_rounds,
    traps,
)
from storage.words.phone_numbers import canonical, region_of


def check(office: Office) -> list[Problem]:
    """Everything wrong with an office, errors first."""
    problems = chain(
        _unknown_names(office),
        _owned_twice(office),
        _wrong_times(office),
        _endless(office),
        _idle(office),
        _ambiguous_keys(office),
        _pointless(office),
        _own_letter(office),
    )
    return sorted(problems, key=lambda problem: problem.severity)


def _unknown_names(office: Office) -> Iterator[Problem]:
    """Menus, employees and prompts that are named but do not exist."""
    for where, menu in _menus_named(office):
        if menu not in office.menus:
            yield wrong("no-menu", where, name=menu)
    for where, extension in _employees_named(office):
        if extension not in office.employees:
            yield wrong("no-employee", where, extension=extension)
    for where, sound in _sounds_named(office):
        kind, _, name = sound.partition(":")
        if kind == "prompt" and name not in office.prompts:
            yield wrong("no-prompt", where, name=name)


def _menus_named(office: Office) -> Iterator[tuple[str, str]]:
    for number, target in office.numbers.items():
        for menu in named_by(target.action, "menu"):
            yield f"numbers.{number}", menu
    for placed in all_actions(office):
        for menu in named_by(placed.action, "menu"):
            yield placed.where, menu


def _employees_named(office: Office) -> Iterator[tuple[str, str]]:
    for number, target in office.numbers.items():
        for extension in named_by(target.action, "employee"):
            yield f"numbers.{number}", extension
    for placed in all_actions(office):
        for extension in named_by(placed.action, "employee"):
            yield placed.where, extension


def _sounds_named(office: Office) -> Iterator[tuple[str, str]]:
    for name, menu in office.menus.items():
        yield f"menus.{name}.greeting", menu.greeting
    for extension, employee in office.employees.items():
        if employee.greeting is not None:
            yield f"employees.{extension}.greeting", employee.greeting
    if office.voicemail.greeting is not None:
        yield "voicemail.greeting", office.voicemail.greeting
    for placed in all_actions(office):
        for sound in named_by(placed.action, "sound"):
            yield placed.where, sound


def _owned_twice(office: Office) -> Iterator[Problem]:
    """Numbers that lead to two places, in whatever spelling."""
    region = region_of(office.company.timezone)
    seen: dict[str, str] = {}
    for number in office.numbers:
        same = seen.setdefault(canonical(number, region), number)
        if same != number:
            yield wrong("same-number", f"numbers.{number}", number=same)
    owners: dict[str, str] = {extension: extension for extension in office.employees}
    for extension, employee in office.employees.items():
        for number in employee.numbers:
            owner = owners.setdefault(canonical(number, region), extension)
            if owner != extension:
                yield wrong(
                    "number-of-two",
                    f"employees.{extension}.numbers",
                    number=number,
                    extension=owner,
                )


def _wrong_times(office: Office) -> Iterator[Problem]:
    """Times of zero, and limits that contradict each other."""
    voicemail = office.voicemail
    for where, seconds in _times(office):
        if seconds == 0:
            yield wrong("not-positive", where)
    if voicemail.min_seconds >= voicemail.max_seconds:
        yield wrong(
            "minimum-above-maximum",
            "voicemail.min_seconds",
            least=voicemail.min_seconds,
            most=voicemail.max_seconds,
        )
    if voicemail.silence_seconds >= voicemail.max_seconds:
        yield warning("silence-never-ends", "voicemail.silence_seconds")


def _times(office: Office) -> Iterator[tuple[str, float]]:
    yield "voicemail.max_seconds", office.voicemail.max_seconds
    yield "voicemail.silence_seconds", office.voicemail.silence_seconds
    for name, menu in office.menus.items():
        yield f"menus.{name}.timeout", menu.timeout
        yield f"menus.{name}.digit_timeout", menu.digit_timeout
    for extension, employee in office.employees.items():
        yield f"employees.{extension}.ring_timeout", employee.ring_timeout
        if employee.forward.no_answer_after is not None:
            yield f"employees.{extension}.forward.no_answer.after", employee.forward.no_answer_after
    for placed in all_actions(office):
        for name, seconds in placed.action.times.items():
            yield f"{placed.where}.{name}", seconds


def _endless(office: Office) -> Iterator[Problem]:
    """Ways a call can go for ever."""
    trapped = set()
    for name in traps(office):
        trapped.add(name)
        yield wrong("menu-trap", f"menus.{name}")
    for names in silent_rounds(office):
        if not trapped.issuperset(names):
            way = " → ".join((*names, names[0]))
            yield warning("silent-round", f"menus.{names[0]}.default", way=way)
    for extensions in forwarding_circles(office):
        way = " → ".join((*extensions, extensions[0]))
        yield wrong("forwarded-in-circle", f"employees.{extensions[0]}.forward", way=way)


def _idle(office: Office) -> Iterator[Problem]:
    """What no call ever meets."""
    if not office.numbers:
        yield warning("no-number", "numbers")
        return
    reachable = reachable_menus(office)
    for name in office.menus:
        if name not in reachable:
            yield warning("unreachable-menu", f"menus.{name}")
    used = {sound for _, sound in _sounds_named(office)}
    for name in office.prompts:
        if f"prompt:{name}" not in used:
            yield warning("unused-prompt", f"prompts.{name}")


def _ambiguous_keys(office: Office) -> Iterator[Problem]:
    """Keys that begin, or hide, something longer that can be pressed."""
    extensions = sorted(office.employees)
    for name, menu in office.menus.items():
        keys = sorted(menu.keys)
        for key in menu.keys:
            where = f"menus.{name}.keys.{key}"
            if menu.direct_dial and key in office.employees:
                yield warning("hides-extension", where, extension=key)
            longer = _longer(key, keys) or (menu.direct_dial and _longer(key, extensions))
            if longer:
                yield warning("late-key", where, seconds=menu.digit_timeout, key=longer)


def _longer(key: str, others: Sequence[str]) -> str:
    """The first of the others, which are sorted, that begins with the key and goes on."""
    place = bisect_right(others, key)
    return others[place] if place < len(others) and others[place].startswith(key) else ""


def _pointless(office: Office) -> Iterator[Problem]:
    """What is written and can do nothing, or hardly what was meant."""
    for name, menu in office.menus.items():
        if menu.direct_dial and not office.employees:
            yield warning("nobody-to-dial", f"menus.{name}.direct_dial")
    for extension, employee in office.employees.items():
        forward = employee.forward
        if forward.always and (forward.busy or forward.no_answer or forward.unreachable):
            yield warning("rules-beside-always", f"employees.{extension}.forward")
    region = region_of(office.company.timezone)
    own = {canonical(number, region) for number in office.numbers}
    for placed in all_actions(office):
        yield from _pointless_action(placed, own, region)


def _own_letter(office: Office) -> Iterator[Problem]:
    """What is wrong with the company's own letter, or with how it reads of a sample."""
    if office.voicemail.letter is not None:
        for problem in letter_problems(office.voicemail.letter.model_dump()):
            yield problem.under("voicemail.letter")


def _pointless_action(placed: Placed, own: set[str], region: str) -> Iterator[Problem]:
    match placed.action:
        case Dial(number=number) if canonical(number, region) in own:
            yield warning("own-number", placed.where, number=number)
        case Ring(employee=None, employees=several) if len(set(several)) < len(several):
            yield wrong("employee-twice", placed.where)
        case Ring(employee=str(), no_answer=inner) if inner != Voicemail():
            yield warning("no-answer-unused", f"{placed.where}.no_answer")
