"""What can be wrong with one value of a document, a form or a request."""

from __future__ import annotations

from typing import Final

VALUES: Final = {
    "after-outside-no-answer": "after = stands inside the table of no_answer",
    "control-characters": "must not contain control characters",
    "daily-and-other-times": "daily goes with neither between nor unheard_minutes",
    "daily-of-kept-alone": "daily goes with events = [“message.kept”] alone",
    "destination-twice": "{address} is named twice",
    "digest-by-webhook": "a digest is for people, not for webhooks",
    "empty": "must not be empty",
    "forwarding-rings-one": "forwarding rings one employee (employee =) and nothing else",
    "missing": "{key} is missing",
    "misplaced-word": "“{word}” does not belong into: {usage}",
    "more-mistakes": "and {count} more mistakes",
    "no-action": "has no action = “…”",
    "no-other": "must be {known}",
    "none-of": "must be one of: {known}",
    "not-a-boolean": "must be true or false",
    "not-a-chat-address": (
        "a chat's address is a URL without spaces, such as tgram://BOT-TOKEN/CHAT"
    ),
    "not-a-chat-scheme": "“{text}” is none of the chats that are known: {known}",
    "not-a-dial-string": (
        "“{text}” is not an Asterisk dial string such as PJSIP/101: "
        "letters, digits and _ . : ; = @ / + * # [ ] - only"
    ),
    "not-a-digest": "must be the name of a recording in the prompts folder",
    "not-a-key": "“{text}” is not a key: 1 to 8 characters of 0–9, * and #",
    "not-a-list": "must be a list",
    "not-a-mail-address": "“{text}” is not a mail address",
    "not-a-month": "a month is written like 2026-08, not “{text}”",
    "not-a-name": "“{text}” is not a name: letters, digits, “-” and “_”, at most {most}",
    "not-a-number": "“{text}” is not a phone number",
    "not-a-webhook-secret": "the secret is whsec_ and then 24 to 64 bytes in base64",
    "not-a-webhook-url": (
        "“{text}” is not the address of a webhook, such as https://example.com/hook"
    ),
    "secret-hidden": "is hidden, and none is known here: write it anew",
    "unknown-destination": "is neither mail = “…” nor webhook = “…” nor chat = “…”",
    "not-a-prefix": (
        "“{text}” is no prefix such as +7495 or 112, and none of the words national, any, none"
    ),
    "not-a-sound": (
        "“{text}” must be prompt:NAME (the company's own) or sound:NAME (one of Asterisk's)"
    ),
    "not-a-table": "must be a table",
    "not-a-telegram-chat": (
        "a chat of Telegram is tgram://BOT-TOKEN/CHAT, one number or @name, "
        "with ?topic=NUMBER or silent=yes"
    ),
    "not-a-time-zone": "“{text}” is not a time zone such as Europe/Moscow",
    "not-a-time-of-day": "“{text}” is not a time of the day such as 08:00",
    "not-a-voice": "“{text}” is not the name of a voice such as anna or ru+f3",
    "not-an-extension": "“{text}” is not an extension: 1 to 8 digits",
    "not-finite": "must be a finite number",
    "not-numeric": "must be a number",
    "not-text": "must be a text in quotes",
    "not-two-times": "“{text}” is not two different times such as 09:00-18:00",
    "not-whole": "must be a whole number",
    "once-sent-without-attach": "once_sent needs the recording in the letter (attach)",
    "once-sent-with-daily": "once_sent goes not with daily: a digest brings no recording",
    "one-or-several-employees": "needs either employee = or employees =",
    "one-source": "needs exactly one of say =, file = and recorded =",
    "one-target": "needs exactly one of menu =, employee =, voicemail = true and mailbox =",
    "out-of-range": "must be from {least} to {most}",
    "refused": "{reason}",
    "too-large": "must be at most {most}",
    "too-long": "must not be longer than {most}",
    "too-many": "must not have more entries than {most}",
    "too-small": "must be at least {least}",
    "unknown-action": "unknown action “{name}” (known: {known})",
    "unknown-key": "unknown key “{key}”",
    "unheard-of-kept-alone": "unheard_minutes goes with events = [“message.kept”] alone",
    "voice-without-say": "voice = goes with say = only",
    # a document as a whole
    "file-not-utf8": "{file}: line {line} is not UTF-8 text",
    "file-too-large": "{file} is larger than {most} bytes",
    "file-unreadable": "cannot read {file}: {reason}",
    "not-toml": "not a TOML document: {reason}",
    "too-deep": "not a configuration: it is nested deeper than {most} tables",
}
