"""The first look at the page costs little, over any line."""

from __future__ import annotations

import gzip

from tests.web.conftest import Front
from web.http.assets import FOLDER

LIMIT = 150_000
"""Bytes, compressed: the page and everything that any page may ask for."""


def test_the_first_load_is_small(front: Front) -> None:
    for _ in range(50):
        front.receive()
    page = front.visitor("olga").get("/messages", headers={"Accept-Encoding": "gzip"})
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    size = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) + size < LIMIT


def test_static_files_are_kept_for_ever_and_change_their_address(front: Front) -> None:
    visitor = front.visitor()
    page = visitor.get("/login").text
    (address,) = [part for part in page.split('"') if part.endswith("/voicepost.css")]
    assert "immutable" in visitor.get(address).headers["cache-control"]
    old = address.replace(address.split("/")[2], "0" * 12)
    assert visitor.get(old).headers["cache-control"] == "no-cache"
