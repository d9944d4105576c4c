"""The machine itself as the farm: its slots, and which of them a command may have (reference section 10).

One slot per core. Every key that is asked for is there, a negated key holds against what the slot really is (its name,
its host's name and address), and metrics are this machine's. Where a command wants several slots, it gets at least
`atleast` at once or none. What commands reserve is no more than the machine has (runtime.match.room).

No maitre-d is here: this is what serves while none is configured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from runtime.match.keys import compile_keys, slot_keys
from runtime.match.metrics import compile_metrics
from runtime.match.reserve import GPUS, MEMORY, Reserve, read_reserve
from runtime.match.room import Room
from runtime.needs import Need

SLOTS_AVAILABLE = "sa"
MEMORY_IN_ALL = "memtotal"
"""Of a machine, in MB."""
_CONSTANT = frozenset({SLOTS_AVAILABLE, "nCPUs"})
"""Metrics of which the best that there can ever be is known."""

MetricLookup = Callable[[str], float | None]


def no_metrics(_name: str) -> float | None:
    """The lookup of a machine of which nothing is measured."""
    return None


class Slot(msgspec.Struct, frozen=True):
    """A place for one command. `zone` selects dirmaps."""

    name: str
    host: str
    keys: frozenset[str]
    zone: str = ""


def own_slots(host: str, count: int, *, address: str = "", zone: str = "") -> tuple[Slot, ...]:
    """The slots of the dispatcher's machine: HOST-1, HOST-2, ..."""
    names = [f"{host}-{number}" for number in range(1, count + 1)]
    return tuple(
        Slot(name, host, slot_keys((), slot=name, host=host, address=address, local=True), zone) for name in names
    )


class Machine:
    """Slots, free and taken. Metrics come from `metrics`, which is asked each time: by the name that Mget uses, or with
    `@.` before it for service keys, whose units differ."""

    def __init__(self, slots: Iterable[Slot], metrics: MetricLookup = no_metrics, *, has: str = "") -> None:
        """`has`: what there is to be reserved, as alfConfig(reserveMachine) says it; else all of its memory."""
        self.slots = tuple(slots)
        self.metrics = metrics
        memory = metrics(MEMORY_IN_ALL)
        self._room = Room()
        self._room.set_has({GPUS: 0} | ({} if memory is None else {MEMORY: memory / 1024}) | read_reserve(has))
        self._holds: dict[int, tuple[Reserve, tuple[int, ...]]] = {}
        """What goes with slots that are taken, and the numbers of its GPUs."""
        self._free = dict.fromkeys(range(len(self.slots)))
        self._rests: dict[int, float] = {}
        self._by_name = {slot.name: number for number, slot in enumerate(self.slots)}

    @property
    def size(self) -> int:
        return len(self.slots)

    @property
    def free(self) -> int:
        return len(self._free)

    @property
    def busy(self) -> int:
        return self.size - self.free - len(self._rests)

    def _keyed(self, name: str) -> float | None:
        """A metric as service keys name it, without its `@.`: sa is the number of slots that are free now."""
        return float(self.free) if name == SLOTS_AVAILABLE else self.metrics(f"@.{name}")

    def never(self, need: Need) -> str:
        """Why no slot could ever serve this need, in words; empty when one could."""
        unknown = compile_metrics(need.metrics).unknown(self.metrics) if need.metrics else ""
        if unknown:
            return f"this machine has no metric {unknown}, which -metrics {{{need.metrics}}} asks for"
        if need.reserve and not self._room.could_fit(need.reserve):
            return f"{self._room.why_not(need.reserve)}, on this machine"
        own = compile_keys(need.service)
        if not _CONSTANT.issuperset(own.metrics):
            return ""
        fitting = [slot for slot in self.slots if own.on_own_machine(slot.keys, self._at_best)]
        if not fitting:
            return f"no slot of this machine can ever match -service {{{need.service}}}"
        return ""

    def _at_best(self, name: str) -> float | None:
        """The same while every slot is free."""
        return float(self.size) if name == SLOTS_AVAILABLE else self.metrics(f"@.{name}")

    def most(self, need: Need) -> int:
        """How many slots this need could have at once, when all are free."""
        test = compile_keys(need.service)
        hosts: dict[str, int] = {}
        for slot in self.slots:
            if test.metrics or test.on_own_machine(slot.keys, self._keyed):
                key = slot.host if need.samehost else ""
                hosts[key] = hosts.get(key, 0) + 1
        most = max(hosts.values(), default=0)
        return min(most, self._room.times(need.reserve, empty=True)) if need.reserve else most

    def find(self, need: Need, host: str = "") -> tuple[int, ...] | str:
        """The slots that this need gets now, or why it has to wait. `host`: only on this one (-resumepin)."""
        free = self._free
        if need.reserve:
            words = self._room.why_not(need.reserve)
            if words:
                return words
        elif not need.service and not need.metrics and need.atleast == 1 == need.atmost and not host:
            return (next(iter(free)),) if free else "every slot is busy"
        if need.metrics:
            wanted = compile_metrics(need.metrics)
            unfit = "" if wanted.fault else wanted.why_not(self.metrics)
            if unfit:
                return unfit
        test = compile_keys(need.service)
        fitting = [
            number
            for number in free
            if (not host or self.slots[number].host == host)
            and test.on_own_machine(self.slots[number].keys, self._keyed)
        ]
        if need.samehost:
            fitting = self._largest_host(fitting)
        if need.reserve:
            fitting = fitting[: self._room.times(need.reserve)]
        if len(fitting) < need.atleast:
            if not free or len(free) < need.atleast:
                return f"{need.atleast} slots wanted, {len(fitting)} free" if need.atleast > 1 else "every slot is busy"
            return f"no free slot matches -service {{{need.service}}}" if not fitting else f"{len(fitting)} slots fit"
        return tuple(fitting[: need.atmost])

    def take(self, numbers: Iterable[int], reserve: Reserve = (), gpus: tuple[int, ...] | None = None) -> None:
        """`reserve` is held on each of these slots. `gpus`: the first one has these already."""
        for number in numbers:
            del self._free[number]
            if reserve:
                self._holds[number] = (reserve, self._room.take(reserve, gpus))
                gpus = None

    def give(self, numbers: Iterable[int]) -> None:
        """Back among the free ones; they go out again in the order in which they came."""
        for number in numbers:
            self._free[number] = None
            if number in self._holds:
                self._room.give(*self._holds.pop(number))

    def gpus(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The GPUs that go with the first of these slots, by number."""
        return next((self._holds[number][1] for number in numbers if number in self._holds), ())

    def claim(self, names: Iterable[str], reserve: Reserve = (), gpus: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Take slots by name for a command that runs already; names that are unknown or taken are left out."""
        numbers = [self._by_name[name] for name in names if self._by_name.get(name) in self._free]
        self.take(numbers, reserve, gpus)
        return tuple(numbers)

    def rest(self, numbers: Iterable[int], until: float) -> None:
        """Slots on which a launch could not begin are not used until then."""
        for number in numbers:
            self._rests[number] = until

    def wake(self, now: float) -> None:
        for number in [number for number, until in self._rests.items() if until <= now]:
            del self._rests[number]
            self._free[number] = None

    @property
    def next_wake(self) -> float | None:
        return min(self._rests.values(), default=None)

    def _largest_host(self, numbers: list[int]) -> list[int]:
        hosts: dict[str, list[int]] = {}
        for number in numbers:
            hosts.setdefault(self.slots[number].host, []).append(number)
        return max(hosts.values(), key=len, default=[])
