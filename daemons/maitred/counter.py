"""The maitre-d's counter: what nimbys and tools ask for, and whether they may.

    who                          may
    nimby                        Shields, Eject: of the host that it runs on, by the address that it connects from
    wrangler                     SetOffline, Eject: everywhere; WriteSchedule

A wrangler is a user of alfConfig(wranglers), or the user whose process the maitre-d is. Dispatchers are not served
here: what they say is their own affair, and the core's (`Maitred.said`). Anybody with a proof may look (AskFarm): the
answer is large, and made beside the links (daemons.maitred.service); so is what is asked of the schedule's file, for
which only `barred` is said here.
"""

from __future__ import annotations

from collections.abc import Callable

from daemons.link import Peer
from daemons.wording import count
from runtime.farm_messages import Did, Eject, FarmMessage, Refused, SetOffline, Shields, ShieldsAre
from runtime.maitred.core import Maitred
from runtime.maitred.orders import Order, PeerId

Answer = tuple[list[Order], FarmMessage]
_NOT_A_WRANGLER = "that is for wranglers: alfConfig(wranglers) lists them"


class Counter:
    """`is_here` tells whether an address is one of the maitre-d's own machine; `user` is whose process it is."""

    def __init__(self, core: Maitred, user: str, is_here: Callable[[str], bool]) -> None:
        self._core = core
        self._user = user
        self._is_here = is_here

    def answer(self, number: PeerId, peer: Peer, address: str, message: FarmMessage, now: float) -> Answer | None:
        """The orders and the reply for one message of a nimby or a tool; None when it is none of theirs."""
        match message:
            case SetOffline():
                return self._set_offline(peer, message, now)
            case Eject():
                return self._eject(peer, address, message, now)
            case Shields() if peer.role == "nimby":
                return self._shields(number, address, message, now)
        return None

    def running_on(self, host: str) -> tuple[str, ...]:
        """What runs on a host, in words."""
        return tuple(str(lease) for lease in self._core.running_on(host))

    def barred(self, peer: Peer) -> str:
        """Why somebody may not do what is for wranglers; empty when he may."""
        return "" if self._is_wrangler(peer) else _NOT_A_WRANGLER

    def _set_offline(self, peer: Peer, message: SetOffline, now: float) -> Answer:
        if not self._is_wrangler(peer):
            return [], Refused(message.serial, _NOT_A_WRANGLER)
        unknown = self._core.unknown(message.slots)
        if unknown:
            return [], Refused(message.serial, f"no such slot: {' '.join(unknown)}; alfred -slots lists them")
        orders = self._core.offline(message.slots, message.offline, peer.user, now)
        done = "offline" if message.offline else "back"
        return orders, Did(message.serial, f"{count(len(message.slots), 'slot')} {done}: {' '.join(message.slots)}")

    def _eject(self, peer: Peer, address: str, message: Eject, now: float) -> Answer:
        core, where = self._core, message.where
        known = core.address_of(where) is not None or not core.unknown([where])
        if not self._is_wrangler(peer) and not (peer.role == "nimby" and self._is_own(where, address)):
            words = "a nimby ejects from its own host only" if peer.role == "nimby" else _NOT_A_WRANGLER
            return [], Refused(message.serial, words)
        if not known:
            return [], Refused(message.serial, f"no such slot or host: {where}; alfred -slots lists them")
        running = self.running_on(where)
        if not running:
            return [], Did(message.serial, f"nothing runs on {where}")
        return core.eject(where, peer.user, now), Did(message.serial, f"ejected: {'; '.join(running)}")

    def _shields(self, number: PeerId, address: str, message: Shields, now: float) -> Answer:
        if self._core.address_of(message.host) is None:
            return [], Refused(0, f"{message.host} is no host of the schedule")
        if not self._is_own(message.host, address):
            return [], Refused(0, f"a nimby speaks for its own host: {address} is not the address of {message.host}")
        orders = self._core.shields(number, message.host, message.up, now)
        return orders, ShieldsAre(message.host, message.up, self.running_on(message.host))

    def _is_wrangler(self, peer: Peer) -> bool:
        return peer.wrangler or peer.uid is not None or (peer.role == "client" and peer.user == self._user)

    def _is_own(self, host: str, address: str) -> bool:
        """Whether who connects from this address is on this host."""
        known = self._core.address_of(host)
        return known is not None and (known == address or (self._is_here(known) and self._is_here(address)))
