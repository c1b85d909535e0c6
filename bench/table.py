"""The tables of docs/performance.md: a line for each figure, and for each part what it took."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.figure import Figure
from bench.usage import Usage


class _Table(NamedTuple):
    """Between two comments of the document."""

    begin: str
    end: str
    head: tuple[str, str]


FIGURES: Final = _Table(
    "<!-- figures -->",
    "<!-- end of figures -->",
    ("| figure | ours | peer | against | ratio | goal | |", "|---|---|---|---|---|---|---|"),
)
USAGE: Final = _Table(
    "<!-- usage -->",
    "<!-- end of usage -->",
    ("| part | took | of the machine | CPU seconds |", "|---|---|---|---|"),
)


def write_figures(file: Path, figures: Sequence[Figure]) -> None:
    """Put the figures into the table, each in place of its own line or behind the others."""
    _write(file, FIGURES, [_row(figure) for figure in figures])


def write_usage(file: Path, part: str, usage: Usage) -> None:
    """Put in what a part took of the machine."""
    cpu = ", ".join(f"{whose} {seconds:.3g}" for whose, seconds in usage.cpu.items())
    _write(file, USAGE, [f"| `{part}` | {usage.seconds:.0f} s | {usage.busy:.0%} | {cpu} |"])


def _write(file: Path, table: _Table, rows: Sequence[str]) -> None:
    before, _, rest = file.read_text(encoding="utf-8").partition(table.begin)
    there, _, after = rest.partition(table.end)
    lines = {_name(row): row for row in there.strip().splitlines()[len(table.head) :]}
    lines |= {_name(row): row for row in rows}
    text = "\n".join([table.begin, *table.head, *lines.values(), table.end])
    file.write_text(f"{before}{text}{after}", encoding="utf-8")


def _name(row: str) -> str:
    return row.split(" | ", maxsplit=1)[0].removeprefix("| ")


def _row(figure: Figure) -> str:
    verdict = "" if figure.goal is None else "holds" if figure.holds else "**missed**"
    cells = (
        figure.what,
        f"{_number(figure.of_ours)} {figure.unit}",
        f"{_number(figure.of_peer)} {figure.unit}",
        figure.against,
        f"**{figure.ratio:.2f}** ({_spread(figure)})",
        figure.aim,
        verdict,
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _spread(figure: Figure) -> str:
    low, high, runs = figure.ratios[0], figure.ratios[-1], len(figure.ours)
    return "one run" if runs == 1 else f"{low:.2f} to {high:.2f}, {runs} runs"
