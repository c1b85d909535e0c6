"""A box with ten thousand messages: leaving one more, and hearing what there is.

Against `VoiceMail()` and `VoiceMailMain()`, which look through a folder with as many files. Ours
are heard on the page: the list, and the sound of its first message.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import httpx2 as httpx

from bench.crowd import fill
from bench.figure import Figure
from bench.part import Size
from bench.people import logged_in
from bench.stage import BOX, PEERS, SAYING, Stage, open_stage
from bench.telephone import Telephone
from commands.context import App
from tests.speech import speak

THERE: Final = 9_980
"""`VoiceMail()` numbers its files with four digits, and some are to be added."""
ENVELOPE: Final = """[message]
origmailbox=100
context=native
exten=box
callerid=79161112233
origtime={0}
category=
msg_id={0}-00000000
flag=
duration=5
"""
POLL_SECONDS: Final = 0.002
PATIENCE: Final = 60.0

Happens = Callable[[], bool]


class Left(NamedTuple):
    """Milliseconds: from the answer until it is recorded, from the hang-up until it is stored."""

    recorded: float
    stored: float


def measure(size: Size) -> list[Figure]:
    """Leave messages in both boxes in turn, and hear of both in turn."""
    return asyncio.run(_measure(3 if size == "quick" else 5))


async def _measure(runs: int) -> list[Figure]:
    ours: list[Left] = []
    peers: list[Left] = []
    heard: list[float] = []
    peers_heard: list[float] = []
    said = speak(SAYING)
    async with open_stage() as stage:
        folder = stage.server.spool / "voicemail/native/100"
        await asyncio.to_thread(_fill_folder, folder / "INBOX", said)
        app = App(stage.house.home)
        await asyncio.to_thread(fill, app.database, app.offices.site(), [], THERE)
        recording, tmp = stage.server.spool / "recording", folder / "tmp"
        for run in range(runs):
            kept = _one_more_kept(stage.house.home / "voicepost.db")
            ours.append(await _leave(stage, BOX, said, _holds_any(recording), kept))
            file = folder / f"INBOX/msg{THERE + run:04}.txt"
            peers.append(await _leave(stage, PEERS[BOX], said, _holds_any(tmp), file.exists))
        await stage.house.serve("web")
        cookies = logged_in(app)
        for _ in range(runs):
            heard.append(await asyncio.to_thread(_hear, stage.house.web_port, cookies))
            peers_heard.append(await _listen(stage))
        app.database.close()
    against = f"VoiceMail() with {THERE:,} files"
    return [
        Figure(
            f"box of 10,000 messages: {what}",
            against,
            "ms",
            [getattr(left, part) for left in ours],
            [getattr(left, part) for left in peers],
            goal=1,
        )
        for part, what in (("recorded", "answer to recording"), ("stored", "hang-up to stored"))
    ] + [
        Figure(
            "box of 10,000 messages: hearing the newest",
            "VoiceMailMain(), answer to its first word",
            "ms",
            heard,
            peers_heard,
            goal=1,
        )
    ]


def _fill_folder(box: Path, said: Path) -> None:
    box.mkdir(parents=True)
    first = Path(shutil.copyfile(said, box / "msg0000.wav"))
    began = int(time.time()) - THERE
    for number in range(THERE):
        if number:
            (box / f"msg{number:04}.wav").hardlink_to(first)
        (box / f"msg{number:04}.txt").write_text(ENVELOPE.format(began + number))


def _holds_any(folder: Path) -> Happens:
    return lambda: any(folder.glob("*.wav"))


def _one_more_kept(database: Path) -> Happens:
    """Whether the newest message is another one than now, and kept."""
    question = "select id, state from messages order by place desc limit 1"

    def newest() -> tuple[str, str]:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found: tuple[str, str] = connection.execute(question).fetchone()
            return found

    before = newest()
    return lambda: newest() != before and newest()[1] == "kept"


async def _leave(stage: Stage, number: str, said: Path, recorded: Happens, stored: Happens) -> Left:
    telephone = Telephone(stage.server.sip, number, "79161112233")
    answered = await telephone.dial()
    begun = await _moment(recorded)
    await telephone.say(said)
    hung_up = time.time()
    await telephone.end()
    return Left(1000 * (begun - answered), 1000 * (await _moment(stored) - hung_up))


async def _moment(happens: Happens) -> float:
    async with asyncio.timeout(PATIENCE):
        while not happens():
            await asyncio.sleep(POLL_SECONDS)
    return time.time()


def _hear(port: int, cookies: dict[str, str]) -> float:
    """Milliseconds from opening the list until the newest message's sound is there."""
    began = time.monotonic()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies) as browser:
        browser.get("/messages").raise_for_status()
        newest = browser.get("/api/v1/messages?limit=1").raise_for_status().json()["items"][0]
        browser.get(f"/api/v1/messages/{newest['id']}/audio").raise_for_status()
    return 1000 * (time.monotonic() - began)


async def _listen(stage: Stage) -> float:
    """Milliseconds from the answer until the owner of the other box hears of the messages."""
    telephone = Telephone(stage.server.sip, "native-owner", "79161112244")
    answered = await telephone.dial()
    heard = await telephone.sound()
    await telephone.end()
    return 1000 * (heard - answered)
