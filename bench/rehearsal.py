"""Voicepost's own processes on the fake Asterisk of `bench.exchange`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.exchange import OFFICE
from tests.asterisk.rig import free_tcp

ROOT = Path(__file__).parents[1]

Process = subprocess.Popen[str]


@dataclass(frozen=True)
class Rehearsal:
    """An installation in ``home``, and the exchange that gives it calls."""

    home: Path
    web_port: int
    exchange: Process

    def order(self, *words: object) -> str:
        """Have the exchange do something; its answer, when it is done."""
        assert self.exchange.stdin and self.exchange.stdout
        print(*words, file=self.exchange.stdin, flush=True)
        return self.exchange.stdout.readline().strip()

    @contextmanager
    def begun(self, role: str) -> Iterator[Process]:
        """`voicepost ROLE`, which may not be ready yet; ended afterwards."""
        with (
            (self.home / f"{role}.log").open("a") as log,
            _process(
                *("-m", "cli", "--home", str(self.home), role), stderr=log.fileno()
            ) as process,
        ):
            yield process

    @contextmanager
    def running(self, role: str) -> Iterator[Process]:
        """The same, once it has said that it is ready."""
        with self.begun(role) as process:
            assert process.stdout
            said = process.stdout.readline()
            assert said.startswith("ready"), (self.home / f"{role}.log").read_text()
            yield process


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """The exchange, running, and an installation; all they write is in a folder that goes too."""
    with tempfile.TemporaryDirectory(prefix="vp-bench-") as name:
        home, web_port = Path(name), free_tcp()
        with _process("-m", "bench.exchange", str(home / "spool/recording")) as exchange:
            assert exchange.stdout
            url = exchange.stdout.readline().strip()
            (home / "voicepost.toml").write_text(
                f'[asterisk]\nurl = "{url}"\npassword = "secret"\nspool = "{home / "spool"}"\n'
                f"[web]\nport = {web_port}\n[agi]\nport = {free_tcp()}\n"
            )
            (home / "office.toml").write_text(OFFICE)
            voicepost = (sys.executable, "-m", "cli", "--home", str(home))
            apply = (*voicepost, "config", "apply", str(home / "office.toml"))
            subprocess.run(apply, cwd=ROOT, check=True, capture_output=True)
            yield Rehearsal(home, web_port, exchange)


@contextmanager
def _process(*args: str, stderr: int | None = None) -> Iterator[Process]:
    pipe = subprocess.PIPE
    command = (sys.executable, *args)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=stderr, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
