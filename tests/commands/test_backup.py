"""`voicepost backup` and `voicepost restore`, as an administrator uses them."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from storage.audio.wav import examine
from tests.commands.conftest import Voicepost
from tests.speech import speak


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Voicepost:
    """Another home, not used yet."""
    return Voicepost(tmp_path / "other")


def test_a_backup_is_made_checked_and_restored(
    office: Voicepost, folder: Path, other: Voicepost
) -> None:
    office("users", "add", "olga", "--name", "Ольга", "--role", "administrator", "--link")

    name = office("backup", str(folder)).strip()
    assert [str(path) for path in folder.iterdir()] == [name]
    assert "0 recordings" in office.warnings
    office("backup", "--verify", name)
    assert "is whole" in office.warnings
    other("restore", name)

    assert other("config", "show") == office("config", "show")
    assert other.data("users", "list") == office.data("users", "list")
    assert other.data("audit", "list") == office.data("audit", "list")


def test_what_waits_to_be_filed_is_told(office: Voicepost, folder: Path, other: Voicepost) -> None:
    fallback = office.home / "asterisk" / "spool" / "voicepost"
    fallback.mkdir(parents=True)
    path = speak("Перезвоните мне.", path=fallback / "1790000000_74951234567_101_1790.12.wav")

    other("restore", office("backup", str(folder)).strip())

    assert "1 more will be filed when the service runs" in other.warnings
    assert examine(other.home / path.relative_to(office.home)).sha256 == examine(path).sha256


def test_a_recording_that_cannot_be_read_is_told_and_fails(office: Voicepost, folder: Path) -> None:
    fallback = office.home / "asterisk" / "spool" / "voicepost"
    fallback.mkdir(parents=True)
    (fallback / "a.wav").symlink_to("/etc/passwd")

    refusal = office.refused("backup", str(folder))

    assert "a.wav is not a plain file" in refusal
    assert "Error: the backup is written, but 1 recordings could not be read" in refusal
    (path,) = folder.iterdir()
    office("backup", "--verify", str(path))


def test_a_home_in_use_is_not_restored_into(office: Voicepost, folder: Path) -> None:
    name = office("backup", str(folder)).strip()

    assert "Error: this home is in use already" in office.refused("restore", name)
    assert "Ромашка" in office("companies", "list")


def test_nothing_is_restored_under_a_running_service(
    office: Voicepost, folder: Path, other: Voicepost
) -> None:
    name = office("backup", str(folder)).strip()
    other.home.mkdir()
    with (other.home / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert "another service is running" in other.refused("restore", name)


@pytest.mark.parametrize("command", [("restore",), ("backup", "--verify")])
def test_what_is_no_backup_is_one_sentence(
    other: Voicepost, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "x.tar").write_text("no tar")

    for name in ("x.tar", "nowhere.tar", "."):
        refusal = other.refused(*command, str(tmp_path / name))
        assert refusal.startswith("Error: ")
        assert refusal.count("\n") == 1


def test_a_folder_that_is_not_there_is_one_sentence(office: Voicepost, tmp_path: Path) -> None:
    refusal = office.refused("backup", str(tmp_path / "nowhere" / "x.tar"))

    assert refusal.endswith("cannot be made: No such file or directory\n")
