"""A few threads for one kind of work, so that a database that hangs holds up nothing else.

Asyncio's own pool has few threads, and whoever waits for a dead database in it keeps all others
from reading a file. And they are daemons: work that never ends must not keep the process
from ending. Every step of the keeping of messages may be cut short and repeated.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from storage.errors import DatabaseUnavailable

Result = TypeVar("Result")
Work = tuple["Future[Any]", Callable[[], Any]]

THREADS = 2
"""SQLite lets one write at a time, and there is one voice detector; another one reads, or waits for
PostgreSQL's disk. More would only take the interpreter from each other, and from the calls."""


IDLE_SECONDS = 1.0
"""So long one waits for more work: to hire another costs more than most of it."""


class WorkerThreads:
    """Does work in at most ``number`` threads. To be used from any number of event loops."""

    def __init__(self, name: str, number: int = THREADS) -> None:
        self._name = name
        self._number = number
        self._lock = threading.Lock()
        self._work_comes = threading.Condition(self._lock)
        self._waiting: deque[Work] = deque()
        self._hired = 0
        self._idle = 0
        self._overdue = 0

    async def do(self, work: Callable[[], Result]) -> Result:
        """Wait for the work's result as long as it takes."""
        return await asyncio.wrap_future(self._accept(work))

    async def ask(self, work: Callable[[], Result], seconds: float) -> Result:
        """Wait ``seconds`` for the database.

        Raises DatabaseUnavailable when that is over: the work goes on all the same if somebody
        has begun with it. While all workers have such work on their hands, nobody waits at all.
        """
        if self._all_overdue():
            raise DatabaseUnavailable("database-silent")
        future = self._accept(work)
        if await _is_done_within(future, seconds):
            return future.result()
        if future.running():
            self._note_overdue(future)
        raise DatabaseUnavailable("database-slow", seconds=seconds)

    async def in_time(
        self, work: Callable[[], Result], seconds: float, otherwise: Result
    ) -> Result:
        """Wait ``seconds`` for the work's result; where it is not there by then, ``otherwise``."""
        future = self._accept(work)
        return future.result() if await _is_done_within(future, seconds) else otherwise

    def _accept(self, work: Callable[[], Result]) -> Future[Result]:
        future: Future[Result] = Future()
        context = contextvars.copy_context()  # log lines carry the call's id
        with self._lock:
            self._waiting.append((future, partial(context.run, work)))
            hire = self._idle < len(self._waiting) and self._hired < self._number
            self._hired += hire
            self._work_comes.notify()
        if hire:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        return future

    def _work(self) -> None:
        """Do what waits and what comes soon, then go: idle threads would outlive their workers."""
        while (work := self._next()) is not None:
            future, function = work
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

    def _next(self) -> Work | None:
        with self._lock:
            if not self._waiting:
                self._idle += 1
                self._work_comes.wait(IDLE_SECONDS)
                self._idle -= 1
            if self._waiting:
                return self._waiting.popleft()
            self._hired -= 1
            return None

    def _all_overdue(self) -> bool:
        with self._lock:
            return self._overdue > 0 and self._hired - self._idle >= self._number

    def _note_overdue(self, future: Future[Any]) -> None:
        with self._lock:
            self._overdue += 1
        future.add_done_callback(self._note_done)

    def _note_done(self, _: Future[Any]) -> None:
        with self._lock:
            self._overdue -= 1


async def _is_done_within(future: Future[Any], seconds: float) -> bool:
    """Wait for the work's end; raises what it raises. Work not begun by then is given up."""
    try:
        async with asyncio.timeout(seconds) as limit:
            await asyncio.wrap_future(future)
    except TimeoutError:
        if not limit.expired():
            raise  # the work's own
        # Who stood still meanwhile takes what was done all the same.
        return future.done() and not future.cancelled()
    return True
