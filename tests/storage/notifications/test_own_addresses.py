"""Addresses that employees set for themselves: confirmed first, told beside the company's, theirs
alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage.actor import Actor
from storage.audit import AuditLog, AuditQuery
from storage.companies.reassigning import reassign
from storage.database.delivery_tables import DeliveryRow, OwnAddressRow
from storage.errors import ConfigError, NotFound
from storage.notifications.address_codes import GOOD_FOR, MOST_LETTERS
from storage.notifications.own_address import CONFIRM
from storage.notifications.own_addresses import MOST, OwnAddresses
from storage.office import dump_office, parse_office
from storage.office.notify import MailDestination
from tests.acting import ME
from tests.storage.notifications.test_outbox import (
    ANNA,
    HOME,
    Company,
    company,
    mail,
    office,
)

__all__ = ["company"]

BY = Actor(name="anna", via="page")
OTHER_CAPITALS = "ANNA@home.example"


class Own:
    """Somebody with an extension, and their addresses."""

    def __init__(self, company: Company, extension: str = "101") -> None:
        self.company = company
        self.addresses = OwnAddresses(company.store.database, company.offices)
        who = self.addresses.person(company.id, extension)
        assert who
        self.id = who

    def put(self, address: str = HOME, **options: object) -> str:
        destination = MailDestination.model_validate({"mail": address, **options})
        return self.addresses.put(self.id, destination, by=BY).id

    def code(self) -> str:
        """The code that a letter is to bring now."""
        asked = self.addresses.code(MailDestination(mail=HOME).key, self.id)
        assert asked
        return asked.code

    def confirm(self, address_id: str, code: str | None = None) -> None:
        self.addresses.confirm(self.id, address_id, code or self.code(), by=BY)

    def told(self) -> list[str]:
        return [each.mail for each in self.addresses.told(self.id)]

    def listed(self) -> list[tuple[str, bool]]:
        of = self.addresses.of(self.id)
        return [(each.destination.mail, each.is_confirmed) for each in of]


def letters(company: Company) -> list[tuple[str, str]]:
    """What is to be sent, but for the letters with codes."""
    return [(to, event) for to, event, _ in company.told() if event != CONFIRM]


def test_nothing_but_a_code_is_sent_before_the_address_is_confirmed(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    company.receive()
    assert company.told() == [(HOME, CONFIRM, None)]
    assert anna.told() == []
    assert anna.listed() == [(HOME, False)]
    (delivery,) = company.deliveries()
    assert delivery.employee_id == anna.id
    assert re.fullmatch(r"\d{8}", anna.code())
    assert anna.code() not in repr(delivery)

    anna.confirm(address, f" {anna.code()[:4]} {anna.code()[4:]} ")
    assert letters(company) == [], "what was kept before is not told"
    company.receive()
    company.receive("102")
    company.receive_own()
    assert letters(company) == [(HOME, "message.kept")]


def test_one_is_told_beside_what_the_company_has_set(company: Company) -> None:
    company.tell(mail(ANNA))
    anna = Own(company)
    address = anna.put(events=["message.deleted"])
    anna.confirm(address)
    message = company.receive()
    company.store.messages.delete(message, by=ME)
    assert letters(company) == [(ANNA, "message.kept"), (HOME, "message.deleted")]
    with pytest.raises(ConfigError) as refused:
        anna.addresses.put(
            anna.id,
            MailDestination(mail=ANNA),
            by=BY,
        )
    assert refused.value.code == "address-told-already"


def test_one_gets_no_more_in_an_hour_than_others_do(company: Company) -> None:
    anna = Own(company)
    address = anna.put(most_per_hour=1)
    anna.confirm(address)
    for _ in range(3):
        company.receive()

    assert letters(company).count((HOME, "messages.more")) == 1
    folded = [each for each in company.deliveries() if each.folded_into]
    assert len(folded) == 2
    (letter,) = (each for each in company.deliveries() if each.event == "messages.more")
    company.queue.sent(letter, "250 OK")
    assert {company.queue.get(each.id).state for each in folded} == {"sent"}
    company.receive()
    assert letters(company).count((HOME, "messages.more")) == 2, "nothing is lost after it"


def test_an_address_that_both_have_is_told_once_and_as_the_company_says(company: Company) -> None:
    anna = Own(company)
    anna.confirm(anna.put(events=["message.kept", "message.deleted"]))
    company.tell(mail(HOME))
    message = company.receive()
    company.store.messages.delete(message, by=ME)
    assert letters(company) == [(HOME, "message.kept")]
    company.tell()
    message = company.receive()
    assert letters(company)[1:] == [(HOME, "message.kept")]


def test_a_wrong_code_is_counted_and_after_five_none_is_right(company: Company) -> None:
    anna = Own(company)
    address, code = anna.put(), anna.code()
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    said = []
    for _ in range(5):
        with pytest.raises(ConfigError) as refused:
            anna.confirm(address, wrong)
        said.append(refused.value.code)
    assert said == ["wrong-code"] * 4 + ["code-not-good"]
    with pytest.raises(ConfigError, match="code-not-good"):
        anna.confirm(address, code)
    anna.addresses.send_code(anna.id, address, by=BY)
    anna.confirm(address)
    assert anna.told() == [HOME]
    with pytest.raises(ConfigError, match="address-confirmed-already"):
        anna.addresses.send_code(anna.id, address, by=BY)


@pytest.mark.parametrize("code", ["", "٠١٢٣٤٥٦٧", "0", "code", "1" * 20])
def test_what_is_no_code_is_none(company: Company, code: str) -> None:
    anna = Own(company)
    address = anna.put()
    with pytest.raises(ConfigError, match="wrong-code"):
        anna.addresses.confirm(anna.id, address, code, by=BY)


def test_a_code_is_good_for_a_day_and_another_one_replaces_it(company: Company) -> None:
    anna = Own(company)
    address, first = anna.put(), anna.code()
    anna.addresses.send_code(anna.id, address, by=BY)
    if first != anna.code():  # one in a hundred million times it is
        with pytest.raises(ConfigError, match="wrong-code"):
            anna.confirm(address, first)
    code = anna.code()
    past = datetime.now(UTC) - timedelta(seconds=1)
    with company.store.database.session() as session:
        session.execute(update(OwnAddressRow).values(code_until=past))
    with pytest.raises(ConfigError, match="code-not-good"):
        anna.confirm(address, code)
    assert anna.addresses.code(MailDestination(mail=HOME).key, anna.id) is None


def test_strangers_are_not_sent_letters_without_end(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    for _ in range(MOST_LETTERS - 1):
        anna.addresses.send_code(anna.id, address, by=BY)
    with pytest.raises(ConfigError, match="too-many-codes"):
        anna.addresses.send_code(anna.id, address, by=BY)
    anna.addresses.remove(anna.id, address, by=BY)
    with pytest.raises(ConfigError, match="too-many-codes"):
        anna.put()
    assert anna.listed() == []
    with company.store.database.session() as session:
        for row in session.scalars(select(DeliveryRow)):
            row.made_at -= GOOD_FOR
    anna.put()
    assert anna.listed() == [(HOME, False)]


def test_there_are_not_more_than_a_few(company: Company) -> None:
    anna = Own(company)
    for number in range(MOST):
        anna.put(f"anna{number}@example.com")
    with pytest.raises(ConfigError, match="too-many-own-addresses"):
        anna.put("another@example.com")
    anna.put("anna1@example.com", attach="mp3")
    assert len(anna.listed()) == MOST


def test_what_is_told_to_an_address_changes_without_another_code(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    anna.confirm(address)
    assert anna.put(attach="opus", events=["message.kept", "message.heard"]) == address
    (told,) = anna.addresses.told(anna.id)
    assert (told.attach, told.events) == ("opus", ("message.kept", "message.heard"))
    company.receive()
    assert letters(company) == [(HOME, "message.kept")]


def test_a_removed_address_is_told_no_more(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    anna.confirm(address)
    anna.addresses.remove(anna.id, address, by=BY)
    company.receive()
    assert letters(company) == []
    with pytest.raises(NotFound):
        anna.addresses.remove(anna.id, address, by=BY)


def test_nobody_reaches_anothers_address(company: Company) -> None:
    anna, boris = Own(company), Own(company, "102")
    address = anna.put()
    for deed in (
        lambda: boris.addresses.remove(boris.id, address, by=BY),
        lambda: boris.addresses.send_code(boris.id, address, by=BY),
        lambda: boris.addresses.confirm(boris.id, address, anna.code(), by=BY),
    ):
        with pytest.raises(NotFound):
            deed()
    assert boris.listed() == []


def test_addresses_are_no_part_of_the_configuration(company: Company) -> None:
    anna = Own(company)
    anna.confirm(anna.put())
    now = company.offices.site("Лилия").office
    assert HOME not in dump_office(now)
    company.offices.apply(parse_office(dump_office(now)), by=ME)
    company.offices.apply(office(mail(ANNA)), by=ME)
    assert anna.told() == [HOME]
    company.receive()
    assert letters(company) == [(ANNA, "message.kept"), (HOME, "message.kept")]


@pytest.mark.parametrize("messages", ["keep", "hand-over"])
def test_a_successor_does_not_tell_the_predecessors_address(
    company: Company, messages: str
) -> None:
    anna = Own(company)
    anna.confirm(anna.put())
    reassign(company.offices, "Лилия", "101", "Вера", messages=messages, by=ME)  # type: ignore[arg-type]
    vera = Own(company)
    assert vera.id != anna.id
    assert vera.listed() == []
    company.receive()
    assert letters(company) == []
    with pytest.raises(NotFound):
        anna.put("another@example.com")
    with pytest.raises(NotFound):
        anna.addresses.send_code(anna.id, anna.addresses.of(anna.id)[0].id, by=BY)


def test_they_move_with_the_person_and_wait_for_who_comes_back(company: Company) -> None:
    anna = Own(company)
    anna.confirm(anna.put())
    company.tell(extension="103")
    company.receive("103")
    assert letters(company) == [(HOME, "message.kept")]
    without = company.offices.site("Лилия").office
    gone = without.model_copy(
        update={"employees": {k: v for k, v in without.employees.items() if k != "103"}}
    )
    company.offices.apply(gone, by=ME)
    assert anna.told() == [HOME]
    company.tell(extension="103")
    company.receive("103")
    assert letters(company) == [(HOME, "message.kept")] * 2


def test_they_go_with_the_company(company: Company) -> None:
    anna = Own(company)
    anna.confirm(anna.put())
    company.offices.remove("Лилия", by=ME)
    assert anna.listed() == []


def test_what_is_done_is_written_down(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    anna.addresses.send_code(anna.id, address, by=BY)
    anna.confirm(address)
    anna.put(attach="mp3")
    anna.addresses.remove(anna.id, address, by=ME)
    log = AuditLog(company.store.database).list(AuditQuery(company_id=company.id))
    entries = [e for e in log.entries if "address." in e.action]
    assert [(e.action.removeprefix("address."), e.who, e.subject) for e in entries[::-1]] == [
        ("add", "anna", "101"),
        ("code", "anna", "101"),
        ("confirm", "anna", "101"),
        ("change", "anna", "101"),
        ("remove", ME.name, "101"),
    ]
    assert all(e.details == {"mail": HOME} or "attach" in str(e.details) for e in entries)


def test_one_that_cannot_be_read_holds_up_nobody(company: Company) -> None:
    company.tell(mail(ANNA))
    anna = Own(company)
    anna.confirm(anna.put())
    with company.store.database.session() as session:
        session.execute(update(OwnAddressRow).values(settings='{"mail": "nobody"}'))
    company.receive()
    assert letters(company) == [(ANNA, "message.kept")]
    assert anna.listed() == []


def states(company: Company) -> list[tuple[str, str]]:
    return [(each.address, each.state) for each in company.deliveries() if each.event != CONFIRM]


def test_what_waits_for_a_removed_address_is_not_sent(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    anna.confirm(address)
    company.receive()
    assert letters(company) == [(HOME, "message.kept")]
    anna.addresses.remove(anna.id, address, by=BY)
    assert {(each.state, each.answer) for each in company.deliveries()} == {
        ("cancelled", "the destination was removed")
    }


def test_what_both_have_set_is_sent_as_long_as_one_has(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    anna.confirm(address)
    company.tell(mail(HOME))
    company.receive()
    assert letters(company) == [(HOME, "message.kept")]
    company.tell()
    assert states(company) == [(HOME, "waiting")], "her own word is left"
    company.tell(mail(HOME))
    anna.addresses.remove(anna.id, address, by=BY)
    assert states(company) == [(HOME, "waiting")], "the company's word is left"
    company.tell()
    assert states(company) == [(HOME, "cancelled")]


def test_an_address_in_other_capitals_is_the_same(company: Company) -> None:
    anna = Own(company)
    address = anna.put()
    anna.confirm(address)
    assert anna.put(OTHER_CAPITALS, events=["message.heard"]) == address
    assert anna.listed() == [(HOME, True)]
    company.tell(mail(OTHER_CAPITALS))
    company.receive()
    assert [to.lower() for to, _ in letters(company)] == [HOME], "once, not twice"
    boris = Own(company, "102")
    boris.confirm(boris.put())
    assert boris.listed() == [(HOME, True)]
