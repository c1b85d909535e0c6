"""What can be chosen in the forms of menus: employees, menus, sounds, actions, as options."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations

from storage.office import Office
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
        kinds = [("voicemail", _("Voicemail: leave a message"))]
        if self.office.employees or form.kind == "ring":
            kinds.append(("ring", _("Ring an employee")))
        if form.no_answer is not None:
            kinds.append(("ring-several", _("Ring several employees")))
        kinds += [
            ("menu", _("Open another menu")),
            ("dial", _("Call an outside number")),
            ("play", _("Play something, then back to the menu")),
            ("repeat", _("Repeat the greeting")),
            ("hangup", _("End the call")),
        ]
        if form.kept:
            kinds.append(("keep", _("As it is: {action}").format(action=form.kept)))
        return kinds

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
