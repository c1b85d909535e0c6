"""The table of docs/performance.md: a line for each figure, with its latest numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.figure import Figure

HEAD = (
    "| figure | ours | peer | against | ratio | goal | |",
    "|---|---|---|---|---|---|---|",
)
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def write(file: Path, figures: Sequence[Figure]) -> None:
    """Put the figures into the table, each in place of its own line or behind the others."""
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {_name(row): row for row in table.strip().splitlines()[len(HEAD) :]}
    rows |= {figure.what: _row(figure) for figure in figures}
    text = "\n".join([BEGIN, *HEAD, *rows.values(), END])
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
