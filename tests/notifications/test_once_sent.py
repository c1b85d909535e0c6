"""What becomes of a message once a letter has brought it: only then, once, and never on hold."""

from __future__ import annotations

import pytest

from notifications.sending import Sending
from storage.audit import AuditQuery
from storage.messages.message import Message
from tests.notifications.house import House, letters_to
from tests.waiting import until
from tests.web.conftest import NOBODY


def audited(house: House, action: str) -> list[tuple[str, str, str]]:
    entries = house.front.services.audit.list(AuditQuery(action=action)).entries
    return [(entry.who, entry.via, entry.subject) for entry in entries]


def stored(house: House, message: str) -> Message:
    return house.front.installation.messages.get(message)


def new_to(house: House, login: str) -> int:
    return house.front.services.messages.new_count(house.front.user(login))


async def test_the_employee_has_heard_what_the_letter_brought_and_the_company_has_not(
    house: House,
) -> None:
    house.tell(
        letters_to("anna@example.com", attach="wav", once_sent="mark-heard"),
        house.hook(),
        of="101",
    )
    message = house.receive("101")
    assert (new_to(house, "anna"), new_to(house, "olga")) == (1, 1)
    async with house.working():
        await house.all_are("sent", "sent", "sent")
    assert (new_to(house, "anna"), new_to(house, "olga")) == (0, 1)
    assert stored(house, message).heard_at is not None
    assert audited(house, "message.heard") == [("mail to anna@example.com", "system", message)]
    assert [asked.verified()["type"] for asked in house.receiver.asked] == [
        *("message.kept", "message.heard")
    ]


async def test_what_the_companys_letter_brought_everybody_has_heard(house: House) -> None:
    house.tell(letters_to("office@example.com", attach="opus", once_sent="mark-heard"))
    house.receive()
    async with house.working():
        await house.all_are("sent")
    assert new_to(house, "olga") == 0


async def test_it_goes_to_the_trash_and_whoever_wants_to_know_is_told(house: House) -> None:
    house.tell(
        letters_to("anna@example.com", attach="wav", once_sent="delete"), house.hook(), of="101"
    )
    message = house.receive("101")
    async with house.working():
        await house.all_are("sent", "sent", "sent")
    assert stored(house, message).deleted_at is not None
    assert audited(house, "message.delete") == [("mail to anna@example.com", "system", message)]
    assert house.receiver.asked[-1].verified()["type"] == "message.deleted"
    (letter,) = house.server.letters
    assert [part.get_content_type() for part in letter.mail.iter_attachments()] == ["audio/wav"]


async def test_on_hold_it_stays(house: House) -> None:
    house.server.answers["MAIL"] = "451 later"
    house.tell(letters_to("anna@example.com", attach="wav", once_sent="delete"), of="101")
    message = house.receive("101")
    async with house.working():
        await house.all_were_tried()
        house.front.installation.messages.hold([message], reason="case 7", by=NOBODY)
        house.server.answers.clear()
        await house.all_are("sent")
    assert stored(house, message).deleted_at is None
    assert audited(house, "message.delete") == []


@pytest.mark.parametrize(
    "options",
    [
        {"attach": "wav", "once_sent": "delete", "attach_up_to": 100},
        {"attach": "wav", "once_sent": "mark-heard", "attach_up_to": 100},
        {"attach": "wav"},
    ],
)
async def test_where_only_the_link_went_it_stays_as_it_was(
    house: House, options: dict[str, object]
) -> None:
    house.tell(letters_to("anna@example.com", **options), of="101")
    message = house.receive("101")
    async with house.working():
        await house.all_are("sent")
    assert stored(house, message).deleted_at is None
    assert stored(house, message).heard_at is None
    assert new_to(house, "anna") == 1


async def test_nothing_becomes_of_it_before_the_mail_server_has_taken_it(house: House) -> None:
    house.server.answers["DATA"] = "451 later"
    house.tell(letters_to("anna@example.com", attach="wav", once_sent="delete"), of="101")
    message = house.receive("101")
    async with house.working():
        await house.all_were_tried()
        assert stored(house, message).deleted_at is None
        house.server.answers.clear()
        await house.all_are("sent")
    assert stored(house, message).deleted_at is not None


async def test_letters_of_what_happens_later_bring_nothing_and_do_nothing(house: House) -> None:
    events = ["message.heard"]
    house.tell(
        letters_to("anna@example.com", attach="wav", once_sent="delete", events=events), of="101"
    )
    message = house.receive("101")
    async with house.working():
        house.front.installation.messages.mark(
            [message], "heard", user=house.front.user("anna"), by=NOBODY
        )
        await house.all_are("sent")
    assert stored(house, message).deleted_at is None


async def test_a_letter_of_which_nobody_knows_that_it_was_taken_is_sent_again_and_then_it_is_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What becomes of the message is one transaction with the note that the letter was sent."""
    house.tell(letters_to("anna@example.com", attach="wav", once_sent="delete"), of="101")
    message = house.receive("101")
    sent: list[str] = []
    send = Sending.send

    async def and_lose_the_first(self: Sending, *given: object) -> object:
        answer = await send(self, *given)  # type: ignore[arg-type]
        sent.append(answer.answer)
        if len(sent) == 1:
            raise ConnectionError("lost on the way")
        return answer

    monkeypatch.setattr(Sending, "send", and_lose_the_first)
    async with house.working():
        await until(lambda: len(house.server.letters) == 1 and len(sent) == 1)
        assert stored(house, message).deleted_at is None
        await house.all_are("sent")
    first, second = (letter.mail["Message-ID"] for letter in house.server.letters)
    assert first == second
    assert len(audited(house, "message.delete")) == 1
