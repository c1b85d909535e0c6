"""The command line, as a person uses it, on a home of its own."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from click.testing import CliRunner

from cli import main
from storage.accounts.passwords import Passwords
from storage.office.prompts import PromptLibrary

OFFICE = """
[company]
name = "Ромашка"
[numbers]
74951234567 = { menu = "main" }
[menus.main]
greeting = "sound:hello-world"
[menus.main.keys]
1 = { action = "ring", employee = "101" }
[employees.101]
name = "Анна Петрова"
endpoint = "PJSIP/101"
"""


class Voicepost:
    """The command `voicepost` on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.warnings = ""

    @property
    def prompts(self) -> PromptLibrary:
        return PromptLibrary(self.home / "prompts")

    def __call__(self, *words: str) -> str:
        """Run a command that has to succeed; what it printed to stdout."""
        result = CliRunner().invoke(main, ["--home", str(self.home), *words])
        assert result.exit_code == 0, result.output
        self.warnings = result.stderr
        return result.stdout

    def data(self, *words: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self(*words, "--json"))

    def refused(self, *words: str, code: int = 1) -> str:
        """Run a command that has to fail; what it printed to stderr."""
        result = CliRunner().invoke(main, ["--home", str(self.home), *words])
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.stderr

    def apply(self, text: str) -> str:
        """Apply an office's text."""
        file = self.home / "office.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return self("config", "apply", str(file))


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the commands do it, but quickly; how strong hashes are is tested by themselves."""
    monkeypatch.setattr("storage.accounts.passwords.Passwords", partial(Passwords, CHEAPEST))


@pytest.fixture
def voicepost(tmp_path: Path) -> Voicepost:
    return Voicepost(tmp_path / "home")


@pytest.fixture
def office(voicepost: Voicepost) -> Voicepost:
    """A home with a small office in effect."""
    voicepost.apply(OFFICE)
    return voicepost
