"""Every page, asked for by everybody: who gets what is written down here."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import pytest
from httpx2 import Response
from starlette.routing import Match, Route

from storage.office import parse_office
from storage.office.notify import MailDestination
from tests.speech import speak
from tests.web.api.front import UNKNOWN
from tests.web.conftest import (
    COMPANY,
    NOBODY,
    NUMBER,
    OFFICE,
    OTHER_COMPANY,
    PASSWORD,
    Front,
    Visitor,
)
from tests.web.queued import queued
from web.notices import COOKIE as NOTICE

PEOPLE: Final = ("nobody", "boris", "rival", "anna", "olga")
"""In the order of asking: those come first who get least."""
DENIED: Final = frozenset({401, 403, 404})
LATER: Final = frozenset({"seen_at", "used_at"})
"""Columns that any request may bring up to date."""


class Answers(NamedTuple):
    """What each of the people gets."""

    nobody: int
    anna: int
    boris: int
    olga: int
    rival: int


ALL = Answers(200, 200, 200, 200, 200)
SHOWN = Answers(303, 200, 200, 200, 200)
"""A page of everybody's own. Nobody is sent to log in."""
LED_ON = Answers(303, 303, 303, 303, 303)
DONE = Answers(401, 303, 303, 303, 303)
"""Something done to what is one's own."""
ADMIN = Answers(303, 403, 403, 200, 200)
ADMIN_DONE = Answers(401, 403, 403, 303, 303)
ADMIN_SHOWN = Answers(401, 403, 403, 200, 200)
HERS = Answers(303, 200, 404, 200, 404)
"""What is Anna's, and her company's."""
HERS_DONE = Answers(401, 303, 404, 303, 404)
OURS = Answers(303, 403, 403, 200, 404)
"""What is the company's, and neither an employee's nor the rival's."""
OURS_DONE = Answers(401, 403, 403, 303, 404)
OURS_LED_ON = Answers(303, 403, 403, 303, 404)
OURS_TOLD = Answers(401, 403, 403, 200, 404)
"""A secret that is shown once."""
NO_WEBHOOK = Answers(401, 403, 403, 404, 404)
"""The address that is named is a mail address."""
OURS_ASKED = OURS_TOLD
"""A question before something is done."""
COMPANYS = Answers(303, 404, 404, 200, 404)
ANNAS = Answers(303, 200, 404, 404, 404)
"""Nobody else's, whatever the role."""
ANNAS_DONE = Answers(401, 303, 404, 404, 404)
ANNAS_FILED = Answers(401, 422, 404, 404, 404)
"""The form was sent without a file, but it was hers to send."""
NOT_SIGNED = Answers(404, 404, 404, 404, 404)
GONE_FOR_HER = Answers(303, 404, 404, 200, 404)

NEW_PASSWORD: Final = "many green pears"
TOLD: Final = {"address": "office@example.com"}
NOTIFY: Final = {"kind": "mail", "event": "message.kept", **TOLD}
OTHERWISE: Final = {"was": "office@example.com", "most_per_hour": "5", **NOTIFY}
LETTER: Final = {"subject": "Hello", "text": "Text.", "html": "<p>Text.</p>"}
PIN: Final = {"pin": "4711", "current": PASSWORD}
LED_ADMIN: Final = Answers(303, 403, 403, 303, 303)
OWN: Final = {"mail": "anna@home.example", "event": "message.kept"}
SOUND: Final = {"sound": "a.wav"}
SETTINGS: Final = {
    "greeting": "prompt:ours",
    "timeout": "4",
    "digit_timeout": "2",
    "repeats": "1",
    "invalid_limit": "2",
    "default.kind": "voicemail",
    "invalid.kind": "repeat",
}
ZONE: Final = "Europe/Moscow"
MAILBOX: Final = {"min_seconds": "1", "max_seconds": "60", "silence_seconds": "5"}
EMPLOYEE: Final = {"name": "N", "ring_timeout": "9", "no_answer": "voicemail"}


@dataclass(frozen=True)
class Row:
    """A request, and what everybody gets."""

    method: str
    address: str
    answers: Answers
    form: Mapping[str, str] = field(default_factory=dict)


