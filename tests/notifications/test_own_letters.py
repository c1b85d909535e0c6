"""Letters to an address of an employee's own: the code first, and what happens from then on."""

from __future__ import annotations

import email.policy
import re
from email import message_from_bytes

import pytest

from notifications.mail import compose
from storage.errors import ConfigError
from storage.notifications.address_codes import WRONG_CODES
from storage.notifications.outbox import read_on
from storage.notifications.own_address import Code
from storage.office import Company
from storage.office.notify import MailDestination
from storage.settings_sections import MailSettings
from tests.notifications.house import WEB_URL, House
from tests.notifications.mail_server import MailServer
from tests.notifications.receiver import Receiver
from tests.waiting import until
from tests.web.conftest import NOBODY, Front
from web.language.texts import Language
from web.letters.confirmation import confirmation

HOME = "anna@home.example"


@pytest.fixture
def house(front: Front, server: MailServer, there: Receiver) -> House:
    return House(front, server, there)


def put(house: House, language: Language | None = None, **options: object) -> tuple[str, str]:
    """Anna sets an address: her id, and its."""
    addresses = house.front.installation.own_addresses
    who = addresses.person(house.front.site.company_id, "101")
    assert who
    destination = MailDestination.model_validate({"mail": HOME, **options})
    return who, addresses.put(who, destination, language=language, by=NOBODY).id


def code_in(text: str) -> str:
    found = re.search(r"\b(\d{4} \d{4})\b", text)
    assert found, text
    return found[1]


async def test_a_letter_brings_the_code_and_then_the_messages_come(house: House) -> None:
    addresses = house.front.installation.own_addresses
    async with house.working():
        who, address = put(house, "ru", attach="wav")
        house.receive("101")
        await until(lambda: house.states() == ["sent"])
        (letter,) = house.server.letters
        assert letter.to == (HOME,)
        assert letter.mail["Subject"] == "Подтвердите адрес"
        for kind in ("plain", "html"):
            text = letter.text(kind)
            assert "Анна Щукина" in text
            assert "101" in text
            assert f"{WEB_URL}/account" in text
            assert "Иван" not in text, "who has called is not told yet"
        assert code_in(letter.text()) == code_in(letter.text("html"))
        assert list(letter.mail.iter_attachments()) == []

        addresses.confirm(who, address, code_in(letter.text()), by=NOBODY)
        message = house.receive("101")
        house.receive("102")
        await until(lambda: house.states() == ["sent", "sent"])
        _, told = house.server.letters
        assert told.to == (HOME,)
        assert f"{WEB_URL}/messages/{message}" in told.text()
        (attached,) = told.mail.iter_attachments()
        assert attached.get_content_type() == "audio/wav"


async def test_the_letter_is_in_the_language_of_who_set_the_address(house: House) -> None:
    async with house.working():
        put(house, "en")
        await until(lambda: house.states() == ["sent"])
    (letter,) = house.server.letters
    assert letter.mail["Subject"] == "Confirm your address"


async def test_messages_are_told_in_that_language_too(house: House) -> None:
    addresses = house.front.installation.own_addresses
    async with house.working():
        who, address = put(house, "en")
        await until(lambda: house.states() == ["sent"])
        code = code_in(house.server.letters[0].text())
        addresses.confirm(who, address, code, by=NOBODY)
        house.receive("101")
        await until(lambda: house.states() == ["sent", "sent"])
    assert house.server.letters[1].mail["Subject"].startswith("New voice message")


async def test_what_the_company_tells_an_employee_is_in_their_accounts_language(
    house: House,
) -> None:
    users, anna = house.front.services.users, house.front.user("anna")
    users.change(anna.id, language="en", by=NOBODY)
    house.tell(MailDestination(mail="anna@example.com"), of="101")
    house.tell(MailDestination(mail="office@example.com"))
    async with house.working():
        house.receive("101")
        house.receive()
        await until(lambda: house.states() == ["sent", "sent"])
    subjects = {str(each.mail["To"]): str(each.mail["Subject"]) for each in house.server.letters}
    assert subjects["anna@example.com"].startswith("New voice message")
    assert subjects["office@example.com"].startswith("Новое голосовое сообщение")


def test_an_accounts_language_counts_where_one_is_chosen(front: Front) -> None:
    addresses, users = front.services.own_addresses, front.services.users
    who = addresses.person(front.site.company_id, "101")
    assert who

    def spoken() -> str | None:
        return addresses.language(who, "no address of her own")

    assert spoken() is None
    users.change(front.user("anna").id, language="en", by=NOBODY)
    assert spoken() == "en"
    users.change(front.user("boris").id, extensions=("101", "102"), by=NOBODY)
    assert spoken() == "en", "of two, one has chosen"
    users.change(front.user("boris").id, language="ru", by=NOBODY)
    assert spoken() is None
    users.disable(front.user("boris").id, by=NOBODY)
    assert spoken() == "en"


async def test_who_removes_an_address_is_sent_nothing_that_waits(house: House) -> None:
    addresses = house.front.installation.own_addresses
    who, address = put(house)
    asked = addresses.code(MailDestination(mail=HOME).key, who)
    assert asked
    addresses.confirm(who, address, asked.code, by=NOBODY)
    house.receive("101")
    read_on(house.front.installation.database, house.front.services.offices.snapshot())
    assert [each.event for each in house.deliveries()] == ["address.confirm", "message.kept"]
    addresses.remove(who, address, by=NOBODY)
    async with house.working():
        await until(lambda: house.states() == ["cancelled", "cancelled"])
    assert house.server.letters == []


async def test_a_code_is_not_sent_once_it_is_replaced_by_none(house: House) -> None:
    who, address = put(house)
    addresses = house.front.installation.own_addresses
    for _ in range(WRONG_CODES):
        with pytest.raises(ConfigError):
            addresses.confirm(who, address, "wrong", by=NOBODY)
    async with house.working():
        await until(lambda: house.states() == ["cancelled"])
    assert house.server.letters == []


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "=?utf-8?q?=0ABcc:_x?="]
)
def test_a_name_does_no_harm_in_the_letter(name: str) -> None:
    code = Code("12345678", name, "101", None)
    letter = confirmation(code, Company(name=name, language="en"), f"{WEB_URL}/account")
    mail = compose(
        letter,
        MailSettings.model_validate({"from": "voicemail@voice.example"}),
        to=HOME,
        delivery_id="01938a52-7d10-7abc-8def-0123456789ab",
        at=0,
        list_name=name,
    )
    read = message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert read["Bcc"] is None
    assert read["Subject"] == "Confirm your address"
    assert name in letter.text
    assert "<script>" not in letter.html
    assert "1234 5678" in letter.text
