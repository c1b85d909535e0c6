"""The company that is called: its sounds are Asterisk's own, so that an onlooker knows each."""

from __future__ import annotations

NUMBER = "74951234567"


def office(phones: str) -> str:
    """A menu with the company's box on 9, and on 1 an employee who never answers."""
    return f"""
[company]
name = "Ромашка"
language = "en"
[numbers]
"{NUMBER}" = {{ menu = "main" }}
[menus.main]
greeting = "sound:vm-instructions"
timeout = 5.0
repeats = 0
direct_dial = false
default = {{ action = "voicemail" }}
[menus.main.keys]
1 = {{ action = "ring", employee = "101" }}
9 = {{ action = "voicemail" }}
[employees.101]
name = "Анна Петрова"
numbers = ["101"]
endpoint = "PJSIP/trunk/sip:101@{phones}"
ring_timeout = 4
greeting = "sound:vm-nonumber"
[employees.101.forward]
no_answer = {{ action = "voicemail" }}
busy = {{ action = "voicemail" }}
unreachable = {{ action = "voicemail" }}
[voicemail]
greeting = "sound:vm-whichbox"
silence_seconds = 6
"""
