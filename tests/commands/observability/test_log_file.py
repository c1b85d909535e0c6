"""A role's log file: rotated, bounded, and never in anybody's way."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from commands.observability.log_file import LogFile
from commands.observability.logging import configure_logs
from storage.errors import NoRecording, wrong


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LogFile]:
    file = LogFile(tmp_path / "log" / "calls.jsonl", file_bytes=1000, old_files=2)
    yield file
    file.close()


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_lines_are_appended_by_one_process_after_the_other(file: LogFile) -> None:
    file.write("one")
    file.close()
    file.write("two")
    file.close()
    assert lines(file.path) == ["one", "two"]
    assert file.path.stat().st_mode & 0o007 == 0, "callers' numbers are nobody else's business"


def test_old_files_are_put_by_and_the_oldest_go(file: LogFile) -> None:
    for number in range(500):
        file.write(f"{number:020}")
    file.close()
    kept = sorted(path.name for path in file.path.parent.iterdir())
    assert kept == ["calls.jsonl", "calls.jsonl.1", "calls.jsonl.2"]
    whole = [
        line
        for name in ("calls.jsonl.2", "calls.jsonl.1", "calls.jsonl")
        for line in lines(file.path.with_name(name))
    ]
    assert [int(line) for line in whole] == list(range(500 - len(whole), 500))
    assert sum(path.stat().st_size for path in file.path.parent.iterdir()) <= 3 * 1021


def test_two_processes_of_one_role_put_by_a_file_once(file: LogFile) -> None:
    """One ends its calls while its successor begins: neither loses the other's lines."""
    other = LogFile(file.path, file_bytes=1000, old_files=2)
    other.write("of the old process")
    other.close()
    other.write("still open")
    for number in range(60):
        file.write(f"{number:020}")
    file.close()
    other.write("the last words")
    other.close()
    everything = [line for path in file.path.parent.iterdir() for line in lines(path)]
    assert {"of the old process", "still open", "the last words"} <= set(everything)
    assert len([line for line in everything if line.isdigit()]) == 60


def test_what_cannot_be_written_is_counted_and_told_later(file: LogFile) -> None:
    file.path.parent.write_text("a file where the folder should be")
    for _ in range(3):
        file.write("lost")
    file.close()
    assert file.lost == 3
    file.path.parent.unlink()
    file.write("there is room again")
    file.close()
    first, second = lines(file.path)
    assert first == "there is room again"
    assert json.loads(second)["lines"] == 3


def test_a_full_disk_breaks_one_line_and_no_other(file: LogFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text("the disk was full in the midd")
    file.write("and now it is not")
    file.close()
    assert lines(file.path) == ["the disk was full in the midd", "and now it is not"]


def test_a_disk_that_does_not_answer_holds_nobody_up(tmp_path: Path) -> None:
    """A pipe that nobody reads is such a disk: opening it waits for ever."""
    os.mkfifo(tmp_path / "calls.jsonl")
    file = LogFile(tmp_path / "calls.jsonl")
    reader = os.open(tmp_path / "calls.jsonl", os.O_RDONLY | os.O_NONBLOCK)
    for _ in range(30_000):
        file.write("x" * 100)
    assert file.lost > 10_000
    os.close(reader)
    file.close()


def test_a_role_files_what_stderr_does_not_show(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("warning", "text", "calls", tmp_path)
    log = structlog.get_logger()
    with structlog.contextvars.bound_contextvars(call="1.1"):
        log.debug("too little to file")
        log.info("quiet", message="m")
        try:
            int("two\nlines")
        except ValueError:
            log.exception("loud")
    _end_filing()
    quiet, loud = map(json.loads, lines(tmp_path / "calls.jsonl"))
    assert (quiet["event"], quiet["call"], quiet["role"]) == ("quiet", "1.1", "calls")
    assert "ValueError" in loud["exception"]
    shown = capfd.readouterr().err
    assert "loud" in shown
    assert "quiet" not in shown


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_strangers_send_neither_breaks_a_line_nor_steers_a_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], form: str
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202e\n{}\r\x9b\ud800"
    configure_logs("info", form, "calls", tmp_path)
    structlog.get_logger().info("call", caller=evil, args=[evil], call=evil)
    _end_filing()
    (line,) = lines(tmp_path / "calls.jsonl")
    told = json.loads(line)
    assert told["caller"] == told["args"][0] == told["call"]
    seen = r"\u001b]0;owned\u0007\u001b[2J\u202e\n{}\r\u009b\ud800"
    assert told["caller"] == seen, "nothing is lost for whoever looks into it"
    for text in (line, capfd.readouterr().err.rstrip("\n")):
        assert text.isprintable()


def test_lines_of_a_call_are_told_in_order_once_it_waits(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info", "json", "calls", tmp_path)
    log = structlog.get_logger()

    async def flow() -> str:
        log.info("key")
        try:
            int("a")
        except ValueError:
            log.exception("broken")
        await asyncio.to_thread(log.info, "from a thread")  # tells what waits before it
        log.info("menu")
        return capfd.readouterr().err

    before = asyncio.run(flow())
    log.info("over")
    told = [json.loads(line)["event"] for line in before.splitlines()]
    assert told == ["key", "broken", "from a thread"], "the prompt comes before its line"
    left = [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()]
    assert left == ["menu", "over"]
    _end_filing()
    filed = [json.loads(line) for line in lines(tmp_path / "calls.jsonl")]
    assert [line["event"] for line in filed] == [*told, *left]
    assert "ValueError" in filed[1]["exception"]


def test_what_is_wrong_is_told_in_sentences_and_what_nobody_foresaw_by_its_kind(
    tmp_path: Path,
) -> None:
    configure_logs("info", "json", "calls", tmp_path)
    log = structlog.get_logger()
    lost = NoRecording("not-wav", name="a.wav")
    log.warning("one", why=lost)
    log.warning("two", why=KeyError("company_id"))
    log.warning("three", why=PermissionError(13, "Permission denied", "/var/a.wav"))
    log.warning("four", failures=(wrong("not-filed", name="a.wav", reason=lost.problem),))
    _end_filing()
    one, two, three, four = (json.loads(line) for line in lines(tmp_path / "calls.jsonl"))
    assert one["why"] == "a.wav is not a WAV recording"
    assert two["why"] == "KeyError('company_id')"
    assert three["why"] == "[Errno 13] Permission denied: '/var/a.wav'"
    assert four["failures"] == ["a.wav: a.wav is not a WAV recording"]


def _end_filing() -> None:
    """Have the file written to its end, and later tests log as if nothing had been set up."""
    *_, later = structlog.get_config()["processors"]
    for step in later.telling:
        if hasattr(step, "file"):
            step.file.close()
    structlog.reset_defaults()
