"""The default assigner (reference 10.3).

requests   crew priority, plus one for every ageSeconds that it has waited        highest first
           slots that the user holds, relative to the user's share                fewest first
           job priority, -priority with -pbias                                    highest first
           age                                                                    oldest first
slots      UDI                                                                    highest first
           busy slots on the host                                                 fewest first
victims    crew priority                                                          lowest first
           work that would be lost                                                least first
"""

from __future__ import annotations

from runtime.assign.assigner import Asking, Assigner, Offer, Rank, Victim

_NO_SHARE = 1e-9


class Fairness(Assigner):
    def request_rank(self, asking: Asking) -> Rank:
        age_s = self.rules.age_s
        age = asking.waited_s // age_s if age_s else 0.0
        held = asking.held / max(asking.share, _NO_SHARE)
        return (-asking.crew_priority - age, held, -asking.job_priority, -asking.waited_s, asking.number)

    def slot_rank(self, slot: Offer) -> Rank:
        return (-slot.udi, slot.busy)

    def victim_rank(self, victim: Victim) -> Rank:
        return (victim.crew_priority, victim.ran_s * victim.slots)
