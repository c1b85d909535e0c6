"""`voicepost calls`, the real process, on the fake Asterisk of `bench.exchange`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.exchange import OFFICE

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Rehearsal:
    """The process that serves calls (``pid``), and the exchange that gives them to it."""

    pid: int
    exchange: subprocess.Popen[str]
    home: Path

    def order(self, *words: object) -> str:
        """Have the exchange do something; its answer, when it is done."""
        assert self.exchange.stdin and self.exchange.stdout
        print(*words, file=self.exchange.stdin, flush=True)
        return self.exchange.stdout.readline().strip()


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """Both processes, running, with all they write in a folder that goes with them."""
    with tempfile.TemporaryDirectory(prefix="vp-bench-") as name:
        home = Path(name)
        with _process("-m", "bench.exchange", str(home / "spool/recording")) as exchange:
            assert exchange.stdout
            (home / "voicepost.toml").write_text(
                f'[asterisk]\nurl = "{exchange.stdout.readline().strip()}"\n'
                f'password = "secret"\nspool = "{home / "spool"}"\n'
            )
            (home / "office.toml").write_text(OFFICE)
            voicepost = (sys.executable, "-m", "cli", "--home", str(home))
            apply = (*voicepost, "config", "apply", str(home / "office.toml"))
            subprocess.run(apply, cwd=ROOT, check=True, capture_output=True)
            with (
                (home / "calls.log").open("w") as log,
                _process(*voicepost[1:], "calls", stderr=log.fileno()) as calls,
            ):
                assert calls.stdout
                said = calls.stdout.readline()
                assert said.startswith("ready"), (home / "calls.log").read_text()
                yield Rehearsal(calls.pid, exchange, home)


@contextmanager
def _process(*args: str, stderr: int | None = None) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = (sys.executable, *args)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=stderr, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