MATRIX: Final = (
    Row("GET", "/", LED_ON),
    Row("GET", "/login", Answers(200, 303, 303, 303, 303)),
    Row("POST", "/login", Answers(422, 422, 422, 422, 422), {"login": "{who}", "password": "no"}),
    Row("GET", "/setup?key=nothing", Answers(404, 404, 404, 404, 404)),
    Row("POST", "/setup", Answers(404, 404, 404, 404, 404), {"key": "nothing"}),
    # Messages
    Row("GET", "/messages", SHOWN),
    Row("GET", "/messages?employee=101", SHOWN),
    Row("GET", "/messages?trash=1", ADMIN),
    Row("GET", "/messages/export", SHOWN),
    Row("GET", "/messages/export/progress?key=a", Answers(303, 200, 200, 200, 200)),
    Row("GET", "/messages/export/size", Answers(303, 200, 200, 200, 200)),
    Row("GET", "/messages/export?employee=101", SHOWN),
    Row("GET", "/messages/{hers}", HERS),
    Row("GET", "/messages/{common}", COMPANYS),
    Row("GET", "/messages/{hers}/audio", HERS),
    Row("GET", "/messages/{common}/audio", COMPANYS),
    Row("GET", "/messages/{hers}/download", HERS),
    Row("GET", "/messages/{common}/download", COMPANYS),
    Row("GET", "/messages/found", SHOWN),
    # Nothing is said of what is not theirs, as of what is not there.
    Row("GET", "/notifications?message={hers}", SHOWN),
    Row("POST", "/messages/{hers}/heard", Answers(401, 204, 404, 204, 404)),
    Row("POST", "/messages/{hers}/mark", HERS_DONE, {"state": "new"}),
    Row("POST", "/messages/{common}/mark", Answers(401, 404, 404, 303, 404), {"state": "new"}),
    *(
        Row("POST", "/messages/selected", HERS_DONE, {"action": action, "message": "{hers}"})
        for action in ("heard", "new", "accept")
    ),
    Row("POST", "/messages/{hers}/accept", HERS_DONE),
    Row(
        "POST",
        "/messages/selected",
        Answers(401, 200, 404, 200, 404),
        {"action": "download", "message": "{hers}"},
    ),
    Row("POST", "/messages/selected", OURS_ASKED, {"action": "delete", "message": "{hers}"}),
    Row("POST", "/messages/delete", OURS_DONE, {"message": "{hers}"}),
    Row("POST", "/messages/selected", OURS_DONE, {"action": "restore", "message": "{hers}"}),
    Row("GET", "/messages/trash/empty", Answers(303, 403, 403, 303, 303)),
    Row("POST", "/messages/trash/empty", ADMIN_DONE, {"asked_at": "2026-08-14T06:30:05+00:00"}),
    Row("GET", "/messages/{hers}/hold", OURS_LED_ON),
    Row("POST", "/messages/{hers}/hold", OURS_DONE, {"reason": "case 7"}),
    Row("GET", "/messages/{hers}/release", OURS_LED_ON),
    Row("POST", "/messages/{hers}/release", OURS_DONE),
    Row("GET", "/messages/{hers}/delete", OURS),
    Row("POST", "/messages/{hers}/delete", OURS_DONE),
    Row("GET", "/messages/{hers}", GONE_FOR_HER),
    Row("GET", "/messages/{hers}/audio", GONE_FOR_HER),
    Row("GET", "/messages/{hers}/download", GONE_FOR_HER),
    Row("POST", "/messages/{hers}/restore", OURS_DONE),
    Row("POST", "/messages/restore", OURS_DONE, {"message": "{hers}"}),
    # By a signed link, which this is not
    Row("GET", "/audio/{hers}?expires=9999999999&signature=x", NOT_SIGNED),
    # Users
    Row("GET", "/users", ADMIN),
    Row("GET", "/users/new", ADMIN),
    Row(
        "POST",
        "/users/new",
        Answers(401, 403, 403, 200, 200),
        {"login": "made-by-{who}", "name": "N", "role": "administrator", "current": PASSWORD},
    ),
    Row("GET", "/users/{user}", OURS),
    Row("POST", "/users/{user}", OURS_DONE, {"login": "spare", "name": "N", "role": "employee"}),
    Row("GET", "/users/{user}/link", OURS_LED_ON),
    Row("POST", "/users/{user}/link", OURS_TOLD, {"current": PASSWORD}),
    Row("GET", "/users/{user}/password", OURS_LED_ON),
    Row("POST", "/users/{user}/password", OURS_TOLD, {"current": PASSWORD}),
    Row("GET", "/users/{user}/disable", OURS_LED_ON),
    Row("POST", "/users/{user}/disable", OURS_DONE),
    Row("POST", "/users/{user}/enable", OURS_DONE, {"enabling": PASSWORD}),
    Row("GET", "/users/{user}/remove", OURS),
    Row("POST", "/users/{user}/remove", OURS_DONE),
    # The office
    Row("GET", "/employees", ADMIN),
    Row("GET", "/employees/new", ADMIN),
    Row("POST", "/employees/new", ADMIN_DONE, {**EMPLOYEE, "extension": "110"}),
    Row("GET", "/employees/{employee}", OURS),
    Row("POST", "/employees/{employee}", OURS_DONE, {**EMPLOYEE, "person": "same"}),
    Row("GET", "/employees/{employee}/notify", OURS),
    Row("POST", "/employees/{employee}/notify", OURS_DONE, NOTIFY),
    Row("GET", "/employees/{employee}/notify/edit?address=office%40example.com", OURS),
    Row("POST", "/employees/{employee}/notify/edit", OURS_DONE, OTHERWISE),
    Row("GET", "/employees/{employee}/notify/remove", OURS_LED_ON),
    Row("POST", "/employees/{employee}/notify/remove", OURS_DONE, TOLD),
    Row("GET", "/employees/{employee}/notify/secret", OURS_LED_ON),
    Row("POST", "/employees/{employee}/notify/secret", NO_WEBHOOK, TOLD),
    Row("GET", "/employees/{employee}/notify/secret/drop", OURS_LED_ON),
    Row("POST", "/employees/{employee}/notify/secret/drop", NO_WEBHOOK, TOLD),
    Row("GET", "/employees/{employee}/notify/own/{theirs}/remove", OURS_LED_ON),
    Row("POST", "/employees/{employee}/notify/own/{theirs}/remove", OURS_DONE),
    Row("GET", "/employees/{employee}/pin", OURS),
    Row("POST", "/employees/{employee}/pin", OURS_DONE, PIN),
    Row("GET", "/employees/{employee}/pin/one-time", OURS_LED_ON),
    Row("POST", "/employees/{employee}/pin/one-time", OURS_TOLD, PIN),
    Row("GET", "/employees/{employee}/pin/unlock", OURS_LED_ON),
    Row("POST", "/employees/{employee}/pin/unlock", OURS_DONE, PIN),
    Row("GET", "/employees/{employee}/pin/remove", OURS_LED_ON),
    Row("POST", "/employees/{employee}/pin/remove", OURS_DONE),
    Row("GET", "/employees/{employee}/remove", OURS),
    Row("POST", "/employees/{employee}/remove", OURS_DONE),
    Row("GET", "/menus", ADMIN),
    Row("POST", "/menus", ADMIN_DONE, {"name": "another", "greeting": "prompt:main"}),
    Row("GET", "/menus/{menu}", OURS),
    Row("POST", "/menus/{menu}", OURS_DONE, SETTINGS),
    Row("GET", "/menus/{menu}/keys", OURS),
    Row("POST", "/menus/{menu}/keys", OURS_DONE, {"key": "5", "action.kind": "voicemail"}),
    Row("GET", "/menus/{menu}/keys/5", OURS),
    Row("POST", "/menus/{menu}/keys/5", OURS_DONE, {"key": "5", "action.kind": "hangup"}),
    Row("POST", "/menus/{menu}/keys/5/remove", OURS_DONE),
    Row("GET", "/menus/{menu}/remove", OURS),
    Row("POST", "/menus/{menu}/remove", OURS_DONE),
    Row("GET", "/prompts", ADMIN),
    # Without a sound; nothing of it would be kept.
    Row("POST", "/sounds/try", Answers(401, 422, 422, 422, 422)),
    Row("POST", "/prompts", ADMIN_DONE, {"name": "another", "way": "say", "say": "Да."}),
    Row("GET", "/prompts/{prompt}", OURS),
    Row("GET", "/prompts/{prompt}/audio", OURS),
    Row("POST", "/prompts/{prompt}", OURS_DONE, {"way": "phone", "phone": "101"}),
    Row("GET", "/prompts/{prompt}/remove", OURS),
    Row("POST", "/prompts/{prompt}/remove", OURS_DONE),
    Row("GET", "/numbers", ADMIN),
    Row("POST", "/numbers", ADMIN_DONE, {"number": "2{digit}", "target": "voicemail"}),
    Row("GET", "/numbers/{number}", OURS),
    Row("POST", "/numbers/{number}", OURS_DONE, {"target": "voicemail"}),
    Row("GET", "/numbers/{number}/remove", OURS),
    Row("POST", "/numbers/{number}/remove", OURS_DONE),
    Row("GET", "/company", ADMIN),
    Row("POST", "/company", ADMIN_DONE, {"name": "{who}", "language": "ru", "timezone": ZONE}),
    Row("GET", "/mailbox", ADMIN),
    Row("POST", "/mailbox", ADMIN_DONE, {**MAILBOX, "self_service": "yes"}),
    Row("GET", "/mailbox/letter", ADMIN),
    Row("GET", "/mailbox/letter/preview", ADMIN),
    Row("POST", "/mailbox/letter", ADMIN_DONE, LETTER),
    Row("GET", "/mailbox/letter/try", LED_ADMIN),
    Row("POST", "/mailbox/letter/try", ADMIN_SHOWN, LETTER),
    Row("GET", "/mailbox/letter/remove", LED_ADMIN),
    Row("POST", "/mailbox/letter/remove", ADMIN_DONE),
    Row("GET", "/problems", ADMIN),
    Row("GET", "/mailbox/notify", ADMIN),
    Row("POST", "/mailbox/notify", ADMIN_DONE, NOTIFY),
    Row("GET", "/mailbox/notify/edit?address=office%40example.com", ADMIN),
    Row("POST", "/mailbox/notify/edit", ADMIN_DONE, OTHERWISE),
    Row("GET", "/mailbox/notify/remove", LED_ADMIN),
    Row("POST", "/mailbox/notify/remove", ADMIN_DONE, TOLD),
    Row("GET", "/mailbox/notify/secret", LED_ADMIN),
    Row("POST", "/mailbox/notify/secret", NO_WEBHOOK, TOLD),
    Row("GET", "/mailbox/notify/secret/drop", LED_ADMIN),
    Row("POST", "/mailbox/notify/secret/drop", NO_WEBHOOK, TOLD),
    Row("GET", "/deliveries", ADMIN),
    Row("GET", "/deliveries/{delivery}", OURS),
    Row("GET", "/deliveries/{delivery}/retry", LED_ADMIN),
    Row("POST", "/deliveries/{delivery}/retry", OURS_DONE),
    Row("GET", "/deliveries/{delivery}/cancel", LED_ADMIN),
    Row("POST", "/deliveries/{delivery}/cancel", OURS_DONE),
    Row("GET", "/audit", ADMIN),
    # One's own
    Row("GET", "/account", SHOWN),
    Row("GET", "/api", SHOWN),
    Row("POST", "/account", DONE, {"name": "N", "language": "en"}),
    Row("POST", "/account/sessions/{session}/end", ANNAS_DONE),
    Row("GET", "/account/password", LED_ON),
    Row(
        "POST",
        "/account/password",
        DONE,
        {"old": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD},
    ),
    Row("POST", "/account/sessions/end", DONE),
    Row("GET", "/account/tokens", LED_ON),
    Row(
        "POST",
        "/account/tokens",
        Answers(401, 200, 200, 200, 200),
        {"token_name": "another", "token_current": NEW_PASSWORD},
    ),
    Row("POST", "/account/tokens/{token}/revoke", ANNAS_DONE),
    Row("GET", "/account/greeting/101", LED_ON),
    Row("GET", "/account/greeting/101/phone", LED_ON),
    Row("GET", "/account/voicemail/101", LED_ON),
    Row("POST", "/account/greeting/101", ANNAS_DONE, SOUND),
    Row("GET", "/account/greeting/101/audio", ANNAS),
    Row("POST", "/account/greeting/101/phone", ANNAS_DONE),
    Row("POST", "/account/greeting/101/remove", ANNAS_DONE),
    Row(
        "POST",
        "/account/voicemail/101",
        ANNAS_DONE,
        {"voicemail": "yes", "ring_timeout": "9"},
    ),
    Row("GET", "/account/addresses/101", LED_ON),
    Row("POST", "/account/addresses/101", ANNAS_DONE, OWN),
    Row("GET", "/account/addresses/101/{own}/edit", ANNAS),
    Row("POST", "/account/addresses/101/{own}/edit", ANNAS_DONE, {"event": "message.kept"}),
    Row("GET", "/account/addresses/101/{own}/code", LED_ON),
    Row("GET", "/account/addresses/101/{own}/confirm", LED_ON),
    Row("GET", "/account/addresses/101/{own}/remove", LED_ON),
    Row("POST", "/account/addresses/101/{own}/confirm", ANNAS_DONE, {"code": "{code}"}),
    # It is confirmed by now.
    Row("POST", "/account/addresses/101/{own}/code", ANNAS_FILED),
    Row("POST", "/account/addresses/101/{own}/remove", ANNAS_DONE),
    Row("GET", "/account/pin/101", LED_ON),
    Row("POST", "/account/pin/101", ANNAS_DONE, {"pin": "4711", "pin_current": NEW_PASSWORD}),
    Row("POST", "/logout", DONE),
)
OPEN: Final = frozenset({"/login", "/setup", "/audio/{id}"})
NOT_THERE: Final = {
    **dict.fromkeys(("hers", "common", "user", "token", "session", "delivery"), UNKNOWN),
    "employee": "199",
    "own": UNKNOWN,
    "theirs": UNKNOWN,
    "code": "00000000",
    "menu": "theirs",
    "prompt": "theirs",
    "number": "74950000000",
}
ENDLESS: Final = ("GET", "/events")
"""Who is let in never gets to the end of it; see test_events.py and test_security.py."""


