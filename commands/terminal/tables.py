"""Lists on the terminal: a readable table, or JSON for other programs."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

WIDEST: Final = 10_000
"""Characters in a line that no window cuts."""


def print_json(data: Any) -> None:
    """Data as JSON, in the letters it is written in."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, err: bool = False
) -> None:
    """Rows under headings: folded to the window on a terminal, one line each everywhere else."""
    # Imported here: most commands print no table, and rich takes a tenth of a second.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text, because a name may look like rich's own marks.
        table.add_row(*(Text(str(cell)) for cell in row))
    console = Console(highlight=False, stderr=err)
    if not console.is_terminal:
        console.width = WIDEST
    console.print(table)


def counted(messages: int) -> str:
    """A number of messages, in words."""
    return "1 message" if messages == 1 else f"{messages} messages"
