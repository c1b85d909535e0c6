"""The power fails after any step of filing a message: it is there whole, or its recording is.

The steps are those of the real program, traced. A cut may turn out in several ways after each;
whatever is then on the disk is opened by the real program, as the restarted service would.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from commands.context import App
from storage.audio.speech import speech_seconds
from storage.audio.wav import HEADER_BYTES, Audio
from storage.files.fsync import make_folder
from storage.messages.repository import Query
from tests.speech import speak
from tests.storage.power.disk import CUTS, Disk, Tree, lay_out
from tests.storage.power.filing import LONG_AGO, SCENARIOS, open_home, settle
from tests.storage.power.steps import Flush, Mark, Step, Write, trace

DISTURBED = {"the last write torn", "the last write alone", "zeros instead of contents"}
"""Cuts that teach no more when fewer of the writes in a row were on their way."""


@dataclass(frozen=True)
class Traced:
    """What happened, and each scenario's disk before it."""

    folder: Path
    disks: dict[str, Disk]
    steps: list[Step]

    def of(self, name: str) -> list[Step]:
        """The steps of one scenario, up to its last mark."""
        steps = [step for step in self.steps if self._is_of(name, step)]
        while not isinstance(steps[-1], Mark):
            steps.pop()
        return steps

    def _is_of(self, name: str, step: Step) -> bool:
        if isinstance(step, Mark):
            return step.text.startswith(f"{name} ")
        return step.path.is_relative_to(self.folder / name)


@dataclass(frozen=True)
class Aftermath:
    """What is there when the power is back, and when the service has settled what it found.

    ``found`` and ``settled`` are the sounds of the messages.
    """

    found: list[bytes]
    settled: list[bytes]
    audio_files: int
    recordings: int
    failures: int

    def problem(self, spoken: Sequence[bytes], safe: int, *, saved: bool) -> str | None:
        """What must not be. ``safe`` is how many of the sounds ``spoken`` have to be there: the
        newest of them, that is, or the beginning of one spoken later."""
        if saved and self.found != [spoken[-1]]:
            return "what was said to be saved is not there"
        if len(self.settled) > 1:
            return "the message is doubled"
        if safe and not self.settled:
            return "the message is lost"
        if any(not _is_of(sound, spoken, safe) for sound in self.settled):
            return "the message is not what was said"
        if self.audio_files != len(self.settled):
            return "there is audio that belongs to no message"
        if self.recordings != self.failures:
            return "recordings are left and nobody is told"
        return None


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    folder = tmp_path_factory.mktemp("power")
    disks = {}
    for name, scenario in SCENARIOS.items():
        (folder / name).mkdir()
        scenario.prepare(folder / name / "home")
        disks[name] = Disk(folder / name)
    steps = trace("tests.storage.power.filing", folder, folder / "strace")
    return Traced(folder, disks, steps)


@pytest.fixture(autouse=True, scope="module")
def same_ears() -> Iterator[None]:
    """Listen to the same sound once: it is most of the work, and no part of the question."""
    heard: dict[tuple[str, float], float] = {}

    def speech_once(audio: Audio, enough: float) -> float:
        key = (audio.sha256, enough)
        if key not in heard:
            heard[key] = speech_seconds(audio, enough)
        return heard[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.intake.intake.speech_seconds", speech_once)
        yield


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_step_the_power_fails_after(traced: Traced, tmp_path: Path, name: str) -> None:
    disk, spoken = traced.disks[name], _sounds(name)
    seen: dict[bytes, Aftermath] = {}
    safe = 0
    saved = False
    begun = False
    for number, (step, following) in enumerate(pairwise([*traced.of(name), Mark("")]), 1):
        disk.apply(step)
        begun = begun or step == Mark(f"{name} begun")
        if not begun:
            continue
        saved = saved or step == Mark(f"{name} saved")
        trees = {cut: disk.after(cut) for cut in CUTS if not _in_row(cut, step, following)}
        safe = max(safe, min(_recorded(tree, spoken) for tree in trees.values()))
        for cut, tree in trees.items():
            key = _digest(tree)
            if key not in seen:
                seen[key] = _start(tree, tmp_path / "after")
            problem = seen[key].problem(spoken, max(safe, _recorded(tree, spoken)), saved=saved)
            assert not problem, f"{problem}: {cut}, step {number}, {_told(step)}"
    assert saved
    assert safe == len(spoken)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_recording_is_flushed_before_anything_else_is_written(traced: Traced, name: str) -> None:
    """From its end on, that is: what Asterisk had not flushed until then was nobody's promise."""
    steps = traced.of(name)
    for start in (number for number, step in enumerate(steps) if step == Mark(f"{name} spoken")):
        first, second = steps[start + 1 : start + 3]
        assert isinstance(first, Flush)
        assert first.path.suffix == ".wav"
        assert second == Flush(first.path.parent)


def _in_row(cut: str, step: Step, following: Step) -> bool:
    """Whether to wait with this kind of cut for the last of the writes to a file in a row."""
    return (
        cut in DISTURBED
        and isinstance(step, Write)
        and isinstance(following, Write)
        and step.path == following.path
    )


def _sounds(name: str) -> list[bytes]:
    return [speak(text).read_bytes()[HEADER_BYTES:] for text in SCENARIOS[name].spoken]


def _recorded(tree: Tree, spoken: Sequence[bytes]) -> int:
    """How many of the sounds have been spoken when the newest whole recording in the spool was."""
    recordings = {
        content[HEADER_BYTES:]
        for path, content in tree.items()
        if content and "spool" in path.parts
    }
    return max((n for n, sound in enumerate(spoken, 1) if sound in recordings), default=0)


def _is_of(sound: bytes, spoken: Sequence[bytes], safe: int) -> bool:
    """Whether it is the newest one that had to be there, or what the cut left of a later one."""
    return sound in spoken[max(safe - 1, 0) : safe] or any(
        len(sound) <= len(later)
        and all(here in (there, 0) for here, there in zip(sound, later, strict=False))
        for later in spoken[safe:]
    )


def _start(tree: Tree, place: Path) -> Aftermath:
    """Start the service on what a cut left."""
    lay_out(tree, place)
    for path, content in tree.items():
        if content is not None:
            os.utime(place / path, (LONG_AGO, LONG_AGO))
    app = open_home(place / "home")
    found = _messages(app)
    make_folder(app.settings.recordings)
    outcome = settle(app)
    settled = _messages(app) if outcome.kept else found
    if outcome.failures:
        settle(app)
        assert _messages(app) == settled
    app.database.close()
    recordings = {path.stem for path in app.settings.spool.rglob("*.*") if path.suffix != ".part"}
    audio_files = {path.stem for path in place.rglob("*.wav")} - recordings
    shutil.rmtree(place)
    return Aftermath(found, settled, len(audio_files), len(recordings), len(outcome.failures))


def _messages(app: App) -> list[bytes]:
    """The sound of each message; that of none is other than when it was kept."""
    sounds = []
    for message in app.messages.each(Query()):
        audio = app.messages.read(message)
        assert hashlib.sha256(audio).hexdigest() == message.sha256
        sounds.append(audio[HEADER_BYTES:])
    return sounds


def _digest(tree: Tree) -> bytes:
    digest = hashlib.sha256()
    for path, content in sorted(tree.items()):
        digest.update(f"{path}\0{-1 if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.digest()


def _told(step: Step) -> str:
    """A step without what it wrote."""
    if isinstance(step, Write):
        return f"write {len(step.data)} bytes at {step.offset} to {step.path.name}"
    return str(step)
