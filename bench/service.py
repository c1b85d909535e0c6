"""Voicepost's own processes, for as long as something is measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.usage import counted

ROOT = Path(__file__).parents[1]

Process = subprocess.Popen[str]


@contextmanager
def begun(home: Path, role: str) -> Iterator[Process]:
    """`voicepost ROLE`, which may not be ready yet; ended afterwards."""
    with (
        (home / f"{role}.log").open("a") as log,
        process("-m", "cli", "--home", str(home), role, stderr=log.fileno()) as service,
        counted(f"voicepost {role}", service.pid),
    ):
        yield service


@contextmanager
def running(home: Path, role: str) -> Iterator[Process]:
    """The same, once it has said that it is ready."""
    with begun(home, role) as service:
        assert service.stdout
        said = service.stdout.readline()
        assert said.startswith("ready"), (home / f"{role}.log").read_text()
        yield service


@contextmanager
def process(*args: str, stderr: int | None = None) -> Iterator[Process]:
    """A Python that is told what to do, and tells what it does."""
    pipe = subprocess.PIPE
    command = (sys.executable, *args)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=stderr, text=True
    ) as python:
        try:
            yield python
        finally:
            python.terminate()
