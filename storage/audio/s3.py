"""A bucket of an S3-compatible object store, through obstore: every wait has an end.

What goes wrong is told in one sentence, without what the libraries think of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from storage.errors import AudioError, ConfigError, LostAudio, NotFound
from storage.settings_sections import AudioSettings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

CONNECT_SECONDS = 5
# Somebody waits to hear: a block has to come at 50 kB a second, or something is wrong.
READ_SECONDS = 20
# Nobody waits for uploads: one part may go over a line of 50 kB a second.
WRITE_SECONDS = 120
RETRIES = 2
# No try begins later than this after the first one.
RETRY_SECONDS = 10

BLOCK = 1024 * 1024
"""Bytes fetched at once: a minute of speech."""
PART = 5 * 1024 * 1024
"""Bytes sent at once: S3 takes no smaller parts, but for the last one."""

_STATUS = re.compile(r"status code: (\d{3}[\w ]*)")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_SYSTEM = re.compile(r'message: "([^"]{1,80})"')


class Bucket:
    """Objects by key, below the prefix that the settings' URL has.

    All methods raise AudioError when the store does not do what it is asked for.
    """

    def __init__(self, settings: AudioSettings) -> None:
        """Raises ConfigError; connects to nobody yet."""
        self.url = settings.url.rstrip("/")
        self._reading = _store(settings, READ_SECONDS)
        self._writing = _store(settings, WRITE_SECONDS)

    def put(self, key: str, audio: BinaryIO) -> None:
        """Send an object, in parts where it is long; it appears whole or not at all."""
        with self._plain_errors():
            obstore.put(self._writing, key, audio, chunk_size=PART, max_concurrency=1)

    def open(self, key: str) -> BinaryIO:
        """The object, to be read in blocks from anywhere. Raises NotFound."""
        with self._plain_errors(key):
            first = obstore.get(self._reading, key, options={"range": (0, BLOCK)})
            block, size = bytes(first.bytes()), first.meta["size"]
        return io.BufferedReader(_Remote(self, key, size, block), BLOCK)

    def read(self, key: str, start: int, length: int) -> bytes:
        """A part of the object. Raises NotFound."""
        with self._plain_errors(key):
            return bytes(obstore.get_range(self._reading, key, start=start, length=length))

    def delete(self, key: str) -> None:
        """Remove the object; it may be gone already."""
        try:
            with self._plain_errors(key):
                obstore.delete(self._reading, key)
        except NotFound:
            return

    def is_empty(self) -> bool:
        """Whether there is no object."""
        with self._plain_errors():
            return not next(iter(obstore.list(self._reading, chunk_size=1)), None)

    @contextmanager
    def _plain_errors(self, key: str = "") -> Iterator[None]:
        try:
            yield
        except (BaseError, ValueError, OSError) as error:
            text = str(error)
            if key and isinstance(error, FileNotFoundError) and "NoSuchBucket" not in text:
                raise LostAudio("audio-lost", key=key, place=self.url) from error
            raise AudioError("store-failed", url=self.url, reason=_reason(text)) from error


class _Remote(io.RawIOBase):
    """An object as a file to read, fetched when it is asked for."""

    def __init__(self, bucket: Bucket, key: str, size: int, first: bytes) -> None:
        self._bucket = bucket
        self._key = key
        self._size = size
        self._first = first
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Up to a block of what comes next; 0 at the end."""
        length = min(len(buffer), self._size - self._at, BLOCK)
        if length <= 0:
            return 0
        data = self._first[self._at : self._at + length]
        if not data:
            data = self._bucket.read(self._key, self._at, length)
        if not data:
            raise AudioError("audio-ends-early", key=self._key, url=self._bucket.url)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _store(settings: AudioSettings, seconds: float) -> S3Store:
    """What is not set is taken from the usual AWS_ variables."""
    place = urlsplit(settings.url)
    config: S3Config = {"disable_bulk_delete": True}  # not every store knows bulk deletion
    if settings.endpoint:
        config["endpoint"] = settings.endpoint
    if settings.region:
        config["region"] = settings.region
    if settings.access_key:
        config["access_key_id"] = settings.access_key
    if settings.secret_key:
        config["secret_access_key"] = settings.secret_key
    client: ClientConfig = {
        "allow_http": True,
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "timeout": timedelta(seconds=seconds),
    }
    try:
        return S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            config=config,
            client_options=client,
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": timedelta(seconds=RETRY_SECONDS),
            },
        )
    except (BaseError, ValueError) as error:
        raise ConfigError("refused", "audio", reason=_reason(str(error))) from error


def _reason(text: str) -> str:
    """Why, in a few words: obstore tells it in thirty lines."""
    if status := _STATUS.search(text):
        code = _CODE.search(text)
        return f"{status[1].strip()}, {code[1]}" if code else status[1].strip()
    if "kind: Timeout" in text:
        return "no answer in time"
    if system := _SYSTEM.search(text):
        return system[1]
    if "IncompleteMessage" in text:
        return "the connection broke"
    return " ".join(text.partition("Debug source")[0].split())[:200]
