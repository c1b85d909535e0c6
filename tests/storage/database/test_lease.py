"""A lease is one process's at a time: taken as it was seen, renewed, given back, forgotten."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from storage.database.engine import Database
from storage.database.lease import FORGOTTEN, Lease, LeaseRow, read

NAME = "housekeeping here"


def lease(database: Database, role: str = "worker", name: str = NAME) -> Lease:
    return Lease(database, name, role=role, place="machine, process 1")


def test_one_that_nobody_ever_had_is_taken(database: Database) -> None:
    assert read(database, NAME) is None
    mine = lease(database)
    before = datetime.now(UTC)

    assert mine.take(mine.read())

    held = read(database, NAME)
    assert held is not None
    assert (held.role, held.place, held.is_free) == ("worker", "machine, process 1", False)
    assert before <= held.since == held.renewed_at <= datetime.now(UTC)
    assert read(database, "housekeeping elsewhere") is None


def test_whoever_renews_it_has_it_still(database: Database) -> None:
    mine, another = lease(database), lease(database, "calls")
    mine.take(None)
    seen = another.read()

    assert mine.renew()

    assert another.read() != seen, "others can tell that it does not stand still"
    assert not another.take(seen), "it was renewed since"
    assert not another.take(None)
    assert not another.renew()


def test_who_lost_it_learns_of_it_and_takes_nothing_back(database: Database) -> None:
    mine, another = lease(database), lease(database, "calls")
    mine.take(None)

    assert another.take(another.read())

    assert not mine.renew()
    mine.give_back()
    assert another.renew()
    held = read(database, NAME)
    assert held is not None
    assert (held.role, held.is_free) == ("calls", False)


def test_what_was_given_back_is_free(database: Database) -> None:
    mine, another = lease(database), lease(database)
    mine.take(None)
    mine.give_back()
    seen = another.read()
    assert seen is not None
    assert seen.is_free
    assert not mine.renew()
    assert another.take(seen)


@pytest.mark.parametrize("was_held", [False, True])
def test_of_many_who_take_it_at_once_one_has_it(database: Database, was_held: bool) -> None:
    if was_held:
        lease(database).take(None)  # by one that is dead now
    leases = [lease(database) for _ in range(8)]
    seen, start, took = leases[0].read(), threading.Barrier(len(leases)), list[Lease]()

    def take(mine: Lease) -> None:
        start.wait()
        if mine.take(seen):
            took.append(mine)

    threads = [threading.Thread(target=take, args=(mine,)) for mine in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == 1
    assert [mine for mine in leases if mine.renew()] == took


def test_leases_of_homes_that_are_no_more_are_forgotten(database: Database) -> None:
    gone, lately, mine = (
        lease(database, name="gone"),
        lease(database, name="lately"),
        lease(database),
    )
    gone.take(None)
    lately.take(None)
    with database.session() as session:
        for name, age in (("gone", FORGOTTEN), ("lately", FORGOTTEN - timedelta(hours=1))):
            these = update(LeaseRow).where(LeaseRow.name == name)
            session.execute(these.values(renewed_at=datetime.now(UTC) - age))

    assert mine.take(None)

    assert read(database, "gone") is None
    assert read(database, "lately") is not None
