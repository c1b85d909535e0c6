"""README.md and docs/operators.md: what they say is so."""

import re
import shlex
from pathlib import Path

import pytest
from pydantic import BaseModel

from storage.settings import Settings
from tests.commands.conftest import Voicepost

ROOT = Path(__file__).parents[2]


def test_the_readme_has_every_setting_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = r"^\| `([\w.]+)` \| (?:`([^`]+)`|empty) \| `(VOICEPOST_\w+)` \|"
    assert re.findall(row, readme, re.MULTILINE) == [
        (key, default, f"VOICEPOST_{key.replace('.', '__').upper()}")
        for key, default in settings().items()
    ]


def test_every_command_of_the_operators_guide_works(
    voicepost: Voicepost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ voicepost (.+)$", guide, re.MULTILINE)
    assert len(commands) > 40
    for command in commands:
        voicepost(*shlex.split(command))


def test_every_example_of_notifications_works(office: Voicepost) -> None:
    guide = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ voicepost ((?:employees|mailbox) notify .+)$", guide, re.MULTILINE)
    assert len(commands) > 6
    for command in commands:
        office(*shlex.split(command))


def test_links_lead_somewhere() -> None:
    for guide in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("asterisk-conf/*.md")):
        text = guide.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([\w./-]+)(?:#[\w-]*)?\)", text):
            assert (guide.parent / link).exists(), f"{guide.name}: {link}"


def settings() -> dict[str, str]:
    """Every key that can be set, with its default as the README writes it."""
    return {
        f"{table}.{field.alias or key}": "" if field.default in ("", None) else str(field.default)
        for table, section in Settings.model_fields.items()
        if isinstance(section.annotation, type) and issubclass(section.annotation, BaseModel)
        for key, field in section.annotation.model_fields.items()
    }
