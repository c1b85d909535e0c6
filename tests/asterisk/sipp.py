"""SIPp: real INVITEs, many a second, with anything in their headers that no phone would send."""

from __future__ import annotations

import asyncio
import audioop
import wave
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

SIPP_SECONDS = 90.0


@dataclass(frozen=True)
class Invitation:
    """What one INVITE says: bytes as they are, percent signs and all.

    SIPp's files of values part them by line feeds and semicolons, so no value has one.
    """

    dialled: bytes = b"74951234567"
    number: bytes = b"79160000077"
    name: bytes = b"Somebody"
    contact: bytes = b"somebody"
    agent: bytes = b"SIPp"
    asserted: bytes = b"<sip:79160000077@127.0.0.1>"
    remote_party: bytes = b"<sip:79160000077@127.0.0.1>"
    diversion: bytes = b"<sip:79160000078@127.0.0.1>"
    call_id: bytes = b"call"
    subject: bytes = b"hello"
    privacy: bytes = b"none"


async def place_calls(
    folder: Path,
    address: str,
    invitations: Sequence[Invitation],
    *,
    rate: int,
    milliseconds: int,
    patience: int = 8,
    speech: Path | None = None,
) -> list[str]:
    """Place the calls, so many a second, each held for so long; how each came out, in order.

    ``patience`` is how many seconds a caller waits for an answer.
    "answered", "refused" (by a SIP answer that says why) or "ignored". ``speech`` is what the
    caller says from the beginning on; otherwise not a single packet of sound is sent.
    """
    folder.mkdir()
    (folder / "calls.csv").write_bytes(
        b"SEQUENTIAL\n" + b"".join(b";".join(astuple(one)) + b"\n" for one in invitations)
    )
    talk = ""
    if speech:
        _write_ulaw(speech, folder / "speech.ulaw")
        talk = f'<nop><action><exec rtp_stream="{folder}/speech.ulaw,-1,0"/></action></nop>'
    scenario = SCENARIO.replace("TALK", talk).replace("ANSWER_TIMEOUT", str(patience * 1000))
    (folder / "call.xml").write_text(scenario, encoding="ascii")
    process = await asyncio.create_subprocess_exec(
        *("sipp", address, "-sf", "call.xml", "-inf", "calls.csv", "-i", "127.0.0.1"),
        *("-m", str(len(invitations)), "-r", str(rate), "-d", str(milliseconds)),
        *("-trace_logs", "-log_file", "outcomes.log", "-nostdin", "-nd"),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SIPP_SECONDS):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = (folder / "outcomes.log").read_text(encoding="utf-8", errors="replace").split("\n")
    outcomes = dict(line.split(" ", 1) for line in lines if line)
    return [outcomes.get(str(n), "nothing") for n in range(1, len(invitations) + 1)]


def _write_ulaw(wav: Path, ulaw: Path) -> None:
    with wave.open(str(wav), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        ulaw.write_bytes(audioop.lin2ulaw(file.readframes(file.getnframes()), 2))


SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="a stranger">
<send retrans="500"><![CDATA[
INVITE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "[field2]" <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>
Call-ID: [field8]///[call_id]
CSeq: 1 INVITE
Contact: <sip:[field3]@[local_ip]:[local_port]>
Max-Forwards: 70
User-Agent: [field4]
P-Asserted-Identity: [field5]
Remote-Party-ID: [field6]
Diversion: [field7]
Subject: [field9]
Privacy: [field10]
Content-Type: application/sdp
Content-Length: [len]

v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
]]></send>
<recv response="100" optional="true" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="180" optional="true" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="183" optional="true" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="400" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="403" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="404" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="414" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="416" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="480" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="484" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="488" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="500" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="503" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="513" optional="true" next="refused" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<recv response="200" timeout="ANSWER_TIMEOUT" ontimeout="ignored"/>
<send><![CDATA[
ACK sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
Call-ID: [field8]///[call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>
<nop><action><log message="[call_number] answered"/></action></nop>
TALK
<pause/>
<send retrans="500"><![CDATA[
BYE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
Call-ID: [field8]///[call_id]
CSeq: 2 BYE
Content-Length: 0

]]></send>
<recv response="481" optional="true" next="end"/>
<recv response="200" timeout="ANSWER_TIMEOUT" ontimeout="end" next="end"/>
<label id="refused"/>
<send><![CDATA[
ACK sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
Call-ID: [field8]///[call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>
<nop next="end"><action><log message="[call_number] refused"/></action></nop>
<label id="ignored"/>
<nop><action><log message="[call_number] ignored"/></action></nop>
<label id="end"/>
</scenario>
"""
