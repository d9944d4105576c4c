"""The windows' side of a dispatcher: connects, watches, and comes back by itself.

    connecting --> connected --broken--> lost --a while--> connecting ...
                      |  '--no answer to an Echo--> silent --any word--> connected
                      |  the queue, at once and whenever something has changed: `queue`
                      '- every change as it comes: `changed`

What is heard goes to listeners, plain objects without Tk. A dispatcher that does not run is started, unless the user
has shut it down from here: then it is only looked for.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import Protocol

import trio

from daemons.client import ConnectionLost, DispatcherClient, DispatcherError, connect
from runtime.messages import Changed, Queue

_FIRST_S, _LAST_S = 0.2, 5.0
"""From a loss to the next try, and at most."""
LOOK_S = 2.0
"""While nothing is heard it is asked so often whether anybody is there."""
STARTING_S = 7.0
"""A dispatcher that starts is not expected to answer sooner."""
PATIENCE_S = 3.0
"""Who has not answered within this is told to be silent; his connection is kept."""
_AGAIN = "tried again by itself"
_GONE = "the dispatcher has gone; what it had accepted is safe"
_SILENT = "the dispatcher does not answer; what it said last is shown, and what it says as soon as it does"
_ENDING = "the dispatcher ends what runs, and then itself"
_SHUT_DOWN = "the dispatcher is shut down, the queue is kept; Alfred > Start dispatcher starts it again"
_QUEUE_S = 0.1
"""The queue is asked for at most so often."""


class Listener(Protocol):
    """Who hears of a dispatcher."""

    def queue(self, queue: Queue) -> None:
        """The queue as it stands now."""

    def changed(self, change: Changed) -> None:
        """One change."""

    def linked(self, lost: str) -> None:
        """The dispatcher is there; or why not, in words: what is shown is as it was then."""


class NotConnected(DispatcherError):
    """What was asked for needs a dispatcher, and there is none now."""


class DispatcherLink:
    """`client` is None while nobody answers; `lost` says why. `starts`: whether one is started where none runs."""

    def __init__(self, *, slots: int | None = None, starts: bool = True) -> None:
        self._listeners: list[Listener] = []
        self._dirty = trio.Event()
        self._hurry = trio.Event()
        self._asked_at = float("inf")
        """Since when an answer of the dispatcher is waited for."""
        self._told = trio.Event()
        """Set when `client` or `lost` are others."""
        self._slots = slots
        self.starts = starts
        self.client: DispatcherClient | None = None
        self.lost = "connecting to the dispatcher ..."

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)
        listener.linked(self.lost)

    def forget(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    @property
    def connected(self) -> DispatcherClient:
        """The client. Raises NotConnected."""
        if self.client is None:
            raise NotConnected(f"not done: {self.lost}")
        return self.client

    async def reached(self) -> DispatcherClient:
        """The client, as soon as there is one."""
        while self.client is None:
            await self._told.wait()
        return self.client

    def start(self) -> None:
        """Look for the dispatcher now, and start it where it does not run: also where the user has shut it down."""
        self.starts = True
        self._hurry.set()

    async def run(self) -> None:
        """Be connected, or try to, until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._notice_silence)
            await self._try_forever()

    async def _try_forever(self) -> None:
        wait_s = _FIRST_S
        while True:
            self._asked_at = trio.current_time() + STARTING_S
            try:
                async with connect(start=self.starts, slots=self._slots) as client:
                    wait_s = _FIRST_S
                    await self._watch(client)
            except DispatcherError as error:
                self._asked_at = float("inf")
                self._link(None, f"{error}; {_AGAIN}" if self.starts else _SHUT_DOWN)
            self._hurry = trio.Event()
            with trio.move_on_after(wait_s):
                await self._hurry.wait()
            wait_s = min(2 * wait_s, _LAST_S)

    async def _notice_silence(self) -> None:
        """Say when the dispatcher has been asked for something, and says nothing: it hangs, or is stopped."""
        while True:
            if trio.current_time() > self._asked_at + PATIENCE_S:
                self._link(None, _SILENT if self.starts else _ENDING)
            await trio.sleep(PATIENCE_S / 4)

    async def _watch(self, client: DispatcherClient) -> None:
        """Hear what there is to hear, until the connection breaks: raises ConnectionLost."""
        async with aclosing(client.watch()) as news:
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._refresh, client)
                    nursery.start_soon(self._ask_again, client)
                    async for message in news:
                        self._heard(client)
                        self._hear(message)
                    raise ConnectionLost(_GONE)
            except BaseExceptionGroup as group:
                lost, others = group.split(DispatcherError)
                if others is not None or lost is None:
                    raise
                raise ConnectionLost(_GONE) from group

    async def _ask_again(self, client: DispatcherClient) -> None:
        """Ask now and then whether it is there; who was silent is up to date again with its answer."""
        while True:
            await trio.sleep(LOOK_S)
            self._asked_at = trio.current_time()
            await client.echo()
            if self.client is None:
                self._dirty.set()
            self._heard(client)

    def _heard(self, client: DispatcherClient) -> None:
        """The dispatcher has said something."""
        self._asked_at = float("inf")
        if self.client is None:
            self._link(client, "")

    def _hear(self, message: Queue | Changed) -> None:
        if isinstance(message, Queue):
            for listener in list(self._listeners):
                listener.queue(message)
            return
        for listener in list(self._listeners):
            listener.changed(message)
        self._dirty.set()

    async def _refresh(self, client: DispatcherClient) -> None:
        """Ask for the queue when something has changed."""
        while True:
            await self._dirty.wait()
            self._dirty = trio.Event()
            self._hear(await client.list())
            await trio.sleep(_QUEUE_S)

    def _link(self, client: DispatcherClient | None, lost: str) -> None:
        if (client, lost) == (self.client, self.lost):
            return  # tried again, in vain: that was said
        self.client, self.lost = client, lost
        self._told.set()
        self._told = trio.Event()
        for listener in list(self._listeners):
            listener.linked(lost)
