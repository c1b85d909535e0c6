"""The file of a backup: an ordinary tar, whose last members say what must be in it.

spool/recording/…, spool/fallback/…   recordings that are no messages yet, and draft files
tables/TABLE/000001.jsonl             rows, one JSON object a line
audio/2026/08/ID.wav                  each before the rows of its message
prompts/DIGEST.wav, voicepost.toml
SHA256SUMS                            of all these, in this order, as sha256sum -c reads it
manifest.json                         counts, and the sha256 of SHA256SUMS

Names are never used as paths. Nothing here holds more than one member in memory.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from storage.errors import StorageError, WrongValue
from storage.files.fsync import flush_folder

SUMS: Final = "SHA256SUMS"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
"""To be raised when older programs could not read what is written."""

_NAME: Final = re.compile(
    r"spool/(recording|fallback)/(?!\.|.*%(2[EeFf]|00))[\w.%+*~-]{1,760}\.(wav|json)"
    r"|tables/[a-z_]{1,60}/\d{6}\.jsonl"
    r"|audio/\d{4}/\d\d/[0-9a-f-]{36}\.wav"
    r"|prompts/[0-9a-f]{64}\.wav"
    r"|voicepost\.toml",
    re.ASCII,
)
# Rows are written a megabyte at a time; a recording of ten hours has this many bytes.
_MOST: Final = {"tables": 64 * 1024 * 1024, MANIFEST: 16 * 1024 * 1024}
_MOST_ELSE: Final = 600 * 1024 * 1024
_BLOCK: Final = 1024 * 1024
_LINE: Final = 2_000
_UNFINISHED: Final = ".voicepost-part"


class ArchiveWriter:
    """Writes a backup under a temporary name; only a finished one gets its own.

    Used as a context: left without `finish`, nothing is left behind. OSError passes through.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        _remove_unfinished(target.parent)
        # Nobody else may read it: the digests of passwords are in there.
        handle, name = tempfile.mkstemp(_UNFINISHED, f".{target.name}.", target.parent)
        self._unfinished = Path(name)
        with ExitStack() as stack:
            stack.callback(self._unfinished.unlink, missing_ok=True)
            self._file = stack.enter_context(os.fdopen(handle, "wb"))
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._sums = stack.enter_context(tempfile.TemporaryFile())
            self._tar = tarfile.TarFile(None, "w", self._file, format=tarfile.PAX_FORMAT)
            self._end = stack.pop_all()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._end.close()

    def add(self, name: str, contents: bytes) -> None:
        """Add a member."""
        assert _NAME.fullmatch(name), name
        self._sums.write(_sum_line(hashlib.sha256(contents).hexdigest(), name))
        self._add(name, io.BytesIO(contents), len(contents))

    def finish(self, manifest: dict[str, Any]) -> None:
        """Seal the backup, have it on the disk, and give it its name."""
        size = self._sums.tell()
        self._sums.seek(0)
        digest = hashlib.file_digest(self._sums, "sha256").hexdigest()
        self._sums.seek(0)
        self._add(SUMS, self._sums, size)
        sealed = {"format": FORMAT, **manifest, "sha256sums": digest}
        text = json.dumps(sealed, ensure_ascii=False, indent=1).encode()
        self._add(MANIFEST, io.BytesIO(text), len(text))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unfinished.replace(self._target)
        flush_folder(self._target.parent)

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, time.time()
        self._tar.addfile(info, file)
        _forget(self._tar)


def _forget(tar: tarfile.TarFile) -> None:
    """It would remember every member."""
    tar.members = []  # type: ignore[attr-defined]


def _remove_unfinished(folder: Path) -> None:
    """Remove what backups left behind that were killed: nobody holds its lock any more."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        with path.open("rb") as file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)


class Member:
    """A member of a backup that is being read: its name, and its contents while it is its turn."""

    def __init__(self, name: str, size: int, file: IO[bytes]) -> None:
        self.name = name
        self.size = size
        self.file = file

    @property
    def kind(self) -> str:
        """The first part of the name."""
        return self.name.partition("/")[0]

    def read(self) -> bytes:
        """All of it. Raises StorageError if there is not so much."""
        contents = self.file.read(self.size)
        if len(contents) != self.size:
            raise WrongValue("member-cut-off", name=self.name)
        return contents


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """What damaged archives make the libraries say, as one sentence."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as error:
        own = error.problem if isinstance(error, WrongValue) else None
        why = own or " ".join(str(error).split())[:200]
        raise StorageError("backup-damaged", path=path, reason=why) from error


def members(path: Path) -> Iterator[Member]:
    """Every member, in order. Raises StorageError for one that no backup has."""
    with plain_errors(path), tarfile.open(path, "r:") as tar:
        while (info := tar.next()) is not None:
            _forget(tar)
            known = info.name in (SUMS, MANIFEST) or _NAME.fullmatch(info.name)
            if not known or info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.sparse:
                raise WrongValue("strange-member", name=repr(info.name[:80]))
            kind = info.name.partition("/")[0]
            if info.size > _MOST.get(kind, _MOST_ELSE) and info.name != SUMS:
                raise WrongValue("member-too-long", name=info.name)
            file = tar.extractfile(info)
            assert file is not None
            yield Member(info.name, info.size, file)


def check(path: Path) -> dict[str, Any]:
    """Read a backup from end to end and compare every sha256; returns its manifest.

    Raises StorageError, which names the first member that is damaged.
    """
    with tempfile.TemporaryFile() as sums, plain_errors(path):
        manifest: dict[str, Any] | None = None
        sealed = ""
        for member in members(path):
            if manifest is not None:
                raise WrongValue("member-behind-end", name=member.name)
            if member.name == MANIFEST:
                manifest = _manifest(member, sealed)
            elif sealed:
                raise WrongValue("member-not-in-sums", name=member.name, file=SUMS)
            elif member.name == SUMS:
                sealed = _compare(member, sums)
            else:
                sums.write(_sum_line(_digest(member), member.name))
        if manifest is None:
            raise WrongValue("end-missing")
    return manifest


def _compare(member: Member, sums: IO[bytes]) -> str:
    """Compare the list of sums with what was found; the list's own sha256."""
    sums.seek(0)
    whole = hashlib.sha256()
    while line := member.file.readline(_LINE):
        whole.update(line)
        if line != sums.readline():
            name = line.decode("utf-8", "replace").strip().partition("  ")[2]
            raise WrongValue("member-damaged", name=name[:120])
    if rest := sums.readline():
        name = rest.decode().strip().partition("  ")[2]
        raise WrongValue("member-not-in-sums", name=name, file=SUMS)
    return whole.hexdigest()


def _manifest(member: Member, sealed: str) -> dict[str, Any]:
    manifest = json.loads(member.read())
    if not isinstance(manifest, dict) or manifest.get("sha256sums") != sealed or not sealed:
        raise WrongValue("manifest-of-another", file=MANIFEST, sums=SUMS)
    if manifest.get("format") != FORMAT:
        raise StorageError("backup-format-newer")
    return manifest


def _digest(member: Member) -> str:
    digest, left = hashlib.sha256(), member.size
    while block := member.file.read(min(_BLOCK, left)):
        digest.update(block)
        left -= len(block)
    if left:
        raise WrongValue("member-cut-off", name=member.name)
    return digest.hexdigest()


def _sum_line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()
