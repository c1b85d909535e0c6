"""The rounds of a fault: callers call, the fault strikes, all is mended and accounted for."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import click

from tests.faults.accounts import Account, account_for
from tests.faults.caller import Caller
from tests.faults.fault import Blow, Fault, Result, Size
from tests.faults.installation import Installation
from tests.faults.leftovers import look_for_leftovers
from tests.faults.plans import plans, speeches

DIARY_SECONDS = 10.0
"""Around the blow, of a caller who was left in silence."""
LOG_LINES = 40
"""Of each log, after a round that failed."""


async def try_fault(fault: Fault, *, seed: int, size: Size) -> Result:
    """All rounds of one fault, in an installation of its own."""
    account = Account()
    figures: dict[str, float] = {}
    states: Counter[str] = Counter()
    began = time.monotonic()
    async with fault.arrange() as installation:
        for number in range(fault.rounds):
            say(f"{fault.name}: round {number + 1} of {fault.rounds}, seed {seed}")
            before = len(account.failures)
            chance = random.Random(f"{fault.name} {seed} {number}")
            blow = Blow(installation, chance, size, figures=figures)
            try:
                states += await play_round(fault, blow, account, number)
            except Exception as error:
                # The figures of the rounds before, and the other faults, are still wanted.
                account.failures.append(f"the round broke off: {_causes(error)}")
            account.failures += blow.broken
            for index, failure in enumerate(account.failures[before:], before):
                account.failures[index] = f"seed {seed}, round {number + 1}: {failure}"
                say(f"FAILED {account.failures[index]}")
            if len(account.failures) > before:
                _tell_logs(installation)
    _judge_figures(fault, account, figures)
    found = asdict(account)
    failures = found.pop("failures")
    found["silence_seconds_max"] = round(account.silence_seconds_max, 2)
    found |= figures | {"states": dict(states), "seconds": round(time.monotonic() - began)}
    return Result(fault.name, seed, size, fault.rounds, account.calls, found, failures)


async def play_round(fault: Fault, blow: Blow, account: Account, number: int) -> Counter[str]:
    """One round; returns where its callers were when the fault struck."""
    installation = blow.installation
    after = fault.new_callers_for(blow.size)
    planned = plans(blow.chance, fault.calls, after, fault.late, fault.aims)
    # Not while they call: a synthesiser would take the CPU that the service needs.
    await asyncio.to_thread(lambda: [speeches(plan) for plan in planned])
    began = datetime.now(UTC)
    installation.callers.clear()
    callers = [installation.caller(plan, f"7916{number:03}{plan.index:04}") for plan in planned]
    clock = asyncio.get_running_loop()
    blow.at = clock.time() + 0.5 - min(caller.plan.begins for caller in callers)
    async with asyncio.TaskGroup() as group:
        for caller in callers:
            group.create_task(_call(caller, blow.at + caller.plan.begins - clock.time()))
        await asyncio.sleep(blow.at - clock.time())
        for caller in callers:
            caller.blow()
        blow.at = clock.time()
        states = Counter(str(caller.at_blow.state) for caller in callers)
        say(f"  the blow: {', '.join(f'{n} {state}' for state, n in states.items())}")
        await fault.strike(blow)
    await look_for_leftovers(account, installation)
    await asyncio.to_thread(account_for, account, installation.app, callers, began, fault)
    _judge_silence(fault, blow, account, callers)
    if fault.limits.all_speak:
        account.failures += [
            f"caller {caller.number} ({caller.at_blow.state}) could not leave a message"
            for caller in callers
            if not caller.began_speaking
        ]
    return states


async def _call(caller: Caller, delay: float) -> None:
    await asyncio.sleep(delay)
    await caller.live()


def _judge_silence(fault: Fault, blow: Blow, account: Account, callers: list[Caller]) -> None:
    if fault.limits.silence is None:
        return
    for caller in callers:
        silence = caller.silence_since(blow.at)
        account.silence_seconds_max = max(account.silence_seconds_max, silence)
        if silence > fault.limits.silence:
            account.failures.append(
                f"caller {caller.number} (at the blow: {caller.at_blow.state}, for "
                f"{caller.at_blow.offset:.2f} s) heard nothing for {silence:.1f} s"
            )
            say(f"  {caller.number}, seconds after the blow, and what happened:")
            for moment, what in caller.diary:
                if abs(moment - blow.at) < DIARY_SECONDS:
                    say(f"  {moment - blow.at:+6.2f} {what}")


def _judge_figures(fault: Fault, account: Account, figures: dict[str, float]) -> None:
    limit, measured = fault.limits.back, figures.get("back_seconds_max")
    if limit is not None and (measured is None or measured > limit):
        account.failures.append(f"what died was back after {measured} s, not {limit}")


def _causes(error: BaseException) -> str:
    """What went wrong, without the groups around it."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(_causes(inner) for inner in error.exceptions)
    return repr(error)


def _tell_logs(installation: Installation) -> None:
    """What our processes complained of, newest last."""
    for log in sorted(installation.house.home.glob("*.log")):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        complaints = [line for line in lines if not line.startswith("{") and "[info " not in line]
        for line in complaints[-LOG_LINES:]:
            say(f"  {log.name}: {line}")


def say(line: str) -> None:
    """Talk, which goes to stderr."""
    click.echo(line, err=True)
