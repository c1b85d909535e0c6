"""A zip of recordings, made while it is sent: any number of messages takes the memory of one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

from storage.errors import DamagedAudio, NotFound
from storage.messages.repository import Message, MessageRepository
from storage.transfer.export import intact_audio
from storage.transfer.file_names import occupied, readable_name
from storage.transfer.manifest import (
    MANIFEST_CSV,
    MANIFEST_JSON,
    CsvStyle,
    Entry,
    as_csv,
    as_json,
    entry_of,
)
from storage.words.withheld import WITHHELD


class _Outlet(io.RawIOBase):
    """Takes what the zip writes, to be passed on. It cannot go back, and zips need not."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        written, self._written = self._written, []
        return b"".join(written)


def stream_zip(
    repository: MessageRepository,
    messages: Iterable[Message],
    style: CsvStyle = "plain",
    withheld: str = WITHHELD,
) -> Iterator[bytes]:
    """The messages' recordings and their manifests as a zip, piece by piece.

    A recording that is missing or damaged is left out; its line in the manifests names no file.
    Raises AudioError when recordings cannot be reached, which says nothing about any of them, and
    DatabaseUnavailable where ``messages`` does.
    """
    entries: list[Entry] = []
    taken: set[str] = set()
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for message in messages:
            try:
                audio = intact_audio(repository, message)
            except (NotFound, DamagedAudio):
                entries.append(entry_of(message, ""))
                continue
            name = readable_name(message, taken)
            taken.add(occupied(name))
            entries.append(entry_of(message, name))
            _add(packed, name, audio, message.received_at.timetuple()[:6])
            yield outlet.taken()
        packed.writestr(MANIFEST_CSV, as_csv(entries, style, withheld))
        packed.writestr(MANIFEST_JSON, as_json(entries))
    yield outlet.taken()


def _add(packed: zipfile.ZipFile, name: str, audio: bytes, at: tuple[int, ...]) -> None:
    """A file in the zip, of the time when the message came."""
    year, month, day, hour, minute, second = at
    info = zipfile.ZipInfo(name, (max(year, 1980), month, day, hour, minute, second))
    info.external_attr = 0o644 << 16
    packed.writestr(info, audio, zipfile.ZIP_DEFLATED, compresslevel=1)