@pytest.fixture
def known(front: Front) -> dict[str, str]:
    """The ids of what there is, by the names that the matrix calls it."""
    front.services = dataclasses.replace(
        front.services, ring=lambda *_words: None, has_mail_server=True
    )
    ours = OFFICE.format(name=COMPANY, number=NUMBER) + (
        '[employees.109]\nname = "Вера"\nendpoint = "PJSIP/109"\n'
        '[prompts.ours]\nsay = "Наше."\n'
        '[menus.ours]\ngreeting = "prompt:main"\n'
    )
    front.services.offices.apply(parse_office(ours), by=NOBODY)
    for who, company in (("olga", COMPANY), ("rival", OTHER_COMPANY)):
        front.assign(f"2{PEOPLE.index(who)}", company)
    spare = front.services.users.add(
        company_id=front.site.company_id, login="spare", name="S", role="employee", by=NOBODY
    )
    anna = front.user("anna")
    token, _secret = front.services.tokens.make(anna.id, "hers", by=NOBODY)
    # She has another browser.
    front.services.sessions.log_in("anna", PASSWORD, address="", agent="another")
    sessions = front.services.sessions.of_user(anna.id, front.tokens["anna"])
    own, code = _own_address(front, "101")
    theirs, _ = _own_address(front, "109")
    return {
        "own": own,
        "code": code,
        "theirs": theirs,
        "hers": front.receive(front.box_of("101")),
        "common": front.receive(),
        "user": spare.id,
        "token": token.id,
        "session": next(session.id for session in sessions if not session.is_current),
        "employee": "109",
        "delivery": queued(front),
        "menu": "ours",
        "prompt": "ours",
        "number": NUMBER,
    }


