"""Pings: the last test of a host, or of a slot, before it is given (reference section 7, documents S2 and S4).

    which      the pings of those keys that the request asks for and the slot has; where none of them has a ping of its
               own, `default`. An empty ping tests nothing, and still stands in for `default`
    whose      one answer is for all slots of the host; with a leading + for the slot alone
    meanwhile  the slot is reserved, and nothing else waits: a ping under way is an order that has been given

Several leases may wait for one ping. A ping that failed rests its host, or its slot, for `ping_rest_s`. One that was
answered may hold for the next check-outs too (`ping_memory_s`), and fresh metrics may do for the default one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from runtime.job.words import split_words
from runtime.maitred.books import Books
from runtime.maitred.leases import Lease
from runtime.maitred.orders import RunPing
from runtime.maitred.slots import Host, Slot
from runtime.match.keys import compile_keys
from runtime.schedule.model import DEFAULT_PING, Ping

_Key = tuple[str, str, str]
"""Host, slot (empty: all of the host), command."""


class Pinging:
    """The pings that are under way, and those that were answered a moment ago."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._numbers = count(1)
        self._running: dict[_Key, int] = {}
        self._waiting: dict[int, tuple[_Key, Slot, dict[Lease, None]]] = {}
        self._good_until: dict[_Key, float] = {}
        self._own: dict[str, Ping] = {}

    def read(self) -> None:
        """The schedule is another."""
        self._own = {key.lower(): ping for key, ping in self._books.schedule.pings.items()}

    def begin(self, lease: Lease, service: str, slot: Slot, now: float) -> None:
        """Order the pings that a slot needs before it may go out; `lease.pings` has their numbers."""
        if not self._own:
            return
        for ping in self._needed(service, slot, now):
            key = (slot.host.name, slot.name if ping.per_slot else "", ping.command)
            if self._good_until.get(key, float("-inf")) >= now:
                continue
            number = self._running.get(key)
            if number is None:
                number = self._running[key] = next(self._numbers)
                self._waiting[number] = (key, slot, {})
                self._books.orders.append(
                    RunPing(
                        number, slot.server.host, slot.name, slot.server.port or self._books.rules.alfserver_port,
                        split_words(ping.command), self._books.rules.ping_limit_s,
                    )
                )  # fmt: skip
            self._waiting[number][2][lease] = None
            lease.pings.add(number)

    def answered(self, number: int, up: bool, now: float) -> tuple[Host | Slot, list[Lease]] | None:
        """Whom an answer is for: the host or slot that was tested, and the leases that waited for it. None: nobody."""
        found = self._waiting.pop(number, None)
        if found is None:
            return None
        key, slot, leases = found
        del self._running[key]
        if up and self._books.rules.ping_memory_s:
            self._good_until = {known: until for known, until in self._good_until.items() if until >= now}
            self._good_until[key] = now + self._books.rules.ping_memory_s
        for lease in leases:
            lease.pings.discard(number)
        slot = self._books.slots.by_name.get(slot.name, slot)
        return (slot if key[1] else slot.host), list(leases)

    def forget(self, lease: Lease) -> None:
        """A lease waits no more. Pings that are under way for it go on; their answers are heard all the same."""
        for number in lease.pings:
            self._waiting[number][2].pop(lease, None)
        lease.pings.clear()

    def _needed(self, service: str, slot: Slot, now: float) -> Iterator[Ping]:
        asked = [self._own[key] for key in compile_keys(service).positive if key in self._own and key in slot.keys]
        if not asked and DEFAULT_PING.key in self._own and not self._measured(slot.host, now):
            asked = [self._own[DEFAULT_PING.key]]
        return (ping for ping in asked if ping.command.strip())

    def _measured(self, host: Host, now: float) -> bool:
        return self._books.rules.metrics_replace_ping and now <= host.fresh_until
