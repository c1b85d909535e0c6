"""Heard once is heard everywhere: page, API, open pages, browser, mail; whichever way it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from cli import main
from storage.actor import Actor
from storage.notifications.outbox import read_on
from storage.office import Office
from storage.office.edit import with_entry, with_fields
from storage.office.notify import MailDestination
from tests.web.api.front import script
from tests.web.conftest import COMPANY, NOBODY, Front
from tests.web.test_events import Listener, passing_on

PHONE = Actor(name="phone", via="phone")


def tell_anna(front: Front) -> None:
    """Anna is told by mail of what is kept, and of what is heard."""
    told = MailDestination(mail="anna@example.com", events=("message.kept", "message.heard"))

    def changed(office: Office) -> Office:
        who = office.employees["101"].model_copy(update={"notify": (told,)})
        return with_fields(office, employees=with_entry(office.employees, "101", who))

    front.services.offices.edit(COMPANY, changed, by=NOBODY)


def by_player(front: Front, message: str) -> None:
    front.visitor("anna").get(f"/messages/{message}/audio?by=player")
    front.visitor("anna").post(f"/messages/{message}/heard")


def by_page(front: Front, message: str) -> None:
    form = {"action": "heard", "message": message}
    assert front.visitor("anna").post("/messages/selected", data=form).status_code == 303


def by_browser(front: Front, message: str) -> None:
    assert front.visitor("anna").get(f"/messages/{message}/audio").status_code == 200


def by_api(front: Front, message: str) -> None:
    assert script(front, "anna").get(f"messages/{message}/audio").status_code == 200


def marked_by_api(front: Front, message: str) -> None:
    mark = {"ids": [message], "state": "heard"}
    assert script(front, "anna").post("messages/mark", json=mark).status_code == 200


def by_phone(front: Front, message: str) -> None:
    """Played on Anna's phone, as the calls' process notes it."""
    front.services.messages.listen(message, phone="101", by=PHONE)


WAYS = (by_player, by_page, by_browser, by_api, marked_by_api, by_phone)


def is_new(front: Front, login: str, message: str) -> bool:
    """Whether a message is new to somebody; wherever one looks, it is said alike."""
    user = front.user(login)
    api = script(front, login)
    asked = front.visitor(login).get("/notifications", params={"message": message})
    said: dict[str, bool] = {
        "count": front.services.messages.new_count(user) > 0,
        "list": f'class="message is-new" id="message-{message}"'
        in front.visitor(login).get("/messages").text,
        "API": api.get(f"messages/{message}").json()["state"] == "new",
        "API's count": api.get("messages/new").json()["count"] > 0,
        "API's list": bool(api.get("messages?state=new").json()["items"]),
        "browser": bool(asked.json()["notifications"]),
    }
    assert len(set(said.values())) == 1, said
    return next(iter(said.values()))


def told(front: Front) -> list[str]:
    """What Anna is told of."""
    read_on(front.installation.database, front.services.offices.snapshot())
    return [each.event for each in front.services.deliveries.list(limit=None)[::-1]]


def state_at_the_command_line(front: Front, message: str) -> str:
    result = CliRunner().invoke(main, ["--home", str(front.home), "messages", "list"])
    (line,) = (each for each in result.stdout.splitlines() if message[:13] in each)
    return line.split()[-1]


@pytest.mark.parametrize("hear", WAYS)
async def test_heard_once_is_heard_everywhere(
    front: Front, hear: Callable[[Front, str], None]
) -> None:
    tell_anna(front)
    message = front.receive(front.box_of("101"))
    assert is_new(front, "anna", message)
    assert is_new(front, "olga", message)
    assert state_at_the_command_line(front, message) == "new"
    assert told(front) == ["message.kept"]
    async with passing_on(front) as events:
        open_page = Listener(front, events, "anna")
        await open_page.begin()
        hear(front, message)
        assert await open_page.next() == {"kind": "marked", "id": message}
        await open_page.end()
    assert not is_new(front, "anna", message)
    assert state_at_the_command_line(front, message) == "heard"
    assert told(front) == ["message.kept", "message.heard"]
    assert is_new(front, "olga", message), "each person has heard what they have heard"
    hear(front, message)
    assert told(front) == ["message.kept", "message.heard"], "it was heard already"


def test_an_administrators_listening_is_not_the_employees(front: Front) -> None:
    message = front.receive(front.box_of("101"))
    front.visitor("olga").get(f"/messages/{message}/audio")
    assert is_new(front, "anna", message)
    assert not is_new(front, "olga", message)


@pytest.mark.parametrize(("box", "phone"), [("101", "102"), (None, "101"), ("101", "999")])
def test_on_anothers_phone_nobody_has_heard_it(front: Front, box: str | None, phone: str) -> None:
    message = front.receive(front.box_of(box) if box else None)
    front.services.messages.listen(message, phone=phone, by=PHONE)
    assert is_new(front, "olga", message)
    if box:
        assert is_new(front, "anna", message)
    assert state_at_the_command_line(front, message) == "heard"


def test_who_hears_it_at_the_command_line_has_it_told_too(front: Front) -> None:
    tell_anna(front)
    message = front.receive(front.box_of("101"))
    for _ in range(2):
        front.services.messages.listen(message, by=NOBODY)
    assert told(front) == ["message.kept", "message.heard"]
    assert is_new(front, "anna", message)


def test_marked_as_new_again_it_is_new_everywhere(front: Front) -> None:
    message = front.receive(front.box_of("101"))
    by_api(front, message)
    front.visitor("anna").post("/messages/selected", data={"action": "new", "message": message})
    assert is_new(front, "anna", message)
