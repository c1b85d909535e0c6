"""pyst2's AGI made safe to run in a server.

As shipped, `asterisk.agi.AGI` installs signal handlers, writes text to binary streams, echoes
every line to stderr, quotes badly, waits for ever, and stumbles over what Asterisk sends when a
caller hangs up (a bare ``HANGUP`` line, code 511, the end of the stream).
"""

from __future__ import annotations

import hmac
import socket
import time
from collections.abc import Callable

from asterisk.agi import AGI, AGIError, AGIHangup, AGIUnknownError

from telephony.errors import TelephonyError

MAX_LINE = 8192
"""Bytes in one line: the longest genuine one is a command's usage text."""
MAX_LINES = 200
"""Lines in the greeting, or in one answer: Asterisk 22 greets with 22, and one per argument."""
MAX_GREETING = 65536
"""Bytes in the greeting, so that many liars at once fill no memory."""
GREETING_SECONDS = 5.0
"""Asterisk sends its environment at once; who does not is not Asterisk."""
COMMAND_SECONDS = 10.0
"""What an answer may take beyond what its command takes by its nature."""
SECRET_SECONDS = 5.0
"""What the answer to the first question may take: Asterisk has it at hand."""
SHARED_VARIABLE = "VOICEPOST_AGI_SECRET"
"""The dialplan's global variable that holds what only Asterisk knows."""
DEAD_CHANNEL = 511
CLOSING_SECONDS = 5.0
"""How long Asterisk may take to close a recording's file."""


class BadAgi(TelephonyError):
    """The other side of an AGI connection does not speak AGI."""


class _Silence:
    """A stream that swallows pyst2's chatter."""

    def write(self, text: str) -> None:
        """Drop ``text``."""


class _Replies:
    """Asterisk's lines, without the ``HANGUP`` that it sends in between.

    Time and number of the lines are limited as a whole, by `expect`: one byte now and then, or
    a line again and again, does not keep anybody waiting longer.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self._deadline = 0.0
        self._lines_left = 0
        self.hung_up = False
        self.broken_off = False

    def expect(self, seconds: float) -> None:
        """Something is to be said, within that time."""
        self._deadline = time.monotonic() + seconds
        self._lines_left = MAX_LINES

    def readline(self) -> str:
        while (line := self._line()).strip() == "HANGUP":
            self.hung_up = True
        return line

    def _line(self) -> str:
        self._lines_left -= 1
        if self._lines_left < 0:
            raise BadAgi("An AGI connection sent lines without an end.")
        while (end := self._received.find(b"\n") + 1) == 0:
            if len(self._received) > MAX_LINE:
                raise BadAgi("An AGI connection sent a line without an end.")
            self._receive()
        line = self._received[:end].decode("utf-8", "replace")
        del self._received[:end]
        return line

    def _receive(self) -> None:
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("no answer in time")
        self._connection.settimeout(seconds)
        data = self._connection.recv(4096)
        if self.broken_off:
            raise ConnectionAbortedError("broken off, the service is stopping")
        if not data:
            raise AGIHangup("Asterisk closed the AGI connection.")
        self._received += data


class SafeAgi(AGI):  # type: ignore[misc]
    """One AGI session on a connected socket. The first value of each environment key counts:
    line feeds in a caller's name could forge later ones.

    Commands raise pyst2's `AGIHangup` when the caller is gone, `TimeoutError` when Asterisk does
    not answer within ``patience`` seconds, `BadAgi` for what is no AGI at all.
    """

    def __init__(self, connection: socket.socket) -> None:
        # The parent's __init__ is left out on purpose: it takes over SIGHUP and stderr.
        self._connection = connection
        self._answered: Callable[[], None] | None = None
        self.patience = COMMAND_SECONDS
        self.stdin = _Replies(connection)
        self.stderr = _Silence()
        self._got_sighup = False
        self.env: dict[str, str] = {}
        self._get_agi_env()

    def when_answered(self, do: Callable[[], None]) -> None:
        """Call this once, at the next answer: until then the other side has only been talking."""
        self._answered = do

    def knows(self, secret: str) -> bool:
        """Ask the other side for the secret, and compare.

        So it stands in no argument of the dialplan's, which logs, events and listings of channels
        would show.
        """
        self.patience = SECRET_SECONDS
        try:
            told = str(self.get_variable(SHARED_VARIABLE))
        except AGIHangup:
            raise
        except AGIError:
            return False
        return hmac.compare_digest(told.encode("utf-8", "replace"), secret.encode())

    def break_off(self) -> None:
        """End the session from another thread: its command fails, for we do not know how it
        would have ended."""
        self.stdin.broken_off = True
        hang_up(self._connection)

    def send_command(self, command: str, *args: object) -> None:
        line = " ".join((command, *map(str, args))).strip() + "\n"
        self._connection.settimeout(COMMAND_SECONDS)
        self._connection.sendall(line.encode())
        self.stdin.expect(self.patience)

    def wait_until_done(self) -> None:
        """Return when Asterisk has done with the last command, also after a hang-up.

        It takes up the next one only then; what it answers (511 on a dead channel) is no matter.
        """
        self.patience = CLOSING_SECONDS
        try:
            self.send_command("NOOP")
            self.stdin.readline()
        except (AGIHangup, BadAgi, OSError):
            return  # the connection is closed: Asterisk is past the command, too

    def test_hangup(self) -> None:
        if self.stdin.hung_up:
            raise AGIHangup("The caller hung up.")

    def get_result(self, stdin: object = None) -> dict[str, tuple[str, str]]:
        try:
            result: dict[str, tuple[str, str]] = super().get_result()
        except AGIUnknownError as error:
            if error.args and error.args[0] == DEAD_CHANNEL:
                raise AGIHangup("The caller hung up.") from None
            raise
        except ValueError:
            raise BadAgi("An AGI connection answered something that is no AGI reply.") from None
        if self._answered:
            self._answered()
            self._answered = None
        return result

    def _get_agi_env(self) -> None:
        self.stdin.expect(GREETING_SECONDS)
        size = 0
        while line := self.stdin.readline().strip():
            size += len(line)
            if size > MAX_GREETING:
                raise BadAgi("An AGI connection sent a greeting without an end.")
            key, _, value = line.partition(":")
            self.env.setdefault(key.strip(), value.strip())
        if not self.env.get("agi_uniqueid"):
            raise BadAgi("An AGI connection named no call.")

    def _quote(self, string: object) -> str:
        text = str(string).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c for c in text if c.isprintable()) + '"'


def hang_up(connection: socket.socket) -> None:
    """End a connection that another thread reads: it reads the end."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
