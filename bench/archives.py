"""Very many messages at once: taken in from Asterisk's own voicemail, and exported to a folder.

Against `tar`, which copies the same files, and all of it on the disk at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.company import EXAMPLE
from bench.crowded import ENVELOPE
from bench.figure import Figure
from bench.part import Size
from bench.stage import SAYING
from tests.speech import speak

ROOT: Final = Path(__file__).parents[1]
IN_FOLDER: Final = 5_000
"""Messages in one mailbox."""


def measure(size: Size) -> list[Figure]:
    """Take in and export, into a new place each time, as often as tar copies both."""
    runs, messages = (1, 500) if size == "quick" else (2, 10_000)
    rates: dict[str, tuple[list[float], list[float]]] = {"import": ([], []), "export": ([], [])}
    with TemporaryDirectory(prefix="vp-bench-") as name:
        folder = Path(name)
        spool = _spool(folder / "spool", messages)
        for run in range(runs):
            home, out = folder / f"home-{run}", folder / f"out-{run}"
            _voicepost(home, "config", "apply", str(EXAMPLE))
            for what, source, target in (("import", spool, spool), ("export", home / "audio", out)):
                ours, peers = rates[what]
                began = time.monotonic()
                _voicepost(home, "messages", what, str(target))
                os.sync()
                between = time.monotonic()
                _tar(source, folder / "copy")
                ours.append(messages / (between - began))
                peers.append(messages / (time.monotonic() - between))
                shutil.rmtree(folder / "copy")
            for done in (home, out):
                shutil.rmtree(done)
    return [
        Figure(
            f"{what} of {messages:,} messages",
            "tar of the same files",
            "1/s",
            ours,
            peers,
            goal=0.5,
            more_is_better=True,
        )
        for what, (ours, peers) in rates.items()
    ]


def _spool(folder: Path, messages: int) -> Path:
    said = speak(SAYING)
    began = int(time.time()) - messages
    for number in range(messages):
        box = folder / f"default/{100 + number // IN_FOLDER}/INBOX"
        box.mkdir(parents=True, exist_ok=True)
        stem = f"msg{number % IN_FOLDER:04}"
        shutil.copyfile(said, box / f"{stem}.wav")
        (box / f"{stem}.txt").write_text(ENVELOPE.format(began + number))
    os.sync()
    return folder


def _voicepost(home: Path, *args: str) -> None:
    command = (sys.executable, "-m", "cli", "--home", str(home), *args)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def _tar(source: Path, target: Path) -> None:
    target.mkdir()
    with subprocess.Popen(("tar", "cf", "-", "."), cwd=source, stdout=subprocess.PIPE) as packing:
        subprocess.run(("tar", "xf", "-"), cwd=target, stdin=packing.stdout, check=True)
    os.sync()
