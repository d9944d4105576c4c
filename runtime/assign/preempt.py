"""Which commands are ejected for a request that may eject (reference 10.3).

A request of a crew with `-preempt 1` that has waited longer than preemptWait may eject the command with the lowest crew
priority, among equals the one with the least work lost, provided that it is at least preemptMargin lower and has run
longer than preemptMinRun. What is lowest is the assigner's word; the rest is for nobody to change.
"""

from __future__ import annotations

from collections.abc import Sequence

from runtime.assign.assigner import Victim
from runtime.assign.judge import Judge
from runtime.maitred.rules import Rules


def may_be_ejected(victim: Victim, priority: float, rules: Rules) -> bool:
    """Whether a request of a crew with this priority may eject it."""
    return victim.crew_priority <= priority - rules.preempt_margin and victim.ran_s > rules.preempt_min_run_s


def cheapest(victims: Sequence[Victim], slots: Sequence[int], needed: int, judge: Judge) -> list[int]:
    """The places in `victims` of those that are ejected to win `needed` slots, of which each yields so many; none where
    all together do not yield enough."""
    ranks = judge.victim_ranks(victims)
    chosen: list[int] = []
    for place in sorted(range(len(victims)), key=lambda place: ranks[place]):
        if needed <= 0:
            break
        chosen.append(place)
        needed -= slots[place]
    return chosen if needed <= 0 else []
