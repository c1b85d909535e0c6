"""Deliveries are sent one after the other to each destination, until they arrive or are given up.

No test waits: the times in the rows are moved.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal, get_args

import pytest
from sqlalchemy import select, update

from storage.audit import AuditLog, AuditQuery
from storage.database.delivery_tables import DeliveryRow
from storage.database.engine import Database
from storage.errors import Ended, NotFound
from storage.identifiers import new_id
from storage.messages.events import News
from storage.metrics import metrics
from storage.notifications.delivery import Delivery, DeliveryJson
from storage.notifications.queue import (
    FIRST_PAUSE,
    GIVEN_UP,
    LONGEST_PAUSE,
    PAGE,
    TAKEN,
    Deliveries,
    pause_after,
)
from storage.office.notify import Kind
from tests.acting import ME
from tests.refusals import refuses

COMPANY = "11111111-1111-4111-8111-111111111111"
ELSEWHERE = "22222222-2222-4222-8222-222222222222"
ONE, TWO, THREE = "one", "two", "three"
NOBODY = "0192f0c0-0000-7000-8000-000000000000"


class Queue(Deliveries):
    """The queue, and what only tests do to it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database

    def put(
        self,
        destination: str,
        *,
        company_id: str = COMPANY,
        message_id: str | None = None,
        minutes_ago: float = 0,
        **more: Any,
    ) -> str:
        """Something to be sent to a destination; its id."""
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        row = DeliveryRow(
            id=new_id(at),
            company_id=company_id,
            employee_id=None,
            kind="webhook",
            destination=destination,
            address=f"https://example.com/{destination}",
            event="message.kept",
            message_id=message_id,
            event_at=at,
            made_at=at,
            state="waiting",
            tries=0,
            next_try_at=at,
            answer="",
        )
        for name, value in more.items():
            setattr(row, name, value)
        with self.database.session() as session:
            session.add(row)
        return row.id

    def set(self, delivery_id: str, **values: Any) -> None:
        """Move a delivery's times."""
        with self.database.session() as session:
            changed = update(DeliveryRow).where(DeliveryRow.id == delivery_id).values(values)
            session.execute(changed)

    def taken_until(self, delivery_id: str) -> datetime | None:
        with self.database.reading() as session:
            row = select(DeliveryRow.taken_until).where(DeliveryRow.id == delivery_id)
            return session.scalars(row).one()

    def take_one(self) -> Delivery:
        (one,) = self.take(10)
        return one

    def work_off(self, *hanging: str) -> Iterator[str]:
        """The ids in the order in which one worker sends them; some destinations never answer."""
        busy: set[str] = set()
        while taken := self.take(50, busy=busy):
            for each in taken:
                if each.destination in hanging:
                    busy.add(each.destination)
                else:
                    yield each.id
                    self.sent(each, "204")


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def ids(deliveries: list[Delivery]) -> list[str]:
    return [each.id for each in deliveries]


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


# --- taken in order -----------------------------------------------------------------------------


def test_an_empty_queue_has_nothing_to_do(queue: Queue) -> None:
    assert queue.take(10) == []
    assert queue.list() == []


def test_of_each_destination_the_oldest_is_taken(queue: Queue) -> None:
    first, second = queue.put(ONE), queue.put(TWO)
    queue.put(ONE)
    queue.put(TWO)
    third = queue.put(THREE)

    taken = queue.take(10)

    assert ids(taken) == [first, second, third]
    assert {each.tries for each in taken} == {1}
    assert queue.take(10) == [], "of each destination one is in hand at a time"


def test_the_next_one_is_taken_when_the_one_before_is_settled(queue: Queue) -> None:
    expected = [queue.put(ONE) for _ in range(5)]

    assert list(queue.work_off()) == expected
    assert {each.state for each in queue.list()} == {"sent"}


def test_no_more_are_taken_than_asked_for_and_those_are_the_oldest(queue: Queue) -> None:
    # Whatever order the destinations' keys have.
    oldest = [queue.put(key) for key in ("m", "z", "a", "n", "b")]

    assert ids(queue.take(2)) == oldest[:2]
    assert queue.take(0) == []
    assert ids(queue.take(2)) == oldest[2:4]
    assert ids(queue.take(2)) == oldest[4:]


def test_what_is_busy_is_passed_over(queue: Queue) -> None:
    queue.put(ONE)
    other = queue.put(TWO)

    assert ids(queue.take(10, busy=[ONE, THREE])) == [other]
    assert queue.take(10, busy=[ONE, TWO]) == []


