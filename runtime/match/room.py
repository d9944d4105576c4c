"""The room of one machine: what it has that can be reserved, what is held of it, and what is left.

has     a schedule, a setting or a measurement says it; what nobody says is not known, and cannot be reserved
held    by who runs there. It is counted whatever the machine has: that may be less than it was
kept    for somebody who waits until there is enough; he takes it away himself before he looks
left    has - held - kept
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from runtime.match.reserve import GPUS, Reserve, amount_words, whole_steps

_NOTHING: Mapping[str, float] = MappingProxyType({})


class Room:
    """`left` has what is known, by resource."""

    __slots__ = ("_has", "_held", "_kept", "_pieces", "left")

    def __init__(self) -> None:
        self._has: Mapping[str, float] = _NOTHING
        self._held: dict[str, float] = {}
        self._kept: dict[str, float] = {}
        self._pieces: Counter[int] | None = None
        """GPUs by number, and how many have each."""
        self.left: Mapping[str, float] = _NOTHING

    @property
    def has(self) -> Mapping[str, float]:
        return self._has

    @property
    def held(self) -> Mapping[str, float]:
        return {name: held for name, held in self._held.items() if held}

    @property
    def kept(self) -> Mapping[str, float]:
        return {name: kept for name, kept in self._kept.items() if kept}

    def set_has(self, has: Mapping[str, float]) -> bool:
        """The machine has this much. Whether that is something else than before."""
        new = {name: whole_steps(amount) for name, amount in has.items()}
        if new == self._has:
            return False
        self._has = new
        self._count()
        return True

    def fits(self, reserve: Reserve, times: int = 1) -> bool:
        """Whether there is room for a reservation, so many times."""
        left = self.left
        return all(left.get(name, -1.0) >= times * amount for name, amount in reserve)

    def could_fit(self, reserve: Reserve, times: int = 1) -> bool:
        """The same while nothing is held."""
        return all(self._has.get(name, -1.0) >= times * amount for name, amount in reserve)

    def times(self, reserve: Reserve, *, empty: bool = False) -> int:
        """How many times there is room for a reservation, which is not empty; `empty`: while nothing is held."""
        room = self._has if empty else self.left
        return max(0, min(int(room.get(name, 0.0) // amount) for name, amount in reserve))

    def take(self, reserve: Reserve, pieces: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """It is held from now on. The numbers of its GPUs: `pieces`, where it has them already."""
        if not reserve:
            return ()
        _add(self._held, reserve, 1)
        if pieces is None:
            pieces = self._free_pieces(int(dict(reserve).get(GPUS, 0)))
        if pieces:
            self._pieces = self._pieces or Counter()
            self._pieces.update(pieces)
        self._count()
        return pieces

    def give(self, reserve: Reserve, pieces: tuple[int, ...]) -> None:
        """It is held no more."""
        if not reserve:
            return
        _add(self._held, reserve, -1)
        if self._pieces is not None:
            self._pieces.subtract(pieces)
        self._count()

    def keep(self, reserve: Reserve, times: int) -> None:
        """So many times more, or (negative) fewer, is kept."""
        if reserve:
            _add(self._kept, reserve, times)
            self._count()

    def why_not(self, reserve: Reserve) -> str:
        """Why there is no room for a reservation, in words; empty when there is."""
        for name, amount in reserve:
            if self.left.get(name, -1.0) < amount:
                return self._short_of(name, amount)
        return ""

    def _short_of(self, name: str, amount: float) -> str:
        wanted = f"it reserves {amount_words(name, amount)}"
        has = self._has.get(name)
        if has is None:
            return f"{wanted}: how many are there is not known" if name == GPUS else f"{wanted}: how much is not known"
        if has < amount:
            return f"{wanted}: there {'are' if name == GPUS else 'is'} {amount_words(name, has)} in all"
        kept = self._kept.get(name, 0.0)
        free = max(0.0, self.left[name] + kept)
        words = f"{wanted}: {free:g} of {amount_words(name, has)} are left"
        return f"{words}, {kept:g} kept for others" if kept else words

    def _count(self) -> None:
        held, kept = self._held, self._kept
        self.left = {name: has - held.get(name, 0.0) - kept.get(name, 0.0) for name, has in self._has.items()}

    def _free_pieces(self, number: int) -> tuple[int, ...]:
        """The first that nobody has, as far as there are any."""
        taken = self._pieces or Counter()
        there = range(int(self._has.get(GPUS, 0)))
        return tuple(piece for piece in there if not taken[piece])[:number]


def _add(counts: dict[str, float], reserve: Reserve, times: int) -> None:
    for name, amount in reserve:
        counts[name] = counts.get(name, 0.0) + times * amount
