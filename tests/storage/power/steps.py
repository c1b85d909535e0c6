"""What a program asked of the file system, step by step, read from strace's record of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]

TRACED = (
    "open,openat,creat,close,dup,dup2,dup3,lseek,write,pwrite64,writev,pwritev,pwritev2,"
    "ftruncate,truncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,syncfs,sync_file_range,"
    "mmap,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir"
)
"""Everything that changes files and folders, or keeps them. Reading does neither."""

REBUILT = "-shm"
"""SQLite's shared memory: after a crash the first to open the database makes it anew."""


@dataclass(frozen=True)
class Create:
    """A file opened to be made where there is none; ``emptied`` if there is one."""

    path: Path
    emptied: bool


@dataclass(frozen=True)
class Write:
    """Bytes put into a file."""

    path: Path
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    """A file cut, or lengthened with zeros."""

    path: Path
    size: int


@dataclass(frozen=True)
class Flush:
    """fsync or fdatasync, of a file or of a folder."""

    path: Path


@dataclass(frozen=True)
class FlushAll:
    """Everything on the disk flushed, asked for by a folder on it."""

    path: Path


@dataclass(frozen=True)
class Rename:
    """Another name for what has one, in place of what had the new name."""

    path: Path
    new: Path


@dataclass(frozen=True)
class Link:
    """One more name for a file."""

    path: Path
    new: Path


@dataclass(frozen=True)
class Remove:
    """A file's name taken away."""

    path: Path


@dataclass(frozen=True)
class MakeFolder:
    """A new folder."""

    path: Path


@dataclass(frozen=True)
class Mark:
    """What the program said, on its standard output, that it had done."""

    text: str


Step = Create | Write | Truncate | Flush | FlushAll | Rename | Link | Remove | MakeFolder | Mark


def trace(module: str, folder: Path, record: Path) -> list[Step]:
    """Run a Python module on a folder, under strace: what it changed there, in order."""
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "100000000"]
    program = [sys.executable, "-m", module, str(folder)]
    subprocess.run(
        [*strace, "-e", f"trace={TRACED}", "-o", str(record), *program],
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    with record.open(encoding="ascii") as lines:
        return list(_Reading(folder).steps(lines))


_CALL = re.compile(r"(\d+) +(\w+)\((.*)\) += (\d+|0x[0-9a-f]+)(<.*>)?")
_BEGUN = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>")
_ENDED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_DESCRIPTOR = re.compile(r"(\w+)<([^>]*)>")
"""A descriptor and its file, as ``strace -y`` shows them; a deleted file is followed by more."""


class _Reading:
    """Goes through the record; remembers where in its file each descriptor stands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._positions: dict[str, int] = {}

    def steps(self, lines: Iterable[str]) -> Iterator[Step]:
        begun: dict[str, str] = {}
        for line in map(str.strip, lines):
            if found := _BEGUN.fullmatch(line):
                begun[found[1]] = f"{found[1]} {found[2]}"
                continue
            if found := _ENDED.fullmatch(line):
                line = begun.pop(found[1]) + found[2]
            if call := _CALL.fullmatch(line):
                yield from self._step(call[2], call[3].split(", "), call[4])

    def _step(self, name: str, arguments: Sequence[str], result: str) -> Iterator[Step]:
        if name == "write" and arguments[0].startswith("1<"):
            yield Mark(_bytes(arguments[1]).decode().strip())
        elif not (paths := [path for path in map(self._path, arguments) if path]):
            return
        elif name == "openat":
            yield from self._open(paths[-1], arguments[2].split("|"), result)
        elif name == "rename":
            yield Rename(*paths)
        elif name == "link":
            yield Link(*paths)
        elif name == "unlink":
            yield Remove(paths[0])
        elif name == "mkdir":
            yield MakeFolder(paths[0])
        elif not (name == "close" or (name == "mmap" and "MAP_PRIVATE" in arguments[3])):
            yield from self._use(name, paths[0], arguments, int(result, 0))

    def _open(self, path: Path, flags: Sequence[str], descriptor: str) -> Iterator[Step]:
        # Where a write goes is known for files that are only written, from their beginning on.
        self._positions.pop(descriptor, None)
        if "O_WRONLY" in flags and "O_APPEND" not in flags:
            self._positions[descriptor] = 0
        if "O_CREAT" in flags or "O_TRUNC" in flags:
            yield Create(path, "O_TRUNC" in flags)

    def _use(self, name: str, path: Path, arguments: Sequence[str], result: int) -> Iterator[Step]:
        descriptor = arguments[0].partition("<")[0]
        if name in ("fsync", "fdatasync"):
            yield Flush(path)
        elif name == "syncfs":
            yield FlushAll(path)
        elif name == "ftruncate":
            yield Truncate(path, int(arguments[1], 0))
        elif name == "pwrite64":
            yield Write(path, int(arguments[3], 0), _bytes(arguments[1])[:result])
        elif name == "write":
            yield Write(path, self._positions[descriptor], _bytes(arguments[1])[:result])
            self._positions[descriptor] += result
        elif name == "lseek":
            self._positions[descriptor] = result
        else:
            raise AssertionError(f"{name} of {path} is not understood")

    def _path(self, argument: str) -> Path | None:
        """The file that an argument names, or has open, if it is one of those that matter."""
        found = _DESCRIPTOR.fullmatch(argument)
        text = found[2] if found else argument.strip('"')
        if not text.startswith("\\x2f") or text.endswith(_hex(REBUILT)):
            return None
        path = Path(os.fsdecode(_bytes(text)))
        return path if path.is_relative_to(self._folder) else None


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.strip('"').replace("\\x", ""))


def _hex(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())