def _own_address(front: Front, extension: str) -> tuple[str, str]:
    """An address that somebody has set: its id, and the code that is on its way there."""
    addresses = front.services.own_addresses
    who = addresses.person(front.site.company_id, extension)
    destination = MailDestination(mail=f"{extension}@home.example")
    assert who
    address = addresses.put(who, destination, by=NOBODY)
    sent = addresses.code(destination.key, who)
    assert sent
    return address.id, sent.code


def routes(front: Front) -> Iterator[tuple[str, Route]]:
    """The pages: method and route."""
    for route in front.app.routes:
        if isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, route


def route_of(front: Front, row: Row) -> tuple[str, str]:
    """Which page a row asks for."""
    path = row.address.partition("?")[0]
    scope = {"type": "http", "method": row.method, "path": path, "headers": []}
    for method, route in routes(front):
        if method == row.method and route.matches(scope)[0] == Match.FULL:
            return method, route.path
    raise AssertionError(f"no page at {row.method} {row.address}")


def test_no_page_is_missing_here(front: Front) -> None:
    there = {(method, route.path) for method, route in routes(front)}
    assert {route_of(front, row) for row in MATRIX} | {ENDLESS} == there


def test_everybody_gets_what_is_his_and_nothing_else_happens(
    front: Front, known: dict[str, str]
) -> None:
    people = {who: front.visitor(None if who == "nobody" else who) for who in PEOPLE}
    wrong: list[str] = []
    stored = Stored(front)
    before = stored.now()
    for row in MATRIX:
        for who in PEOPLE:
            told = ask(people[who], row, who, known)
            what, right = f"{row.method} {row.address}: {who}", getattr(row.answers, who)
            if told.status_code != right:
                wrong.append(f"{what} gets {told.status_code}, not {right}")
            after = stored.now()
            if is_refused(told, row):
                if after != before:
                    wrong.append(f"{what} changes something")
                unknown = ask(people[who], row, who, NOT_THERE)
                if plain(told, known) != plain(unknown, known):
                    wrong.append(f"{what} is told that there is such a thing")
            before = after
    stored.close()
    assert not wrong, "\n".join(wrong)


