"""What can be wrong with accounts, passwords, tokens and links, and with a log-in."""

from __future__ import annotations

from typing import Final

ACCOUNTS: Final = {
    "address-confirmed-already": "the address is confirmed already",
    "address-told-already": "{address} is told of these messages already",
    "bound-to-former": ("is bound to {name}, who does not have the extension {extension} any more"),
    "bound-to-nameless": (
        "is bound to somebody, who does not have the extension {extension} any more"
    ),
    "bound-to-nobody": "is bound to the extension {extension}, which nobody has",
    "code-not-good": "the code is not good any more: have another one sent",
    "last-administrator": "“{login}” is the last active administrator of the company",
    "link-void": "the link has been used, is void or too old",
    "login-taken": "“{login}” is taken",
    "no-pin": "there is no PIN",
    "no-mail-server": (
        "no letters are sent from here: the server's administrator has to set a mail server"
    ),
    "no-own-address": "there is no such address",
    "no-such-company": "there is no such company",
    "no-such-session": "there is no such session",
    "no-such-token": "there is no such token",
    "no-such-user": "there is no such user",
    "no-user": "there is no user “{login}”",
    "not-a-pin": "a PIN is {least} to {most} digits",
    "not-a-login": "“{text}” is not a login: 1 to {most} letters, digits and . _ - @ +",
    "pin-unchanged": "is the PIN that has to be changed",
    "password-is-login": "must be more than the login",
    "password-soon-guessed": (
        "would soon be guessed; several words that do not belong together are better"
    ),
    "password-too-long": "has at most {most} characters",
    "password-too-short": "needs at least {least} characters",
    "too-many-attempts": "too many attempts; try again in {seconds} s",
    "too-many-codes": "too many codes were asked for; try again tomorrow",
    "too-many-own-addresses": "there are {most} addresses already: remove one first",
    "too-many-tokens": "a user has at most {most} tokens: revoke one first",
    "weak-pin-common": "would soon be guessed: many have it",
    "weak-pin-extension": "would soon be guessed: it is the extension, or little else",
    "weak-pin-repeated": "would soon be guessed: it repeats itself",
    "weak-pin-run": "would soon be guessed: its digits are in a row",
    "weak-pin-year": "would soon be guessed: it is a year",
    "wrong-code": "is not the code that was sent last",
    "wrong-login": "the login or the password is wrong",
    "wrong-pin": "the extension or the PIN is wrong",
}
