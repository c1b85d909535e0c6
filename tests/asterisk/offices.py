"""Configurations for real calls: short waits and short greetings, nothing else unusual."""

from __future__ import annotations


def office(
    office_phones: str,
    *,
    company: str = "Ромашка",
    number: str = "74951234567",
    menu: str = "",
    employees: str = "",
    voicemail: str = "",
    target: str = '{ menu = "main" }',
) -> str:
    """A company with two employees, whose phones are at ``office_phones``."""
    return f"""
[company]
name = "{company}"
[numbers]
"{number}" = {target}
[menus.main]
greeting = "prompt:welcome"
timeout = 1.0
digit_timeout = 1.0
repeats = 0
{menu or MENU}
[employees.101]
name = "Анна Петрова"
numbers = ["101", "79161234567"]
endpoint = "PJSIP/trunk/sip:101@{office_phones}"
ring_timeout = 3
[employees.101.forward]
no_answer = {{ action = "voicemail" }}
busy = {{ action = "voicemail" }}
unreachable = {{ action = "ring", employee = "102" }}
[employees.102]
name = "Борис Иванов"
numbers = ["102"]
endpoint = "PJSIP/trunk/sip:102@{office_phones}"
ring_timeout = 3
[employees.102.forward]
no_answer = {{ action = "voicemail" }}
{employees}
[voicemail]
greeting = "prompt:speak"
silence_seconds = 3
{voicemail}
[prompts.welcome]
say = "Здравствуйте! Это Ромашка."
[prompts.speak]
say = "Говорите."
"""


MENU = """
direct_dial = false
default = { action = "voicemail" }
[menus.main.keys]
1 = { action = "ring", employee = "101" }
2 = { action = "ring", employee = "102" }
9 = { action = "voicemail" }
"""
