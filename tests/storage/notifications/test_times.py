"""Deliveries that wait for their time, remind, or are too many in an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.companies.store import Offices
from storage.notifications.delivery import Delivery
from storage.notifications.limit import FOLDED
from storage.notifications.queue import GIVEN_UP, Deliveries
from storage.notifications.summaries import summary_of
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.clock import Clock
from tests.statements import statements_of
from tests.storage.conftest import Store
from tests.storage.notifications.test_digests import ANNA, BOSS, MODULES, Company

NOON = datetime(2026, 8, 13, 12, tzinfo=UTC)
"""Three in the afternoon in Moscow."""


@pytest.fixture
def company(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    # Messages come when the clock says so: news have their time too.
    modules = (*MODULES, "storage.messages.events")
    clock = Clock(monkeypatch, NOON, *modules)
    offices = Offices(store.database, PromptLibrary(tmp_path / "prompts"))
    made = Company(store, offices, Deliveries(store.database), clock)
    made.tell()
    return made


def mail(address: str = ANNA, **options: object) -> str:
    parts = [f'mail = "{address}"']
    parts += [
        f'{name} = "{v}"' if isinstance(v, str) else f"{name} = {v}" for name, v in options.items()
    ]
    return f"{{ {', '.join(parts)} }}"


def deliveries(company: Company) -> list[Delivery]:
    company.made_at(company.clock.now.isoformat())
    return company.queue.list(limit=None)[::-1]


# --- between two times --------------------------------------------------------------------------


def test_what_comes_outside_of_its_times_waits_until_they_begin(company: Company) -> None:
    company.tell(mail(between="09:00-18:00"), mail(BOSS))
    company.clock.set("2026-08-13 15:00")
    company.receive()
    company.receive_own()

    held, at_once = deliveries(company)
    assert (held.address, held.state, held.tries) == (ANNA, "waiting", 0)
    assert held.waits_for_its_time
    assert held.next_try_at == datetime(2026, 8, 14, 6, tzinfo=UTC)
    assert not at_once.waits_for_its_time
    assert [each.address for each in company.queue.take(10)] == [BOSS]
    backlog = company.queue.backlog()
    assert backlog.waiting == 1, "nobody waits for what may not be sent yet"

    company.queue.sent(at_once, "250 OK")
    company.clock.set("2026-08-14 06:00")
    assert [each.id for each in company.queue.take(10)] == [held.id]


def test_what_comes_within_its_times_is_sent_at_once(company: Company) -> None:
    company.tell(mail(between="22:00-16:00"))
    company.receive()
    (one,) = deliveries(company)
    assert one.next_try_at == one.made_at == company.clock.now


def test_its_day_begins_when_it_might_be_sent(company: Company) -> None:
    company.tell(mail(between="09:00-18:00"))
    company.clock.set("2026-08-13 15:00")
    company.receive()
    deliveries(company)

    company.clock.set("2026-08-15 05:59")
    (one,) = company.queue.take(1)
    assert company.clock.now - one.made_at > GIVEN_UP
    assert company.queue.failed(one, "451 later") is not None
    company.clock.set("2026-08-15 06:00:10")
    (again,) = company.queue.take(1)
    assert company.queue.failed(again, "451 later") is None
    assert company.queue.get(one.id).state == "failed"


def test_one_that_is_put_off_was_not_tried(company: Company) -> None:
    company.tell(mail())
    company.receive()
    deliveries(company)
    (one,) = company.queue.take(1)
    until = company.clock.now + timedelta(hours=18)

    company.queue.put_off(one, until)

    after = company.queue.get(one.id)
    assert (after.state, after.tries, after.next_try_at) == ("waiting", 0, until)
    assert company.queue.take(1) == []
    company.clock.go_on(hours=18)
    (again,) = company.queue.take(1)
    assert (again.id, again.tries, again.due_at) == (one.id, 1, until)
    company.queue.failed(again, "451 later")
    company.clock.go_on(hours=1)
    (third,) = company.queue.take(1)
    company.queue.put_off(third, until + timedelta(days=1))
    assert company.queue.get(one.id).due_at == until, "it might have been sent before"


def test_who_was_too_slow_puts_nothing_off(company: Company) -> None:
    company.tell(mail())
    company.receive()
    deliveries(company)
    (slow,) = company.queue.take(1)
    company.clock.go_on(minutes=3)
    (quick,) = company.queue.take(1)

    company.queue.put_off(slow, company.clock.now + timedelta(days=1))
    assert company.queue.get(slow.id).tries == 2
    company.queue.sent(quick, "250 OK")
    assert company.queue.get(slow.id).state == "sent"


# --- reminders ----------------------------------------------------------------------------------


def test_a_reminder_waits_beside_what_is_told_at_once(company: Company) -> None:
    company.tell(f"{mail()}, {mail(unheard_minutes=15)}, {mail(BOSS, unheard_minutes=60)}")
    message_id = company.receive()

    made = deliveries(company)

    assert [(each.address, each.event) for each in made] == [
        (ANNA, "message.kept"),
        (ANNA, "message.unheard"),
        (BOSS, "message.unheard"),
    ]
    assert {each.message_id for each in made} == {message_id}
    times = [each.next_try_at - NOON for each in made if each.next_try_at]
    assert times == [timedelta(0), timedelta(minutes=15), timedelta(minutes=60)]
    assert len({each.destination for each in made}) == 3


def test_a_reminder_outside_of_its_times_waits_as_well(company: Company) -> None:
    company.tell(mail(unheard_minutes=15, between="09:00-18:00"))
    company.clock.set("2026-08-13 14:50")
    company.receive()
    (one,) = deliveries(company)
    assert one.next_try_at == datetime(2026, 8, 14, 6, tzinfo=UTC)


def test_minutes_count_from_the_message_also_where_nobody_was_there(company: Company) -> None:
    company.tell(mail(unheard_minutes=15))
    company.receive()
    company.clock.go_on(minutes=10)
    (one,) = deliveries(company)
    assert one.next_try_at == NOON + timedelta(minutes=15)


def test_another_number_of_minutes_is_the_same_destination(company: Company) -> None:
    company.tell(mail(unheard_minutes=15))
    company.receive()
    company.tell(mail(unheard_minutes=30))
    assert len(deliveries(company)) == 1, "it was there when the message came"


# --- too many in an hour ------------------------------------------------------------------------


def folded(company: Company) -> tuple[Delivery, Delivery, list[Delivery]]:
    """The first delivery of an hour that has one, the newest that counts others, and those."""
    made = deliveries(company)
    letter = [each for each in made if each.event == "messages.more"][-1]
    return made[0], letter, [each for each in made if each.folded_into == letter.id]


def counts(company: Company, letter: Delivery) -> int:
    return summary_of(company.store.database, company.store.messages, letter).count


def test_what_is_more_than_an_hour_has_is_told_of_at_its_end(company: Company) -> None:
    company.tell(mail(most_per_hour=2))
    ids = []
    for _ in range(5):
        ids.append(company.receive())
        deliveries(company)
        company.clock.go_on(minutes=5)

    made = deliveries(company)

    first, second, *rest = made
    assert [first.message_id, second.message_id] == ids[:2]
    (letter,) = (each for each in rest if each.event == "messages.more")
    folded = [each for each in rest if each is not letter]
    assert [each.message_id for each in folded] == ids[2:]
    assert {each.folded_into for each in folded} == {letter.id}
    assert {each.answer for each in folded} == {FOLDED}
    assert {each.next_try_at for each in rest} == {NOON + timedelta(hours=1)}
    while taken := company.queue.take(10):
        assert {each.id for each in taken} <= {first.id, second.id}
        for each in taken:
            company.queue.sent(each, "250 OK")

    company.clock.set("2026-08-13 13:00")
    assert [each.id for each in company.queue.take(10)] == [letter.id], "it alone is sent"
    assert counts(company, letter) == 3
    with statements_of(company.store.database) as statements:
        summary = summary_of(company.store.database, company.store.messages, letter)
    assert [message.id for message in summary.messages] == ids[:1:-1]
    assert sum(each.startswith("SELECT messages.") for each in statements) == 1
    company.queue.sent(letter, "250 OK")
    for each in folded:
        after = company.queue.get(each.id)
        assert (after.state, after.answer) == ("sent", "along with others: 250 OK")
    assert company.queue.list(state="waiting") == []


def test_the_next_hour_begins_anew(company: Company) -> None:
    company.tell(mail(most_per_hour=1))
    for _ in range(3):
        company.receive()
        company.receive()
        deliveries(company)
        company.clock.go_on(hours=1)
    made = deliveries(company)
    assert [bool(each.folded_into) for each in made if each.message_id] == [False, True] * 3
    assert [each.event for each in made].count("messages.more") == 3


def test_each_mailbox_and_destination_counts_for_itself(company: Company) -> None:
    company.tell(f"{mail(most_per_hour=1)}, {mail(BOSS)}", mail(most_per_hour=1))
    company.receive()
    company.receive_own()
    company.receive()
    events = [(each.address, each.event) for each in deliveries(company)]
    assert events.count((ANNA, "messages.more")) == 1
    assert events.count((BOSS, "message.kept")) == 2
    assert events.count((ANNA, "message.kept")) == 3


def test_mail_has_a_limit_and_webhooks_have_none(company: Company) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    hook = f'{{ webhook = "https://crm.example.com/hook", secret = "{secret}" }}'
    company.tell(f"{mail()}, {hook}")
    ids = [company.receive() for _ in range(62)]
    made = deliveries(company)
    sent = [each for each in made if not each.folded_into and each.event == "message.kept"]
    by_kind = [[each.kind for each in sent].count(kind) for kind in ("mail", "webhook")]
    assert by_kind == [60, len(ids)]


def test_what_was_held_back_over_night_counts_for_the_morning(company: Company) -> None:
    company.tell(mail(most_per_hour=2, between="09:00-18:00"))
    for hours in (4, 5, 6, 7):
        company.clock.now = NOON + timedelta(hours=hours)
        company.receive()
        deliveries(company)
    morning = datetime(2026, 8, 14, 6, tzinfo=UTC)
    made = deliveries(company)
    due = [each.due_at for each in made]
    assert due == [morning] * 2 + [morning + timedelta(hours=1)] * 3
    assert [each.event for each in made].count("messages.more") == 1


@pytest.mark.parametrize(("end", "state"), [("refused", "failed"), ("cancelled", "cancelled")])
def test_what_it_counts_ends_as_it_does(company: Company, end: str, state: str) -> None:
    company.tell(mail(most_per_hour=1))
    company.receive()
    company.receive()
    _, letter, (one,) = folded(company)

    getattr(company.queue, end)(letter, "550 no such mailbox")

    after = company.queue.get(one.id)
    assert (after.state, after.answer) == (state, "along with others: 550 no such mailbox")


def test_who_cancels_it_loses_nothing_that_comes_after(company: Company) -> None:
    company.tell(mail(most_per_hour=1))
    company.receive()
    company.receive()
    _, letter, (one,) = folded(company)
    company.queue.cancel(letter.id, by=ME)
    assert company.queue.get(one.id).state == "cancelled"

    message_id = company.receive()

    _, another, (later,) = folded(company)
    assert another.state == "waiting"
    assert another.id != letter.id
    assert later.message_id == message_id


def test_who_sends_it_again_has_all_of_it_sent_again(company: Company) -> None:
    company.tell(mail(most_per_hour=1))
    for _ in range(3):
        company.receive()
    first, letter, _ = folded(company)
    company.queue.sent(first, "250 OK")
    company.queue.refused(letter, "550 no such mailbox")

    company.queue.retry(letter.id, by=ME)

    assert counts(company, letter) == 2
    assert [each.id for each in company.queue.take(10)] == [letter.id]


def test_nobody_is_reminded_along_with_others_of_what_was_heard(company: Company) -> None:
    company.tell(mail(unheard_minutes=15, most_per_hour=1))
    ids = [company.receive() for _ in range(3)]
    _, letter, folded_ones = folded(company)
    heard = folded_ones[0].message_id or ""
    assert heard in ids

    company.store.messages.listen(heard, by=ME)

    assert counts(company, letter) == 1


def test_what_comes_while_the_letter_is_sent_is_in_another(company: Company) -> None:
    company.tell(mail(most_per_hour=1))
    for _ in range(2):
        company.receive()
    _, letter, _ = folded(company)
    assert counts(company, letter) == 1

    message_id = company.receive()
    _, another, (later,) = folded(company)
    company.queue.sent(letter, "250 OK")

    assert another.id != letter.id
    assert later.message_id == message_id
    assert company.queue.get(later.id).state == "waiting"


def test_one_of_them_can_be_sent_by_itself(company: Company) -> None:
    company.tell(mail(most_per_hour=1))
    for _ in range(3):
        company.receive()
    first, letter, (one, _) = folded(company)
    company.queue.sent(first, "250 OK")

    company.queue.retry(one.id, by=ME)

    assert [each.id for each in company.queue.take(10)] == [one.id]
    assert counts(company, letter) == 1


def test_where_nobody_has_a_limit_nothing_is_counted(company: Company) -> None:
    company.tell(mail(most_per_hour=3600))
    for _ in range(3):
        company.receive()
    assert [each.event for each in deliveries(company)] == ["message.kept"] * 3
