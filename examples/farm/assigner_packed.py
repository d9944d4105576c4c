"""Packed: a site's own assigner, for farms whose big commands want a whole host.

    set alfConfig(assigner) /etc/alfred/assigner_packed.py

Slots go out on the host with the most busy ones first, so that others stay wholly free for `-atleast 8 -samehost 1`.
Who is served first, and who is ejected, stays with the default. The opposite of it is shipped: spread.
"""

from runtime.assign.assigner import Offer, Rank
from runtime.assign.fairness import Fairness


class Packed(Fairness):
    def slot_rank(self, slot: Offer) -> Rank:
        return (slot.busy == 0, -slot.busy, -slot.udi)
