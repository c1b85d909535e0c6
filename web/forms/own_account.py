"""What the page of one's own account shows, and who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Final

from starlette.responses import Response

from storage.accounts.pins import PinState
from storage.actor import Person
from storage.errors import NotFound
from storage.notifications.own_address import OWN_EVENTS, OwnAddress
from storage.office import Employee
from storage.office.own import greeting_prompt, has_voicemail
from storage.text import printable
from web.forms.destinations import EMPTY
from web.forms.fields import typed
from web.forms.sounds import doubts_of
from web.http.cookies import session_token
from web.language.telling import Mistakes
from web.visit import Page, Visit

# The first that fits: most browsers name others too.
_BROWSERS: Final = (
    *(("YaBrowser", "Yandex"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox")),
    *(("Chrome", "Chrome"), ("Safari", "Safari")),
)
_SYSTEMS: Final = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS", "macOS"), ("Linux", "Linux")),
)


@dataclass(frozen=True)
class OwnVoicemail:
    """The voicemail of an extension that is bound to the account."""

    extension: str
    employee: Employee
    digest: str | None
    """The audio of the greeting, if it is one of the company's prompts; None for the usual one."""
    seconds: float
    doubts: list[str]
    """What may be wrong with it."""
    employee_id: str
    addresses: list[OwnAddress]
    """Where letters about messages go, beside what the configuration says."""
    pin: PinState

    @property
    def to_confirm(self) -> list[OwnAddress]:
        """Those that are not confirmed: of an address that is there twice, the first alone."""
        asked = {each.destination.mail: each for each in reversed(self.addresses)}
        return [each for each in asked.values() if not each.is_confirmed][::-1]

    @property
    def is_on(self) -> bool:
        """Whether callers can leave a message."""
        return has_voicemail(self.employee)

    @property
    def ring_timeout(self) -> str:
        """Seconds, as a form has them."""
        return f"{self.employee.answer_within:g}"


def account_page(visit: Visit, **wrong: Mistakes) -> Response:
    """The page; `wrong` has the mistakes of one of its forms, which then shows what was typed.

    Who has to choose a password sees nothing else.
    """
    tokens = visit.services.tokens.of_user(visit.user.id)
    if visit.user.must_change_password:
        return visit.render(
            "account/password.html",
            422 if wrong else 200,
            wrong=wrong.get("password", {}),
            tokens=tokens,
        )
    cookie = session_token(visit.request)
    return visit.render(
        "account/account.html",
        422 if wrong else 200,
        mistakes=wrong,
        typed={**EMPTY, **typed(visit.form)},
        sessions=[
            (session, browser_of(session.agent))
            for session in visit.services.sessions.of_user(visit.user.id, cookie)
        ],
        tokens=tokens,
        now=datetime.now(UTC),
        usual_days=visit.services.tokens.days,
        voicemails=own_voicemails(visit),
        own_events=OWN_EVENTS,
        chosen_events=visit.form.getlist("event"),
        new_address=EMPTY,
        has_mail_server=visit.services.has_mail_server,
    )


def go_to_account(visit: Visit) -> Response:
    """The address that a form was sent to leads back to the page, when it is asked for again."""
    return visit.redirect("/account")


def settled(handler: Page) -> Page:
    """A page for those only who have chosen a password of their own."""

    @wraps(handler)
    def unless_to_be_changed(visit: Visit) -> Response:
        if visit.user.must_change_password:
            return visit.redirect("/account")
        return handler(visit)

    return unless_to_be_changed


def own_voicemails(visit: Visit) -> list[OwnVoicemail]:
    """The voicemail of each extension of the user's that the office has."""
    if visit.site is None:
        return []
    employees = visit.office.employees
    return [
        _own(visit, person, employees[person.extension])
        for person in visit.user.people
        if person.is_present and person.extension in employees
    ]


def own_voicemail(visit: Visit) -> OwnVoicemail:
    """The one that the address names. NotFound for an extension of somebody else."""
    for own in own_voicemails(visit):
        if own.extension == visit.path["extension"]:
            return own
    raise NotFound("no-such-extension")


def browser_of(agent: str) -> str:
    """`Firefox, Windows` for what a browser says about itself; "" for what is none."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part) or printable(agent, 40)


def _own(visit: Visit, person: Person, employee: Employee) -> OwnVoicemail:
    prompt = greeting_prompt(visit.office, employee)
    digest = prompt.audio if prompt else None
    seconds = visit.services.prompts.seconds(digest)
    return OwnVoicemail(
        person.extension,
        employee,
        digest,
        seconds,
        doubts_of(visit, prompt),
        person.id,
        visit.services.own_addresses.of(person.id),
        visit.services.pins.state(visit.user.company_id, person.extension),
    )
