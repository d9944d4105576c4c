"""Pings: the last test of a host, or of a slot, before work is sent there (reference section 7).

    set alfServerPing(default)  {Alfping host %h}                     does the host answer?
    set alfServerPing(pixarNRM) {Alfping nrm %h 2 1.25 0}             does its alfserver, and is its load below 1.25?
    set alfServerPing(licence)  {+/usr/local/bin/licensed %h %s}      a site's own program: exit status 0 is up

Which ping a slot needs, and for whom its answer counts, is the maitre-d's affair (runtime.maitred). Here they are
run: side by side, each under its time limit, so that a slow one delays nothing but itself.

    Alfping host HOST [SECONDS]                     connects to the alfserver's port; a refusal shows that the host is
                                                    up all the same, and so does an ICMP echo, where we may send one
    Alfping nrm HOST [SECONDS [LOAD [0 [0]]]]       connects, and nothing less counts; a host whose last known load is
                                                    LOAD or more is down (0: any load). The last two words, of which one
                                                    turned off a licence check, are accepted and mean nothing here

A program is started without a shell (a site that wants one writes `sh -c {...}`), in a session of its own, with no
input; what takes too long is killed with all that it started. How many programs run at once is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import trio

from daemons.asking import ask
from daemons.echo import Echo, echo
from daemons.host_names import UnknownHost
from runtime.maitred.orders import RunPing

PROGRAMS_AT_ONCE = 32
BUILT_IN_AT_ONCE = 512
"""Built-in pings cost a socket each, and no process."""
BUILT_IN = "Alfping"
_ANY_LOAD = 0.0
_NRM_WORDS = 7

Loads = Callable[[str], float | None]
"""The load per CPU of a host, by its name, as its metrics last said; None when that is not known."""


@dataclass(frozen=True)
class PingResult:
    """`reason`: why the host or slot is down, in words; empty when it is up."""

    up: bool
    reason: str = ""


UP = PingResult(True)


class Pinger:
    """Runs pings. Any number of `ping` may be awaited at once."""

    def __init__(self, loads: Loads = lambda host: None) -> None:
        self._loads = loads
        self._programs = trio.CapacityLimiter(PROGRAMS_AT_ONCE)
        self._built_in = trio.CapacityLimiter(BUILT_IN_AT_ONCE)

    async def run(self, order: RunPing) -> PingResult:
        """Run the ping of an order."""
        return await self.ping(order.command, order.host, order.slot, order.port, order.limit_s)

    async def ping(self, command: Sequence[str], host: str, slot: str, port: int, limit_s: float) -> PingResult:
        """Run a ping of a host, or of a slot of it. `command`: its words, with their %h and %s; `port`: the
        alfserver's. The time limit begins when the ping does; it never raises for what a host or a program does."""
        words = [_filled(word, host, slot) for word in command]
        if not words:
            return UP
        if words[0] == BUILT_IN:
            async with self._built_in:
                return await self._alfping(words, port, limit_s)
        async with self._programs:
            answer = await ask(words, limit_s)
        if answer.trouble:
            return PingResult(False, f"ping: {answer.trouble}")
        if answer.status:
            said = f": {answer.line}" if answer.line else ""
            return PingResult(False, f"ping {words[0]} ended with status {answer.status}{said}")
        return UP

    async def _alfping(self, words: list[str], port: int, limit_s: float) -> PingResult:
        try:
            test = _read(words)
        except ValueError as error:
            return PingResult(False, f"ping: {error}")
        limit_s = min(limit_s, test.limit_s) if test.limit_s else limit_s
        try:
            found = await echo(test.host, port, limit_s)
        except UnknownHost as error:
            return PingResult(False, f"ping: {error}")
        if test.nrm and found is not Echo.ANSWERS:
            return PingResult(False, f"the alfserver of {test.host} (port {port}) cannot be reached: it {found.value}")
        if found is Echo.SILENT:
            return PingResult(False, f"{test.host} does not answer within {limit_s:g} s")
        load = self._loads(test.host)
        if test.load != _ANY_LOAD and load is not None and load >= test.load:
            return PingResult(False, f"the load of {test.host} is {load:.2f}, and {test.load:g} is too much")
        return UP


@dataclass(frozen=True)
class _Alfping:
    nrm: bool
    host: str
    limit_s: float = 0.0
    load: float = _ANY_LOAD


def _read(words: list[str]) -> _Alfping:
    """Raises ValueError, with words, for what is no Alfping."""
    if len(words) >= 3 and words[1] == "host" and len(words) <= 4:
        return _Alfping(False, words[2], *map(_number, words[3:]))
    if len(words) >= 3 and words[1] == "nrm" and len(words) <= _NRM_WORDS:
        return _Alfping(True, words[2], *[_number(word) for word in words[3:]][:2])
    raise ValueError(
        f"{' '.join(words)}: it should be Alfping host HOST [SECONDS], or Alfping nrm HOST [SECONDS [LOAD [0 [0]]]]"
    )


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError(f'"{word}" in an Alfping is no number of 0 or more')
    return number


def _filled(word: str, host: str, slot: str) -> str:
    """%h and %s in one pass, so that a name is never looked into; %% is a percent sign, any other % stays."""
    meanings = {"h": host, "s": slot, "%": "%"}
    return re.sub("%([hs%])", lambda code: meanings[code[1]], word)
