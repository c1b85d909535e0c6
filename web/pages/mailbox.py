"""How messages are taken, and what employees may set themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import ConfigError
from storage.office import Office, VoicemailSettings, check, make_part
from storage.office.edit import with_fields
from web.fields import Mistakes, number_in, typed
from web.office_changes import edit_office
from web.sentences import mistakes_in, tell
from web.sounds import greetings
from web.visit import Visit, page

_SECONDS: Final = ("min_seconds", "max_seconds", "silence_seconds")
_FIELDS: Final = (*_SECONDS, "greeting", "review")


def show_mailbox(visit: Visit) -> Response:
    """The settings, with what is wrong with them."""
    voicemail, company = visit.office.voicemail, visit.office.company
    values = {name: f"{getattr(voicemail, name):g}" for name in _SECONDS}
    values["greeting"] = voicemail.greeting or ""
    values["review"] = "yes" if voicemail.review else ""
    values["self_service"] = "yes" if company.self_service else ""
    return _form(visit, values)


def change_mailbox(visit: Visit) -> Response:
    """Change the settings."""
    form = typed(visit.form)

    def with_settings(office: Office) -> Office:
        company = with_fields(office.company, self_service="self_service" in form)
        return with_fields(office, voicemail=_voicemail_in(form), company=company)

    try:
        edit_office(visit, with_settings)
    except ConfigError as error:
        values = {name: form.get(name, "") for name in (*_FIELDS, "self_service")}
        return _form(visit, values, mistakes_in(visit, error.problems, "voicemail", _FIELDS))
    return visit.redirect("/mailbox", visit.text("Saved."))


def _voicemail_in(form: Mapping[str, str]) -> VoicemailSettings:
    """The settings that the form describes. ConfigError has a sentence for each mistake."""
    problems: list[str] = []
    fields: dict[str, object] = {
        "greeting": form.get("greeting") or None,
        "review": "review" in form,
    }
    for name in _SECONDS:
        try:
            fields[name] = number_in(form, name)
        except ConfigError as error:
            problems += error.problems
    try:
        voicemail = make_part(VoicemailSettings, **fields)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return voicemail


def _form(visit: Visit, values: Mapping[str, str], wrong: Mistakes | None = None) -> Response:
    problems = [
        tell(str(problem), visit.language)
        for problem in check(visit.office)
        if problem.where.startswith("voicemail.")
    ]
    return visit.render(
        "mailbox/edit.html",
        422 if wrong else 200,
        values=values,
        wrong=wrong or {},
        problems=problems,
        greetings=greetings(visit, values["greeting"]),
    )


routes = [
    Route("/mailbox", page(show_mailbox, role="administrator"), methods=["GET"]),
    Route("/mailbox", page(change_mailbox, role="administrator"), methods=["POST"]),
]
