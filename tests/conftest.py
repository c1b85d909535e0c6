"""What holds for all tests."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

# Imported before any test: its pytest plugin imports it in the closing summary otherwise, deep
# inside pytest's calls, where CPython 3.11 may refuse to compile it (gh-106905).
import hypothesis  # noqa: F401
import pytest
import structlog

if TYPE_CHECKING:
    from playwright.async_api import Browser

# Tests provoke exceptions that are logged; in colours and with all variables, as is usual for
# programs that set up no logging, one takes as long to draw as a whole test.
structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback

MEMORY = Path("/dev/shm")
ROOM = 3 * 2**30
"""Bytes that all tests together have used at most, and as much again."""


def _work_in_memory() -> None:
    """Keep everything that tests write in memory, where there is room for it.

    What is kept for good is flushed to the disk, thousands of times in all: on a disk that is most
    of the time of many tests, and the time-outs of others when the disk is busy.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


_work_in_memory()

IN_REAL_TIME = ("asterisk", "faults", "machine", "storage/power", "web/test_fuzz.py")
"""Where tests wait for calls, which last as long as people speak, or are long by themselves."""


@pytest.hookimpl(trylast=True)  # behind what makes the order random
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long ones: where files are shared out, no process is left with one alone."""
    long = [config.rootpath / "tests" / place for place in IN_REAL_TIME]
    items.sort(key=lambda item: not any(item.path.is_relative_to(place) for place in long))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    """One Chromium for all tests that want one, each with contexts of its own."""
    from tests.web.browser import chromium  # most processes of tests need none

    async with chromium() as browser:
        yield browser
