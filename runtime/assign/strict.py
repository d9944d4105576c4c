"""Strict priority: an assigner for sites where rank is all that counts.

    set alfConfig(assigner) strict

requests   tier, crew priority, job priority (-priority with -pbias)              highest first
           age                                                                    oldest first
slots      UDI, then busy slots on the host, as the default has it
victims    crew priority, then work that would be lost, as the default has it

Waiting earns nothing, and nobody's share counts: who stands high takes all that he wants, for as long as he wants it,
and of two who stand alike the older one. So nothing bounds how long the others wait.
"""

from __future__ import annotations

from runtime.assign.assigner import Asking, Rank
from runtime.assign.fairness import Fairness, tier_words


class Strict(Fairness):
    standing = slice(0, 0)  # nobody's holdings count

    def request_rank(self, asking: Asking) -> Rank:
        return (asking.tier, -asking.crew_priority, -asking.job_priority, asking.number)

    def request_words(self, asking: Asking) -> tuple[tuple[str, str], ...]:
        return (
            tier_words(self.rules, asking),
            ("crew priority", f"{asking.crew_priority:g}"),
            ("job priority", f"{asking.job_priority:g}"),
            ("age", f"request {asking.number}"),
        )
