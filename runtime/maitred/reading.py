"""Another schedule comes into force, in slices: what did not change is looked at, and otherwise left alone.

    what differs     slots that are new, gone, or other than they were           nothing changes yet
    they move        each to where it belongs; nobody gets them meanwhile        all others: as the old schedule says
    the turn         crews, limits, pings, shares: at once                       all others: as the new one says
    requests         find their crews and kinds of slots again
    they open        what has moved may be given
    leases           on slots that their holders could not get now are asked for

Other events come in between. Whatever is given meanwhile is given by a crew of the old schedule on a slot that both
have alike, or by one of the new. A schedule that comes while another one is read has its turn after that; only the last
one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from runtime.maitred.books import Books
from runtime.maitred.joining import Joining
from runtime.maitred.pinging import Pinging
from runtime.maitred.recalling import Recalling
from runtime.maitred.slices import SCHEDULE, Work
from runtime.maitred.slots import Slot
from runtime.schedule.model import EVERYBODY, Schedule

_LOOKED_AT = 64
"""So many entries are looked at between two moments at which other events may come."""
_PARTS = 64
_LOOK = 0.1
"""What it is worth to look at one."""

_T = TypeVar("_T")


class Reading:
    def __init__(self, books: Books, pinging: Pinging, recalling: Recalling, joining: Joining) -> None:
        self._books = books
        self._pinging = pinging
        self._recalling = recalling
        self._joining = joining
        self._next: tuple[Schedule, Mapping[str, str]] | None = None
        self._has_one = False
        self.offline: set[str] = set()
        """Slots that are temporarily offline, whether the schedule has them or not."""

    def read(self, schedule: Schedule, addresses: Mapping[str, str], now: float) -> None:
        """Begin to bring a schedule into force. `addresses`: of hosts, by the schedule's names."""
        self._next = schedule, addresses
        if not self._books.slices.is_at(SCHEDULE):
            self._books.slices.begin(SCHEDULE, self._all(), now)

    def _all(self) -> Work:
        while self._next is not None:
            (schedule, addresses), self._next = self._next, None
            yield from self._one(schedule, addresses)

    def _one(self, schedule: Schedule, addresses: Mapping[str, str]) -> Work:
        books = self._books
        places = _Places()
        yield from places.find(schedule)
        changed: list[str] = []
        yield from self._compare(schedule, addresses, places, changed)
        moved: list[Slot] = []
        for name in changed:
            moved.append(self._move(name, schedule, addresses, places))
            yield 1
        crews = books.crews
        books.turn(schedule)
        books.slots.turn(schedule, bool(moved))
        self._pinging.read()
        if moved or crews is not books.crews:
            yield from self._joining.all_again(kinds_changed=True)
        books.touch_all()  # limits and shares may be others
        for slot in moved:
            books.slots.open(slot, books.slices.now)
            yield 1
        for slot in moved:
            if slot.lease is not None:
                self._recalling.recall_unentitled((slot.lease,), books.slices.now)
            yield 0.5
        if self._has_one:
            books.log(f"schedule {schedule.file}: {len(schedule.servers)} servers, {len(schedule.crews)} crews")
        self._has_one = True

    def _compare(self, schedule: Schedule, addresses: Mapping[str, str], places: _Places, changed: list[str]) -> Work:
        """Which servers are not as they were, and (at the end) which are new."""
        slots = self._books.slots
        for names in _batches(slots.by_name):  # which nothing else changes
            for name in names:
                server = schedule.servers.get(name)
                if server is None or slots.differs(server, places.of(name), addresses.get(server.host, "")):
                    changed.append(name)
            yield _LOOK * len(names)
        for names in _batches(schedule.servers):
            changed += [name for name in names if name not in slots.by_name]
            yield _LOOK * len(names)

    def _move(self, name: str, schedule: Schedule, addresses: Mapping[str, str], places: _Places) -> Slot:
        server = schedule.servers.get(name)
        if server is None:
            return self._books.slots.remove(name)
        slot = self._books.slots.put(server, places.of(name), addresses.get(server.host, ""))
        slot.offline = name in self.offline
        return slot


class _Places:
    """The server groups of each server that a crew names: others tell nothing apart."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._marks: list[dict[str, int]] = [{} for _ in range(_PARTS)]
        """Of servers: a bit for each group, in the order of its name. In parts: a dictionary that grows is copied."""
        self._everywhere = 0
        self._shared: dict[int, frozenset[str]] = {}

    def find(self, schedule: Schedule) -> Work:
        """Look at the groups."""
        self._names = sorted({crew.servers for crew in schedule.crews.values()} - {EVERYBODY})
        marks = self._marks
        for place, group in enumerate(self._names):
            for members in _batches(schedule.server_groups.get(group, ())):
                for member in members:
                    part = marks[hash(member) % _PARTS]
                    part[member] = part.get(member, 0) | 1 << place
                yield _LOOK * len(members)
        self._everywhere = self._mark(EVERYBODY)

    def of(self, server: str) -> frozenset[str]:
        mark = self._mark(server) | self._everywhere
        found = self._shared.get(mark)
        if found is None:
            found = frozenset(name for place, name in enumerate(self._names) if mark >> place & 1)
            self._shared[mark] = found
        return found

    def _mark(self, server: str) -> int:
        return self._marks[hash(server) % _PARTS].get(server, 0)


def _batches(things: Iterable[_T]) -> Iterator[tuple[_T, ...]]:
    rest = iter(things)
    while batch := tuple(islice(rest, _LOOKED_AT)):
        yield batch
