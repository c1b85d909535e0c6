"""Arguments that nobody means: every command and option there is, and terminals that are none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.commands.conftest import OFFICE
from tests.commands.test_cli import ALL

RUNS_ON = {"serve", "calls", "agi", "web", "fork-server", "demo", "install"}
"""Commands that go on, or load a hundred megabytes, once their arguments are in order."""

HOSTILE = [
    "",
    " ",
    "--",
    "-",
    "-1",
    "0",
    "%",
    "_",
    "../",
    "..",
    "a/b/c",
    "folder",
    "x" * 5000,
    "9" * 400,
    "1e999",
    "nan",
    "\udcff\udcfe",
    "\x01\x1b[2J\r\n",
    "\u202e\u2028\ufeff",
    "'; DROP TABLE messages; --",
    "${SHELL(id)}",
    "[company",
    "2026-02-30",
    "2026-13",
    "prompt:../../etc/passwd",
]


def leaves() -> list[tuple[str, ...]]:
    """The words of every command that does something by itself, and comes back."""
    return sorted(
        words
        for words, command in ALL.items()
        if not isinstance(command, click.Group) and words[-1] not in RUNS_ON
    )


def share(of: int, turn: int) -> list[str]:
    """One in so many of the hostile values, others at each turn.

    The same few types read most arguments and options: not each has to get everything.
    """
    return HOSTILE[turn % of :: of]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a company, in whose neighbourhood there is a folder and a file."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("a/b/c", "folder/within"):
        (place / folder).mkdir(parents=True)
    (place / "office.toml").write_text(OFFICE, encoding="utf-8")
    applied = CliRunner().invoke(
        main, ["--home", str(place / "home"), "config", "apply", str(place / "office.toml")]
    )
    assert applied.exit_code == 0, applied.output
    return place / "home"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *words], input="")


def assert_in_order(words: tuple[str, ...], result: Result) -> None:
    """It did what it was told, or said in words why not."""
    told = (words, result.output[-2000:], result.exc_info)
    assert result.exit_code in (0, 1, 2), told
    assert result.exception is None or isinstance(result.exception, SystemExit), told
    assert "Traceback" not in result.output, told
    if result.exit_code:
        assert result.output.strip(), told
        assert len(result.output) < 20_000, told


@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_hostile_arguments_are_refused_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(home.parent)
    arguments = [p for p in ALL[words].params if isinstance(p, click.Argument)]
    for value in share(3, leaves().index(words)) if arguments else HOSTILE[:1]:
        said = (*words, "--", *(value for _ in range(max(1, len(arguments)))))
        assert_in_order(said, run(home, *said))


@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_hostile_options_are_refused_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(home.parent)
    arguments = ["101" for p in ALL[words].params if isinstance(p, click.Argument)]
    for turn, option in enumerate(ALL[words].params, start=leaves().index(words)):
        if isinstance(option, click.Option) and not option.is_flag and option.name != "home":
            for value in share(5, turn):
                said = (*words, f"{option.opts[-1]}={value}", "--", *arguments)
                assert_in_order(said, run(home, *said))


@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_numbers_have_an_end(words: tuple[str, ...]) -> None:
    """No database, and no calendar, takes any number."""
    numbers = [p.type for p in ALL[words].params if isinstance(p.type, click.IntRange)]
    assert all(each.min is not None and each.max is not None for each in numbers)


# -- as processes ------------------------------------------------------------------------------


def start(*words: str, **how: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process."""
    defaults: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "cli", *words], timeout=60, **{**defaults, **how}
    )


def assert_one_line(done: subprocess.CompletedProcess[bytes], *codes: int) -> None:
    errors = (done.stderr or b"").decode()
    assert done.returncode in codes, (done.returncode, errors)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    assert len(errors.splitlines()) <= 1, errors


def test_who_stops_reading_is_no_error(home: Path) -> None:
    """As in `voicepost completion bash | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert_one_line(start("--home", str(home), "completion", "bash", stdout=writer), 0, 1)
    finally:
        os.close(writer)


def test_a_full_disk_for_the_output_is_said(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = start("--home", str(home), "completion", "bash", stdout=full)
    assert_one_line(done, 1)
    assert b"No space left" in done.stderr


def test_an_output_that_is_closed_is_no_traceback(home: Path) -> None:
    done = start(
        "--home", str(home), "completion", "bash", preexec_fn=lambda: os.close(1), stdout=None
    )
    assert_one_line(done, 0, 1)


def test_nobody_has_to_have_a_home_folder_or_to_write_utf8(home: Path) -> None:
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    done = start("--home", str(home), "messages", "show", "\udcff\udcfe", env=environment)
    assert_one_line(done, 1)
    assert b"message" in done.stderr


@pytest.mark.parametrize(
    "place", ["/proc/voicepost", "/dev/null/voicepost", "x" * 300, "a\nb/\x1b"]
)
def test_a_home_that_cannot_be_written_is_said(home: Path, place: str) -> None:
    blocked = place if place.startswith("/") else str(home.parent / "office.toml" / place)
    done = run(Path(blocked), "messages", "list")
    assert_in_order(("--home", place), done)
    assert done.exit_code in (1, 2)
    assert done.stderr.splitlines()[-1].startswith("Error: ")
