"""The cables between dispatchers and alfservers: a proxy that knows their frames, and cuts at the worst message.

    dispatcher --> 127.0.0.N:alfserverPort  (cables)  127.0.0.N:behind <-- alfserver -s behind

TCP loses nothing while a connection lasts, so what is lost is lost together with its connection.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import trio

from daemons.frames import FrameReader, frame

LIMIT_BYTES = 64 << 20


@dataclass(frozen=True)
class Wound:
    """What is done at the next message of a kind."""

    message: str
    arrives: bool
    """Whether that message still arrives before the connection is cut."""
    silent_s: float = 0.0
    """For so long nothing passes either way before both sides hear of the cut: a half-open connection."""

    def __str__(self) -> str:
        silent = f" after {self.silent_s:.1f} s of silence" if self.silent_s else ""
        return f"cut{silent} at {self.message}, which {'arrived' if self.arrives else 'was lost'}"


WOUNDS = {
    "lose an end": Wound("Ended", arrives=False),  # T6
    "lose a beginning": Wound("Began", arrives=False),
    "lose a launch": Wound("Launch", arrives=False),
    "cut after a launch": Wound("Launch", arrives=True),  # T7
    "cut after an end": Wound("Ended", arrives=True),
    "cut before what was asked is answered": Wound("Resumed", arrives=False),
    "lose an acknowledgement": Wound("Acknowledge", arrives=False),
    "lose a renewal": Wound("Renew", arrives=False, silent_s=2.0),
    "half-open": Wound("Launch", arrives=True, silent_s=2.0),
}


class Cables:
    """All cables of a farm. `serve` runs them."""

    def __init__(self, addresses: list[str], port: int, behind: int, note: Callable[[str], None]) -> None:
        """`note` is told of every wound when it is done."""
        self._addresses = addresses
        self._port = port
        self._behind = behind
        self._wounds: list[Wound] = []
        self._note = note

    def wound(self, wound: Wound) -> None:
        """Do this at the next message of its kind."""
        self._wounds.append(wound)

    async def serve(self, nursery: trio.Nursery) -> None:
        """Listen in front of every alfserver until the nursery is cancelled."""
        for address in self._addresses:
            listeners = await trio.open_tcp_listeners(self._port, host=address)
            nursery.start_soon(trio.serve_listeners, self._carry, listeners)

    async def _carry(self, near: trio.SocketStream) -> None:
        """One connection from its beginning to its cut."""
        with suppress(OSError):
            address = near.socket.getsockname()[0]
            far = await trio.open_tcp_stream(address, self._behind)
            async with near, far, trio.open_nursery() as ways:
                way = Way(self, ways)
                ways.start_soon(way.pump, near, far)
                ways.start_soon(way.pump, far, near)

    def due(self, body: bytes) -> Wound | None:
        """What is to be done at this message."""
        said = msgspec.msgpack.decode(body)
        kind = said[0] if isinstance(said, list) and said else ""
        for wound in self._wounds:
            if wound.message == kind:
                self._wounds.remove(wound)
                self._note(str(wound))
                return wound
        return None


class Way:
    """Both directions of one connection; they are cut together, and silent together."""

    def __init__(self, cables: Cables, tasks: trio.Nursery) -> None:
        self._cables = cables
        self._tasks = tasks
        self._silent = False

    async def pump(self, source: trio.SocketStream, sink: trio.SocketStream) -> None:
        frames = FrameReader(LIMIT_BYTES)
        with suppress(OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            async for data in source:
                for body in frames.feed(data):
                    await self._pass_on(body, sink)
        if not self._silent:
            self._tasks.cancel_scope.cancel()

    async def _pass_on(self, body: bytes, sink: trio.SocketStream) -> None:
        wound = None if self._silent else self._cables.due(body)
        if not self._silent and (wound is None or wound.arrives):
            await sink.send_all(frame(body))
        if wound is not None:
            self._silent = True
            await trio.sleep(wound.silent_s)
            self._tasks.cancel_scope.cancel()
            await trio.sleep_forever()
