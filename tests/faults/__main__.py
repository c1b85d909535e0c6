"""`python -m tests.faults`: try every fault, or those named; one line of JSON for each."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from tests.faults.catalogue import FAULTS
from tests.faults.fault import Fault, Result, Size
from tests.faults.rounds import say, try_fault
from tests.faults.table import write

SHORT_CALLS, SHORT_ROUNDS = 20, 3


@click.command()
@click.argument("names", nargs=-1)
@click.option("--calls", type=int, help="Calls in a round; by default 200, fewer for some.")
@click.option("--rounds", type=int, help="Rounds of each fault; by default 100, or 20.")
@click.option("--seed", type=int, help="Of everything that chance decides.")
@click.option("--short", is_flag=True, help="Brief outages, 20 calls, 3 rounds.")
@click.option(
    "--write",
    "table",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Also write the figures into this table, docs/reliability.md.",
)
@click.option("--list", "listing", is_flag=True, help="Only name the faults.")
def main(
    names: Sequence[str],
    calls: int | None,
    rounds: int | None,
    seed: int | None,
    short: bool,
    table: Path | None,
    listing: bool,
) -> None:
    """Break something while callers call, and account for every second that they spoke.

    NAMES are faults; without any, all are tried. Results are lines of JSON on stdout, talk goes
    to stderr. Ends with 1 where anything did not hold.
    """
    if listing:
        for fault in FAULTS.values():
            click.echo(fault.name)
        return
    if unknown := set(names) - FAULTS.keys():
        raise click.ClickException(f"there is no fault {', '.join(sorted(unknown))}: see --list")
    chosen = [FAULTS[name] for name in names] or list(FAULTS.values())
    seed = random.randrange(10**6) if seed is None else seed
    all_hold = True
    for fault in chosen:
        found = _try(_sized(fault, calls, rounds, short), seed, "short" if short else "long")
        all_hold &= bool(found["holds"])
        if table is not None:
            write(table, found)
    sys.exit(0 if all_hold else 1)


def _sized(fault: Fault, calls: int | None, rounds: int | None, short: bool) -> Fault:
    """The fault with as many calls and rounds as were asked for."""
    return replace(
        fault,
        calls=calls or (SHORT_CALLS if short else fault.calls),
        rounds=rounds or (SHORT_ROUNDS if short else fault.rounds),
    )


def _try(fault: Fault, seed: int, size: Size) -> dict[str, object]:
    result = asyncio.run(try_fault(fault, seed=seed, size=size))
    found = line(result)
    click.echo(json.dumps(found, ensure_ascii=False))
    say(f"{fault.name}: {'holds' if found['holds'] else 'DOES NOT HOLD'}")
    return found


def line(result: Result) -> dict[str, object]:
    """A result as one line of JSON says it."""
    return {
        "fault": result.fault,
        "holds": not result.failures,
        "seed": result.seed,
        "size": result.size,
        "rounds": result.rounds,
        **result.figures,
        "failures": result.failures,
    }


if __name__ == "__main__":
    main()
