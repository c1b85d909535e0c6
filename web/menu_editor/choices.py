"""What can be chosen in the forms of menus: employees, menus, sounds, actions, as options."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations

from storage.office import Office
from web.language.action_forms import Asked, FormChoice
from web.language.action_words import all_choices
from web.menu_editor.action_form import ActionForm
from web.menu_editor.form import ASTERISK, NEW_TEXT

Options = list[tuple[str, str]]
"""The values of a select and their words."""

_SHOWN = 60
"""Letters of a prompt's text that stand beside its name."""


@dataclass(frozen=True)
class Choices:
    """The choices that an office offers. What is chosen already is offered even if it is gone."""

    office: Office
    texts: NullTranslations

    def kinds(self, form: ActionForm) -> Options:
        """What an action can do."""
        _ = self.texts.gettext
        kinds = [
            (choice.name, _(choice.label))
            for _action, choice in all_choices()
            if self._is_offered(choice, form)
        ]
        if form.kept:
            kinds.append(("keep", _("As it is: {action}").format(action=form.kept)))
        return kinds

    def parts(self, form: ActionForm) -> list[FormChoice]:
        """The choices that have fields."""
        return [
            choice
            for _action, choice in all_choices()
            if (choice.is_several and form.no_answer is not None)
            or (choice.fields and self._has_people(choice, form.value(choice.person)))
        ]

    def _is_offered(self, choice: FormChoice, form: ActionForm) -> bool:
        if choice.is_several:
            return form.no_answer is not None
        return self._has_people(choice, form.kind == choice.name)

    def _has_people(self, choice: FormChoice, is_chosen: object) -> bool:
        """Whether there is somebody to choose, where a choice takes an employee."""
        return not choice.person or bool(self.office.employees) or bool(is_chosen)

    def options(self, asked: Asked, chosen: str) -> Options:
        """What can be chosen in a field; nothing where it is typed."""
        match asked.kind:
            case "box":
                return [("", self.texts.gettext("the company's")), *self.people(chosen)]
            case "any-person":
                return [("", self.texts.gettext("asked from the caller")), *self.people(chosen)]
            case "person":
                return self.people(chosen)
            case "menu":
                return self.menus(chosen)
            case "sound":
                return self.sounds(chosen)
            case _:
                return []

    def people(self, chosen: str = "") -> Options:
        """The employees, by extension."""
        people = [
            (extension, f"{employee.name} ({extension})")
            for extension, employee in self.office.employees.items()
        ]
        return _also(people, chosen)

    def menus(self, chosen: str = "") -> Options:
        """The menus."""
        return _also([(name, name) for name in self.office.menus], chosen)

    def sounds(self, chosen: str = "") -> Options:
        """The company's prompts, with the beginning of what they say."""
        return _also(
            [(f"prompt:{name}", self._prompt(name)) for name in self.office.prompts], chosen
        )

    def greetings(self, chosen: str = "") -> Options:
        """The sounds, and the two ways to name another one."""
        _ = self.texts.gettext
        known = chosen if chosen not in {NEW_TEXT, ASTERISK} else ""
        return [
            *self.sounds(known),
            (NEW_TEXT, _("A new text …")),
            (ASTERISK, _("One of Asterisk's own sounds …")),
        ]

    def _prompt(self, name: str) -> str:
        say = self.office.prompts[name].say
        if say is None:
            return name
        return f"{name}: {say[:_SHOWN]}{'…' if len(say) > _SHOWN else ''}"


def _also(options: Options, chosen: str) -> Options:
    known = {value for value, _ in options}
    return options if not chosen or chosen in known else [*options, (chosen, chosen)]
