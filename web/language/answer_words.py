"""What we answered ourselves to a delivery, as pages say it: servers' answers stay as they are.

Deliveries have their answers in English, as logs and the command line tell them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from web.language.codes import SENTENCES
from web.language.texts import Language, texts

NOT_ALLOWED: Final = (
    *("host-not-allowed", "plain-http-not-allowed"),
    *("chat-not-allowed", "chat-host-not-allowed"),
)
"""Codes of what is an answer as well as a mistake."""
ANSWERS: Final = (
    "the company is gone",
    "the destination was removed",
    "nobody waits for the code any more",
    "the delivery is gone",
    "the message is gone",
    "the message was heard meanwhile",
    "the message was deleted meanwhile",
    "everything was heard meanwhile",
    "what it counts was sent or cancelled by itself",
    "more than the destination takes in an hour: told of along with others at its end",
    "along with others",
    "along with others: {answer}",
    "no mail server is set (mail.url)",
    "the mail server offers no TLS, and a password is not sent bare",
    "no answer within {seconds} seconds",
    *map(SENTENCES.__getitem__, NOT_ALLOWED),
    "the address is not one of this kind of chat",
    "this kind of chat does not ask by our rules",
    "the address names several chats: each has to be a destination of its own",
    "the chat could not be told: {error}",
    "the chat's host has no address that may be asked (webhooks.allow)",
)
"""All of them; what stands in braces may be anything."""


def answer_in_words(answer: str, language: Language) -> str:
    """The answer of a delivery, in a language as far as it is one of ours."""
    say = texts(language).gettext
    for ours, pattern in _patterns().items():
        if found := pattern.fullmatch(answer):
            values = {**found.groupdict()}
            if "answer" in values:
                values["answer"] = answer_in_words(values["answer"], language)
            return say(ours).format(**values)
    return answer


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        ours: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(ours)))
        for ours in ANSWERS
    }
