"""An action as a form has it: what is chosen, and for each choice the fields that go with it.

All fields of a form carry the form's name in front (`default.employee`), so that several actions,
and actions inside actions, fit on one page. The style sheet shows the fields of the chosen kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any, Final, Literal

from starlette.datastructures import FormData

from storage.office import (
    Action,
    Dial,
    Office,
    OpenMenu,
    Play,
    Ring,
    Voicemail,
    as_data,
)
from web.errors import FormError
from web.forms.fields import seconds_in, typed
from web.language.action_words import describe
from web.language.words import written

Kind = Literal[
    "voicemail", "ring", "ring-several", "menu", "dial", "play", "repeat", "hangup", "keep"
]

DEEPEST: Final = 2
"""How many times “no answer” can stand inside “no answer”; deeper ones can only be kept."""
SPARE: Final = 3
"""Empty lines for more employees to ring."""
FEWEST: Final = 4


@dataclass(frozen=True)
class ActionForm:
    """An action's fields, filled in: from an action, or by a person, right or wrong."""

    name: str
    kind: str = "voicemail"
    box: str = ""
    """Whose message it becomes: an extension, "" for the company."""
    employee: str = ""
    employees: tuple[str, ...] = ()
    strategy: str = "all"
    timeout: str = ""
    no_answer: ActionForm | None = None
    """What several who do not answer are followed by; None where that cannot be chosen."""
    menu: str = ""
    number: str = ""
    sound: str = ""
    kept: str = ""
    """The present action in words, where it is one that the form cannot show."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The employees to ring in their order, and some empty lines."""
        empty = max(SPARE, FEWEST - len(self.employees))
        return (*self.employees, *("" for _ in range(empty)))

    def data(self, form: Mapping[str, str], before: Action | None) -> dict[str, Any]:
        """The action as it is written in the document; FormError if a number is none.

        `before` is the action that stood in this place, for those who keep it.
        """
        match self.kind:
            case "voicemail":
                return _with({"action": "voicemail"}, employee=self.box)
            case "ring":
                return {"action": "ring", "employee": self.employee}
            case "ring-several":
                return self._ring(form, before)
            case "menu":
                return {"action": "menu", "menu": self.menu}
            case "dial":
                if not self.number:
                    raise FormError("enter-number", self.name)
                return {"action": "dial", "number": self.number}
            case "play":
                return {"action": "play", "prompt": self.sound}
            case "repeat" | "hangup":
                return {"action": self.kind}
            case "keep" if before is not None:
                return as_data(before)
            case _:
                raise FormError("choose-action", self.name)

    def _ring(self, form: Mapping[str, str], before: Action | None) -> dict[str, Any]:
        inner = before.no_answer if isinstance(before, Ring) else None
        if not self.employees:
            raise FormError("choose-employee", self.name)
        data = {
            "action": "ring",
            "employees": list(self.employees),
            "strategy": self.strategy,
            "no_answer": self.no_answer.data(form, inner) if self.no_answer else None,
        }
        return _with(data, timeout=seconds_in(form, f"{self.name}.timeout", optional=True))


def filled_in(
    action: Action, name: str, office: Office, texts: NullTranslations, depth: int = 0
) -> ActionForm:
    """The form of an action that there is."""
    inner = _inner(name, depth)
    match action:
        case Voicemail(employee=extension):
            return ActionForm(name, "voicemail", box=extension or "", no_answer=inner)
        case Ring(employee=str(extension)):
            return ActionForm(name, "ring", employee=extension, no_answer=inner)
        case Ring() if depth < DEEPEST:
            return ActionForm(
                name,
                "ring-several",
                employees=action.employees,
                strategy=action.strategy,
                timeout=written(action.timeout, texts),
                no_answer=filled_in(
                    action.no_answer, f"{name}.no_answer", office, texts, depth + 1
                ),
            )
        case Ring():
            return ActionForm(name, "keep", kept=describe(action, office, texts).title)
        case OpenMenu(menu=menu):
            return ActionForm(name, "menu", menu=menu, no_answer=inner)
        case Dial(number=number):
            return ActionForm(name, "dial", number=number, no_answer=inner)
        case Play(prompt=sound):
            return ActionForm(name, "play", sound=sound, no_answer=inner)
        case _:
            return ActionForm(name, action.action, no_answer=inner)


def sent(form: FormData, name: str, depth: int = 0) -> ActionForm:
    """The fields that were sent under a name, right or wrong."""
    fields = typed(form)
    whom = [str(value) for value in form.getlist(f"{name}.employees")]
    return ActionForm(
        name,
        kind=fields.get(f"{name}.kind", ""),
        box=fields.get(f"{name}.box", ""),
        employee=fields.get(f"{name}.employee", ""),
        employees=tuple(extension for extension in whom if extension),
        strategy=fields.get(f"{name}.strategy", "all"),
        timeout=fields.get(f"{name}.timeout", ""),
        no_answer=sent(form, f"{name}.no_answer", depth + 1) if depth < DEEPEST else None,
        menu=fields.get(f"{name}.menu", ""),
        number=fields.get(f"{name}.number", ""),
        sound=fields.get(f"{name}.sound", ""),
        kept=fields.get(f"{name}.kept", ""),
    )


def _inner(name: str, depth: int) -> ActionForm | None:
    """The form of “no answer” with nothing chosen yet."""
    if depth >= DEEPEST:
        return None
    inside = f"{name}.no_answer"
    return ActionForm(inside, no_answer=_inner(inside, depth + 1))


def _with(data: dict[str, Any], **more: object) -> dict[str, Any]:
    return {**data, **{key: value for key, value in more.items() if value not in {None, ""}}}
