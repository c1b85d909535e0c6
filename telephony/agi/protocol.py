"""pyst2's AGI made safe to run in a server.

As shipped, `asterisk.agi.AGI` installs signal handlers, writes text to binary streams, echoes
every line to stderr, quotes badly, and stumbles over what Asterisk sends when a caller hangs up
(a bare ``HANGUP`` line, code 511, the end of the stream).
"""

from __future__ import annotations

import socket

from asterisk.agi import AGI, AGIHangup, AGIUnknownError

from telephony.errors import TelephonyError

MAX_LINE = 8192
"""Characters in one line: the longest genuine one is a command's usage text."""
MAX_ENVIRONMENT = 200
"""Lines in the greeting: Asterisk 22 sends 22, and one per argument."""
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
    """Asterisk's lines, without the ``HANGUP`` that it sends in between."""

    def __init__(self, connection: socket.socket) -> None:
        self._lines = connection.makefile("r", encoding="utf-8", errors="replace", newline="\n")
        self.hung_up = False

    def readline(self) -> str:
        while True:
            line = self._lines.readline(MAX_LINE)
            if not line.endswith("\n"):
                if len(line) >= MAX_LINE:
                    raise BadAgi("An AGI connection sent a line without an end.")
                raise AGIHangup("Asterisk closed the AGI connection.")
            if line.strip() != "HANGUP":
                return line
            self.hung_up = True

    def close(self) -> None:
        self._lines.close()


class SafeAgi(AGI):  # type: ignore[misc]
    """One AGI session on a connected socket. The first value of each environment key counts:
    line feeds in a caller's name could forge later ones.

    Commands raise pyst2's `AGIHangup` when the caller is gone, `TimeoutError` when Asterisk does
    not answer within the socket's time-out, `BadAgi` for what is no AGI at all.
    """

    def __init__(self, connection: socket.socket) -> None:
        # The parent's __init__ is left out on purpose: it takes over SIGHUP and stderr.
        self._connection = connection
        self._seconds = connection.gettimeout()
        self.stdin = _Replies(connection)
        self.stdout = connection.makefile("w", encoding="utf-8", newline="\n")
        self.stderr = _Silence()
        self._got_sighup = False
        self.env: dict[str, str] = {}
        self._get_agi_env()

    def close(self) -> None:
        """Close the streams; the socket is its owner's."""
        self.stdin.close()
        try:
            self.stdout.close()
        except OSError:
            return  # a last command that could not be sent any more

    def wait_until_done(self) -> None:
        """Return when Asterisk has done with the last command, also after a hang-up.

        It takes up the next one only then; what it answers (511 on a dead channel) is no matter.
        """
        try:
            self._connection.settimeout(CLOSING_SECONDS)
            self.send_command("NOOP")
            self.stdin.readline()
        except (AGIHangup, BadAgi, OSError):
            return  # the connection is closed: Asterisk is past the command, too
        finally:
            self._connection.settimeout(self._seconds)

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
        return result

    def _get_agi_env(self) -> None:
        for _ in range(MAX_ENVIRONMENT):
            line = self.stdin.readline().strip()
            if not line:
                return
            key, _, value = line.partition(":")
            self.env.setdefault(key.strip(), value.strip())
        raise BadAgi("An AGI connection sent an endless greeting.")

    def _quote(self, string: object) -> str:
        text = str(string).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c for c in text if c.isprintable()) + '"'
