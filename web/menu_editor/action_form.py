"""An action as a form has it: what is chosen, and for each choice the fields that go with it.

All fields of a form carry the form's name in front (`default.employee`), so that several actions,
and actions inside actions, fit on one page. The style sheet shows the fields of the chosen kind.
What can be chosen is in `web/language/action_words.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any, Final

from starlette.datastructures import FormData

from storage.office import Action, Office, Ring, as_data
from web.errors import FormError
from web.forms.fields import seconds_in, typed
from web.language.action_forms import Asked, FormChoice
from web.language.action_words import ON_PAGE, all_choices, describe
from web.language.words import written

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
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in the fields of the choices."""
    employees: tuple[str, ...] = ()
    strategy: str = "all"
    timeout: str = ""
    no_answer: ActionForm | None = None
    """What several who do not answer are followed by; None where that cannot be chosen."""
    kept: str = ""
    """The present action in words, where it is one that the form cannot show."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The employees to ring in their order, and some empty lines."""
        empty = max(SPARE, FEWEST - len(self.employees))
        return (*self.employees, *("" for _ in range(empty)))

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    def data(self, form: Mapping[str, str], before: Action | None) -> dict[str, Any]:
        """The action as it is written in the document; FormError if a number is none.

        `before` is the action that stood in this place, for those who keep it.
        """
        if self.kind == "keep" and before is not None:
            return as_data(before)
        for action, choice in all_choices():
            if choice.name != self.kind:
                continue
            if choice.is_several:
                return self._ring(form, before)
            return {"action": action, **self._fields(choice, form)}
        raise FormError("choose-action", self.name)

    def _fields(self, choice: FormChoice, form: Mapping[str, str]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for asked in choice.fields:
            value = self.value(asked.name)
            if not value and asked.missing:
                raise FormError(asked.missing, self.name)
            if not value and asked.optional:
                continue
            is_time = asked.kind == "seconds"
            data[asked.key] = seconds_in(form, f"{self.name}.{asked.name}") if is_time else value
        return data

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
        timeout = seconds_in(form, f"{self.name}.timeout", optional=True)
        return data if timeout is None else {**data, "timeout": timeout}


def filled_in(
    action: Action, name: str, office: Office, texts: NullTranslations, depth: int = 0
) -> ActionForm:
    """The form of an action that there is."""
    choice = next((c for c in ON_PAGE[action.action].choices if c.fits(action)), None)
    if isinstance(action, Ring) and choice is not None and choice.is_several and depth < DEEPEST:
        return ActionForm(
            name,
            choice.name,
            employees=action.employees,
            strategy=action.strategy,
            timeout=written(action.timeout, texts),
            no_answer=filled_in(action.no_answer, f"{name}.no_answer", office, texts, depth + 1),
        )
    if choice is None or choice.is_several:
        return ActionForm(name, "keep", kept=describe(action, office, texts).title)
    values = {asked.name: _shown(action, asked, texts) for asked in choice.fields}
    return ActionForm(name, choice.name, values, no_answer=_inner(name, depth))


def sent(form: FormData, name: str, depth: int = 0) -> ActionForm:
    """The fields that were sent under a name, right or wrong."""
    fields = typed(form)
    whom = [str(value) for value in form.getlist(f"{name}.employees")]
    asked = [field for _, choice in all_choices() for field in choice.fields]
    return ActionForm(
        name,
        kind=fields.get(f"{name}.kind", ""),
        values={one.name: fields.get(f"{name}.{one.name}", "") for one in asked},
        employees=tuple(extension for extension in whom if extension),
        strategy=fields.get(f"{name}.strategy", "all"),
        timeout=fields.get(f"{name}.timeout", ""),
        no_answer=sent(form, f"{name}.no_answer", depth + 1) if depth < DEEPEST else None,
        kept=fields.get(f"{name}.kept", ""),
    )


def _inner(name: str, depth: int) -> ActionForm | None:
    """The form of “no answer” with nothing chosen yet."""
    if depth >= DEEPEST:
        return None
    inside = f"{name}.no_answer"
    return ActionForm(inside, no_answer=_inner(inside, depth + 1))


def _shown(action: Action, asked: Asked, texts: NullTranslations) -> str:
    """What an action has in a field, as it would be typed."""
    value = getattr(action, asked.key)
    return written(value, texts) if asked.kind == "seconds" else value or ""
