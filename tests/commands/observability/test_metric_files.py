"""Metrics of several processes in one place, whatever happens to the processes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from commands.context import App
from commands.observability.metric_files import FILE_BYTES, living_roles
from commands.observability.prometheus import exposition

ROOT = Path(__file__).parents[3]

ROLE = """
import sys
from pathlib import Path
from commands.observability.logging import configure_logs
from commands.observability.metric_files import begin_metering
from telephony.metrics import counted, metrics, note_connection
from storage.metrics import metrics as of_storage
configure_logs("error", "text")
begin_metering(sys.argv[1], Path(sys.argv[2]))
with counted("ari"):
    metrics().connected.set(1)
    of_storage().filing.observe(0.3)
    print("counting", flush=True)
    sys.stdin.read()
"""


@contextmanager
def role(name: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is in a call until its input ends, or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", ROLE, name, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "counting\n"
        yield process
        process.kill()


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path)


def value(app: App, name: str) -> float | None:
    found = re.search(rf"^{re.escape(name)} (\S+)$", exposition(app).decode(), re.MULTILINE)
    return float(found[1]) if found else None


SERVED = 'voicepost_calls_total{outcome="served",source="ari"}'


def test_roles_are_added_up_and_the_dead_have_no_gauges(app: App) -> None:
    folder = app.settings.metrics_folder
    with role("calls", folder) as calls, role("agi", folder):
        assert living_roles(folder) == {"calls-0", "agi-0"}
        assert value(app, "voicepost_calls_in_progress") == 2
        calls.kill()
        calls.wait()
        assert living_roles(folder) == {"agi-0"}
        assert value(app, "voicepost_calls_in_progress") == 1
        assert value(app, 'voicepost_role_up{role="calls"}') == 0
        assert value(app, 'voicepost_role_up{role="agi"}') == 1
        assert value(app, "voicepost_filing_seconds_count") == 2


def test_totals_survive_and_files_do_not_pile_up(app: App) -> None:
    folder = app.settings.metrics_folder
    for times in range(1, 4):
        with role("calls", folder) as calls:
            calls.communicate()
        assert value(app, SERVED) == times
    assert len(list(folder.glob("counter_*.db"))) == 1
    assert value(app, "voicepost_ari_connected") is None


def test_one_that_ends_while_its_successor_begins_has_files_of_its_own(app: App) -> None:
    folder = app.settings.metrics_folder
    with role("calls", folder) as old, role("calls", folder) as new:
        assert living_roles(folder) == {"calls-0", "calls-1"}
        old.communicate()
        new.communicate()
    assert value(app, SERVED) == 2


def test_files_have_their_place_on_the_disk_and_broken_ones_are_begun_again(app: App) -> None:
    folder = app.settings.metrics_folder
    with role("calls", folder):
        pass
    for path in folder.glob("*.db"):
        assert path.stat().st_blocks * 512 >= FILE_BYTES, "no hole: a full disk would kill us"
    (folder / "counter_calls-0.db").write_bytes(b"\xff" * FILE_BYTES)
    (folder / "histogram_calls-0.db").write_bytes(b"half")
    with role("calls", folder) as calls:
        calls.communicate()
    assert value(app, SERVED) == 1


def test_a_folder_that_cannot_be_made_ends_no_role(tmp_path: Path) -> None:
    (tmp_path / "metrics").write_text("a file in the way")
    with role("calls", tmp_path / "metrics") as calls:
        calls.communicate()
        assert calls.returncode == 0


def test_what_is_looked_at_when_asked(app: App) -> None:
    told = exposition(app).decode()
    assert value(app, "voicepost_database_up") == 1
    assert value(app, "voicepost_drafts_unsettled") == 0
    assert (value(app, 'voicepost_disk_free_bytes{place="spool"}') or 0) > 0
    assert "voicepost_uploads_waiting" not in told


def test_without_its_database_the_rest_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEPOST_DATABASE__URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert value(app, "voicepost_database_up") == 0
    assert (value(app, 'voicepost_disk_free_bytes{place="home"}') or 0) > 0


def test_rules_and_guide_name_metrics_that_there_are(app: App) -> None:
    with role("calls", app.settings.metrics_folder):
        made = subprocess.run(
            [sys.executable, "-c", NAMES], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split()
        told = set(re.findall(r"^# TYPE (\w+)", exposition(app).decode(), re.MULTILINE))
        told |= set(made) | {"voicepost_uploads_waiting"}
        told |= {"voicepost_uploads_oldest_age_seconds"}
    guide = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(voicepost_\w+)`", guide, re.MULTILINE))
    assert rows == told
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8"))
    (group,) = rules["groups"]
    for rule in group["rules"]:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys()
        assert set(re.findall(r"voicepost_\w+", rule["expr"])) <= told


NAMES = """
from storage.metrics import metrics as of_storage
from telephony.metrics import metrics as of_telephony
from prometheus_client import Counter
for metrics in (of_storage(), of_telephony()):
    for metric in vars(metrics).values():
        if hasattr(metric, "_name"):
            print(metric._name + ("_total" if isinstance(metric, Counter) else ""))
"""
