"""Lists through the web server: a page of messages, a month, searches, what is new.

Of very many messages against a thousand, and against what the database alone takes for the same
statements. `python -m bench.pages` has more questions, and asks as an employee, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from bench.company import Kind, Visitor, company
from bench.figure import Figure, percentile
from bench.pages import LISTS
from bench.part import Size

QUESTIONS: Final = (
    "first page",
    "a month of last year",
    "search: own name",
    "search: three digits",
    "number of new ones",
)
FEW: Final = 1_000
ALONE: Final = 0
"""Stands for the database without the rest, with very many messages."""


def measure(size: Size) -> list[Figure]:
    """On both databases, each question of few and of many messages in turn."""
    kinds: tuple[Kind, ...] = ("sqlite",) if size == "quick" else ("sqlite", "postgresql")
    counts = (FEW, 20_000) if size == "quick" else (FEW, 100_000, 1_000_000)
    runs, rounds = (1, 20) if size == "quick" else (3, 15)
    figures = []
    for kind in kinds:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="vp-bench-")))
            asking = {
                count: _Asking(
                    stack.enter_context(company(kind, folder / str(count), count))["administrator"]
                )
                for count in counts
            }
            for question in QUESTIONS:
                figures += _figures(f"{question}, {kind}", asking, question, runs, rounds)
    return figures


def _figures(
    what: str, asking: dict[int, _Asking], question: str, runs: int, rounds: int
) -> list[Figure]:
    asks = {count: asker.answer(question) for count, asker in asking.items()}
    most = max(asking)
    asks[ALONE] = asking[most].database_alone(question)
    for ask in asks.values():
        ask()  # the first fills caches
    taken: dict[int, list[list[float]]] = {count: [] for count in asks}
    for _ in range(runs):
        for times in taken.values():
            times.append([])
        for _ in range(rounds):
            for count, ask in asks.items():
                taken[count][-1].append(_milliseconds(ask))

    def told(count: int, percent: int) -> list[float]:
        return [percentile(run, percent) for run in taken[count]]

    against = "the same statements, the database alone"
    return [
        Figure(
            f"{what}, {count:,} messages, p{percent}",
            f"of {FEW:,} messages",
            "ms",
            told(count, percent),
            told(FEW, percent),
            goal=2,
        )
        for count in asking
        if count != FEW
        for percent in (50, 99)
    ] + [
        Figure(f"{what}, {most:,} messages", against, "ms", told(most, 50), told(ALONE, 50), goal=3)
    ]


def _milliseconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - began)


@dataclass(frozen=True)
class _Asking:
    """Somebody who asks, through the API and of the storage behind it."""

    visitor: Visitor

    def answer(self, question: str) -> Callable[[], object]:
        way: Callable[[], object] = self._ways(question)["JSON"]
        return way

    def database_alone(self, question: str) -> Callable[[], object]:
        """What runs the statements of an answer again, by the database's driver."""
        storage = self._ways(question)["storage"]
        with _overheard() as heard:
            storage()
        assert heard.engine

        def run() -> None:
            assert heard.engine
            connection = heard.engine.raw_connection()
            try:
                cursor = connection.cursor()
                for statement, parameters in heard.statements:
                    cursor.execute(statement, parameters)
                    cursor.fetchall()
            finally:
                connection.close()

        return run

    def _ways(self, question: str) -> Any:
        counts = self.visitor.counts()
        return counts[question] if question in counts else self.visitor.asks(LISTS[question])


@dataclass
class _Heard:
    engine: Engine | None = None
    statements: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def _overheard() -> Iterator[_Heard]:
    """The statements that are executed meanwhile."""
    heard = _Heard()

    def hear(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.engine = connection.engine
            heard.statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
