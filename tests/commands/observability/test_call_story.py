"""`voicepost calls list` and `show`: a call's story, from the logs of all roles."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands.observability import log_reader
from tests.commands.conftest import Voicepost

CALL = "1764150000.12"
OTHER = "1764150001.13"
MESSAGE = "01a204c5-87a1-7000-8000-000000000001"
BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Diary:
    """Writes lines as roles do, a second apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at = BEGAN
        folder.mkdir(parents=True)

    def __call__(self, file: str, event: str, **facts: Any) -> None:
        self._at += timedelta(seconds=1)
        line = {"timestamp": self._at.isoformat(), "level": "info", "event": event, **facts}
        with (self.folder / file).open("a", encoding="utf-8") as written:
            written.write(json.dumps(line, ensure_ascii=False) + "\n")


@pytest.fixture
def diary(voicepost: Voicepost) -> Diary:
    """One call through menu, death and settling, and another in between."""
    diary = Diary(voicepost.home / "log")
    diary("serve.jsonl", "ending")
    args = ["call", "74951234567"]
    diary("calls.jsonl.1", "call", call=CALL, args=args, caller="79161112233")
    diary("calls.jsonl.1", "menu", call=CALL, menu="main")
    diary("calls.jsonl.1", "key", call=CALL, key="9")
    diary("calls.jsonl.1", "call", call=OTHER, args=args, caller="")
    diary("calls.jsonl", "beep", call=CALL, message=MESSAGE)
    diary("calls.jsonl", "caller hung up", call=OTHER)
    diary("calls.jsonl", "call lost", call=CALL, why="Asterisk is gone.", level="warning")
    diary("agi.jsonl", "call", call=CALL, args=["agi", "74951234567"], caller="79161112233")
    diary("calls.jsonl", "message settled", call=CALL, message=MESSAGE, seconds=4.25)
    diary("web.jsonl", "uploaded", message=MESSAGE)
    return diary


STORY = """\
call 1764150000.12, 2026-11-22
calls  79161112233 calls 74951234567
calls  hears the menu “main”
calls  presses 9
calls  the beep: what is said now is the message 01a204c5-87a1-7000-8000-000000000001
calls  warning: the call was lost: Asterisk is gone.
agi    79161112233 calls 74951234567, and the fallback answers
calls  kept afterwards: 4.2 s, message 01a204c5-87a1-7000-8000-000000000001
web    uploaded: message 01a204c5-87a1-7000-8000-000000000001
"""


@pytest.mark.parametrize("wanted", [CALL, CALL[:-1], MESSAGE, MESSAGE[:9]])
def test_a_story_runs_through_all_roles_and_files(
    voicepost: Voicepost, diary: Diary, wanted: str
) -> None:
    if wanted == CALL[:-1]:
        assert "2 calls" in voicepost.refused("calls", "show", CALL[:-4])
    first, *rest = voicepost("calls", "show", wanted).splitlines()
    times = [line[:12] for line in rest]
    assert times == sorted(times)
    assert "\n".join([first, *(line[14:] for line in rest)]) + "\n" == STORY


def test_who_withholds_the_number_is_told_as_that(voicepost: Voicepost, diary: Diary) -> None:
    (line,) = [line for line in voicepost("calls", "list").splitlines() if OTHER in line]

    assert "Number withheld" in line
    assert "somebody whose number is withheld calls" in voicepost("calls", "show", OTHER)


def test_the_lines_themselves_can_be_had(voicepost: Voicepost, diary: Diary) -> None:
    told = [json.loads(line) for line in voicepost("calls", "show", CALL, "--json").splitlines()]
    assert [line["event"] for line in told][-2:] == ["message settled", "uploaded"]
    assert len(told) == 8


def test_the_newest_calls_and_how_they_came_out(voicepost: Voicepost, diary: Diary) -> None:
    newest = voicepost.data("calls", "list")
    assert [(row["call"], row["outcome"]) for row in newest] == [
        (CALL, "left a message of 4 s"),
        (OTHER, "hung up"),
    ]
    assert newest[0]["caller"] == "79161112233"
    assert newest[0]["dialled"] == "74951234567"
    assert [row["call"] for row in voicepost.data("calls", "list", "--limit", "1")] == [CALL]
    assert CALL in voicepost("calls", "list")


def test_only_the_end_of_long_logs_is_read(
    voicepost: Voicepost, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "NEWEST_BYTES", 600)
    for number in range(20):
        diary("calls.jsonl", "call", call=f"2.{number}", args=[], caller="")
    newest = [row["call"] for row in voicepost.data("calls", "list")]
    assert newest[0] == "2.19"
    assert 1 < len(newest) < 10


def test_lines_longer_than_a_block_and_broken_ones_are_no_trouble(
    voicepost: Voicepost, diary: Diary
) -> None:
    with (diary.folder / "calls.jsonl").open("ab") as file:
        file.write(b'{"call": "1764150000.12", "event": "brok')
        file.write(b"\n\xff\xfe\n[]\n" + b'{"call": "1764150000.12", "event": 5}\n')
    diary("calls.jsonl", "call", call="3.1", args=["call", "7" * 200_000], caller="7")
    assert [row["call"] for row in voicepost.data("calls", "list")] == ["3.1", CALL, OTHER]
    assert len(voicepost("calls", "show", CALL).splitlines()) == 9


def test_what_strangers_sent_is_told_harmlessly(voicepost: Voicepost, diary: Diary) -> None:
    evil = "\x1b[2J\u202e\n\x07"
    diary("calls.jsonl", "call", call="3.1", args=["call", evil], caller=evil)
    diary("calls.jsonl", "no such event\n", call="3.1", fact=evil, **{evil: [evil]})
    for words in (("show", "3.1"), ("show", "3.1", "--json"), ("list",), ("list", "--json")):
        told = voicepost("calls", *words)
        assert all(line.isprintable() for line in told.splitlines()), told


@pytest.mark.parametrize("wanted", ["99", "", "nosuch", "01a2ffff"])
def test_a_call_that_nobody_knows(voicepost: Voicepost, diary: Diary, wanted: str) -> None:
    said = voicepost.refused("calls", "show", wanted)
    assert said.startswith("Error: ")
    assert said.count("\n") == 1


def test_no_logs_yet(voicepost: Voicepost) -> None:
    assert voicepost.data("calls", "list") == []
    assert "speaks of" in voicepost.refused("calls", "show", CALL)
