"""How the page of a company with very many messages answers, against one with a few.

    python -m bench.pages --few 1000 --many 1000000

Each figure is the median over rounds in which both are asked in turn, in the same minute and on
the same machine: the ratio is the result. Goal: at most 2.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
import httpx2 as httpx
from starlette.testclient import TestClient

from bench.crowd import fill
from commands.context import App
from commands.webserver import services
from storage.actor import Actor
from storage.office import parse_office
from tests.storage.postgresql import connect, postgresql_server
from web.app import create_app
from web.guard import COOKIE

RESULTS: Final = Path(__file__).parent / "results"
OFFICE: Final = Path(__file__).parents[1] / "examples" / "office.toml"
BENCH: Final = Actor(name="bench", via="cli")
PASSWORD: Final = "only for this bench"  # noqa: S105
GOAL: Final = 2.0

LAST_YEAR: Final = f"{datetime.now(UTC) - timedelta(days=400):%Y-%m}"
ASKED: Final = {
    "first page": "/messages",
    "a month of last year": f"/messages?month={LAST_YEAR}",
    "company's box": "/messages?box=company",
    "one employee's box": "/messages?box=employee&employee=101",
    "only new ones": "/messages?state=new",
    "search: a name": "/messages?search=петрова",
    "search: part of a number": "/messages?search=916",
    "search: a whole number, none": "/messages?search=79000000000001",
    "search: two letters": "/messages?search=пе",
    "JSON: months": "/api/v1/months",
    "JSON: new ones, counted": "/api/v1/messages/new-count",
    "JSON: a page of 50": "/api/v1/messages?limit=50",
}


@click.command()
@click.option("--few", default=1_000, show_default=True, help="Messages of the small company.")
@click.option("--many", default=1_000_000, show_default=True, help="Messages of the large one.")
@click.option("--rounds", default=30, show_default=True, help="Times each is asked.")
@click.option(
    "--database",
    "kinds",
    multiple=True,
    type=click.Choice(["sqlite", "postgresql"]),
    default=("sqlite", "postgresql"),
    help="Which databases; repeatable.",
)
def main(few: int, many: int, rounds: int, kinds: tuple[str, ...]) -> None:
    """Measure, print a table, write bench/results/pages.json."""
    results = {kind: _measure(kind, few, many, rounds) for kind in kinds}
    RESULTS.mkdir(exist_ok=True)
    report = {"few": few, "many": many, "rounds": rounds, "databases": results}
    (RESULTS / "pages.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")


def _measure(kind: str, few: int, many: int, rounds: int) -> dict[str, dict[str, float]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vp-bench-")))
        small = stack.enter_context(_office(kind, folder / "few", few))
        large = stack.enter_context(_office(kind, folder / "many", many))
        click.echo(f"\n{kind}: {few} and {many} messages; milliseconds (median of {rounds})")
        click.echo(f"{'':32}{few:>10}{many:>10}{'ratio':>8}")
        results = {}
        for who, visitors in {"administrator": (small[0], large[0]), "employee": (small[1], large[1])}.items():
            for what, address in ASKED.items():
                times: list[list[float]] = [[], []]
                for _ in range(rounds):
                    for visitor, taken in zip(visitors, times, strict=True):
                        taken.append(_time(visitor, address))
                small_ms, large_ms = (statistics.median(taken) * 1000 for taken in times)
                ratio = large_ms / small_ms
                flag = "" if ratio <= GOAL else "  above the goal"
                click.echo(f"{who[:5]}: {what:25}{small_ms:10.1f}{large_ms:10.1f}{ratio:8.2f}{flag}")
                results[f"{who}: {what}"] = {
                    "few_ms": round(small_ms, 2),
                    "many_ms": round(large_ms, 2),
                    "ratio": round(ratio, 2),
                }
        return results


def _time(visitor: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = visitor.get(address)
    taken = time.perf_counter() - began
    assert answer.status_code == 200, (address, answer.status_code, answer.text[:300])
    return taken


@contextmanager
def _office(kind: str, home: Path, count: int) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A company with so many messages; its administrator's and an employee's browser."""
    home.mkdir()
    with ExitStack() as stack:
        if kind == "postgresql":
            socket = stack.enter_context(postgresql_server())
            with connect(socket):
                url = f"postgresql:///postgres?host={socket}&user=postgres"
            (home / "voicepost.toml").write_text(f'[database]\nurl = "{url}"\n')
        app = App(home)
        stack.callback(app.database.close)
        app.offices.apply(parse_office(OFFICE.read_text("utf-8")), OFFICE.parent, by=BENCH)
        site = app.offices.site()
        people = (("olga", "administrator", ()), ("anna", "employee", ("101",)))
        ids = [
            app.users.add(
                company_id=site.company_id, login=login, name=login, role=role,  # type: ignore[arg-type]
                extensions=extensions, password=PASSWORD, by=BENCH,
            ).id
            for login, role, extensions in people
        ]
        began = time.monotonic()
        fill(app.database, site, ids, count)
        _analyse(app)
        click.echo(f"{kind}: {count} messages written in {time.monotonic() - began:.0f} s", err=True)
        pages = create_app(services(app))
        visitors = []
        for login, _, _ in people:
            _, token = app.sessions.log_in(login, PASSWORD, address="", agent="")
            visitor = stack.enter_context(TestClient(pages, cookies={COOKIE: token}))
            visitors.append(visitor)
        yield visitors[0], visitors[1]


def _analyse(app: App) -> None:
    """What a database does by itself in time."""
    from sqlalchemy import text

    with app.database.session() as session:
        session.execute(text("ANALYZE"))


if __name__ == "__main__":
    main()
