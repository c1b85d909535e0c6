"""Music for callers whose service died, until the next one has loaded and takes them up.

Loading takes seconds, in which they would sit in silence. So this needs only what Python brings,
which is there at once. What a caller hears while a phone rings is `telephony.ari.ringing`'s.
"""

from __future__ import annotations

import json
from base64 import b64encode
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from telephony.ari import LEASE_VARIABLE

PATIENCE = 0.5
"""Seconds for each answer: who waits for Asterisk here does not go on loading."""


def play_music(url: str, user: str, password: str, app: str, owner: str) -> int:
    """Play music to the callers in the application ``app`` if ``owner`` served them last.

    To be called while nobody serves them. It begins when what is being played or recorded ends
    (Asterisk does one after the other), and is ended by whoever takes the call up. People who talk
    to each other, and who hear their own telephone's tone, hear none. Returns how many do; raises
    OSError, HTTPException or ValueError where Asterisk cannot be asked.
    """
    there = urlsplit(url)
    to_asterisk = HTTPSConnection if there.scheme == "https" else HTTPConnection
    connection = to_asterisk(there.hostname or "", there.port, timeout=PATIENCE)
    login = {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}

    def ask(method: str, path: str) -> Any:
        connection.request(method, f"{there.path}/ari{path}", headers=login)
        answer = connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status < 400 and body else None

    try:
        lease = ask("GET", f"/asterisk/variable?variable={LEASE_VARIABLE}")
        if not lease or str(lease["value"]).partition(" ")[0] != owner:
            return 0
        talking = {each for bridge in ask("GET", "/bridges") or () for each in bridge["channels"]}
        waiting = [
            str(channel["id"])
            for channel in ask("GET", "/channels") or ()
            if channel["state"] == "Up"
            and channel["id"] not in talking
            and channel["dialplan"].get("app_name") == "Stasis"
            and str(channel["dialplan"].get("app_data", "")).split(",")[:2] == [app, "call"]
        ]
        for channel_id in waiting:
            ask("POST", f"/channels/{quote(channel_id)}/moh")
        return len(waiting)
    finally:
        connection.close()
