"""docs/configuration.md: every command in it works, in the order in which it is read."""

import re
import shlex
from pathlib import Path

import pytest

from tests.commands.conftest import Voicepost

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_every_command_of_the_guide_works(
    voicepost: Voicepost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ voicepost (.+)$", GUIDE, re.MULTILINE)
    assert len(commands) > 40
    for command in commands:
        voicepost(*shlex.split(command))
