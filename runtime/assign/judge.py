"""Asks the site's assigner, and the default one where that fails.

The core cannot stop a call that does not end. Its shell can: `guard` is handed each call and runs it, under whatever
clock the shell has, and raises when it took too long (an interval timer whose signal handler raises does that in a
process whose main thread runs the core). Without a guard calls just run.

A decision is made by one of the two alone: when the site's assigner fails for a request, the default compares all of
them until `try_again`, so that one that fails always, or takes too long, does not hold up every decision. Slots are
ranked one by one, as they become free: those that the default ranks stand behind the others.
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
    in words; who reads them empties the list. `era` rises when somebody else ranks requests: ranks of two eras are not
    to be compared."""

    def __init__(self, rules: Rules, site: type[Assigner] | None = None, guard: Guard = unguarded) -> None:
        shipped = site in SHIPPED.values()
        self._default: Assigner = site(rules) if site is not None and shipped else Fairness(rules)
        self._guard = guard
        self.complaints: list[str] = []
        self._site = self._made(site, rules) if site is not None and not shipped else None
        self._is_trusted = self._site is not None
        self.era = 0
        self.standing = self._standing()

    def request_ranks(self, asking: Sequence[Asking]) -> list[Rank]:
        """The ranks of requests that are compared with each other."""
        if self._is_trusted:
            ranks = self._by_site("request_rank", asking)
            if ranks is not None:
                return ranks
            self._trust(False)
        return [self._default.request_rank(one) for one in asking]

    def request_rank(self, asking: Asking) -> Rank:
        """The rank of one request alone."""
        return self.request_ranks((asking,))[0] if self._is_trusted else self._default.request_rank(asking)

    def request_words(self, asking: Asking) -> list[tuple[str, str]]:
        """The rank of a request for people: what each number is called, and how it comes about."""
        [rank] = self.request_ranks([asking])
        ranks = self._site if self._site is not None and self._is_trusted else self._default
        words: tuple[tuple[str, str], ...] = ()
        if _speaks_for_itself(type(ranks)):
            try:
                words = tuple(self._guard(lambda: ranks.request_words(asking)))
            except Exception as error:  # noqa: BLE001  as below
                self._complain("request_words", error)
        if len(words) != len(rank):
            return [(f"number {place} of the rank", f"{number:g}") for place, number in enumerate(rank, 1)]
        return [(str(name), str(text)) for name, text in words]

    def try_again(self) -> None:
        """A while has passed: the site's assigner, if it has failed, may be better now."""
        if self._site is not None and not self._is_trusted:
            self._trust(True)

    def victim_ranks(self, victims: Sequence[Victim]) -> list[Rank]:
        """The ranks of commands that could be ejected."""
        ranks = self._by_site("victim_rank", victims) if self._site is not None else None
        return ranks if ranks is not None else [self._default.victim_rank(one) for one in victims]

    def slot_rank(self, slot: Offer) -> Rank:
        if self._site is None:
            return self._default.slot_rank(slot)
        ranks = self._by_site("slot_rank", (slot,))
        return (0.0, *ranks[0]) if ranks else (1.0, *self._default.slot_rank(slot))

    def _trust(self, trusted: bool) -> None:
        self._is_trusted = trusted
        self.era += 1
        self.standing = self._standing()

    def _standing(self) -> slice | None:
        """What the class that ranks requests now says of itself; one that only inherits it may rank otherwise."""
        ranks = type(self._site if self._is_trusted else self._default)
        says = next(one for one in ranks.__mro__ if "request_rank" in vars(one))
        standing: slice | None = vars(says).get("standing")
        return standing

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


def _speaks_for_itself(ranks: type[Assigner]) -> bool:
    """Whether the words are those of the class that ranks, or of one that knows it: not of one it has come from."""
    defining = [next(one for one in ranks.__mro__ if name in vars(one)) for name in ("request_words", "request_rank")]
    return issubclass(*defining)
