"""What can be wrong with an office that is well written, and with the numbers of a company."""

from __future__ import annotations

from typing import Final

OFFICE: Final = {
    # names of nothing
    "no-menu": "there is no menu “{name}”",
    "no-employee": "there is no employee {extension}",
    "no-prompt": "there is no prompt “{name}”",
    "no-entry": "there is no {kind} “{name}” (there is: {known})",
    "no-entry-at-all": "there is no {kind} “{name}”, and none at all yet",
    # loops, contradictions, and what can do nothing
    "employee-twice": "names an employee twice",
    "forwarded-in-circle": "a call is forwarded in a circle: {way}",
    "hides-extension": "hides the extension {extension}, which cannot be dialled here",
    "late-key": "works {seconds} s late: the caller may go on to {key}",
    "menu-trap": "no key and no default action ever leads out of it",
    "minimum-above-maximum": "the minimum ({least} s) must be below the maximum ({most} s)",
    "no-answer-unused": "is not used: a single employee's own forwarding rules decide",
    "no-number": "no number leads to this company",
    "nobody-to-dial": "there are no employees to dial",
    "not-positive": "must be more than 0 seconds",
    "own-number": "{number} is the company's own number",
    "rules-beside-always": "the other rules never apply beside “always”",
    "silence-never-ends": "silence never ends a message: max_seconds comes first",
    "silent-round": "a caller who presses nothing goes round for ever: {way}",
    "unreachable-menu": "nobody can reach this menu",
    "unused-prompt": "nothing plays this prompt",
    # a letter of the company's own
    "letter-empty": "makes an empty text",
    "letter-failed": "cannot be made: {reason}",
    "letter-forbidden": "asks for what templates may not do: {reason}",
    "letter-syntax": "line {line}: {reason}",
    "letter-too-long": "makes more than {most} characters",
    "letter-too-much": "takes too much time or memory",
    "letter-unknown-name": "“{name}” is not known there (known: {known})",
    "letter-waits": (
        "could not be tried, as other letters take long just now: try again in a minute"
    ),
    # whose a number is
    "contested-number": "{number} may be a number of “{whose}” too: calls to it go to “{whom}”",
    "number-assigned-elsewhere": "{number} is assigned to “{company}”: unassign it first",
    "number-in-use": "“{company}” uses {number}: remove it there first",
    "number-not-yours": "is not yours: the server's administrator assigns numbers",
    "number-of-company": "belongs to the company “{company}”",
    "number-of-two": "{number} belongs to employee {extension} too",
    "number-unassigned": "{number} is assigned to no company",
    "same-number": "is the same number as {number}",
    # what the operator allows
    "chat-host-not-allowed": "the operator allows no chats at this address (webhooks.allow)",
    "chat-not-allowed": "the operator allows no chats of this kind: {scheme} (chat.allow)",
    "host-not-allowed": "the operator allows no webhooks to this address (webhooks.allow)",
    "plain-http-not-allowed": "plain http only to hosts that the operator names (webhooks.allow)",
    "no-phones-allowed": (
        "the server's administrator has not said yet which phones this company may use"
    ),
    "number-allowed-before": (
        "{number} would not be allowed today; it is dialled because it was here before"
    ),
    "number-not-allowed": "{number} is not one of the numbers that this company may dial",
    "number-not-allowed-nobody": (
        "{number} is not one of the numbers that this company may dial: "
        "callers hear that nobody answers"
    ),
    "number-not-allowed-voicemail": (
        "{number} is not one of the numbers that this company may dial: "
        "callers reach voicemail instead"
    ),
    "other-country": "is of another country, which only the server's administrator can set",
    "mailbox-context-taken": "mailboxes of “{company}” are called …@{context} already",
    "not-a-mailbox-context": (
        "“{text}” cannot stand behind the @ of a mailbox: "
        "at most 40 letters (a–z), digits, “-” and “_”"
    ),
    "pattern-without-extension": (
        "the pattern needs {part} in it, such as {such}; "
        "phones of other names are listed as endpoints"
    ),
    "phone-not-allowed": "“{endpoint}” is not one of the phones that this company may use",
    "zone-without-country": "is that of no country, so that no number is national",
    # the company as a whole
    "company-exists": "there is a company “{name}” already",
    "company-removed": "the company was removed meanwhile",
    "extension-theirs-already": "the extension is this person's already",
    "no-company": "there is no company “{name}”, only: {names}",
    "no-company-yet": "there is no company yet; apply a configuration first",
    "office-being-changed": "the configuration is being changed by somebody else; try again",
    "several-companies": "there are several companies, name one of: {names}",
    "stored-office-unreadable": (
        "the stored configuration of “{name}” cannot be read; apply it again"
    ),
}