def test_what_is_not_due_yet_waits(queue: Queue) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    queue.put(ONE, next_try_at=later)
    assert queue.take(10) == []

    now = queue.put(ONE)
    assert ids(queue.take(10)) == [now], "what failed does not hold up what comes after it"


def test_a_destination_of_two_companies_is_one_destination(queue: Queue) -> None:
    """The worker tells by it what is in hand."""
    first = queue.put(ONE)
    second = queue.put(ONE, company_id=ELSEWHERE)

    assert ids(queue.take(10)) == [first]
    assert queue.take(10) == []
    queue.sent(queue.get(first), "204")
    assert ids(queue.take(10)) == [second]


def test_a_destination_that_hangs_holds_up_nobody_but_itself(queue: Queue) -> None:
    for _ in range(100):
        queue.put("hangs")
    expected = [queue.put(ONE), queue.put(TWO), queue.put(ONE)]

    assert sorted(queue.work_off("hangs")) == expected
    assert len(queue.list(state="waiting", limit=None)) == 100
    assert queue.take(50) == [], "of the hanging one a single one is in hand"


def test_one_that_fails_each_time_does_not_hold_up_others(queue: Queue) -> None:
    for _ in range(100):
        queue.put("fails")
    wanted = queue.put(ONE)

    taken = queue.take(50)
    assert wanted in ids(taken)
    for each in taken:
        queue.failed(each, "503")
    assert {each.destination for each in queue.take(50)} == {"fails"}


# --- tried again --------------------------------------------------------------------------------


def test_pauses_begin_at_two_seconds_double_and_end_at_a_quarter_of_an_hour() -> None:
    assert (FIRST_PAUSE, LONGEST_PAUSE) == (2, 900)
    for tries, usual in enumerate([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], 1):
        pauses = [pause_after(tries) for _ in range(200)]
        assert 0.8 * usual <= min(pauses) < 0.9 * usual
        assert 1.1 * usual < max(pauses) <= 1.2 * usual
    assert pause_after(100_000) <= 1.2 * 900


def test_what_failed_is_tried_again_later_and_later(queue: Queue) -> None:
    delivery_id = queue.put(ONE)

    for tries, usual in enumerate([2, 4, 8, 16], 1):
        before = datetime.now(UTC)
        one = queue.take_one()
        assert (one.id, one.tries) == (delivery_id, tries)
        at = queue.failed(one, f"503 for the {tries}. time")
        assert at is not None
        assert 0.8 * usual <= (at - before).total_seconds() <= 1.2 * usual + 1
        assert queue.take(10) == []
        now = queue.get(delivery_id)
        assert (now.state, now.next_try_at, now.ended_at) == ("waiting", at, None)
        assert now.answer == f"503 for the {tries}. time"
        queue.set(delivery_id, next_try_at=ago(seconds=1))

    queue.sent(queue.take_one(), "204")
    sent = queue.get(delivery_id)
    assert (sent.state, sent.tries, sent.answer) == ("sent", 5, "204")
    assert sent.next_try_at is None
    assert sent.ended_at is not None


def test_after_a_day_it_is_given_up(queue: Queue) -> None:
    assert timedelta(hours=24) == GIVEN_UP
    nearly = queue.put(ONE, made_at=ago(hours=23, minutes=59), tries=90)
    day_old = queue.put(TWO, made_at=ago(hours=24, seconds=1), tries=90)

    at = {each.id: queue.failed(each, "503") for each in queue.take(10)}

    assert at[day_old] is None
    assert at[nearly] is not None
    given_up = queue.get(day_old)
    assert (given_up.state, given_up.answer, given_up.tries) == ("failed", "503", 91)
    assert given_up.ended_at is not None
    assert given_up.next_try_at is None
    assert queue.get(nearly).state == "waiting"


@pytest.mark.parametrize(
    ("settle", "state"), [("sent", "sent"), ("refused", "failed"), ("cancelled", "cancelled")]
)
def test_what_is_settled_is_not_taken_again(queue: Queue, settle: str, state: str) -> None:
    queue.put(ONE)
    one = queue.take_one()

    getattr(queue, settle)(one, "said so")

    after = queue.get(one.id)
    assert (after.state, after.answer, after.next_try_at) == (state, "said so", None)
    assert after.ended_at is not None
    assert queue.take(10) == []


def counted() -> dict[tuple[str, str], float]:
    (family,) = metrics().deliveries.collect()
    return {
        (sample.labels["kind"], sample.labels["outcome"]): sample.value
        for sample in family.samples
        if sample.name.endswith("_total")
    }


