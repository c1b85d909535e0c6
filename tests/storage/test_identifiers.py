"""Ids and places grow within a millisecond, whoever makes them."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from storage.identifiers import first_place, new_id, new_place, time_of

NOW = datetime(2026, 8, 14, 6, 30, 0, 123000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MANY = 2000

Make = Callable[[datetime], str] | Callable[[datetime], int]


@pytest.mark.parametrize("make", [new_id, new_place])
def test_each_is_greater_than_the_one_before(make: Make) -> None:
    made = [make(NOW) for _ in range(MANY)]

    assert made == sorted(set(made))


@pytest.mark.parametrize("make", [new_id, new_place])
def test_of_several_threads_each_sees_its_own_grow(make: Make) -> None:
    def some(_: int) -> list[int | str]:
        return [make(NOW) for _ in range(MANY // 8)]

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(some, range(8)))

    assert all(own == sorted(own) for own in made)
    assert len(set().union(*made)) == MANY


def test_an_id_is_a_uuid_of_version_7_and_tells_its_time() -> None:
    for message_id in (new_id(NOW), new_id(NOW), new_id(NOW - MILLISECOND)):
        assert uuid.UUID(message_id).version == 7
        assert uuid.UUID(message_id).variant == uuid.RFC_4122
    assert time_of(new_id(NOW)) == NOW


def test_a_clock_set_back_gives_ids_of_the_time_that_it_shows() -> None:
    later, earlier = new_id(NOW), new_id(NOW - MILLISECOND)

    assert earlier < later
    assert time_of(earlier) == NOW - MILLISECOND


def test_places_stay_in_their_millisecond_however_many_there_are() -> None:
    crowded = NOW + 7 * MILLISECOND  # what grows in the others' has to have room left

    made = [new_place(crowded) for _ in range(60_000)]

    assert first_place(crowded) <= min(made)
    assert max(made) < first_place(crowded + MILLISECOND)


FORKING = """
import os, sys, threading
from datetime import UTC, datetime
from storage import identifiers
from storage.identifiers import new_id, new_place

now = datetime(2026, 8, 14, tzinfo=UTC)
made = new_id(now), new_place(now)
held = threading.Event()
done = threading.Event()

def hold():
    with identifiers._IDS._turn, identifiers._PLACES._turn:
        held.set()
        done.wait()

thread = threading.Thread(target=hold)
thread.start()
held.wait()
for _ in range(3):
    if os.fork() == 0:  # while a thread makes an id
        print(*(new_id(now) for _ in range(100)), new_place(now), flush=True)
        os._exit(0)
    os.wait()
done.set()
thread.join()
print(*(new_id(now) for _ in range(100)), new_place(now))
"""


def test_forked_processes_make_ids_of_their_own() -> None:
    """Even of one forked while another thread was making an id."""
    result = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60, check=True
    )

    processes = [line.split() for line in result.stdout.splitlines()]
    assert len(processes) == 4
    assert all(ids[:-1] == sorted(ids[:-1]) for ids in processes)
    assert len({made for ids in processes for made in ids}) == 4 * 101
