"""How the page of a company with very many messages answers, against one with a few.

    python -m bench.pages --few 1000 --many 1000000

Each figure is the median over rounds in which both are asked in turn, in the same minute and on
the same machine: the ratio is the result. Goal: at most 2, which "!" marks where
it is missed; "*" does where the few make a shorter list.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from bench.company import LEVELS, Kind, Level, Visitor, company

RESULTS: Final = Path(__file__).parent / "results"
GOAL: Final = 2.0
MIDDLE_MONTH: Final = f"{datetime.now(UTC) - timedelta(days=400):%Y-%m}"

# MIDDLE is a place half-way down the list, CALLER the number of somebody who called there.
LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "first page": {},
    "a page far down": {"before": "MIDDLE"},
    "a month of last year": {"month": MIDDLE_MONTH},
    "company's box": {"box": "company"},
    "one employee's box": {"box": "employee", "employee": "101"},
    "only new ones": {"state": "new"},
    "unassigned": {"box": "unassigned"},
    "trash": {"trash": "1"},
    "search: own name": {"search": "петрова"},
    "search: another's name": {"search": "борис"},
    "search: name and digits": {"search": "петрова 916"},
    "search: what all callers have": {"search": "79"},
    "search: two letters": {"search": "пе"},
    "search: two digits": {"search": "16"},
    "search: three digits": {"search": "916"},
    "search: four digits": {"search": "7916"},
    "search: five digits": {"search": "79165"},
    "search: digits in two spellings": {"search": "8 916 5"},
    "search: a caller's number": {"search": "CALLER"},
    "search: a number, nothing": {"search": "+7 900 000-00-00-01"},
    "search: a word, nothing": {"search": "ничего"},
    "search: digits, last year": {"search": "916", "month": MIDDLE_MONTH},
    "search: digits, far down": {"search": "916", "before": "MIDDLE"},
}
FOR_ADMINISTRATORS: Final = {"company's box", "unassigned", "trash"}


@dataclass(frozen=True)
class Result:
    """Milliseconds that a question took, of few messages and of many."""

    database: str
    role: str
    question: str
    level: Level
    listed: tuple[int, int]
    few: float
    many: float

    @property
    def ratio(self) -> float:
        """How many times longer it takes of many."""
        return self.many / self.few

    @property
    def is_fair(self) -> bool:
        """Whether the list of few is no shorter: fifty lines take longer to print than ten."""
        return self.listed[0] >= self.listed[1]


@click.command()
@click.option("--few", default=1_000, show_default=True, help="Messages of the small company.")
@click.option("--many", default=1_000_000, show_default=True, help="Messages of the large one.")
@click.option("--rounds", default=15, show_default=True, help="Times each is asked.")
@click.option(
    "--database",
    "kinds",
    multiple=True,
    type=click.Choice(["sqlite", "postgresql"]),
    default=("sqlite", "postgresql"),
    help="Which databases; repeatable.",
)
def main(few: int, many: int, rounds: int, kinds: tuple[Kind, ...]) -> None:
    """Measure, print a table, write bench/results/pages.json."""
    results = [result for kind in kinds for result in _measure(kind, few, many, rounds)]
    for level in LEVELS:
        fair = (result for result in results if result.level == level and result.is_fair)
        worst = max(fair, key=lambda result: result.ratio)
        where = f"{worst.database}, {worst.role}, {worst.question}"
        click.echo(f"worst {level}: ×{worst.ratio:.2f} ({where})")
    RESULTS.mkdir(exist_ok=True)
    listed = [asdict(result) | {"ratio": round(result.ratio, 2)} for result in results]
    report = {"few": few, "many": many, "rounds": rounds, "milliseconds": listed}
    (RESULTS / "pages.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")


def _measure(kind: Kind, few: int, many: int, rounds: int) -> list[Result]:
    results = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vp-bench-")))
        small, large = (
            stack.enter_context(company(kind, folder / str(count), count))
            for count in _told(kind, few, many)
        )
        for role in small:
            click.echo(f"\n{kind}, {role}: ms of {few} → of {many} messages, ratio")
            click.echo(f"{'':29}{'listed':>10}" + "".join(f"{level:>26}" for level in LEVELS))
            questions = _questions(small[role], role), _questions(large[role], role)
            for question in questions[0]:
                of_few, of_many = (asked[question] for asked in questions)
                listed = of_few["storage"](), of_many["storage"]()
                row = []
                for level, ask in of_few.items():
                    times = _times(ask, of_many[level], rounds)
                    row.append(Result(kind, role, question, level, listed, *times))
                click.echo(_line(question, row))
                results += row
    return results


def _told(kind: Kind, *counts: int) -> list[int]:
    click.echo(f"{kind}: writing {' and '.join(map(str, counts))} messages …", err=True)
    return list(counts)


def _questions(visitor: Visitor, role: str) -> dict[str, dict[Level, Callable[[], int]]]:
    lists = {
        name: visitor.asks(choices)
        for name, choices in LISTS.items()
        if role == "administrator" or name not in FOR_ADMINISTRATORS
    }
    return lists | visitor.counts()


def _times(
    of_few: Callable[[], int], of_many: Callable[[], int], rounds: int
) -> tuple[float, float]:
    """The medians, in milliseconds; the first, unmeasured time fills caches."""
    times: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        of_few()
        between = time.perf_counter()
        of_many()
        times.append((between - began, time.perf_counter() - between))
    few, many = (1000 * statistics.median(taken) for taken in zip(*times[1:], strict=True))
    return few, many


def _line(question: str, row: list[Result]) -> str:
    cells = {result.level: result for result in row}
    few, many = row[0].listed
    line = f"{question:29}{f'{few} → {many}':>10}"
    for level in LEVELS:
        if (cell := cells.get(level)) is None:
            line += f"{'':26}"
        else:
            flag = " " if cell.ratio <= GOAL else "!" if cell.is_fair else "*"
            line += f"{cell.few:10.1f} → {cell.many:6.1f} {cell.ratio:5.2f}{flag}"
    return line


if __name__ == "__main__":
    main()
