"""The farm, looked at again and again while somebody watches it, and not otherwise.

    watch(listener) --> AskFarm --answer--> listeners: farm(...)   --a while--> AskFarm ...
                           '-- no answer --> listeners: looked(why, in words); what they show is as it was

One question is under way at a time, on a connection of its own: a maitre-d that hangs keeps nothing else waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import trio

from daemons.unanswered import NoMaitred
from runtime.farm_messages import AskFarm, Farm, FarmMessage, Refused

ANSWER_S = 20.0
"""After so long another connection is tried."""
PATIENCE_S = 3.0
"""After so long without an answer it is said that there is none."""
_REST, _MOST_S = 3.0, 10.0
"""A farm so large that a look at it takes long is looked at less often: so many times as long passes until the next."""


class Watcher(Protocol):
    """Who watches the farm."""

    def farm(self, farm: Farm) -> None:
        """The farm as it is now."""

    def looked(self, lost: str) -> None:
        """The maitre-d answers; or why not, in words: what is shown is as it was then."""


class Asks(Protocol):
    """Who asks the maitre-d (gui.links.maitred.MaitredLink)."""

    async def ask(self, question: FarmMessage, answer_s: float) -> FarmMessage: ...

    async def close(self) -> None: ...


class FarmFeed:
    """`every_s`: from an answer to the next question. `lost`: why there is no answer, in words."""

    def __init__(self, link: Asks, every_s: Callable[[], float]) -> None:
        self._link = link
        self._every_s = every_s
        self._watchers: list[Watcher] = []
        self._watched = trio.Event()
        self._hurry = trio.Event()
        self._last: Farm | None = None
        self._heard_at = 0.0
        self.lost = "asking the maitre-d ..."

    def watch(self, watcher: Watcher) -> None:
        """Hear of the farm from now on."""
        self._watchers.append(watcher)
        watcher.looked(self.lost)
        if self._last is not None:
            watcher.farm(self._last)
        self._watched.set()
        self.look_now()

    def forget(self, watcher: Watcher) -> None:
        self._watchers.remove(watcher)
        if not self._watchers:
            self._watched = trio.Event()
            self._last, self.lost = None, "asking the maitre-d ..."

    def look_now(self) -> None:
        """Something was changed: see what came of it."""
        self._hurry.set()

    def age_s(self) -> float:
        """How old the last answer is."""
        return trio.current_time() - self._heard_at

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._watched.wait()
                self._hurry = trio.Event()
                began = trio.current_time()
                await self._look()
                took_s = 0.0 if self.lost else trio.current_time() - began
                with trio.move_on_after(max(0.1, self._every_s(), min(_REST * took_s, _MOST_S))):
                    await self._hurry.wait()
        finally:
            with trio.move_on_after(1.0, shield=True):
                await self._link.close()

    async def _look(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._lose_patience)
            try:
                answer = await self._link.ask(AskFarm(0, in_parts=True), ANSWER_S)
            except NoMaitred as error:
                self._tell(str(error))
            else:
                self._hear(answer)
            nursery.cancel_scope.cancel()

    async def _lose_patience(self) -> None:
        await trio.sleep(PATIENCE_S)
        self._tell("the maitre-d does not answer")

    def _hear(self, answer: FarmMessage) -> None:
        if not isinstance(answer, Farm):
            self._tell(answer.text if isinstance(answer, Refused) else f"unexpected answer {type(answer).__name__}")
            return
        self._heard_at = trio.current_time()
        if not self._watchers:
            return
        self._last = answer
        self._tell("")
        for watcher in list(self._watchers):
            watcher.farm(answer)

    def _tell(self, lost: str) -> None:
        if lost == self.lost:
            return
        self.lost = lost
        for watcher in list(self._watchers):
            watcher.looked(lost)
