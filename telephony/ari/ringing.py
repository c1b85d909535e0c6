"""Ringing phones over ARI, and connecting the first that answers.

Each phone is a *leg*: a channel that enters our application when it is answered. Its id is ours,
and its events are awaited before Asterisk hears of it.

Meanwhile the caller hears a tone or music, as the settings say (``calls.ringing``).

A phone may answer that somebody else is to be called (SIP's 302). Asterisk would do so in the
phone's context, as a new call by nobody: it is told a context that is not there, and tells us.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import structlog

from telephony.ari.channels import LEG
from telephony.ari.client import Event, new_id
from telephony.ari.line import CHECK_SECONDS, RECONNECTED, Line, channel_of
from telephony.call import Caller, Forwarded, Hearing, Rang
from telephony.errors import AriError, CallLost
from telephony.identity import forwarded_number

SPARE_SECONDS = 10
"""Asterisk's own limit on a leg lies behind ours: it matters only if we are gone by then."""

BUSY_CAUSES = {17, 21}
"""Q.850: user busy; call rejected (the phone's owner pressed "decline")."""
NO_ANSWER_CAUSES = {16, 19, 26}
"""Q.850: normal clearing, no answer, answered elsewhere."""

NO_CONTEXT = "voicepost-forwards-itself"
"""A context of the dialplan's that must not be there: no forwarded call gets anywhere by it."""
UNFORWARDED = {"FORWARD_CONTEXT": NO_CONTEXT}
"""The channel variable by which Asterisk is kept from following a phone's forwarding."""

_LEG_OVER = {"ChannelDestroyed", "StasisEnd"}
_SHOWN = "+*#0123456789"

log = structlog.get_logger()


async def first_answer(
    line: Line, caller: Caller, legs: Mapping[str, str], seconds: float
) -> str | Rang | Forwarded:
    """Ring the legs (id: endpoint) for ``seconds``: the leg that answered, or how it came out."""
    over: dict[str, Rang | Forwarded] = {
        leg: Rang.UNREACHABLE
        for leg, endpoint in legs.items()
        if not await _dial(line, caller, leg, endpoint, seconds)
    }
    clock = asyncio.get_running_loop()
    end = clock.time() + seconds
    ringing: set[str] = set()
    while len(over) < len(legs):
        event = await line.next_event(end - clock.time())
        if event is None:
            return Rang.NO_ANSWER
        if event["type"] == RECONNECTED:
            event = await _missed(line, [leg for leg in legs if leg not in over])
        leg = channel_of(event)
        if leg not in legs.keys() - over.keys():
            continue
        if event["type"] == "StasisStart":
            return leg
        if event["type"] == "ChannelStateChange" and event["channel"]["state"] == "Ringing":
            ringing.add(leg)
        if event["type"] in _LEG_OVER:
            over[leg] = _outcome(event, leg in ringing)
        elif event.get("forward"):
            over[leg] = await _forwarded(line, event)
    return _outcome_of_all(list(over.values()))


async def _forwarded(line: Line, event: Event) -> Forwarded:
    """Where a phone is forwarded, of which this event tells; Asterisk's own call there is ended."""
    if followed := event.get("forwarded"):  # on a way that no context can bar
        await hang_up(line, [str(followed["id"])])
    return Forwarded(forwarded_number(str(event["forward"])))


def _outcome_of_all(outcomes: Sequence[Rang | Forwarded]) -> Rang | Forwarded:
    if len(outcomes) == 1:
        return outcomes[0]
    return next((o for o in (Rang.NO_ANSWER, Rang.BUSY) if o in outcomes), Rang.UNREACHABLE)


async def talk(line: Line, leg: str) -> None:
    """Wait, without a limit of ours, until the leg hangs up; `CallerLeft` when the caller does.

    Two who talk when the service stops talk on: the next one finds and watches them.
    """
    try:
        while True:
            event = await line.next_event(CHECK_SECONDS, limited=False)
            if event is None or event["type"] == RECONNECTED:
                if not await line.exists(f"/channels/{leg}"):
                    return
            elif event["type"] in _LEG_OVER and event["channel"]["id"] == leg:
                return
    except CallLost:
        line.state.conversation_goes_on()
        raise


async def hang_up(line: Line, legs: Iterable[str], reason: str = "normal") -> None:
    """End the legs; ``reason`` is ARI's word for what their phones are to show."""
    for leg in legs:
        await line.forgive("DELETE", f"/channels/{leg}", {"reason": reason})


def tone(hearing: Hearing, channel_id: str) -> str:
    """The ARI path that starts (POST) and ends (DELETE) what a waiting caller hears."""
    return f"/channels/{channel_id}/{'moh' if hearing == 'music' else 'ring'}"


def new_legs(endpoints: Iterable[str]) -> dict[str, str]:
    return {f"{LEG}-{new_id()}": endpoint for endpoint in endpoints}


async def _dial(line: Line, caller: Caller, leg: str, endpoint: str, seconds: float) -> bool:
    """Start ringing one endpoint; False when Asterisk knows no way to it (not registered)."""
    try:
        await line.command(
            "POST",
            f"/channels/{leg}",
            {
                "endpoint": endpoint,
                "app": line.app,
                "appArgs": LEG,
                "callerId": shown(caller),
                "timeout": int(seconds) + SPARE_SECONDS,
                "originator": line.id,
                "variables": UNFORWARDED,
            },
        )
    except AriError as error:
        log.info("phone unreachable", endpoint=endpoint, why=error.message)
        return False
    return True


def shown(caller: Caller) -> str:
    """The caller as a phone is to show it, with nothing in it that Asterisk would parse."""
    number = "".join(c for c in caller.number if c in _SHOWN)
    name = "".join(c for c in caller.name if c.isalnum() or c in " .-_")
    return f'"{name.strip()[:60]}" <{number[:32]}>'


async def _missed(line: Line, legs: Iterable[str]) -> Event:
    """What happened to the legs while no events came in, as the event that was missed, or {}."""
    for leg in legs:
        try:
            channel = await line.look(f"/channels/{leg}")
        except AriError:
            return {}  # nothing is known; the time limit still holds
        if channel is None:
            return {"type": "ChannelDestroyed", "channel": {"id": leg}}
        if channel["state"] == "Up":
            return {"type": "StasisStart", "channel": channel}
    return {}


def _outcome(event: Event, rang: bool) -> Rang:
    cause = int(event.get("cause", 0))
    if cause in BUSY_CAUSES:
        return Rang.BUSY
    # Others, such as 18, "no user responding", come both from a phone that was off and from one
    # that fell silent: it counts as unanswered only if it rang before.
    return Rang.NO_ANSWER if rang or cause in NO_ANSWER_CAUSES else Rang.UNREACHABLE