def test_what_was_sent_or_has_failed_is_counted_once(queue: Queue) -> None:
    before = counted()
    assert before.keys() == {(kind, how) for kind in get_args(Kind) for how in ("sent", "failed")}
    queue.put(ONE, kind="mail")
    queue.put(TWO, kind="chat")
    queue.put(THREE, minutes_ago=60 * 25)
    queue.put("four")
    taken = {each.destination: each for each in queue.take(10)}
    for _ in range(2):  # the second time by who was taken for dead
        queue.sent(taken[ONE], "250 OK")
        queue.refused(taken[TWO], "403")
        queue.failed(taken[THREE], "503")
        queue.cancelled(taken["four"], "gone")
    more = {key: value - before[key] for key, value in counted().items() if value != before[key]}
    assert more == {("mail", "sent"): 1, ("chat", "failed"): 1, ("webhook", "failed"): 1}


# --- workers that die ---------------------------------------------------------------------------


def test_who_dies_leaves_it_to_others_with_the_same_id(queue: Queue) -> None:
    delivery_id = queue.put(ONE)
    behind = queue.put(ONE)
    before = datetime.now(UTC)
    assert queue.take_one().id == delivery_id
    until = queue.taken_until(delivery_id)
    assert until is not None
    assert timedelta(0) <= until - before - TAKEN < timedelta(seconds=30)
    assert queue.take(10) == []

    queue.set(delivery_id, taken_until=ago(seconds=1))

    again = queue.take_one()
    assert (again.id, again.tries) == (delivery_id, 2)
    assert queue.take(10) == []
    queue.sent(again, "204")
    assert ids(queue.take(10)) == [behind]


def test_what_is_said_to_be_in_hand_still_is_left_alone(queue: Queue) -> None:
    delivery_id = queue.put(ONE)
    mine = queue.take_one()
    queue.set(delivery_id, taken_until=ago(seconds=1))

    before = datetime.now(UTC)
    queue.renew([mine])

    until = queue.taken_until(delivery_id)
    assert until is not None
    assert timedelta(0) <= until - before - TAKEN < timedelta(seconds=30)
    assert queue.take(10) == []


def test_nothing_is_held_that_another_has_taken_or_that_is_over(queue: Queue) -> None:
    taken_over, over, later = (queue.put(each) for each in (ONE, TWO, THREE))
    mine = queue.take(10)
    assert ids(mine) == [taken_over, over, later]
    queue.set(taken_over, tries=2, taken_until=ago(seconds=1))
    queue.sent(mine[1], "204")
    queue.failed(mine[2], "503")

    queue.renew(mine)

    assert ids(queue.take(10)) == [taken_over]
    assert queue.taken_until(over) is None
    assert queue.taken_until(later) is None


def test_who_was_taken_for_dead_settles_it_once(queue: Queue) -> None:
    delivery_id = queue.put(ONE)
    slow = queue.take_one()
    queue.set(delivery_id, taken_until=ago(seconds=1))
    quick = queue.take_one()

    queue.sent(quick, "first")
    queue.sent(slow, "second")
    queue.failed(slow, "third")

    after = queue.get(delivery_id)
    assert (after.state, after.answer) == ("sent", "first")


# --- what people do about it --------------------------------------------------------------------


def last_entry(queue: Queue) -> tuple[str, str, object]:
    entry = AuditLog(queue.database).list(AuditQuery(company_id=COMPANY, limit=1)).entries[0]
    return entry.action, entry.subject, entry.details


@pytest.mark.parametrize("settle", ["sent", "failed", "refused", "cancelled"])
def test_what_is_cancelled_meanwhile_stays_so(queue: Queue, settle: str) -> None:
    delivery_id = queue.put(ONE)
    one = queue.take_one()

    assert queue.cancel(delivery_id, by=ME).state == "cancelled"
    getattr(queue, settle)(one, "too late")

    after = queue.get(delivery_id)
    assert (after.state, after.answer, after.next_try_at) == ("cancelled", "", None)
    assert queue.take(10) == []
    address = f"https://example.com/{ONE}"
    assert last_entry(queue) == ("delivery.cancel", address, {"delivery": delivery_id})


@pytest.mark.parametrize(("settle", "told"), [("sent", "has been sent"), ("refused", "has failed")])
def test_what_has_ended_cannot_be_cancelled(queue: Queue, settle: str, told: str) -> None:
    delivery_id = queue.put(ONE)
    getattr(queue, settle)(queue.take_one(), "said so")
    before = queue.get(delivery_id)

    with refuses(Ended, f"^delivery {delivery_id} {told}"):
        queue.cancel(delivery_id, by=ME)
    assert queue.get(delivery_id) == before
    assert AuditLog(queue.database).list(AuditQuery()).entries == ()


