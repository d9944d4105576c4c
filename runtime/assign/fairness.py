"""The default assigner (reference 10.3; tiers, usage and projects are our own, and off until a site sets them).

requests   tier                                                                   first of alfConfig(tiers) first
           crew priority, plus one for every ageSeconds that it has waited        highest first
           slots of the project, now and lately, for its share                    fewest first
           slots of the user, now and lately, for the user's share                fewest first
           job priority, -priority with -pbias                                    highest first
           age; among equals who holds a server had his turn                      oldest first
slots      UDI                                                                    highest first
           busy slots on the host                                                 fewest first
victims    crew priority                                                          lowest first
           work that would be lost                                                least first

*Now and lately* is what is held plus what was held on average, so that slots go to those who had least until that is
made up for. Without alfConfig(usageHalfLife) it is what is held; without any alfProjectShare projects do not count.
"""

from __future__ import annotations

from runtime.assign.assigner import Asking, Assigner, Offer, Rank, Victim
from runtime.maitred.rules import Rules


class Fairness(Assigner):
    standing = slice(2, 4)

    def request_rank(self, asking: Asking) -> Rank:
        age_s = self.rules.age_s
        age = asking.waited_s // age_s if age_s else 0.0
        project_share = asking.project_share
        return (
            asking.tier,
            -asking.crew_priority - age,
            (asking.project_held + asking.project_usage) / project_share if project_share else 0.0,
            (asking.held + asking.usage) / asking.share,
            -asking.job_priority,
            -asking.waited_s,
            asking.holder,
            asking.number,
        )

    def request_words(self, asking: Asking) -> tuple[tuple[str, str], ...]:
        age_s, waited_s = self.rules.age_s, asking.waited_s
        age = waited_s // age_s if age_s else 0.0
        project = ""
        if asking.project_share:
            lately = _lately(asking.project_held, asking.project_usage)
            project = f"{asking.project} {lately} for share {asking.project_share:g}"
        aged = f" ({asking.crew_priority:g} + {age:g} for the wait)" if age else ""
        return (
            tier_words(self.rules, asking),
            ("crew priority", f"{asking.crew_priority + age:g}{aged}"),
            ("slots of the project", project),
            ("slots of the user", f"{_lately(asking.held, asking.usage)} for share {asking.share:g}"),
            ("job priority", f"{asking.job_priority:g}"),
            ("wait", f"{waited_s:.0f} s"),
            ("turn", ""),
            ("age", f"request {asking.number}"),
        )

    def slot_rank(self, slot: Offer) -> Rank:
        return (-slot.udi, slot.busy)

    def victim_rank(self, victim: Victim) -> Rank:
        return (victim.crew_priority, victim.ran_s * victim.slots)


def tier_words(rules: Rules, asking: Asking) -> tuple[str, str]:
    """Of the tiers of a site."""
    named = rules.tiers[asking.tier] if asking.tier < len(rules.tiers) else "of none"
    return "tier", named if rules.tiers else ""


def _lately(held: int, usage: float) -> str:
    return f"{held} + {usage:.1f} lately" if usage else f"{held}"
