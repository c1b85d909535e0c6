"""Which Asterisk to run: the machine's own, or Debian's, unpacked into a cache folder.

An unpacked one needs neither root nor a chroot. It brings its own C library and is started through
its own loader, so it runs on any Linux of the same processor; several homes share it.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import SandboxError
from telephony.sandbox.packages import Progress, fetch, unpack

DEFAULT_CACHE = Path("~/.cache/voicepost")

# ARI as Voicepost uses it is in 20; older ones are out of support.
OLDEST = 20

# Debian's stable releases have no Asterisk; testing has.
SUITE = "testing"
PACKAGES = (
    "asterisk",
    "asterisk-core-sounds-en-wav",
    "asterisk-core-sounds-ru-wav",
    "asterisk-moh-opsound-wav",
)
# Part of the folder's name: raise it when PACKAGES change, and the cache is filled anew.
RECIPE = 1


@dataclass(frozen=True)
class Build:
    """An Asterisk that can be started.

    ``command`` is the beginning of every command line that runs it; ``modules`` its loadable
    modules; ``data`` its documentation, sounds and music.
    """

    command: tuple[str, ...]
    modules: Path
    data: Path

    def version(self) -> tuple[int, ...]:
        """Like (22, 10, 1), asked of the program itself. Raises SandboxError."""
        version = _version(self.command)
        if version is None:
            raise SandboxError(f"{self.command[-1]} does not run.")
        return version


def find_build(cache: Path, progress: Progress) -> Build:
    """The machine's own Asterisk where it is new enough, else the cached one, installed if needed.

    Raises SandboxError where there is none and none can be installed.
    """
    return find_system() or install(cache, progress)


def find_system() -> Build | None:
    """The Asterisk installed on this machine, or None where it is missing or too old."""
    program = shutil.which("asterisk", path="/usr/sbin:/usr/bin")
    if program is None:
        return None
    modules = _first(
        Path("/usr"), "lib/*/asterisk/modules", "lib/asterisk/modules", "local/lib/asterisk/modules"
    )
    data = _first(Path("/"), "usr/share/asterisk/documentation", "var/lib/asterisk/documentation")
    version = _version((program,))
    if modules is None or data is None or version is None or version[0] < OLDEST:
        return None
    return Build((program,), modules, data.parent)


def install(cache: Path, progress: Progress) -> Build:
    """Put Debian's Asterisk into the cache folder, unless it is there, and return it.

    Takes about 120 MB of download and 330 MB of disk. Needs no privileges and is atomic: a half
    installed one is never used, and of two processes that start at once one waits for the other.
    ``progress`` is called with a line of text at each step. Raises SandboxError.
    """
    cache = cache.expanduser().resolve()
    root = cache / f"asterisk-{SUITE}-{RECIPE}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache / "install.lock"):
            if not root.exists():
                _install_into(root, progress)
    except OSError as error:
        raise SandboxError(f"Asterisk cannot be installed into {cache}: {error}.") from error
    return _unpacked(root)


def _install_into(root: Path, progress: Progress) -> None:
    for leftover in root.parent.glob(".installing-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=".installing-", dir=root.parent))
    try:
        files = fetch(PACKAGES, SUITE, work, progress)
        progress(f"Asterisk: unpacking {len(files)} packages")
        unpack(files, work / "root")
        version = _unpacked(work / "root").version()
        (work / "root").rename(root)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    progress(f"Asterisk: {'.'.join(map(str, version))} is ready in {root}")


def _unpacked(root: Path) -> Build:
    """The Asterisk whose packages were unpacked into ``root``.

    It ran when it was put there, and is not tried again: callers may be waiting for the service.
    """
    loader = _first(root, "usr/lib/*/ld-linux-*.so.*", "usr/lib/*/ld64.so.*")
    program = root / "usr/sbin/asterisk"
    if loader is None or not program.exists():
        raise SandboxError(f"{root} holds no usable Asterisk: remove the folder and try again.")
    libraries = loader.parent
    command = (str(loader), "--library-path", str(libraries), str(program))
    return Build(command, libraries / "asterisk/modules", root / "usr/share/asterisk")


def _version(command: tuple[str, ...]) -> tuple[int, ...] | None:
    try:
        said = subprocess.run(
            (*command, "-V"), capture_output=True, text=True, check=False, timeout=30
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"Asterisk (?:certified[-/])?(\d+(?:\.\d+)*)", said)
    return tuple(map(int, match[1].split("."))) if match else None


def _first(base: Path, *patterns: str) -> Path | None:
    return next((path for pattern in patterns for path in sorted(base.glob(pattern))), None)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
