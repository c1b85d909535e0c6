"""Asking the fallback whether it is there: a question in AGI's own words, which is no call."""

from __future__ import annotations

import socket
from typing import Final

from telephony.errors import TelephonyError

QUESTION: Final = "voicepost-are-you-there"
"""What stands in ``agi_network_script``, where a caller's request has ``call``."""
ANSWER: Final = b'VERBOSE "voicepost agi"\n'
SECONDS: Final = 3.0


def ping(host: str, port: int, seconds: float = SECONDS) -> None:
    """Return if `voicepost agi` answers there. Raises `TelephonyError` with what is there instead.

    ``seconds`` is for connecting, and again for the answer.
    """
    place = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(f"agi_network_script: {QUESTION}\nagi_uniqueid: none\n\n".encode())
            heard = connection.makefile("rb").readline(200)
    except ConnectionRefusedError:
        raise TelephonyError(f"Nobody listens on {place}.") from None
    except TimeoutError:
        raise TelephonyError(f"{place} does not answer within {seconds:g} s.") from None
    except OSError as error:
        raise TelephonyError(f"{place} breaks off: {error.strerror or error}.") from None
    if heard != ANSWER:
        what = "something else" if heard else "nothing"
        raise TelephonyError(f"Who listens on {place} answers {what}: it is not `voicepost agi`.")
