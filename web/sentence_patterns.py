"""What storage can say, as patterns: the words that change stand in braces.

Each pattern is a message of the catalogue (`locale/ru/sentences.po`).
"""

from __future__ import annotations

from typing import Final

from storage.bounds import NO_COUNTRY, NO_PHONES
from storage.claims import NOT_YOURS
from storage.rendition import DOUBTS
from web import outages

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
}
"""What stands inside a section; with the section's name in front where it is called otherwise."""

_OFFICE: Final = (
    "there is no menu “{name}”",
    "there is no employee {extension}",
    "there is no prompt “{name}”",
    "is the same number as {number}",
    "{number} belongs to employee {extension} too",
    "belongs to the company “{company}”",
    "there is a company “{name}” already",
    NOT_YOURS,
    "must be more than 0 seconds",
    "the minimum ({least} s) must be below the maximum ({most} s)",
    "silence never ends a message: max_seconds comes first",
    "no key and no default action ever leads out of it",
    "a caller who presses nothing goes round for ever: {way}",
    "a call is forwarded in a circle: {way}",
    "no number leads to this company",
    "nobody can reach this menu",
    "nothing plays this prompt",
    "hides the extension {extension}, which cannot be dialled here",
    "works {seconds} s late: the caller may go on to {key}",
    "there are no employees to dial",
    "the other rules never apply beside “always”",
    "{number} is the company's own number",
    "names an employee twice",
    "is not used: a single employee's own forwarding rules decide",
    "the configuration is being changed by somebody else; try again",
    "there is no {kind} “{name}” (there is: {known})",
)
_BOUNDS: Final = (
    "“{endpoint}” is not one of the phones that this company may use",
    NO_PHONES,
    "{number} is not one of the numbers that this company may dial: "
    "callers hear that nobody answers",
    "{number} is not one of the numbers that this company may dial: "
    "callers reach voicemail instead",
    "{number} is not one of the numbers that this company may dial",
    "{number} would not be allowed today; it is dialled because it was here before",
    NO_COUNTRY,
    "is of another country, which only the server's administrator can set",
)
_FORMS: Final = (
    "Somebody else has changed this meanwhile. "
    "Look at it; to save yours all the same, press the button again.",
    "there is a menu “{name}” already",
    "there is a prompt “{name}” already",
    "there is an employee with this extension already",
    "choose whose the extension is",
    "the extension is this person's already",
    "choose a time zone",
    "choose where the call begins",
    "choose where the calls go",
    "choose a sound file",
    "enter a number",
    "choose a phone",
    "choose what happens",
    "choose who is rung",
    "choose how it is made",
    "does something else already",
    "the sound of this prompt is gone",
    "you cannot change your own role",
    "you cannot disable or remove your own account",
    "your own password is changed under “My account”",
)
_ACCOUNTS: Final = (
    "needs at least {least} characters",
    "has at most {most} characters",
    "must be more than the login",
    "would soon be guessed; several words that do not belong together are better",
    "“{login}” is taken",
    "“{text}” is not a login: {rule}",
    "“{login}” is the last active administrator of the company",
    "a user has at most {most} tokens: revoke one first",
    "must be from {least} to {most}",
)
_MESSAGES: Final = ("message {id} is on hold and cannot be deleted",)
_PHONES: Final = (
    "The service is not running: start it with `voicepost serve`.",
    "The phone {phone} cannot be rung: is it registered?",
)
_VALUES: Final = (
    "must not be empty",
    "must not contain control characters",
    "“{text}” is not a name: letters, digits, “-” and “_”, at most {most}",
    "“{text}” must be prompt:NAME (the company's own) or sound:NAME (one of Asterisk's)",
    "“{text}” is not a key: 1 to 8 characters of 0–9, * and #",
    "“{text}” is not an extension: 1 to 8 digits",
    "“{text}” is not a phone number",
    "“{text}” is not an Asterisk dial string such as PJSIP/101: "
    "letters, digits and _ . : ; = @ / + * # [ ] - only",
    "“{text}” is not a time zone such as Europe/Moscow",
    "“{text}” is not the name of a voice such as anna or ru+f3",
    "must be a number",
    "must be a whole number",
    "must be a finite number",
    "must be at least {least}",
    "must be at most {most}",
    "must not be longer than {most}",
    "must not have more entries than {most}",
)
_AUDIO: Final = (
    *DOUBTS.values(),
    "there is no sound in {title}",
    "there is no sound track in {title}",
    "{title} is longer than {seconds} seconds",
    "{title} is not a sound file that can be read",
    "{title} takes longer than {seconds} s to decode",
    "{title} has a rate of {rate} Hz: at least {least} are needed for speech",
    "{title} cannot be decoded: {reason}",
    "{program} took longer than {seconds} seconds",
    "{program} cannot speak with the voice “{name}”",
    "too many sounds are being converted just now; try again in a minute",
)

PATTERNS: Final = (
    *(*_OFFICE, *_BOUNDS, *_FORMS, *_VALUES, *_ACCOUNTS, *_AUDIO, *_MESSAGES, *_PHONES),
    *outages.SENTENCES,
)
"""Every pattern; the first that fits a sentence is taken."""
