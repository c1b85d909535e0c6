"""What holds for all tests."""

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

# Imported before any test: its pytest plugin imports it in the closing summary otherwise, deep
# inside pytest's calls, where CPython 3.11 may refuse to compile it (gh-106905).
import hypothesis
import pytest
import structlog

from tests.databases import copy_tables

if TYPE_CHECKING:
    from playwright.async_api import Browser

# Tests provoke exceptions that are logged; in colours and with all variables, as is usual for
# programs that set up no logging, one takes as long to draw as a whole test.
structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback

# How long an example takes says how busy the machine is, not what is right.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")

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
copy_tables()

BY_THE_MILLISECOND = tuple(
    f"asterisk/test_{each}.py"
    for each in ("keys", "fast_keys", "streams", "trunk", "storms", "gap")
)
"""Where tests are telephones themselves, and send each packet when it is due: at first, together,
while nobody else wants the processor."""
LONG = (
    *("faults/test_short.py", "machine", "storage/power", "one_more_action"),
    *("web/player/test_appearance.py", "web/http/test_fuzz.py", "web/test_page_script.py"),
    *("storage/backup/test_old_homes.py", "storage/files/test_privacy.py"),
    *BY_THE_MILLISECOND,
    *(
        f"asterisk/test_{each}.py"
        for each in (
            *("backup", "crowd", "database_away", "demo", "fallback", "frozen"),
            *("hostile_headers", "lying_spool", "overlong", "quiet", "redirected", "two_services"),
        )
    ),
)
"""What is left to `make test-long`: each takes half a minute or more of a processor, or of real
time."""
IN_REAL_TIME = ("asterisk", *LONG)
"""Where tests wait for calls, which last as long as people speak, or are long by themselves."""
FIRST_OF_OTHERS = (
    *("storage/backup", "telephony/ari", "web/test_layout.py"),
    *("commands/test_import.py", "faults/test_accounting.py", "web/test_outages.py"),
)
"""Files of the others that take a minute each."""
OTHERS_BETWEEN = 2
"""Files of tests that never wait between two that do: they take a third of the time."""
BEHIND_CALLS = 3
"""How nice everything else is to them: a little, or beside other work it would never end."""
AHEAD = -5
"""How nice they are themselves, where that is allowed: telephones are machines of their own, and
send on time whatever else this machine has to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`: with the long tests, without them, or only those."""
    choices = ("with", "without", "only")
    parser.addoption("--long", choices=choices, default="with", help="run the long tests, too")


@pytest.hookimpl(trylast=True)  # behind what makes the order random
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long ones, and mix them with others: who waits leaves the processor to them.

    Where files are shared out, no process is left with a long one at the end.
    """
    if (wanted := config.getoption("--long")) != "with":
        left_out = [item for item in items if _is_in(item, LONG) != (wanted == "only")]
        items[:] = [item for item in items if _is_in(item, LONG) == (wanted == "only")]
        config.hook.pytest_deselected(items=left_out)
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    calls = [each for each in files if _is_in(each[0], IN_REAL_TIME)]
    calls.sort(key=lambda each: not _is_in(each[0], BY_THE_MILLISECOND))
    rest = [each for each in files if not _is_in(each[0], IN_REAL_TIME)]
    others = iter(sorted(rest, key=lambda each: not _is_in(each[0], FIRST_OF_OTHERS)))
    mixed: list[list[pytest.Item]] = []
    for each in calls:
        alone = _is_in(each[0], BY_THE_MILLISECOND)
        mixed += [each, *islice(others, 0 if alone else OTHERS_BETWEEN)]
    items[:] = [item for each in (*mixed, *others) for item in each]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let calls of other processes have the processor before tests that can wait for it.

    Whoever waits for a caller waits in real time. Where nobody may take back what they gave, all
    are alike in the end.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        for niceness in (AHEAD, 0) if _is_in(item, IN_REAL_TIME) else (BEHIND_CALLS,):
            with suppress(PermissionError):
                os.setpriority(os.PRIO_PROCESS, 0, niceness)
                break


def _is_in(item: pytest.Item, places: tuple[str, ...]) -> bool:
    return item.nodeid.startswith(tuple(f"tests/{each}" for each in places))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Do not look through eight thousand tests for garbage again and again: a tenth of all work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    """One Chromium for all tests that want one, each with contexts of its own."""
    from tests.web.browser import chromium  # most processes of tests need none

    async with chromium() as browser:
        yield browser
