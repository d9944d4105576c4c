"""Which slots a service key expression accepts: found once for every kind of slot, not once for every slot.

A slot has the keys of its kind, and its own names: those of the slot, its host and its address. An expression that
mentions none of these says the same of every slot of a kind. Where it mentions one ("!janus2", "rack-15?"), the slots
with such a name are looked at one by one, and those that differ from their kind are `odd`.

The part of an expression that reads metrics is not here: it is tested when a slot is about to be given.
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.maitred.slots import Kind, Slot, Slots
from runtime.match.key_tree import LOCAL, is_pattern
from runtime.match.keys import Keys, KeyTest, compile_keys

_ANY = "*"
_SOME_NAME = frozenset({"\0name"})  # every slot has a name, so every slot matches "*"
_LOCAL_ONLY = "local:"


def _no_metric(_name: str) -> None:
    return None


class Fit:
    """What an expression accepts of the slots as they are. `host`: the machine for which `local:` is."""

    __slots__ = ("_kinds", "_own", "_slots", "odd", "test")

    def __init__(self, slots: Slots, test: KeyTest, host: str) -> None:
        self.test = test
        self._slots = slots
        self._own = slots.host(host) if host else None
        self._kinds: dict[Kind, bool] = {}
        self.odd: dict[Slot, bool] = {}
        """Slots of which the answer is not that of their kind, with their own answer."""
        for slot in self._named():
            answer = test.fixed(self.keys(slot), _no_metric)
            if answer != self.kind(slot.kind):
                self.odd[slot] = answer

    def keys(self, slot: Slot) -> Keys:
        """The keys that the slot answers to, for this machine."""
        return slot.keys | {LOCAL} if slot.host is self._own else slot.keys

    def kind(self, kind: Kind) -> bool:
        """Whether slots of this kind are accepted, as far as their names do not matter."""
        if kind not in self._kinds:
            self._kinds[kind] = self.test.fixed(kind.keys | _SOME_NAME, _no_metric)
        return self._kinds[kind]

    def slot(self, slot: Slot) -> bool:
        answer = self.odd.get(slot)
        return self.kind(slot.kind) if answer is None else answer

    def _named(self) -> Iterable[Slot]:
        names = self.test.mentions
        if any(is_pattern(name) for name in names if name != _ANY):
            return self._slots.by_name.values()
        found: dict[Slot, None] = {}
        for name in names:
            bare = name.removeprefix(_LOCAL_ONLY)
            short = bare.partition(".")[0] + "."
            found |= dict.fromkeys(self._slots.named(bare)) | dict.fromkeys(self._slots.named(short))
        if self._own is not None:
            found |= dict.fromkeys(self._own.slots)
        return found


class Fits:
    """The answers to all expressions that are asked about, each found once."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._found: dict[tuple[str, str], Fit] = {}
        self._version = slots.version

    def of(self, service: str, host: str) -> Fit:
        """Raises KeyExpressionError."""
        if self._version != self._slots.version:
            self._found.clear()
            self._version = self._slots.version
        test = compile_keys(service)
        own = host if any(name.startswith(_LOCAL_ONLY) for name in test.mentions) else ""
        found = self._found.get((service, own))
        if found is None:
            found = self._found[service, own] = Fit(self._slots, test, own)
        return found