@pytest.mark.parametrize("settle", ["sent", "refused", "cancelled", "failed"])
def test_whatever_became_of_it_it_can_be_sent_again(queue: Queue, settle: str) -> None:
    delivery_id = queue.put(ONE, minutes_ago=60 * 25 if settle == "failed" else 0)
    getattr(queue, settle)(queue.take_one(), "said so")
    assert queue.take(10) == []
    before, made = datetime.now(UTC), queue.get(delivery_id).made_at

    again = queue.retry(delivery_id, by=ME)

    assert (again.id, again.state, again.tries, again.ended_at) == (
        *(delivery_id, "waiting", 0),
        None,
    )
    assert again.made_at == made, "that is when it came to be told"
    assert again.due_at is not None
    assert again.due_at >= before, "for a day from now on"
    assert not again.waits_for_its_time
    taken = queue.take_one()
    assert (taken.id, taken.tries) == (delivery_id, 1)
    assert queue.failed(taken, "503") is not None
    address = f"https://example.com/{ONE}"
    assert last_entry(queue) == ("delivery.retry", address, {"delivery": delivery_id})


def test_what_waits_for_its_next_try_can_be_sent_now(queue: Queue) -> None:
    queue.put(ONE)
    one = queue.take_one()
    queue.failed(one, "503")
    assert queue.take(10) == []

    queue.retry(one.id, by=ME)

    assert queue.take_one().id == one.id


@pytest.mark.parametrize("what", ["get", "retry", "cancel"])
def test_nobody_gets_at_what_another_company_sends(
    queue: Queue, what: Literal["get", "retry", "cancel"]
) -> None:
    delivery_id = queue.put(ONE)
    before = queue.get(delivery_id, COMPANY)
    by = {} if what == "get" else {"by": ME}

    for wrong, company_id in ((delivery_id, ELSEWHERE), (NOBODY, COMPANY), (NOBODY, None)):
        with refuses(NotFound, f"there is no delivery {wrong}"):
            getattr(queue, what)(wrong, company_id=company_id, **by)

    assert queue.get(delivery_id) == before
    assert AuditLog(queue.database).list(AuditQuery()).entries == ()
    assert getattr(queue, what)(delivery_id, company_id=COMPANY, **by).id == delivery_id


# --- many at once -------------------------------------------------------------------------------


def test_ten_that_take_at_once_never_take_the_same(queue: Queue) -> None:
    destinations = [f"destination-{n}" for n in range(10)]
    expected = [queue.put(each) for _ in range(4) for each in destinations]
    sent: list[str] = []
    faults: list[object] = []
    in_hand: set[str] = set()
    lock = threading.Lock()
    begin = threading.Barrier(10)

    def work() -> None:
        try:
            begin.wait(30)
            while len(sent) < len(expected) and not faults:
                for each in queue.take(3):
                    with lock:
                        if each.destination in in_hand or each.id in sent or each.tries != 1:
                            faults.append(each)
                        in_hand.add(each.destination)
                    with lock:
                        sent.append(each.id)
                        in_hand.discard(each.destination)
                    queue.sent(each, "204")
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert faults == []
    assert sorted(sent) == sorted(expected)
    for destination in destinations:
        mine = [i for i in sent if queue.get(i).destination == destination]
        assert mine == sorted(mine), "in order"


# --- lists --------------------------------------------------------------------------------------


def test_lists_are_newest_first(queue: Queue) -> None:
    made = [queue.put(ONE, minutes_ago=minutes) for minutes in (30, 20, 10, 0)]

    assert ids(queue.list()) == made[::-1]
    assert ids(queue.list(limit=2)) == made[:1:-1]


def test_lists_are_narrowed(queue: Queue) -> None:
    theirs = queue.put(ONE, company_id=ELSEWHERE, message_id=NOBODY)
    sent = queue.put(TWO, message_id=NOBODY)
    queue.sent(queue.get(sent), "204")
    refused = queue.put(TWO)
    queue.refused(queue.get(refused), "410")
    waiting = queue.put(THREE)

    assert ids(queue.list(COMPANY)) == [waiting, refused, sent]
    assert ids(queue.list(ELSEWHERE)) == [theirs]
    assert ids(queue.list(COMPANY, state="waiting")) == [waiting]
    assert ids(queue.list(COMPANY, state="failed")) == [refused]
    assert ids(queue.list(state="cancelled")) == []
    assert ids(queue.list(message_id=NOBODY)) == [sent, theirs]
    assert ids(queue.list(COMPANY, message_id=NOBODY, state="waiting")) == []
    assert ids(queue.list(COMPANY, below=refused)) == [sent]


