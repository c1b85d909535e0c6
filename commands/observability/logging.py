"""Logging: lines to stderr as the settings say, and to the role's own file in the home as JSON.

Each line about a call carries the call's id (``call``). What strangers send is in these lines:
none of it may steer a terminal or break a line.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from commands.observability.log_file import LogFile
from commands.observability.structlog_without_rich import structlog
from storage.errors import Problem, StorageError
from storage.text import escaped, json_text, printable, with_texts
from telephony.errors import TelephonyError
from web.language.problems import sentence, whole

LONGEST_TEXT = 2000
"""Characters of one value on a terminal: nobody reads more of what a stranger sent."""

LATER_SECONDS = 0.005
"""A request to Asterisk is sent long before that."""

_Line = MutableMapping[str, Any]


def configure_logs(level: str, form: str, role: str = "", folder: Path | None = None) -> None:
    """Log to stderr from ``level`` on, as ``form`` "text" or "json".

    ``role`` stands on every line. With a ``folder``, its file there gets at least what is "info".
    """
    lowest = getattr(logging, level.upper())
    filed = min(lowest, logging.INFO) if folder else lowest
    telling: list[Any] = []
    if folder is not None:
        telling += [_Filed(LogFile(folder / f"{role}.jsonl")), _AtLeast(lowest)]
    if form == "json":
        telling += [structlog.processors.format_exc_info, _rendered]
    else:
        text = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The prettier ones show the values of variables: passwords are among them.
            exception_formatter=structlog.dev.plain_traceback,
        )
        telling += [_harmless, text]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _Named(role),
            _Later([_in_words, *telling]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(filed),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Named:
    """Puts the role on each line that does not speak of another."""

    def __init__(self, role: str) -> None:
        self._role = role

    def __call__(self, _logger: object, _method: str, line: _Line) -> _Line:
        if self._role:
            line.setdefault("role", self._role)
        return line


class _Later:
    """Tells lines a moment after they were logged: what the task does next is what a caller hears.

    Between a key and the next prompt three lines took longer than everything else. They are told
    in order; at once where there is no event loop.
    """

    def __init__(self, telling: Sequence[Callable[[Any, str, Any], Any]]) -> None:
        self.telling = telling
        self._waiting: deque[tuple[Any, str, _Line]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling = threading.RLock()
        atexit.register(self._tell)

    def __call__(self, logger: Any, method: str, line: _Line) -> Any:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._tell()
            return self._told(logger, method, line)
        if line.get("exc_info") is True:
            line["exc_info"] = sys.exc_info()  # by then it is another, or none
        if not self._waiting or loop is not self._loop:
            self._loop = loop
            loop.call_later(LATER_SECONDS, self._tell)
        self._waiting.append((logger, method, line))
        raise structlog.DropEvent

    def _tell(self) -> None:
        # Other threads tell them as well, and one line after the other.
        with self._telling, suppress(IndexError):
            while True:
                logger, method, line = self._waiting.popleft()
                with suppress(structlog.DropEvent):
                    getattr(logger, method)(self._told(logger, method, line))

    def _told(self, logger: Any, method: str, line: _Line) -> Any:
        told: Any = line
        for step in self.telling:
            told = step(logger, method, told)
        return told


class _Filed:
    """Files each line as it goes by."""

    def __init__(self, file: LogFile) -> None:
        self.file = file

    def __call__(self, logger: Any, method: str, line: _Line) -> _Line:
        # A copy: what is written on a terminal shows errors in another way.
        told = structlog.processors.format_exc_info(logger, method, dict(line))
        self.file.write(_rendered(logger, method, told))
        return line


class _AtLeast:
    """Lets go on what stderr is to show."""

    def __init__(self, level: int) -> None:
        self._level = level

    def __call__(self, _logger: object, method: str, line: _Line) -> _Line:
        if getattr(logging, str(line["level"]).upper()) < self._level:
            raise structlog.DropEvent
        return line


def _in_words(_logger: object, _method: str, line: _Line) -> _Line:
    """What is wrong, and errors, that stand in a line, as sentences."""
    for key, value in line.items():
        if key != "exc_info":
            line[key] = _told(value)
    return line


def _told(value: object) -> object:
    match value:
        case StorageError():
            return whole(value)
        case Problem():
            return sentence(value)
        case OSError() | TelephonyError():
            return str(value) or repr(value)
        case BaseException():
            return repr(value)  # of what nobody foresaw, its type says the most
        case list() | tuple():
            return [_told(one) for one in value]
        case _:
            return value


def _rendered(_logger: object, _method: str, line: _Line) -> str:
    trace = line.pop("exception", None)  # whose lines are ours, for whoever reads the JSON
    told = with_texts(dict(line), escaped)
    assert isinstance(told, dict)
    if trace is not None:
        told["exception"] = trace
    return json_text(json.dumps(told, ensure_ascii=False, default=str))


def _harmless(_logger: object, _method: str, line: _Line) -> _Line:
    return {key: _shown(value) for key, value in line.items()}


def _shown(value: Any) -> Any:
    return printable(value, LONGEST_TEXT) if isinstance(value, str) else value
