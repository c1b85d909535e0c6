"""`make demo`: what a newcomer sees first."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.asterisk.house import House

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(600)]


@pytest.fixture
def house(short_folder: Path) -> House:
    """A home of the demo's own, with nothing in it but ports."""
    return House(Path(tempfile.mkdtemp(prefix="demo-", dir=short_folder)))


async def test_three_calls_leave_three_messages_and_nothing_runs_afterwards(house: House) -> None:
    async with demo(house, "--exit") as process:
        told, errors = await process.communicate()

    assert process.returncode == 0, errors.decode()
    messages = await house.messages()
    assert {(m["box"], m["addressee"]["number"], m["caller"]["name"]) for m in messages} == {
        ("company", "74951234567", "Мария"),
        ("company", "74951234567", "Иван"),
        ("employee", "101", "Олег"),
    }
    assert all(message["id"][:13] in told.decode() for message in messages)
    assert f"http://127.0.0.1:{house.web_port}\n" in told.decode()
    assert "has a lamp on her phone, which goes on: new messages, 1\n" in told.decode()
    (lamp,) = [line for line in told.decode().splitlines() if line.startswith("101@voicepost")]
    assert lamp.split()[-5:] == ["1", "0", "on", "endpoint,", "aor"]
    assert {user["login"]: user["role"] for user in await house.json("users", "list")} == {
        "olga": "administrator",
        "anna": "employee",
    }
    assert all(message["duration"] > 3 for message in messages)
    letters = told.decode().split("\n  | From: ")[1:]
    addresses = [re.search(r"\| To: (\S+)", letter) for letter in letters]
    assert sorted(found[1] for found in addresses if found) == [
        "anna@romashka.example",
        "office@romashka.example",
        "office@romashka.example",
    ]
    for message in messages:
        (letter,) = [each for each in letters if f"/messages/{message['id']}" in each]
        assert f"| Subject: Новое голосовое сообщение: {message['caller']['name']}" in letter
        assert ("| attached: " in letter) is (message["box"] == "employee")
    deliveries = await house.json("deliveries", "list")
    assert {(each["message"], each["state"]) for each in deliveries} == {
        (message["id"], "sent") for message in messages
    }
    anna = await house.json("employees", "show", "101")
    assert [each["mail"] for each in anna["notify"]] == ["anna@romashka.example"]
    assert anna["endpoint"] == "PJSIP/101", "her phone was to be a softphone's again"
    assert runs_in(house) == []


async def test_ctrl_c_in_the_middle_ends_everything(house: House) -> None:
    async with demo(house) as process:
        assert process.stdout is not None
        async for line in process.stdout:
            if b"dials" in line:
                break
        async with demo(house, "--exit") as second:
            _, refusal = await second.communicate()
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()

    assert refusal.decode() == f"Error: another service is running on the home {house.home}\n"
    assert second.returncode == 1
    assert process.returncode == 1
    assert errors.decode().endswith("Aborted!\n")
    assert runs_in(house) == []


async def test_a_port_in_use_is_one_sentence(house: House) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", house.ports.sip))
        async with demo(house, "--exit") as process:
            _, errors = await process.communicate()

    assert process.returncode == 1
    assert errors.decode() == (
        f"Error: Port {house.ports.sip} of 127.0.0.1 is in use: set sandbox.sip_port to another.\n"
    )
    assert runs_in(house) == []


@asynccontextmanager
async def demo(house: House, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The demo in this home; ended in any case."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "--home", os.fspath(house.home), "demo", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def runs_in(house: House) -> list[str]:
    """Command lines of the processes that still work in this home."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # ended meanwhile
    return [line for line in lines if str(house.home) in line]