def test_lists_are_read_page_by_page(queue: Queue) -> None:
    made = [queue.put(ONE) for _ in range(PAGE + 5)][::-1]
    assert ids(queue.list()) == made[:PAGE]
    assert ids(queue.list(limit=None)) == made

    found: list[str] = []
    below = None
    while page := ids(queue.list(COMPANY, below=below, limit=20)):
        found += page
        below = page[-1]
    assert found == made


def test_a_delivery_is_told_in_json(queue: Queue) -> None:
    delivery_id = queue.put(ONE, message_id=NOBODY)
    told = queue.get(delivery_id).as_json()

    assert list(told) == list(DeliveryJson.__annotations__)
    assert (told["id"], told["kind"], told["event"]) == (delivery_id, "webhook", "message.kept")
    assert (told["to"], told["message"]) == (f"https://example.com/{ONE}", NOBODY)
    assert (told["state"], told["tries"], told["ended_at"]) == ("waiting", 0, None)
    assert told["next_try_at"] == told["made_at"]
    assert datetime.fromisoformat(told["made_at"]).utcoffset() == timedelta(0)


def test_the_backlog_says_what_waits_and_what_has_failed_so_far(queue: Queue) -> None:
    empty = queue.backlog()
    assert (empty.waiting, empty.oldest, empty.failing) == (0, None, None)

    old = queue.put(ONE, minutes_ago=10)
    fails = queue.put(TWO, minutes_ago=5)
    queue.sent(queue.get(queue.put(THREE, minutes_ago=20)), "204")
    queue.failed(next(each for each in queue.take(10) if each.id == fails), "503")

    backlog = queue.backlog()
    assert backlog.waiting == 2
    assert backlog.oldest == queue.get(old).made_at
    assert backlog.failing == queue.get(fails)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("message.kept", 1),
        ("box.full", 1),
        ("delivery.failed", 0),  # or it would go on for ever
        ("address.confirm", 0),  # nobody else is told what somebody typed
    ],
)
def test_that_one_has_failed_is_told_by_the_news(queue: Queue, event: str, told: int) -> None:
    put = queue.put(ONE, event=event)
    (taken,) = queue.take(1)
    queue.refused(taken, "no such mailbox")
    queue.refused(taken, "once more")
    news = [(item.kind, item.message_id) for item in News(queue.database).since(0)]
    assert news == [("failed", put)] * told


# --- beginnings of ids --------------------------------------------------------------------------


def test_one_is_found_by_a_beginning_that_no_other_has(queue: Queue) -> None:
    one, other = queue.put(ONE, minutes_ago=60 * 24 * 90), queue.put(TWO)
    assert queue.get(f" {one[:12].upper()} ").id == one
    assert queue.retry(other[:13], by=ME).id == other
    assert queue.cancel(other[:13], by=ME).id == other
    for unknown in (one[:3], "ffff", "x" * 8, one + "0", ""):
        with refuses(NotFound, "^there is no delivery "):
            queue.get(unknown)
    with refuses(NotFound, f"^there is no delivery {one[:12]}"):
        queue.get(one[:12], ELSEWHERE)


@pytest.mark.parametrize(("many", "more"), [(2, "$"), (7, " and more$")])
def test_a_beginning_of_several_is_told(queue: Queue, many: int, more: str) -> None:
    ids = [queue.put(str(each)) for each in range(many)]
    part = ids[0][:6]
    told = f"^several deliveries have ids that begin with {part}: {', '.join(ids[:5])}{more}"
    for deed in (queue.get, partial(queue.cancel, by=ME), partial(queue.retry, by=ME)):
        with refuses(NotFound, told):
            deed(part)


def test_a_message_is_meant_by_a_beginning_also_one_that_is_gone(queue: Queue) -> None:
    gone, other = NOBODY, f"{NOBODY[:-1]}1"
    queue.put(ONE, message_id=gone)
    queue.put(TWO, message_id=gone)
    assert queue.message_id(gone[:8]) == gone
    queue.put(ONE, message_id=other)
    assert queue.message_id(other) == other
    told = f"^several messages have ids that begin with {gone[:8]}: {gone}, {other}$"
    with refuses(NotFound, told):
        queue.message_id(gone[:8])
    with refuses(NotFound, "^there is no message ffff$"):
        queue.message_id("ffff")
    with refuses(NotFound, "is not the id of a message$"):
        queue.message_id("x")
