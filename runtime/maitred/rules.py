"""The numbers that the maitre-d's core decides by; alfred.ini sets them, and these are the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

_NONE: Mapping[str, int] = MappingProxyType({})


class Rules(msgspec.Struct, frozen=True):
    """Durations in seconds. The key of alfConfig that sets a field stands beside it."""

    lease_s: float = 120.0
    """leaseSeconds"""
    grace_s: float = 10.0
    """leaseGrace: between the end of a lease and the next use of its slot."""
    initial_wait_s: float = 30.0
    """timerMaitredInitialWait: a maitre-d that has just started gives out nothing before dispatchers have said what
    they hold."""
    problem_slot_rest_s: float = 60.0
    """timerProblemSlotReuseInterval"""
    age_s: float = 60.0
    """ageSeconds: a request gains one point for each of these that it has waited; 0: never."""
    reserve_s: float = 300.0
    """reserveSeconds: a request for several slots that has waited this long has slots kept for it; 0: never."""
    preempt_wait_s: float = 60.0
    """preemptWait"""
    preempt_margin: float = 10.0
    """preemptMargin: a victim's crew priority is at least this much lower."""
    preempt_min_run_s: float = 30.0
    """preemptMinRun: a victim has run longer than this."""
    ping_limit_s: float = 10.0
    """pingSeconds: a ping that takes longer has failed."""
    ping_memory_s: float = 0.0
    """pingMemory: how long a ping that was answered holds for the next check-out; 0: for its own only."""
    ping_rest_s: float = 30.0
    """pingRest: how long a host, or a slot, that failed its ping is left alone."""
    metrics_replace_ping: bool = False
    """metricsReplacePing: a host of which fresh metrics are known needs no default ping."""
    zone: str = ""
    """timeZone of the time groups, as in Europe/Berlin; empty: the maitre-d's own."""
    limits: Mapping[str, int] = _NONE
    """alfLimitGlobal(TAG); the schedule's alfLimit counts too, the smaller wins."""
