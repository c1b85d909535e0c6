"""What strangers may send in a SIP header: values picked by hand, and as many from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tests.asterisk.sipp import Invitation

SEED = 20261126
HEADERS = (
    *("number", "name", "contact", "agent", "asserted"),
    *("remote_party", "diversion", "call_id", "subject", "dialled"),
)
IN_URI = {"number", "contact", "asserted", "remote_party", "diversion", "dialled"}
"""Where a value stands inside an address, in which all but a few characters are written %41."""

CANARY = "voicepost-canary"
"""No file of this name may ever be made."""

_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()+"

PICKED = [
    *(b"' OR '1'='1", b"Robert'); DROP TABLE messages--", b'" UNION SELECT * FROM users --'),
    *(b"<script>alert(1)</script>", b'"><img src=x onerror=alert(1)>', b"</td></tr></table>"),
    *(b"../../../../../../tmp/" + CANARY.encode(), b"..\\..\\" + CANARY.encode(), b"/etc/passwd"),
    b"${SHELL(touch /tmp/" + CANARY.encode() + b")}",
    *(b"${VOICEPOST_SPOOL}", b"${ENV(HOME)}", b"$[1/0]", b"${EXTEN", b"}}}}${{{{", b"@{x}"),
    *(b"&PJSIP/102,60", b"Local/1@voicepost", b"SIP/evil@example.com", b"1,n,Hangup()"),
    *(b"%s%s%s%n%n%n", b"%", b"%%", b"%zz", b"%00", b"{0.__class__}", b"%(name)s", b"$(id)"),
    *(b"1\nagi_evil: yes\n\n", b"1\r\nagi_arg_1: 112\r\n", b"\nVOICEPOST_DONE=1\n", b"\n\n\n"),
    *(b"\x00", b"\x01\x02\x1b[2J\x1b]0;x\x07", b"\x7f", b"\t\t", b"\r", b"\x85\xa0"),
    *(b"\xff\xfe\xd0", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xd0"),
    *(
        text.encode()
        for text in ("\u202e3fdp.exe", "\u0661\u0662\u0663", "\ufeff", "\u2028x", "Z\u0335" * 40)
    ),
    *("Ж".encode() * 45, b"x" * 79, b"x" * 80, b"7" * 1000, b"y" * 3000),
    *(b"=cmd|' /C calc'!A0", b"+1+1", b"-2+3", b"@SUM(1)", b"`id`", b"|id", b"$(reboot)"),
    *(b"anonymous", b"unknown", b"", b" ", b"*", b"#", b"+", b"0", b"-1", b"null", b"None"),
    *(b"sip:sip:sip:", b"a@b@c", b"<<<>>>", b'"', b'""""', b"\\", b"\\\\\\", b"'", b"()"),
    *(b"&#106;&lt;", b"javascript:alert(1)", b"\xe2\x98\x83.wav", b"con", b"nul", b"a/b/c"),
]


def invitations(count: int, first: int = 0) -> list[Invitation]:
    """So many, from the ``first`` on: one hostile value each, in one header after the other."""
    chance = random.Random(SEED)
    all_of_them = (_with(header, value, chance) for header, value in _values(chance))
    return list(islice(all_of_them, first, first + count))


def is_well_formed(invitation: Invitation) -> bool:
    """Whether SIP allows it, and Voicepost's own number was dialled: then it must be answered."""
    plain = Invitation()
    addresses = invitation.number + invitation.contact
    return (
        b" " not in addresses
        and invitation.number != b""
        and (invitation.dialled, invitation.call_id) == (plain.dialled, plain.call_id)
    )


def _values(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    picked = list(PICKED)
    chance.shuffle(picked)
    while True:
        for header in HEADERS:
            yield header, picked.pop() if picked else _made_up(chance)


def _made_up(chance: random.Random) -> bytes:
    """Bytes by chance, pieces of what was picked, or both."""
    size = chance.choice((1, 5, 20, 80, 200))
    noise = bytes(chance.randrange(256) for _ in range(size))
    pieces = b"".join(chance.sample(PICKED, 3))[:200]
    return chance.choice((noise, pieces, noise[:20] + pieces + noise[-20:]))


def _with(header: str, value: bytes, chance: random.Random) -> Invitation:
    if header in IN_URI:
        text = _escaped(value) if chance.random() < 0.8 else _raw(value) + b" "
    else:
        text = _raw(value)
    if header == "dialled":  # most are numbers at least in the beginning
        text = b"74951234567" + text if chance.random() < 0.8 else text
    elif header in ("asserted", "remote_party", "diversion"):
        text = b'"' + _raw(value)[:100] + b'" <sip:' + text + b"@127.0.0.1>"
    elif header == "name":
        text = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return replace(Invitation(), **{header: text})


def _escaped(value: bytes) -> bytes:
    """As it has to be written in an address."""
    return b"".join(bytes((c,)) if c in _PLAIN else b"%%%02x" % c for c in value)


def _raw(value: bytes) -> bytes:
    """As it is, but for what SIPp's file and its own keywords are made of."""
    return value.translate(None, delete=b"\0\r\n;[]")
