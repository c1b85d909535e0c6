"""`python -m bench`: measure everything, or the parts named, each beside a peer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from bench import (
    archives,
    cost,
    crowded,
    decisions,
    greeting,
    keeping,
    lists,
    memory,
    rate,
    starting,
    telling,
    visible,
)
from bench.figure import Figure
from bench.part import Part, Size
from bench.plot import draw
from bench.table import write_figures, write_usage
from bench.usage import Usage, used

RESULTS: Final = Path(__file__).parent / "results"
PARTS: Final[Mapping[str, Part]] = {
    "greeting": greeting.measure,
    "rate": rate.measure,
    "cost": cost.measure,
    "memory": memory.measure,
    "decisions": decisions.measure,
    "keeping": keeping.measure,
    "telling": telling.measure,
    "visible": visible.measure,
    "lists": lists.measure,
    "crowded": crowded.measure,
    "starting": starting.measure,
    "archives": archives.measure,
}
"""By the names of their modules, in the order of the table in docs/performance.md."""
MINUTES: Final = {"rate", "memory", "crowded"}
"""What cannot be told in less; the quick form leaves it out unless it is named."""


@click.command()
@click.argument("names", nargs=-1)
@click.option("--quick", is_flag=True, help="Fewer runs of less, and not all parts: three minutes.")
@click.option(
    "--write",
    "document",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Also write the table into this file, docs/performance.md, and the picture beside it.",
)
@click.option("--list", "listing", is_flag=True, help="Only name the parts.")
def main(names: Sequence[str], quick: bool, document: Path | None, listing: bool) -> None:
    """Measure ours beside a peer, in the same minutes on the same machine.

    NAMES are parts; without any, all are measured, but with --quick not those that take minutes.
    Each writes bench/results/NAME.json.
    """
    if listing:
        for name in PARTS:
            click.echo(name)
        return
    if unknown := set(names) - PARTS.keys():
        raise click.ClickException(f"there is no part {', '.join(sorted(unknown))}: see --list")
    size: Size = "quick" if quick else "whole"
    for name in names or [name for name in PARTS if not (quick and name in MINUTES)]:
        click.echo(f"{name} …", err=True)
        figures, usage = used(partial(PARTS[name], size))
        for figure in figures:
            click.echo(line(figure))
        click.echo(f"{name} took {usage.seconds:.0f} s, {usage.busy:.0%} of the machine", err=True)
        _store(name, size, usage, figures)
        if document is not None:
            write_figures(document, figures)
            write_usage(document, name, usage)
            draw(RESULTS, document.with_suffix(".svg"))


def line(figure: Figure) -> str:
    """A figure in one line, for the person who waits."""
    low, high = figure.ratios[0], figure.ratios[-1]
    return (
        f"{figure.what}: {figure.of_ours:.4g} {figure.unit}, {figure.against}: "
        f"{figure.of_peer:.4g} {figure.unit}; ratio {figure.ratio:.2f} ({low:.2f} to {high:.2f} "
        f"in {len(figure.ours)} runs), goal {figure.aim}{'' if figure.holds else ': MISSED'}"
    )


def _store(name: str, size: Size, usage: Usage, figures: Sequence[Figure]) -> None:
    RESULTS.mkdir(exist_ok=True)
    found = {
        "part": name,
        "size": size,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "usage": asdict(usage),
        "figures": [
            asdict(figure) | {"ratio": round(figure.ratio, 3), "holds": figure.holds}
            for figure in figures
        ],
    }
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
