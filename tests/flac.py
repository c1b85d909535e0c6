"""FLAC files of a few bytes that claim whatever a test wants."""

from __future__ import annotations

import struct

BLOCK = 65_535
"""Samples of a frame: as many as one can have, all of them the same."""


def flac(rate: int, *frames: int) -> bytes:
    """A file of so many samples a second, and of one frame; or of frames with rates of their own.

    Those are in Hz and below 65536.
    """
    samples = BLOCK * (len(frames) or 1)
    layout = (rate << 44 | 15 << 36 | samples).to_bytes(8, "big")
    info = struct.pack(">HH", BLOCK, BLOCK) + bytes(6) + layout + bytes(16)
    header = b"fLaC" + bytes((0x80, 0, 0, len(info))) + info
    return header + b"".join(_frame(place, own) for place, own in enumerate(frames or (None,)))


def _frame(place: int, rate: int | None) -> bytes:
    """A block's size in 16 bits; the rate of the file, or in Hz in 16 bits; mono, 16 bits."""
    begin = bytes((0xFF, 0xF8, 0x70 if rate is None else 0x7D, 0x08, place))
    head = begin + struct.pack(">H", BLOCK - 1) + (b"" if rate is None else struct.pack(">H", rate))
    frame = head + bytes((_crc(head, 8, 0x07),)) + b"\0\x10\0"
    return frame + _crc(frame, 16, 0x8005).to_bytes(2, "big")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    mask, top, value = (1 << bits) - 1, 1 << bits - 1, 0
    for byte in data:
        value ^= byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value & top else 0)) & mask
    return value
