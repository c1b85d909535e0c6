"""Places of the document in words: `employees.101.forward.busy` as “Employee 101, when busy”."""

from __future__ import annotations

from typing import Final

from web.language.texts import Language, texts

PLACES: Final = {
    "company": "Company",
    "numbers": "Number {name}",
    "menus": "Menu “{name}”",
    "employees": "Employee {name}",
    "voicemail": "Company's mailbox",
    "prompts": "Prompt “{name}”",
}
"""The sections of the document."""

STEPS: Final = {
    "name": "name",
    "company.name": "name of the company",
    "numbers": "numbers",
    "endpoint": "phone",
    "ring_timeout": "ring timeout",
    "greeting": "greeting",
    "forward": "forwarding",
    "always": "always",
    "busy": "busy",
    "no_answer": "no answer",
    "unreachable": "unreachable",
    "after": "seconds",
    "default": "nothing pressed",
    "invalid": "wrong key",
    "timeout": "time to press a key",
    "digit_timeout": "time for another digit",
    "invalid_limit": "wrong keys allowed",
    "repeats": "repeats of the greeting",
    "direct_dial": "dialling of extensions",
    "min_seconds": "shortest message",
    "max_seconds": "longest message",
    "silence_seconds": "pause that ends it",
    "say": "text",
    "voice": "voice",
    "file": "file",
    "language": "language",
    "timezone": "time zone",
    "self_service": "what employees may set",
    "review": "review by the caller",
    "employee": "employee",
    "employees": "employees",
    "menu": "voice menu",
    "voicemail": "the company's voicemail",
    "number": "number",
    "action": "action",
    "recorded": "recording",
    "prompt": "prompt",
    "strategy": "order of ringing",
    "no_answer_after": "seconds of ringing",
    "keep_days": "days that messages are kept",
    "quiet_days": "days that what is probably empty is kept",
    "max_messages": "most messages in a mailbox",
    "pin": "PIN by phone",
    "company_lamp": "the phone's lamp",
    "notify": "notifications",
    "letter": "letters of the company's own",
    "subject": "subject",
    "text": "text",
    "html": "HTML",
}
"""What stands inside a section; with the section's name in front where it is called otherwise."""


def place_in_words(place: str, language: Language) -> str:
    """A place of the document as people call it; steps of no name are left out."""
    _ = texts(language).gettext
    section, *steps = place.split(".")
    name = steps.pop(0) if steps and "{name}" in PLACES[section] else ""
    words = [_(PLACES[section] if name or "{name}" not in PLACES[section] else section)]
    parts = iter(steps)
    for step in parts:
        if step == "keys":
            words.append(_("key {key}").format(key=next(parts, "")))
        elif step in STEPS:
            words.append(_(STEPS.get(f"{section}.{step}", STEPS[step])))
    return ", ".join(words).format(name=name)
