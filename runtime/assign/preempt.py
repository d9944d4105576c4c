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
    all together do not yield enough. Nobody is ejected in vain: who is not needed beside a dearer one is spared."""
    ranks = judge.victim_ranks(victims)
    chosen: list[int] = []
    won = 0
    for place in sorted(range(len(victims)), key=lambda place: ranks[place]):
        if won >= needed:
            break
        chosen.append(place)
        won += slots[place]
    if won < needed:
        return []
    for place in reversed(chosen[:]):
        if won - slots[place] >= needed:
            chosen.remove(place)
            won -= slots[place]
    return chosen


def cheapest_place(victims: Sequence[Victim], places: Sequence[Sequence[int]], judge: Judge) -> int:
    """Of several choices, the places of victims in each, the one whose dearest victim is the cheapest."""
    ranks = judge.victim_ranks(victims)
    return min(range(len(places)), key=lambda choice: sorted((ranks[place] for place in places[choice]), reverse=True))
