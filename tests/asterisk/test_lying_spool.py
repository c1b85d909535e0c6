"""Files that are not what they claim, in the folders of a service that runs."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.identifiers import new_id
from storage.messages.query import Query
from storage.messages.repository import Message
from storage.office import parse_office
from tests.acting import ME
from tests.asterisk.house import House
from tests.speech import speak
from tests.storage.audio.test_lying_spool import LIARS, make_old, names, seen
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER = "74950990001"
OFFICE = f"""
[company]
name = "Ромашка 990"
[numbers]
"{NUMBER}" = {{ voicemail = true }}
"""
WORDS = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."
CALLERS = ("79169900001", "79169900002")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


@pytest.fixture
def liars(running_house: House, outside: Path) -> Iterator[set[Path]]:
    """One of each kind in both folders, which all tests share: they go with the test."""
    running_house.offices.apply(parse_office(OFFICE), by=ME)
    spool = running_house.asterisk.spool
    put = set()
    for n, make in enumerate(LIARS.values()):
        for path in (
            spool / "recording" / f"{new_id(datetime.now(UTC))}.wav",
            spool / "voicepost" / f"{int(time.time()) - 60}_{NUMBER}_{n}_{n}.1.wav",
        ):
            make(path, outside)
            make_old(path)
            put.add(path)
    yield put
    for path in put:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def leave(house: House, caller: str) -> None:
    """An honest recording of Asterisk's, beside them."""
    name = f"{int(time.time()) - 60}_{NUMBER}_{caller}_{caller}.1.wav"
    make_old(speak(WORDS, path=house.asterisk.spool / "voicepost" / name))


def filed(house: House) -> list[Message]:
    return list(house.repository.list(Query(company="Ромашка 990")).messages)


async def test_liars_stay_and_are_told_of_once_while_the_honest_are_filed(
    running_house: House, liars: set[Path], outside: Path
) -> None:
    house = running_house
    before = seen(outside)

    for count, caller in enumerate(CALLERS, start=1):  # each time the service looks at all files
        await asyncio.to_thread(leave, house, caller)
        await until(lambda count=count: len(filed(house)) == count)  # type: ignore[misc]

    assert {message.caller_number for message in filed(house)} == set(CALLERS)
    assert {message.box for message in filed(house)} == {"company"}
    there = {folder / name for folder in {p.parent for p in liars} for name in names(folder)}
    assert liars <= there
    assert seen(outside) == before
    for path in liars:
        told = [line for line in house.log.splitlines() if path.name in line and "warning" in line]
        assert len([line for line in told if "cannot be taken in" in line]) == 1, path
    assert "settling failed" not in house.log
