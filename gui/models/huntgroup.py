"""Which slots and hosts of the farm a user hunts on: all, but those that he has deselected.

    Farm (its slots)  +  FarmView.excluded (his dispatcher's)  -->  a line a host, a line for each of its slots

A host that is excluded takes all its slots with it; a name that the farm does not know is kept, and shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from daemons.wording import count, printable
from gui.models.table import SLICE, Column, Table
from runtime.farm_messages import Farm


@dataclass(frozen=True, slots=True)
class Prey:
    """A host (`slot` is empty) or a slot; `unknown`: it is excluded, and not in the farm."""

    host: str
    slot: str = ""
    slots: int = 0
    unknown: bool = False

    @property
    def name(self) -> str:
        """What a dispatcher calls it."""
        return self.slot or self.host


class Huntgroup:
    """`excluded` are names in lower case, as they compare. `known`: the dispatcher has said what is excluded."""

    def __init__(self) -> None:
        self.excluded: frozenset[str] = frozenset()
        self.known = False
        self._spelled: tuple[str, ...] = ()
        self._farm: Farm | None = None
        self.table: Table[Prey] = Table(
            [
                Column("name", "Server", 22, lambda line: f"{'    ' * bool(line.slot)}{printable(line.name)}"),
                Column("state", "Huntgroup", 22, self.words),
                Column("slots", "Slots", 6, lambda line: str(line.slots or ""), lambda line: line.slots, right=True),
            ],
            lambda line: f"{line.host}\n{line.slot}",
            lambda line: f"{line.host} {line.slot} {self.words(line)}".lower(),
        )

    # ---- what is heard -------------------------------------------------------------------------------

    def choose(self, excluded: Iterable[str]) -> None:
        """What the dispatcher leaves out."""
        self._spelled = tuple(excluded)
        self.excluded = frozenset(name.lower() for name in self._spelled)
        self.known = True

    def hear(self, farm: Farm | None = None) -> Iterator[None]:
        """The farm as it is now, a slice at a time, or as it was; the table is to be arranged then."""
        farm = self._farm = farm or self._farm
        slots = farm.slots if farm is not None else ()
        hosts: dict[str, list[Prey]] = {}
        for start in range(0, len(slots), SLICE):
            for slot in slots[start : start + SLICE]:
                hosts.setdefault(slot.host, []).append(Prey(slot.host, slot.name))
            yield
        known = {name for host in hosts for name in _names(host)}
        known.update(prey.slot.lower() for preys in hosts.values() for prey in preys)
        yield
        lines = [Prey(name, unknown=True) for name in self._spelled if name.lower() not in known and slots]
        for host, preys in hosts.items():
            lines.append(Prey(host, slots=len(preys)))
            lines += preys
        self.table.fill(lines)

    # ---- what is said --------------------------------------------------------------------------------

    def is_excluded(self, line: Prey) -> bool:
        """Nothing of this user's runs there."""
        return bool(self._calling(line)) or self.is_with_host(line)

    def is_with_host(self, line: Prey) -> bool:
        """It is a slot of a host that is excluded."""
        return bool(line.slot) and not self.excluded.isdisjoint(_names(line.host))

    def to_change(self, lines: Iterable[Prey], *, excluded: bool) -> list[str]:
        """The names to be excluded, or to be selected again, for these lines; a slot that is excluded with its host
        comes back with its host alone."""
        if excluded:
            return [line.name for line in lines if not self.is_excluded(line)]
        names = [name for line in lines for name in self._calling(line)]
        return list(dict.fromkeys(names))

    def words(self, line: Prey) -> str:
        if line.unknown:
            return "excluded (not in the farm)"
        if self._calling(line):
            return "excluded"
        return "excluded with its host" if self.is_with_host(line) else "selected"

    def _calling(self, line: Prey) -> list[str]:
        """The names that are excluded by which it is called itself."""
        names = (line.slot.lower(),) if line.slot else _names(line.host)
        return [name for name in names if name in self.excluded]

    def summary(self) -> str:
        """How much of the farm is left."""
        if self._farm is None:
            return ""
        left = sum(1 for slot in self._farm.slots if not self.is_excluded(Prey(slot.host, slot.name)))
        named = f"; excluded: {' '.join(map(printable, self._spelled))}" if self._spelled else ""
        return f"{left:,} of {count(len(self._farm.slots), 'slot')} in your huntgroup{named}"


def _names(host: str) -> tuple[str, ...]:
    """What a host is called by: its name, with its domain and without."""
    name = host.lower()
    return tuple(dict.fromkeys((name, name.partition(".")[0])))