def is_refused(told: Response, row: Row) -> bool:
    """Whether somebody was kept out; nobody is sent to log in."""
    sent_away = told.headers.get("location", "").startswith("/login") and row.address != "/logout"
    return told.status_code in DENIED or sent_away


def ask(visitor: Visitor, row: Row, who: str, names: Mapping[str, str]) -> Response:
    """The answer to a row's request, with the names put in."""
    # What the answer before left to be told.
    if NOTICE in visitor.cookies:
        visitor.cookies.delete(NOTICE)
    words = {**names, "who": who, "digit": str(PEOPLE.index(who))}
    address = row.address.format(**words)
    if row.method == "GET":
        return visitor.get(address)
    form = {key: value.format(**words) for key, value in row.form.items()}
    if row.form is SOUND:
        sound = speak("Это я.").read_bytes()
        return visitor.post(address, files={key: (name, sound) for key, name in form.items()})
    return visitor.post(address, data=form)


def plain(told: Response, known: Mapping[str, str]) -> tuple[int, str, str]:
    """An answer without the ids that were asked for."""
    body, location = told.text, told.headers.get("location", "")
    # The longest first: an extension may stand within an id.
    for name in sorted({*known.values(), *NOT_THERE.values()}, key=len, reverse=True):
        body, location = (text.replace(quote(name), "ID") for text in (body, location))
    return told.status_code, location, body


class Stored:
    """All that is stored, except when somebody was last seen, and all files."""

    def __init__(self, front: Front) -> None:
        self._home = front.home
        self._connection = sqlite3.connect(front.home / "voicepost.db")
        self._version = -1
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def close(self) -> None:
        self._connection.close()

    def now(self) -> dict[str, list[tuple[Any, ...]]]:
        """As it is; the tables are read again only if somebody has committed something."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version, self._rows = version, dict(self._tables())
        files = sorted((str(path), path.stat().st_size) for path in self._home.rglob("*.wav"))
        return {"files": files, **self._rows}

    def _tables(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (name,) in self._connection.execute(tables).fetchall():
            cursor = self._connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            kept = [place for place, column in enumerate(columns) if column not in LATER]
            yield name, [tuple(row[place] for place in kept) for row in cursor]
