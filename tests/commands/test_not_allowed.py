"""Webhooks and chats that the settings do not allow: refused when they are added, and told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from commands.context import App
from commands.doctor import data
from tests.commands.conftest import OFFICE, Voicepost
from tests.commands.test_deliveries import OURS, notify, one_sentence, told
from tests.notifications.bot_api import TOKEN

__all__ = ["notify"]  # a fixture: the words of the command, for either mailbox

INSIDE = "http://10.0.0.1/hook"
CHAT = f"tgram://{TOKEN}/1"
SECRET = f"whsec_{'A' * 43}="
ADDRESS = "the operator allows no webhooks to this address (webhooks.allow)"
KIND = "the operator allows no chats of this kind: tgram (chat.allow)"


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEPOST_CHAT__ALLOW", "ntfys")


def allow(monkeypatch: pytest.MonkeyPatch, webhooks: str, chats: str = "ntfys") -> None:
    monkeypatch.setenv("VOICEPOST_WEBHOOKS__ALLOW", webhooks)
    monkeypatch.setenv("VOICEPOST_CHAT__ALLOW", chats)


def place(notify: tuple[str, ...]) -> str:
    return "voicemail.notify.0" if notify == OURS else "employees.101.notify.0"


def test_a_command_adds_none(office: Voicepost, notify: tuple[str, ...]) -> None:
    complaint = office.refused(*notify, "--webhook", INSIDE)
    assert one_sentence(complaint) == f"{place(notify)}.webhook: {ADDRESS}"
    complaint = office.refused(*notify, "--chat", CHAT)
    assert one_sentence(complaint) == f"{place(notify)}.chat: {KIND}"
    assert told(office, notify) == []


def test_what_is_there_is_told_of_and_stays(
    office: Voicepost, notify: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, "10.0.0.0/8", "tgram")
    office(*notify, "--webhook", INSIDE)
    office(*notify, "--chat", CHAT)
    assert office.data("config", "check") == []
    allow(monkeypatch, "")

    where = place(notify).removesuffix(".0")
    warned = [
        f"warning: {where}.0.webhook: {ADDRESS}",
        f"warning: {where}.1.chat: {KIND}",
    ]
    assert office("config", "check").splitlines() == warned
    shown = office("config", "show")
    file = office.home / "shown.toml"
    file.write_text(shown)
    assert office("config", "check", str(file)).splitlines() == warned
    office.apply(shown)
    assert [each.replace("Warning", "warning") for each in office.warnings.splitlines()] == warned
    office(*notify, "--webhook", INSIDE, "--event", "message.heard")
    assert office.warnings == ""
    assert office("config", "show") != shown
    office(*notify, "--remove", INSIDE)
    assert office.refused(*notify, "--webhook", INSIDE)


def test_a_file_that_adds_one_is_wrong_before_it_is_applied(
    voicepost: Voicepost, tmp_path: Path
) -> None:
    file = tmp_path / "office.toml"
    file.write_text(f'{OFFICE}notify = [{{ webhook = "{INSIDE}", secret = "{SECRET}" }}]\n')
    wrong = f"employees.101.notify.0.webhook: {ADDRESS}"
    for _ in ("without a database", "with another office"):
        checked = CliRunner().invoke(
            main, ["--home", str(voicepost.home), "config", "check", str(file)]
        )
        assert (checked.exit_code, checked.stdout) == (1, f"error: {wrong}\n")
        assert one_sentence(voicepost.refused("config", "apply", str(file))) == wrong
        voicepost.apply(OFFICE)


def test_a_backup_brings_back_what_is_not_allowed_any_more(
    office: Voicepost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, "10.0.0.0/8")
    office(*OURS, "--webhook", INSIDE)
    allow(monkeypatch, "")
    other = Voicepost(tmp_path / "other")
    other("restore", office("backup", str(tmp_path)).strip())
    assert other("config", "show") == office("config", "show")
    assert other("config", "check") == f"warning: voicemail.notify.0.webhook: {ADDRESS}\n"
    other.apply(other("config", "show"))


@pytest.mark.parametrize(
    ("destination", "field"),
    [
        ('webhook = "https://crm.example.com/hook", secret = "kept"', "secret"),
        ('chat = "ntfys://***-5d41402a"', "chat"),
    ],
)
def test_a_secret_that_is_not_there_is_missed_before_a_file_is_applied(
    voicepost: Voicepost, tmp_path: Path, destination: str, field: str
) -> None:
    file = tmp_path / "office.toml"
    file.write_text(f"{OFFICE}notify = [{{ {destination} }}]\n")
    for _ in ("without a database", "with another office"):
        wrong = one_sentence(voicepost.refused("config", "apply", str(file)))
        assert wrong.startswith(f"employees.101.notify.0.{field}: ")
        checked = CliRunner().invoke(
            main, ["--home", str(voicepost.home), "config", "check", str(file)]
        )
        assert (checked.exit_code, checked.stdout) == (1, f"error: {wrong}\n")
        voicepost.apply(OFFICE)


def test_doctor_says_by_which_settings_they_are_allowed(
    office: Voicepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, "10.0.0.0/8")
    office(*OURS, "--webhook", INSIDE)
    allow(monkeypatch, "")
    advice = data.companies(App(office.home)).advice
    assert "webhooks.allow and chat.allow in voicepost.toml" in advice
    assert "companies set" not in advice
    office("companies", "set", "Ромашка", "--endpoint-pattern", "PJSIP/r{extension}")
    advice = data.companies(App(office.home)).advice
    assert "webhooks.allow and chat.allow in voicepost.toml" in advice
    assert "companies set" in advice
