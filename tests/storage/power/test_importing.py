"""The power fails after any step of an import: no message lacks its audio; the next run ends it.

The steps are those of the real program, traced, and a cut may turn out in several ways after each.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from commands.context import App
from storage.messages.repository import Query
from tests.storage.old_voicemail import OldVoicemail
from tests.storage.power.disk import CUTS, Disk, Tree, lay_out
from tests.storage.power.importing import take_in
from tests.storage.power.steps import FlushAll, Mark, Rename, Step, trace

MESSAGES = 2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two messages of the old system, beside a disk with a new home."""
    place = tmp_path_factory.mktemp("import")
    old = OldVoicemail(place / "voicemail")
    for _ in range(MESSAGES):
        old.leave()
    app = App(place / "disk" / "home")
    _ = app.database
    app.database.close()
    return place


@pytest.fixture(scope="module")
def traced(place: Path) -> tuple[Disk, list[Step]]:
    disk = Disk(place / "disk")
    return disk, trace("tests.storage.power.importing", place / "disk", place / "strace")


def test_whatever_step_the_power_fails_after(
    place: Path, traced: tuple[Disk, list[Step]], tmp_path: Path
) -> None:
    disk, steps = traced
    seen: dict[bytes, int] = {}
    begun = saved = False
    for number, step in enumerate(steps, 1):
        disk.apply(step)
        begun, saved = begun or step == Mark("begun"), saved or step == Mark("saved")
        for cut in CUTS if begun else ():
            tree = disk.after(cut)
            key = _digest(tree)
            if key not in seen:
                seen[key] = _found_and_ended(tree, tmp_path / "after", place / "voicemail")
            assert seen[key] in ((MESSAGES,) if saved else (0, MESSAGES)), f"{cut}, step {number}"
        if saved:
            return
    raise AssertionError("the import did not end")


def test_audio_is_flushed_before_it_gets_its_name(traced: tuple[Disk, list[Step]]) -> None:
    _, steps = traced
    audio = [step for step in steps if getattr(step, "path", Path()).suffix == ".part"]
    named = [step for step in audio if isinstance(step, Rename)]
    assert len(named) == MESSAGES
    flushed = next(number for number, step in enumerate(steps) if isinstance(step, FlushAll))
    assert all((steps.index(step) > flushed) == (step in named) for step in audio)


def _found_and_ended(tree: Tree, place: Path, spool: Path) -> int:
    """How many messages a cut left, each with its audio; all of them once it was repeated."""
    lay_out(tree, place)
    app = App(place / "home")
    found = _whole_messages(app)
    done = take_in(app, spool)
    assert (done.taken.total(), done.there) == (MESSAGES - found, found)
    assert _whole_messages(app) == MESSAGES
    assert len(list((place / "home" / "audio").rglob("*.wav"))) == MESSAGES
    app.database.close()
    shutil.rmtree(place)
    return found


def _whole_messages(app: App) -> int:
    """How many messages there are; the audio of none is other than when it was kept."""
    messages = list(app.messages.each(Query()))
    for message in messages:
        assert hashlib.sha256(app.messages.read(message)).hexdigest() == message.sha256
    return len(messages)


def _digest(tree: Tree) -> bytes:
    digest = hashlib.sha256()
    for path, content in sorted(tree.items()):
        digest.update(f"{path}\0{-1 if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.digest()
