"""Nobody waits in silence for the database: calls go on without it, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest
import structlog

import dialplan.keeping.message_taking
from dialplan.keeping.message_taking import StoredMessageTaker
from dialplan.keeping.worker_threads import THREADS, WorkerThreads
from dialplan.voicemail import leave_message
from storage.database.tables import MessageRow
from storage.errors import DatabaseUnavailable, SpoolError
from storage.intake.intake import Draft, Filed, Intake, Kept, Mailbox
from storage.messages.envelope import Envelope
from storage.office import VoicemailSettings
from telephony.call import EndedBy
from telephony.errors import CallerLeft
from telephony.scripted import Script, ScriptedCall
from tests.dialplan.company import Company
from tests.refusals import refuses
from tests.waiting import until

HELLO = "Добрый день, это Иван. Перезвоните мне, пожалуйста."
BOX = Mailbox("ro", "Ромашка", "employee", "Анна", "101")
SAVED = "play vm-msgsaved + vm-goodbye"
FOR_EVER = 3600.0
SETTINGS = VoicemailSettings()


@contextmanager
def impatient() -> Iterator[None]:
    """Whoever waits now waits in vain: nobody has to for long."""
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(dialplan.keeping.message_taking, "PATIENCE", 0.1)
        patience.setattr(dialplan.keeping.message_taking, "FINISH_PATIENCE", 0.2)
        yield


@contextmanager
def locked(company: Company) -> Iterator[None]:
    """Another program holds SQLite's write lock."""
    with closing(sqlite3.connect(company.database.url.database or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        with impatient():
            yield
        other.rollback()


async def leave(
    company: Company, taker: StoredMessageTaker | None = None, ended_by: EndedBy | None = None
) -> list[str]:
    """Leave a message; the steps."""

    def speak(name: str) -> EndedBy | None:
        company.record(name, HELLO)
        return ended_by

    call = ScriptedCall("74951234567", Script(speak=speak, keys="1"))
    with suppress(CallerLeft):
        await leave_message(call, taker or company.taker, BOX, "vm-intro", SETTINGS)
    return call.steps


def is_left(company: Company) -> list[str]:
    return sorted(path.suffix for path in company.recordings.iterdir())


# -- the taker ------------------------------------------------------------------------------


@pytest.mark.parametrize("ended_by", [None, EndedBy.KEY, EndedBy.LIMIT])
async def test_a_call_while_the_database_is_locked(
    company: Company, ended_by: EndedBy | None
) -> None:
    with locked(company):
        steps = await leave(company, ended_by=ended_by)
        assert "record up to 180 s" in steps
        assert SAVED not in steps
        assert steps[-1] == ("the caller hangs up" if ended_by is None else "play vm-goodbye")
        assert is_left(company) == [".json", ".wav"]

    company.settle()
    (message,) = company.kept()
    assert company.says(message, HELLO)
    assert company.boxes() == [("employee", "101")]
    await until(lambda: company.states() == ["kept"] and is_left(company) == [])


async def test_a_database_back_before_the_end_of_the_message(company: Company) -> None:
    call = ScriptedCall("74951234567", Script())
    with locked(company):
        draft = await company.taker.begin(call, BOX, SETTINGS, None)
    company.record(draft.id, HELLO)
    await until(lambda: company.states() == ["recording"])  # the attempt succeeds after all

    assert isinstance(await company.taker.finish(draft), Kept)

    await until(lambda: company.states() == ["kept"])
    assert is_left(company) == []


async def test_a_database_gone_before_the_end_of_the_message(company: Company) -> None:
    call = ScriptedCall("74951234567", Script())
    draft = await company.taker.begin(call, BOX, SETTINGS, None)
    company.record(draft.id, HELLO)
    with locked(company), pytest.raises(DatabaseUnavailable):
        await company.taker.finish(draft)
    assert is_left(company) == [".wav"]

    company.settle()
    assert len(company.kept()) == 1


async def test_what_the_caller_takes_back_without_a_database(company: Company) -> None:
    call = ScriptedCall("74951234567", Script())
    with locked(company):
        first = await company.taker.begin(call, BOX, SETTINGS, None)
        second = await company.taker.begin(call, BOX, SETTINGS, first)
    for draft in (first, second):
        company.record(draft.id, HELLO)

    company.settle()

    assert [message.id for message in company.kept()] == [second.id]
    assert is_left(company) == []


async def test_without_database_and_spool_the_fallback_takes_over(company: Company) -> None:
    company.recordings.rmdir()
    with locked(company), pytest.raises(SpoolError):
        await leave(company)


@dataclass(frozen=True)
class Hung:
    """A database that answers nobody until it is released, and counts who asks."""

    released: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def ask(self, what: str) -> None:
        self.asked.append(what)
        assert self.released.wait(60)


class HungMessages(Intake):
    """Messages over a database that hangs."""

    hung: Hung

    def begin(self, envelope: Envelope, most: int | None = None) -> Draft:
        self.hung.ask("begin")
        return super().begin(envelope, most)

    def look_up(self, draft_id: str) -> MessageRow:
        self.hung.ask("look up")
        return super().look_up(draft_id)

    def keep(self, filed: Filed) -> Kept:
        raise AssertionError("nobody gets so far")


class DeafMessages(Intake):
    """Messages whose voice detector has too much to do."""

    hung: Hung

    def has_speech(self, draft_id: str, min_speech: float) -> bool:
        self.hung.ask("listen")
        return super().has_speech(draft_id, min_speech)


async def test_nobody_waits_in_silence_for_the_voice_detector(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialplan.keeping.message_taking, "PATIENCE", 0.1)
    messages = DeafMessages(company.database, company.audio, company.recordings)
    messages.hung = hung = Hung()

    steps = await leave(company, StoredMessageTaker(messages), EndedBy.KEY)

    assert hung.asked == ["listen"]
    assert [step for step in steps if "vm-review" in step]
    assert steps[-1] == SAVED
    assert company.states() == ["kept"]
    hung.released.set()
    await until(lambda: "files" not in {thread.name for thread in threading.enumerate()})


async def test_many_callers_do_not_pile_up_before_a_hung_database(company: Company) -> None:
    """Neither in its own threads nor in those that everybody else uses."""
    messages = HungMessages(company.database, company.audio, company.recordings)
    messages.hung = hung = Hung()
    taker = StoredMessageTaker(messages)

    with impatient():
        everyone = await asyncio.gather(*(leave(company, taker) for _ in range(30)))

    assert all("record up to 180 s" in steps for steps in everyone)
    assert is_left(company) == [".json"] * 30 + [".wav"] * 30
    assert len(hung.asked) == THREADS
    assert await asyncio.to_thread(lambda: "free") == "free"
    assert len(company.settle().kept) == 30

    hung.released.set()
    await until(lambda: "database" not in {thread.name for thread in threading.enumerate()})
    assert company.states() == ["kept"] * 30


async def test_what_a_call_had_begun_is_known_from_slips_too(company: Company) -> None:
    call = ScriptedCall("74951234567", Script())
    assert await company.taker.interrupted(call) is None
    messages = HungMessages(company.database, company.audio, company.recordings)
    messages.hung = hung = Hung()

    def gone(_: str) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    first = await company.taker.begin(call, BOX, SETTINGS, None)
    with impatient():
        second = await StoredMessageTaker(messages).begin(call, BOX, SETTINGS, first)
    hung.released.set()

    begun = await company.taker.interrupted(call)
    assert begun is not None
    assert (list(begun.takes), begun.employee) == ([first.id, second.id], "101")

    with pytest.MonkeyPatch.context() as database:
        database.setattr(company.store.drafts, "interrupted", gone)
        begun = await company.taker.interrupted(call)
    assert begun is not None
    assert (list(begun.takes), begun.employee) == ([second.id], "101")


# -- workers ------------------------------------------------------------------------------------


async def test_workers_do_the_work_elsewhere_and_tell_how_it_went() -> None:
    workers = WorkerThreads("worker")
    names = await workers.do(lambda: threading.current_thread().name)
    assert names == "worker"
    with pytest.raises(ZeroDivisionError):
        await workers.ask(lambda: 1 // 0, FOR_EVER)

    def refuse() -> None:
        raise TimeoutError("the work's own")

    with pytest.raises(TimeoutError, match="own"):
        await workers.ask(refuse, FOR_EVER)


async def test_workers_log_for_the_call_that_asked() -> None:
    with structlog.contextvars.bound_contextvars(call="1.2"):
        assert await WorkerThreads("worker").do(structlog.contextvars.get_contextvars) == {
            "call": "1.2"
        }


async def test_there_are_never_more_workers_than_said() -> None:
    workers, released = WorkerThreads("worker", 3), threading.Event()
    everyone = [asyncio.create_task(workers.do(lambda: released.wait(60))) for _ in range(20)]

    def working() -> int:
        return sum(thread.name == "worker" for thread in threading.enumerate())

    await until(lambda: working() == 3)
    released.set()
    assert await asyncio.gather(*everyone) == [True] * 20
    await until(lambda: working() == 0)


async def test_who_comes_after_everybody_waited_in_vain_does_not_wait() -> None:
    workers, released = WorkerThreads("worker", 2), threading.Event()
    for _ in range(2):
        with refuses(DatabaseUnavailable, r"within 0\.01 s"):
            await workers.ask(lambda: released.wait(60), 0.01)

    with refuses(DatabaseUnavailable, "asked before"):
        await workers.ask(lambda: released.wait(60), FOR_EVER)

    released.set()
    await until(lambda: "worker" not in {thread.name for thread in threading.enumerate()})
    assert await workers.ask(lambda: "answer", FOR_EVER) == "answer"


async def test_what_is_not_there_in_time_is_taken_for_something_else() -> None:
    workers, released = WorkerThreads("worker"), threading.Event()
    late = await workers.in_time(lambda: released.wait(60), 0.01, otherwise=False)
    released.set()
    assert late is False

    def refuse() -> bool:
        raise TimeoutError("the work's own")

    with pytest.raises(TimeoutError, match="own"):
        await workers.in_time(refuse, FOR_EVER, otherwise=False)


async def test_who_stood_still_takes_what_was_there_in_time() -> None:
    workers, answered = WorkerThreads("worker"), threading.Event()

    def answer() -> str:
        answered.set()
        return "answer"

    asking = asyncio.create_task(workers.in_time(answer, 0.05, otherwise="nothing"))
    await asyncio.sleep(0)  # it has asked
    assert answered.wait(60)
    threading.Event().wait(0.2)  # longer than it would wait
    assert await asking == "answer"


async def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    workers, begins, released = WorkerThreads("worker", 1), threading.Event(), threading.Event()
    begun: list[str] = []

    def hang() -> None:
        begins.set()
        released.wait(60)

    first = asyncio.create_task(workers.do(hang))
    await until(begins.is_set)
    with pytest.raises(DatabaseUnavailable):
        await workers.ask(lambda: begun.append("too late"), 0.01)
    released.set()
    await first
    await workers.do(lambda: begun.append("in time"))
    assert begun == ["in time"]
