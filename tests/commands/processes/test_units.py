"""The units for systemd are valid, and give the service no more than it needs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from storage.audio.child_programs import AT_ONCE, MEMORY

UNITS = Path(__file__).parents[3] / "systemd"
PROGRAM = "/opt/voicepost/.venv/bin/voicepost"
ROLES = tuple(f"voicepost-{role}.service" for role in ("agi", "calls", "web", "worker"))
SERVICES = (*ROLES, "voicepost.service")
EXPOSED = 1.5
"""systemd's own measure of how exposed a service is: up to 2 is "ok", 10 the worst."""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with a program that this machine has."""
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *words], check=False, capture_output=True, text=True, timeout=60
    )


def test_systemd_understands_them(units: Path) -> None:
    result = analyze("verify", "--man=no", *map(str, sorted(units.iterdir())))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_systemd_would_find_a_mistake(units: Path) -> None:
    unit = units / "voicepost.service"
    unit.write_text(unit.read_text().replace("Type=notify", "Type=notfiy\nRestrat=always"))
    result = analyze("verify", "--man=no", str(unit))
    assert "service type" in result.stderr
    assert "Restrat" in result.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardly_exposed(units: Path, name: str) -> None:
    result = analyze("security", "--offline=true", "--no-pager", str(units / name))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", result.stdout)
    assert found, result.stdout + result.stderr
    assert float(found[1]) <= EXPOSED


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_watched_and_started_again_for_ever(name: str) -> None:
    lines = (UNITS / name).read_text(encoding="utf-8").splitlines()
    assert {"Type=notify", "WatchdogSec=60", "Restart=always", "StartLimitIntervalSec=0"} <= {
        *lines
    }
    role = name.removesuffix(".service").partition("-")[2] or "serve"
    assert f"ExecStart={PROGRAM} --home /var/lib/voicepost {role}" in lines


UNITS_OF_BYTES = {"M": 1024**2, "G": 1024**3}
OURS = 256 * 1024**2
"""Bytes that a role takes, the largest of them; a hundred in a quiet one."""


@pytest.mark.parametrize("name", [*SERVICES, "voicepost-backup.service"])
def test_none_takes_all_the_memory_of_the_machine(name: str) -> None:
    text = (UNITS / name).read_text(encoding="utf-8")
    found = re.search(r"^MemoryMax=(\d+)([MG])$", text, re.MULTILINE)
    assert found, "no limit"
    limit = int(found[1]) * UNITS_OF_BYTES[found[2]]
    roles = 3 if name == "voicepost.service" else 1
    children = 0 if name in ("voicepost-agi.service", "voicepost-backup.service") else AT_ONCE
    assert limit >= roles * OURS + children * MEMORY


def test_a_hardened_unit_may_limit_its_children() -> None:
    for name in SERVICES:
        assert "SystemCallFilter=~@privileged @resources" in (UNITS / name).read_text("utf-8")
    for forbidden in ("@privileged", "@resources"):
        assert "prlimit64" not in analyze("syscall-filter", forbidden).stdout
    assert "prlimit64" in analyze("syscall-filter", "@default").stdout


def test_the_roles_are_started_together() -> None:
    target = (UNITS / "voicepost.target").read_text(encoding="utf-8")
    assert all(role in target for role in ROLES)
