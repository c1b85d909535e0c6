"""Uploads and retention: a worker does them, one of several, and calls where there is none."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from commands.context import App
from commands.doctor.housekeeping import housekeeping
from commands.loops import housekeeping as at_work
from commands.loops.calls_lock import is_served, serving, was_served
from commands.loops.housekeeping import (
    CALLS_WAIT_SECONDS,
    STALE_SECONDS,
    Claim,
    HousekeepingRole,
    keep_housekeeping,
    lease_name,
)
from storage.database.engine import Database
from storage.database.lease import Entry, Lease, LeaseRow, read
from storage.database.tables import MessageRow
from storage.errors import DatabaseUnavailable
from storage.intake.mailboxes import company_mailbox
from tests.commands.conftest import Voicepost
from tests.commands.observability.test_metric_files import value
from tests.commands.processes.test_systemd import (
    READY,
    START_SECONDS,
    Systemd,
    asterisk_at,
    process,
)
from tests.commands.processes.test_worker import first_line, worker
from tests.commands.test_messages import ids, receive
from tests.storage.object_store import ObjectStore, object_store
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until


class Clock:
    """Seconds, as a test wants them to pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class House:
    """Roles of one home that look at its lease, one after the other, as time passes."""

    def __init__(self, home: Path) -> None:
        self.app = App(home)
        self.clock = Clock()
        self.claims: list[Claim] = []

    def claim(self, role: HousekeepingRole) -> Claim:
        name = lease_name(self.app.settings)
        lease = Lease(self.app.database, name, role=role, place="here")
        claim = Claim(lease, role, self.clock)
        self.claims.append(claim)
        return claim

    def kill(self, claim: Claim) -> None:
        self.claims.remove(claim)

    def wait(self, seconds: float) -> None:
        """Let so many pass, in which everybody who lives looks now and then."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(self.clock.now + at_work.LOOK_SECONDS, end)
            for claim in self.claims:
                claim.look()


@pytest.fixture
def house(office: Voicepost) -> Iterator[House]:
    house = House(office.home)
    yield house
    house.app.database.close()


# --- whose turn it is ---------------------------------------------------------------------------


def test_a_worker_does_it_at_once_and_calls_does_not(house: House) -> None:
    calls, first, second = house.claim("calls"), house.claim("worker"), house.claim("worker")
    house.wait(1)
    assert [claim.is_ours for claim in (calls, first, second)] == [False, True, False]
    house.wait(600)
    assert [claim.is_ours for claim in (calls, first, second)] == [False, True, False]


def test_calls_does_it_where_no_worker_is(house: House) -> None:
    calls = house.claim("calls")
    house.wait(CALLS_WAIT_SECONDS - 1)
    assert not calls.is_ours, "a worker may just be starting"
    house.wait(2)
    assert calls.is_ours


def test_a_worker_takes_it_from_calls(house: House) -> None:
    calls = house.claim("calls")
    house.wait(CALLS_WAIT_SECONDS + 1)
    worker = house.claim("worker")
    worker.look()
    assert worker.is_ours
    house.wait(at_work.LOOK_SECONDS)
    assert not calls.is_ours, "it learns so when it looks next"
    house.wait(600)
    assert [claim.is_ours for claim in (calls, worker)] == [False, True]


def test_of_a_dead_worker_another_takes_it_before_calls_does(house: House) -> None:
    calls, first, second = house.claim("calls"), house.claim("worker"), house.claim("worker")
    house.wait(60)
    house.kill(first)
    house.wait(STALE_SECONDS - 1)
    assert not second.is_ours, "it may be alive, and only slow"
    house.wait(at_work.LOOK_SECONDS + 2)
    assert second.is_ours
    house.kill(second)
    house.wait(CALLS_WAIT_SECONDS + at_work.LOOK_SECONDS + 1)
    assert calls.is_ours


def test_a_worker_that_ends_leaves_it_to_the_next(house: House) -> None:
    first, second = house.claim("worker"), house.claim("worker")
    house.wait(5)
    first.give_back()
    house.kill(first)
    house.wait(at_work.LOOK_SECONDS)
    assert second.is_ours


def test_a_frozen_worker_that_goes_on_finds_that_it_is_not_its_turn(house: House) -> None:
    first, second = house.claim("worker"), house.claim("worker")
    house.wait(5)
    house.kill(first)  # for now
    house.wait(60)
    assert second.is_ours
    first.look()
    assert not first.is_ours
    house.claims.append(first)
    house.wait(60)
    assert [claim.is_ours for claim in (first, second)] == [False, True]


def test_a_machine_that_stood_still_takes_it_from_nobody(house: House) -> None:
    first, second = house.claim("worker"), house.claim("worker")
    house.wait(5)
    house.clock.now += 3600
    second.look()
    assert not second.is_ours
    house.wait(60)
    assert [claim.is_ours for claim in (first, second)] == [True, False]


def test_while_the_database_is_away_everybody_goes_on_as_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = house.claim("worker"), house.claim("worker")
    house.wait(5)

    def away(database: Database) -> None:
        raise DatabaseUnavailable("database-failed", reason="it is away")

    with monkeypatch.context() as outage:
        outage.setattr(Database, "reading", away)
        outage.setattr(Database, "session", away)
        for _ in range(20):
            house.clock.now += at_work.LOOK_SECONDS
            for claim in house.claims:
                with suppress(DatabaseUnavailable):
                    claim.look()
        assert [claim.is_ours for claim in (first, second)] == [True, False]
    second.look()  # before the other has renewed it
    assert not second.is_ours
    house.wait(60)
    assert [claim.is_ours for claim in (first, second)] == [True, False]


def test_each_home_has_its_own(office: Voicepost, tmp_path: Path) -> None:
    here, there = App(office.home), App(tmp_path / "another")
    assert lease_name(here.settings) != lease_name(there.settings)
    assert lease_name(here.settings) == lease_name(App(office.home).settings)
    assert len(lease_name(here.settings)) <= LeaseRow.__table__.c.name.type.length  # type: ignore[attr-defined]


# --- at work ------------------------------------------------------------------------------------


@asynccontextmanager
async def keeping(home: Path, role: HousekeepingRole) -> AsyncIterator[asyncio.Task[None]]:
    """A role of this home that keeps house."""
    app = App(home)
    task = asyncio.create_task(keep_housekeeping(app, role))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(app.database.close)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Looks come soon; what waits for a worker waits a moment."""
    monkeypatch.setattr(at_work, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(at_work, "CALLS_WAIT_SECONDS", 0.5)
    monkeypatch.setattr(at_work, "STALE_SECONDS", 0.5)
    monkeypatch.setattr(at_work, "FIRST_CALLS_SECONDS", 0.05)
    with capture_logs():
        yield


def entry(home: Path) -> Entry | None:
    app = App(home)
    try:
        return read(app.database, lease_name(app.settings))
    finally:
        app.database.close()


def holder(home: Path) -> str:
    held = entry(home)
    return "" if held is None or held.is_free else held.role


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """Where recordings go by and by."""
    with object_store() as s3:
        for name, value in s3.settings().model_dump().items():
            monkeypatch.setenv(f"VOICEPOST_AUDIO__{name.upper()}", str(value))
        yield s3


def leave_message(office: Voicepost, minute: int) -> str:
    app = App(office.home)
    box = company_mailbox(app.offices.site(), "74951234567")
    app.database.close()
    return receive(office, box, "+79161234567", minute)


def is_uploaded(store: ObjectStore, message: str) -> bool:
    return any(message in key for key in store.objects())


async def test_without_a_worker_calls_uploads_until_a_worker_comes(
    office: Voicepost, store: ObjectStore, soon: None
) -> None:
    first = leave_message(office, 1)
    async with keeping(office.home, "calls"):
        await until(lambda: is_uploaded(store, first))
        assert holder(office.home) == "calls"
        async with keeping(office.home, "worker"):
            await until(lambda: holder(office.home) == "worker")
            second = leave_message(office, 2)
            await until(lambda: is_uploaded(store, second))
        await until(lambda: holder(office.home) == "calls")
        third = leave_message(office, 3)
        await until(lambda: is_uploaded(store, third))
    assert list((office.home / "outbox").rglob("*.wav")) == []
    assert len(store.objects()) == 3


async def test_an_older_installation_whose_calls_run_without_a_worker_goes_on_uploading(
    office: Voicepost, store: ObjectStore, tmp_path: Path
) -> None:
    message = leave_message(office, 1)
    systemd = Systemd(str(tmp_path / "notify"))
    async with (
        FakeAri(tmp_path / "recording") as asterisk,
        process(office.home, "calls", systemd, **asterisk_at(asterisk)) as pid,
    ):
        await until(lambda: systemd.hears(READY), START_SECONDS)
        await until(lambda: is_uploaded(store, message), CALLS_WAIT_SECONDS + START_SECONDS)
        held = entry(office.home)
        assert held is not None
        assert (held.role, held.place.rpartition(" ")[2]) == ("calls", str(pid))
        os.kill(pid, signal.SIGTERM)
    systemd.close()


async def test_old_messages_go_where_calls_are_served_and_nowhere_else(
    office: Voicepost, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = leave_message(office, 1)
    office("messages", "delete", message, "--yes")
    app = App(office.home)
    with app.database.session() as session:
        these = update(MessageRow).where(MessageRow.id == message)
        session.execute(these.values(deleted_at=datetime.now(UTC) - timedelta(days=31)))
    app.database.close()
    looks: list[Path] = []

    def counted(home: Path) -> bool:
        looks.append(home)
        return was_served(home)

    monkeypatch.setattr(at_work, "was_served", counted)
    async with keeping(office.home, "worker"):
        await until(lambda: len(looks) > 3)
        assert holder(office.home) == "worker"
        assert ids(office, "--trash") == [message], "this machine may not have the recordings"
        assert not was_served(office.home)
        with serving(office.home):
            await until(lambda: not list((office.home / "audio").rglob("*.wav")))
            assert ids(office, "--trash") == []


async def test_of_a_worker_that_is_killed_another_takes_it(
    office: Voicepost, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "STALE_SECONDS", 2 * at_work.LOOK_SECONDS)
    with capture_logs():
        async with worker(office.home) as started:
            assert await first_line(started) == "ready\n"
            await until(lambda: holder(office.home) == "worker")
            theirs = entry(office.home)
            assert theirs is not None
            assert theirs.place.endswith(f", process {started.pid}")
            async with keeping(office.home, "worker"):
                first = leave_message(office, 1)
                await until(lambda: is_uploaded(store, first))
                mine = entry(office.home)
                assert mine is not None
                assert mine.instance == theirs.instance, "this one stands by"
                started.send_signal(signal.SIGKILL)
                await started.wait()
                second = leave_message(office, 2)
                await until(lambda: is_uploaded(store, second))
            last = entry(office.home)
            assert last is not None
            assert last.place.endswith(f", process {os.getpid()}")
            assert last.is_free, "it was given back"


# --- what people are told -----------------------------------------------------------------------


def test_doctor_and_metrics_tell_who_does_it(house: House) -> None:
    app = house.app

    def told() -> tuple[str, str]:
        found = housekeeping(app)
        assert found.state == "ok" or found.state == "skipped" or found.advice
        return found.state, found.what

    def metrics() -> tuple[float | None, float | None]:
        calls = value(app, 'voicepost_housekeeping{role="calls"}')
        return value(app, 'voicepost_housekeeping{role="worker"}'), calls

    assert told()[0] == "skipped"
    assert metrics() == (0, 0)

    calls = house.claim("calls")
    house.wait(CALLS_WAIT_SECONDS + 1)
    assert calls.is_ours
    state, what = told()
    assert state == "ok"
    assert "`voicepost calls`" in what
    assert what.endswith("as no worker runs in this home")
    assert metrics() == (0, 1)

    worker = house.claim("worker")
    worker.look()
    assert told() == (
        "ok",
        "`voicepost worker` uploads recordings and removes what is old (here)",
    )
    assert metrics() == (1, 0)

    with app.database.session() as session:
        ago = datetime.now(UTC) - timedelta(hours=3)
        session.execute(update(LeaseRow).values(renewed_at=ago))
    assert told() == (
        "warning",
        "nobody has uploaded recordings, or removed what is old, for 3 hours",
    )
    assert metrics() == (0, 0)


def test_asking_who_serves_is_no_serving(tmp_path: Path) -> None:
    assert not was_served(tmp_path)
    with serving(tmp_path):
        assert was_served(tmp_path)
    assert was_served(tmp_path)
    assert not is_served(tmp_path)
