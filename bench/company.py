"""A company with so many messages, its administrator and an employee, asking for lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode

from bench.crowd import YEARS, fill
from bench.service import running
from commands.context import App
from storage.actor import Actor, Role, User
from storage.identifiers import first_place
from storage.messages.repository import MessageRepository, Query
from storage.office import parse_office
from tests.ports import free_tcp
from tests.storage.postgresql import postgresql_server
from web.api.paging import cursor_of
from web.guard import COOKIE
from web.message_list.address import listing_in

Kind = Literal["sqlite", "postgresql"]
Level = Literal["page", "JSON", "storage"]
"""A whole page, the same list from the API, and what both of them read from the database."""
LEVELS: Final[tuple[Level, ...]] = ("page", "JSON", "storage")

EXAMPLE: Final = Path(__file__).parents[1] / "examples" / "office.toml"
EMPLOYEE: Final = """
[employees.{0}]
name = "Сотрудник {0}"
endpoint = "PJSIP/{0}"
"""
MORE_EMPLOYEES: Final = "".join(map(EMPLOYEE.format, range(201, 207)))
PEOPLE: Final[tuple[tuple[str, Role, tuple[str, ...]], ...]] = (
    ("administrator", "administrator", ()),
    ("employee", "employee", ("101",)),
)
BENCH: Final = Actor(name="bench", via="cli")
PASSWORD: Final = "only for this bench"


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks for pages and uses the API, and the storage behind both.

    ``server`` is asked without a library in between: one took longer than the server.
    """

    server: HTTPConnection
    cookie: str
    messages: MessageRepository
    user: User

    def asks(self, choices: Mapping[str, str]) -> dict[Level, Callable[[], int]]:
        """What makes a list with these choices, at each level."""
        chosen = {name: self._fill_in(value) for name, value in choices.items()}
        listing = listing_in(chosen)
        scope = self.messages.scope_of(self.user)
        answer = dict(chosen)
        if "trash" in answer:
            answer["trash"] = "true"
        if before := answer.pop("before", ""):
            answer["cursor"] = cursor_of(int(before)) or ""
        return {
            "page": lambda: self._get(f"/messages?{urlencode(chosen)}"),
            "JSON": lambda: self._get(f"/api/v1/messages?{urlencode(answer)}"),
            "storage": lambda: len(self.messages.list(listing.query(scope, self.user.id)).messages),
        }

    def counts(self) -> dict[str, dict[Level, Callable[[], int]]]:
        """What counts messages: the months, and what is new."""
        scope = self.messages.scope_of(self.user)
        return {
            "months and their counts": {
                "JSON": lambda: self._get("/api/v1/messages/months"),
                "storage": lambda: len(self.messages.months(scope)),
            },
            "number of new ones": {
                "JSON": lambda: self._get("/api/v1/messages/new"),
                "storage": lambda: self.messages.new_count(self.user),
            },
        }

    def _fill_in(self, value: str) -> str:
        middle = datetime.now(UTC) - timedelta(days=365 * YEARS / 2)
        if value == "MIDDLE":
            return str(first_place(middle))
        if value == "CALLER":
            query = Query(
                limit=1, before=first_place(middle), scope=self.messages.scope_of(self.user)
            )
            return self.messages.list(query).messages[0].caller_number
        return value

    def _get(self, address: str) -> int:
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip"}
        self.server.request("GET", address, headers=headers)
        answer = self.server.getresponse()
        content = answer.read()
        assert answer.status == 200, (address, answer.status, content[:300])
        return len(content)


@contextmanager
def company(kind: Kind, home: Path, count: int) -> Iterator[dict[str, Visitor]]:
    """A company with ``count`` messages in a database of its own; its people by their roles."""
    home.mkdir()
    port = free_tcp()
    settings = f"[web]\nport = {port}\n"
    with ExitStack() as stack:
        if kind == "postgresql":
            socket = stack.enter_context(postgresql_server())
            url = f"postgresql:///postgres?host={socket}&user=postgres"
            settings += f'[database]\nurl = "{url}"\n'
        (home / "voicepost.toml").write_text(settings)
        app = App(home)
        stack.callback(app.database.close)
        office = parse_office(EXAMPLE.read_text("utf-8") + MORE_EMPLOYEES)
        app.offices.apply(office, EXAMPLE.parent, by=BENCH)
        site = app.offices.site()
        users = [
            app.users.add(
                company_id=site.company_id,
                login=login,
                name=login,
                role=role,
                extensions=extensions,
                password=PASSWORD,
                by=BENCH,
            )
            for login, role, extensions in PEOPLE
        ]
        fill(app.database, site, [user.id for user in users], count)
        stack.enter_context(running(home, "web"))
        visitors: dict[str, Visitor] = {}
        for user in users:
            _, token = app.sessions.log_in(user.login, PASSWORD, address="", agent="")
            server = stack.enter_context(closing(HTTPConnection("127.0.0.1", port)))
            visitors[user.role] = Visitor(server, f"{COOKIE}={token}", app.messages, user)
        yield visitors
