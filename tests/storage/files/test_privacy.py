"""A home is private whatever umask it was made with, also a restored one and one of before."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database.engine import Database
from storage.privacy import FILE, FOLDER, SECRET, tighten, too_open
from storage.settings import load_settings

COMPANY = """
[company]
name = "Ромашка"
language = "en"
[prompts.hello]
say = "Hello"
"""


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda umask: f"{umask:03o}")
def umask(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


def voicepost(home: Path, umask: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that has this umask."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "--home", home, *words],
        check=True,
        capture_output=True,
        text=True,
        umask=umask,
        cwd=Path(__file__).parents[3],
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(home: Path) -> dict[str, int]:
    """Everything in a home, by its path there."""
    return {str(path.relative_to(home)): mode(path) for path in (home, *home.rglob("*"))}


def modes_in_use(home: Path) -> dict[str, int]:
    """The same while the database is written, so that its log lies beside it."""
    database = Database(f"sqlite:///{home / 'voicepost.db'}")
    with database.session() as session:
        session.execute(text("UPDATE config_version SET version = version"))
        found = modes(home)
    database.close()
    return found


@pytest.fixture
def office(tmp_path: Path) -> Path:
    file = tmp_path / "office.toml"
    file.write_text(COMPANY)
    return file


def test_a_new_home_is_private(tmp_path: Path, umask: int, office: Path) -> None:
    home = tmp_path / "new" / "home"
    voicepost(home, umask, "config", "apply", str(office))
    found = modes_in_use(home)
    assert found["."] == FOLDER
    assert {found[name] for name in found if name.startswith("voicepost.db")} == {FILE}
    assert {"voicepost.db", "voicepost.db-wal", "voicepost.db-shm"} <= set(found)
    # Asterisk, of the same group, plays them.
    assert found["prompts"] == FOLDER
    assert {found[name] for name in found if name.endswith(".wav")} == {0o644}
    assert too_open(load_settings(home)) == []


def test_a_restored_home_is_private(tmp_path: Path, umask: int, office: Path) -> None:
    first, backup = tmp_path / "first", tmp_path / "backup.tar"
    first.mkdir()
    (first / "voicepost.toml").write_text('[asterisk]\npassword = "secret"\n')
    voicepost(first, umask, "config", "apply", str(office))
    voicepost(first, umask, "backup", str(backup))
    assert mode(backup) == SECRET
    # The home is there already, as somebody has made it.
    home = tmp_path / "second"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    voicepost(home, umask, "restore", str(backup))
    found = modes_in_use(home)
    assert found["."] == FOLDER
    assert {found[name] for name in found if name.startswith("voicepost.db")} == {FILE}
    assert found["voicepost.toml.from-backup"] == SECRET
    assert found["prompts"] == FOLDER
    assert too_open(load_settings(home)) == []


@pytest.mark.parametrize("umask", [0o000, 0o077], indirect=True, ids=["000", "077"])
def test_an_old_home_is_closed_at_start_with_a_line_in_the_log(
    tmp_path: Path, umask: int, office: Path
) -> None:
    home = tmp_path / "home"
    voicepost(home, 0o022, "config", "apply", str(office))
    (home / "log").mkdir()
    (home / "asterisk").mkdir(mode=0o700)
    open_ones = {
        **{"": 0o755, "voicepost.db": 0o644, "prompts": 0o777, "log": 0o755},
        **{"log/calls.jsonl": 0o644, "asterisk/ari.secret": 0o644, "voicepost.toml": 0o640},
    }
    for name, was in open_ones.items():
        path = home / name
        if not path.exists():
            path.write_text("")
        path.chmod(was)
    environment = {**os.environ, "VOICEPOST_WEB__PORT": str(free_port())}
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "--home", home, "web"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=umask,
        env=environment,
        cwd=Path(__file__).parents[3],
    ) as web:
        assert web.stdout is not None and web.stderr is not None
        assert web.stdout.readline() == "ready\n"
        found = modes(home)
        web.terminate()
        told = web.stderr.read()
    assert web.returncode == 0
    assert found["."] == found["prompts"] == found["log"] == FOLDER
    assert found["voicepost.toml"] == found["asterisk/ari.secret"] == SECRET
    assert found["voicepost.db"] == found["log/calls.jsonl"] == FILE
    # What the service itself makes is neither for all, nor for itself alone: the group reads it.
    assert found["metrics"] == FOLDER
    assert {found[name] for name in found if name.startswith("voicepost.db")} == {FILE}
    assert not [name for name, is_now in found.items() if is_now & 0o007 and "prompts/" not in name]
    for name in ("home", "voicepost.db", "ari.secret", "voicepost.toml"):
        assert any("made private" in line and name in line for line in told.splitlines()), told
    assert "made private" in (home / "log" / "web.jsonl").read_text()
    assert too_open(load_settings(home)) == []


def test_a_folder_that_is_everybodys_and_files_of_others_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o1777)
    assert tighten(load_settings(home)) == []
    assert mode(home) == 0o1777
    home.chmod(0o2775)
    (home / "voicepost.toml").write_text("")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert tighten(load_settings(home)) == []
    assert [one.path for one in too_open(load_settings(home))] == [home / "voicepost.toml", home]
    monkeypatch.undo()
    assert [place.path for place in tighten(load_settings(home))] == [home / "voicepost.toml", home]
    assert mode(home) == 0o2750


def test_a_spool_in_which_anybody_may_write_is_told_of_and_left_to_asterisk(tmp_path: Path) -> None:
    home = tmp_path / "home"
    recordings = load_settings(home).recordings
    recordings.mkdir(parents=True)
    home.chmod(0o750)
    recordings.chmod(0o777)
    assert tighten(load_settings(home)) == []
    (found,) = too_open(load_settings(home))
    assert (found.path, found.closed, found.is_open_to_all) == (recordings, 0o770, True)
