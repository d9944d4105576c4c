"""Spread: an assigner for hosts that slow down when several commands run on them.

    set alfConfig(assigner) /etc/alfred/assigner_spread.py

Slots go out on the host with the fewest busy ones first, and only then by UDI: two commands run on two hosts even where
one host is more desirable than the other. What is the most desirable host to the default is one of several here. Who is
served first, and who is ejected, stays with the default.
"""

from runtime.assign.assigner import Offer, Rank
from runtime.assign.fairness import Fairness


class Spread(Fairness):
    def slot_rank(self, slot: Offer) -> Rank:
        return (slot.busy, -slot.udi)
