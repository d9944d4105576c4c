"""The machine itself as the farm: its slots, and which of them a command may have (reference section 10).

One slot per core. Every key that is asked for is there, a negated key holds against what the slot really is (its name,
its host's name and address), and metrics are this machine's. Where a command wants several slots, it gets at least
`atleast` at once or none.

No maitre-d is here: this is what serves while none is configured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from runtime.match.keys import compile_keys, slot_keys
from runtime.match.metrics import compile_metrics
from runtime.needs import Need

SLOTS_AVAILABLE = "sa"
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

    def __init__(self, slots: Iterable[Slot], metrics: MetricLookup = no_metrics) -> None:
        self.slots = tuple(slots)
        self.metrics = metrics
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
        return max(hosts.values(), default=0)

    def find(self, need: Need, host: str = "") -> tuple[int, ...] | str:
        """The slots that this need gets now, or why it has to wait. `host`: only on this one (-resumepin)."""
        free = self._free
        if not need.service and not need.metrics and need.atleast == 1 == need.atmost and not host:
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
        if len(fitting) < need.atleast:
            if not free or len(free) < need.atleast:
                return f"{need.atleast} slots wanted, {len(fitting)} free" if need.atleast > 1 else "every slot is busy"
            return f"no free slot matches -service {{{need.service}}}" if not fitting else f"{len(fitting)} slots fit"
        return tuple(fitting[: need.atmost])

    def take(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            del self._free[number]

    def give(self, numbers: Iterable[int]) -> None:
        """Back among the free ones; they go out again in the order in which they came."""
        for number in numbers:
            self._free[number] = None

    def claim(self, names: Iterable[str]) -> tuple[int, ...]:
        """Take slots by name for a command that runs already; names that are unknown or taken are left out."""
        numbers = [self._by_name[name] for name in names if self._by_name.get(name) in self._free]
        self.take(numbers)
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
