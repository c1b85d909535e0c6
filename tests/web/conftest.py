"""The web server over a company with its people, made once and copied for each test."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import argon2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from commands.context import App
from commands.processes.web_server import services
from storage.accounts.passwords import Passwords
from storage.actor import Actor, Role, User
from storage.companies.directory import Site
from storage.intake.intake import Kept, Mailbox
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.office import parse_office
from tests.clock import Clock
from tests.speech import speak
from web.app import create_app
from web.guard import COOKIE
from web.services import Services

COMPANY = "Ромашка"
OTHER_COMPANY = "Лютик"
NUMBER = "74951234567"
OTHER_NUMBER = "74957654321"
SPARE_NUMBER = "+7 495 222-33-44"
"""Assigned to the company, and not in use."""
PASSWORD = "twelve green apples"
REQUEST = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."
NOBODY = Actor(name="tests", via="cli")

# Who there is: login → company, role, numbers bound to the account.
PEOPLE: dict[str, tuple[str, Role, tuple[str, ...]]] = {
    "olga": (COMPANY, "administrator", ()),
    "anna": (COMPANY, "employee", ("101",)),
    "boris": (COMPANY, "employee", ("102",)),
    "rival": (OTHER_COMPANY, "administrator", ()),
}
OFFICE = """
[company]
name = "{name}"
language = "ru"
timezone = "Europe/Moscow"

[numbers]
"{number}" = {{ menu = "main" }}

[menus.main]
greeting = "prompt:main"
direct_dial = true
default = {{ action = "voicemail" }}
[menus.main.keys]
1 = {{ action = "ring", employee = "101" }}
9 = {{ action = "voicemail" }}

[employees.101]
name = "Анна Щукина"
numbers = ["101", "+7 916 000-11-22"]
endpoint = "PJSIP/101"
forward.no_answer = {{ action = "voicemail", after = 15.0 }}

[employees.102]
name = "Борис Орлов"
endpoint = "PJSIP/102"
forward.no_answer = {{ action = "voicemail" }}

[prompts.main]
say = "Вы позвонили в компанию."
"""


class Visitor(TestClient):
    """A browser, as far as it can be told from outside: it says where its requests come from."""

    def __init__(self, app: Starlette, token: str | None) -> None:
        super().__init__(app, follow_redirects=False, headers={"Sec-Fetch-Site": "same-origin"})
        if token:
            self.cookies.set(COOKIE, token)


@dataclass
class Front:
    """The web server of one home."""

    home: Path
    tokens: dict[str, str]
    _open: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def installation(self) -> App:
        app = App(self.home)
        app.passwords = Passwords(argon2.profiles.CHEAPEST)
        return app

    @cached_property
    def services(self) -> Services:
        return services(self.installation)

    @cached_property
    def app(self) -> Starlette:
        return create_app(self.services)

    def visitor(self, login: str | None = None) -> Visitor:
        """A browser in which that person has logged in, or nobody."""
        return self._open.enter_context(Visitor(self.app, login and self.tokens[login]))

    def user(self, login: str) -> User:
        """The account of one of the people."""
        return self.services.users.find(login)

    def assign(self, number: str, company: str) -> None:
        """Let a company use a number."""
        site = self.services.offices.site(company)
        self.services.allowances.assign(number, site.company_id, site.region, by=NOBODY)

    @property
    def site(self) -> Site:
        """The company, as it is now."""
        return self.services.offices.site(COMPANY)

    def company_box(self, company: str = COMPANY) -> Mailbox:
        return company_mailbox(self.services.offices.site(company), NUMBER)

    def box_of(self, extension: str) -> Mailbox:
        return employee_mailbox(self.site, extension)

    def receive(
        self,
        mailbox: Mailbox | None = None,
        *,
        caller: str = "79161234567",
        name: str = "Иван",
        at: datetime | None = None,
        words: str = REQUEST,
    ) -> str:
        """A message, spoken and kept; returns its id."""
        outcome = self.installation.intake.take_in(
            speak(words, path=self.home / f"{uuid.uuid4()}-in.wav"),
            mailbox=mailbox or self.company_box(),
            caller_number=caller,
            caller_name=name,
            dialled=NUMBER,
            received_at=at or datetime.now(UTC),
            source="ari",
            min_speech=0.5,
        )
        assert isinstance(outcome, Kept)
        return outcome.id

    def close(self) -> None:
        self._open.close()
        self.installation.database.close()


def make_home(home: Path) -> dict[str, str]:
    """Make a home with two companies and four people, all logged in; the tokens of their sessions.

    Their passwords are hashed as cheaply as it goes: it is not what is tested.
    """
    app = App(home)
    app.passwords = Passwords(argon2.profiles.CHEAPEST)
    app.settings.recordings.mkdir(parents=True)
    tokens = {}
    for name, number in ((COMPANY, NUMBER), (OTHER_COMPANY, OTHER_NUMBER)):
        app.offices.apply(parse_office(OFFICE.format(name=name, number=number)), by=NOBODY)
    for name, pattern in ((COMPANY, "PJSIP/{extension}"), (OTHER_COMPANY, "PJSIP/l{extension}")):
        company_id = app.offices.site(name).company_id
        app.allowances.set(company_id, endpoint_pattern=pattern, by=NOBODY)
    site = app.offices.site(COMPANY)
    for number in (SPARE_NUMBER, "200", "*1#"):
        app.allowances.assign(number, site.company_id, site.region, by=NOBODY)
    for login, (company, role, extensions) in PEOPLE.items():
        app.users.add(
            company_id=app.offices.site(company).company_id,
            login=login,
            name=login.title(),
            role=role,
            extensions=extensions,
            password=PASSWORD,
            by=NOBODY,
        )
        _, tokens[login] = app.sessions.log_in(login, PASSWORD, address="127.0.0.1", agent="tests")
    app.database.close()
    return tokens


@pytest.fixture(scope="session")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home, and the sessions in it, to be copied."""
    home = tmp_path_factory.mktemp("home")
    return home, make_home(home)


@pytest.fixture
def front(ready_home: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Front]:
    """A web server of the test's own."""
    home, tokens = ready_home
    shutil.copytree(home, tmp_path / "home")
    front = Front(tmp_path / "home", tokens)
    yield front
    front.close()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long they take on a busy machine, all attempts to log in are of one moment."""
    Clock(monkeypatch, datetime.now(UTC), "storage.accounts.users")
