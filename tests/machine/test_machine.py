"""Anything may happen, in any order: every audio that Asterisk stored is in exactly one message.

Hypothesis makes up stories of callers, faults and restarts, and shortens those that end badly.
`VOICEPOST_STORIES=5000` asks for so many and longer ones, others each time; without it they are few
and the same.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.machine.world import ACTS, BOXES, MISHAPS, World, prepare

STORIES = int(os.environ.get("VOICEPOST_STORIES", "0"))
FEW = 25
STEPS = 12

HASTE = {
    "telephony.ari.client.REQUEST_SECONDS": 0.3,
    "telephony.ari.line.CHECK_SECONDS": 0.2,
    "telephony.ari.recording.CHECK_SECONDS": 0.2,
    "telephony.ari.call.CHECK_SECONDS": 0.2,
    "telephony.ari.recording.CLOSING_SECONDS": 0.3,
    "telephony.ari.recording.MUTE_SECONDS": 0.0,
    "telephony.ari.router.FIRST_RETRY_SECONDS": 0.02,
    "telephony.ari.router.LAST_RETRY_SECONDS": 0.1,
    "telephony.ari.router.SWEEP_SECONDS": 0.2,
    "dialplan.voicemail.REVIEW_SECONDS": 0.2,
}
"""What takes seconds on a real line."""

CALLERS = st.integers(0, 2)
AFTER_SPEAKING = ("", "#", "#1", "#3", "#3speak#", "#3whisper#", "hang up", "mute", "mute speak#")
AFTER_WHISPERING = ("", "#", "pause", "#whisper#", "#speak#1", "hang up", "mute whisper#")
DIALOGUES = [f"speak{then}" for then in AFTER_SPEAKING]
DIALOGUES += [f"whisper{then}" for then in AFTER_WHISPERING]
"""What a caller does who hears the beep."""


@pytest.fixture(autouse=True, scope="module")
def haste() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in HASTE.items():
            patch.setattr(name, seconds)
        yield


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared")
    prepare(home)
    return home


class Stories(RuleBasedStateMachine):
    """One story, in a world of its own."""

    prepared: Path
    told: ClassVar[list[int]] = []
    """How much was said in each story."""
    whispered: ClassVar[list[int]] = []
    """And how much of it so that the detector did not hear it."""

    @initialize(dialled=st.sampled_from(sorted(BOXES)), then=st.sampled_from(DIALOGUES))
    def begin(self, dialled: str, then: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), self.prepared)
        self.run(self.world.begin())
        self.run(self.world.leave_message(dialled, then))

    def run(self, doing: Coroutine[None, None, None]) -> None:
        self.loop.run_until_complete(doing)

    def teardown(self) -> None:
        try:
            self.run(self.world.recover())
            assert self.world.problems() == []
            self.told.append(len(self.world.said))
            self.whispered.append(sum(said.whispered for said in self.world.said))
        finally:
            self.run(self.world.end())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
            self.folder.cleanup()

    @rule(dialled=st.sampled_from(sorted(BOXES)), then=st.sampled_from(DIALOGUES))
    def somebody_leaves_a_message(self, dialled: str, then: str) -> None:
        """A whole call, as long as it lasts: which chance alone seldom brings about."""
        self.run(self.world.leave_message(dialled, then))

    @rule(number=CALLERS, does=st.sampled_from(sorted(ACTS)))
    def somebody_does(self, number: int, does: str) -> None:
        """One of those who are on the line, if there is any: who is depends on time."""
        if callers := self.world.callers:
            self.run(ACTS[does](self.world, callers[number % len(callers)]))

    @rule(what=st.sampled_from(sorted(MISHAPS)))
    def something_happens(self, what: str) -> None:
        self.run(MISHAPS[what](self.world))


@pytest.mark.timeout(0 if STORIES else 600)
def test_nothing_that_was_said_is_lost(prepared: Path) -> None:
    Stories.prepared = prepared
    few = settings(
        max_examples=STORIES or FEW,
        derandomize=not STORIES,
        database=None,
        stateful_step_count=2 * STEPS if STORIES else STEPS,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Stories, settings=few)
    assert sum(Stories.told) >= len(Stories.told), "nobody says anything"
    assert sum(Stories.whispered) >= len(Stories.told) // 4, "nobody whispers"
