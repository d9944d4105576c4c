"""Asks the site's assigner, and the default one where that fails.

The core cannot stop a call that does not end. Its shell can: `guard` is handed each call and runs it, under whatever
clock the shell has, and raises when it took too long (an interval timer whose signal handler raises does that in a
process whose main thread runs the core). Without a guard calls just run.

A decision is made by one of the two alone: when the site's assigner fails for one of the requests that are compared,
all of them are compared by the default. Slots are ranked one by one, as they become free: those that the default ranks
stand behind the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from runtime.assign.assigner import Asking, Assigner, Offer, Rank, Victim
from runtime.assign.fairness import Fairness
from runtime.assign.shipped import SHIPPED
from runtime.maitred.rules import Rules

Guard = Callable[[Callable[[], Any]], Any]
"""Runs a call and returns what it returns; raises any Exception when it takes too long."""


def unguarded(call: Callable[[], Any]) -> Any:
    return call()


class Judge:
    """`site`: its own assigner, or a shipped one, which needs no guard. `complaints` are what went wrong with its own,
    in words; who reads them empties the list."""

    def __init__(self, rules: Rules, site: type[Assigner] | None = None, guard: Guard = unguarded) -> None:
        shipped = site in SHIPPED.values()
        self._default: Assigner = site(rules) if site is not None and shipped else Fairness(rules)
        self._guard = guard
        self.complaints: list[str] = []
        self._site = self._made(site, rules) if site is not None and not shipped else None

    def request_ranks(self, asking: Sequence[Asking]) -> list[Rank]:
        """The ranks of requests that are compared with each other."""
        return self._ranks("request_rank", asking)

    def victim_ranks(self, victims: Sequence[Victim]) -> list[Rank]:
        return self._ranks("victim_rank", victims)

    def slot_rank(self, slot: Offer) -> Rank:
        if self._site is None:
            return self._default.slot_rank(slot)
        ranks = self._by_site("slot_rank", (slot,))
        return (0.0, *ranks[0]) if ranks else (1.0, *self._default.slot_rank(slot))

    def _ranks(self, method: str, things: Sequence[Asking] | Sequence[Victim]) -> list[Rank]:
        ranks = self._by_site(method, things) if self._site is not None and things else None
        if ranks is None:
            rank = getattr(self._default, method)
            ranks = [rank(thing) for thing in things]
        return ranks

    def _by_site(self, method: str, things: Sequence[Any]) -> list[Rank] | None:
        rank = getattr(self._site, method)
        try:
            return [tuple(map(float, given)) for given in self._guard(lambda: [rank(thing) for thing in things])]
        except Exception as error:  # noqa: BLE001  whatever a site's program raises, the farm goes on
            self._complain(method, error)
            return None

    def _made(self, site: type[Assigner], rules: Rules) -> Assigner | None:
        try:
            made: Assigner = self._guard(lambda: site(rules))
        except Exception as error:  # noqa: BLE001  as above
            self._complain("__init__", error)
            return None
        return made

    def _complain(self, method: str, error: Exception) -> None:
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.complaints.append(f"assigner: {method} failed ({words}); the default decides")
