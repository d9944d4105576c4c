"""Spread: an assigner for hosts that slow down when several commands run on them.

    set alfConfig(assigner) spread

requests   as the default has them
slots      busy slots on the host                                                 fewest first
           UDI                                                                    highest first
victims    as the default has them

Two commands run on two hosts even where one host is more desirable than the other.
"""

from __future__ import annotations

from runtime.assign.assigner import Offer, Rank
from runtime.assign.fairness import Fairness


class Spread(Fairness):
    def slot_rank(self, slot: Offer) -> Rank:
        return (slot.busy, -slot.udi)
