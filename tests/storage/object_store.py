"""A real S3 server of our own, on a port of its own, that can go away and come back."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import obstore
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from storage.audio.s3 import Bucket
from storage.settings_sections import AudioSettings

BUCKET = "voicemail"


class ObjectStore:
    """The server; what it holds outlives its stops, until the test is over."""

    def __init__(self) -> None:
        self._server: ThreadedMotoServer | None = None
        self._port = 0
        self.start()

    def start(self) -> None:
        """Come (back) up, on the same port."""
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self._port, verbose=False)
        with redirect_stdout(StringIO()):
            self._server.start()
        _, self._port = self._server.get_host_and_port()

    def stop(self) -> None:
        """Go away: connections are refused."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def post(self, path: str, data: bytes = b"") -> None:
        """Tell the server itself something."""
        request = urllib.request.Request(
            f"{self.url}{path}", data, {"Content-Type": "text/plain"}, method="POST"
        )
        urllib.request.urlopen(request, timeout=10).close()

    def check_passwords(self, on: bool) -> None:
        """Whether it asks who comes; it knows nobody."""
        self.post("/moto-api/reset-auth", b"0" if on else b"inf")

    def make_bucket(self) -> None:
        request = urllib.request.Request(f"{self.url}/{BUCKET}", method="PUT")
        urllib.request.urlopen(request, timeout=10).close()

    def settings(self, url: str = f"s3://{BUCKET}/home", endpoint: str = "") -> AudioSettings:
        """The `[audio]` of a home that keeps its recordings here."""
        return AudioSettings(
            url=url,
            endpoint=endpoint or self.url,
            region="us-east-1",
            access_key="voicepost",
            secret_key="a secret",
        )

    def bucket(self) -> Bucket:
        return Bucket(self.settings())

    def objects(self) -> dict[str, bytes]:
        """Everything in the bucket, by its whole key."""
        store = S3Store(
            BUCKET,
            endpoint=self.url,
            region="us-east-1",
            access_key_id="voicepost",
            secret_access_key="a secret",
            client_options={"allow_http": True},
        )
        return {
            meta["path"]: bytes(obstore.get(store, meta["path"]).bytes())
            for page in obstore.list(store)
            for meta in page
        }


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """A server with an empty bucket."""
    store = ObjectStore()
    try:
        store.post("/moto-api/reset")
        store.check_passwords(False)
        store.make_bucket()
        yield store
    finally:
        store.stop()
