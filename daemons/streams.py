"""A framed stream between two of our processes, over a Unix socket or TCP: bodies in, bodies out. Not what they mean:
`daemons.link` (the farm's messages) and `daemons.wire` (clients and dispatchers) are this with messages on top.

    read   many bodies at a time: whoever handles them all before he reads again spares a task switch for each
    post   never waits: written at once where nothing else waits, else by the one task that runs `write_forever`
           (two writers on one stream are an error in trio)
    bound  a body over the limit, and a backlog over its limit because the other side does not read, end the connection

What ends a connection is a LinkError with a reason; that the other side has closed it is no error.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

import trio

from daemons.frames import HEADER_BYTES, FrameError, FrameReader

BACKLOG_BYTES = 64 << 20
"""What may wait for a reader at the other end before he is given up."""
KEEPALIVE_IDLE_S = 20
KEEPALIVE_EVERY_S = 10
CONNECT_S = 10.0
"""How long a connection may take to a host that does not answer."""
UNANSWERED_S = 50
"""A peer whose machine has answered nothing for so long is gone (less than half a lease)."""

_IN_LINE = 256  # connections that the kernel has made and nobody has accepted yet
_CHUNK_BYTES = 64 * 1024
_CHUNK_BEHIND_BYTES = 1 << 20  # a body that did not fit in one read is large


class LinkError(Exception):
    """This connection cannot go on; the text is the reason."""


class Unreachable(LinkError):
    """Nobody answers at an address: worth trying again, or elsewhere."""


class PeerGone(LinkError):
    """The other side closed the connection before it said who it is."""


class FramedStream:
    """One framed stream of bodies. Run `write_forever` in a task; then receive and post."""

    def __init__(self, stream: trio.SocketStream, limit_bytes: int, backlog_bytes: int = BACKLOG_BYTES) -> None:
        """`limit_bytes` bounds a body that comes, `backlog_bytes` what may wait to be written."""
        self.stream = stream
        self._frames = FrameReader(limit_bytes)
        self._incoming: deque[bytes] = deque()
        self._outgoing: deque[bytes] = deque()
        self._waiting_bytes = 0
        """What was posted and is not written: in the queue, or on its way to a reader who is slow."""
        self.backlog_bytes = backlog_bytes
        self._writing = False
        self._broken = ""
        self._something_to_write = trio.Event()
        self._drained = trio.Event()

    def allow(self, limit_bytes: int) -> None:
        """Take bodies up to this size from now on: the other side is known."""
        self._frames.limit_bytes = limit_bytes

    async def receive_body(self) -> bytes | None:
        """The next body; None when the other side has closed. Raises LinkError."""
        if not self._incoming and not await self._read():
            return None
        return self._incoming.popleft()

    async def receive_bodies(self) -> deque[bytes]:
        """All bodies that are there, at least one; none when the other side has closed. Raises LinkError.

        What the caller leaves in it is given again.
        """
        if not self._incoming:
            await self._read()
        return self._incoming

    async def _read(self) -> bool:
        """Wait for at least one more body. False: the other side has closed."""
        while not self._incoming:
            chunk = _CHUNK_BEHIND_BYTES if self._frames.pending_bytes else _CHUNK_BYTES
            try:
                data = bytes(await self.stream.receive_some(chunk))
                self._incoming.extend(self._frames.feed(data))
            except FrameError as error:
                raise LinkError(str(error)) from error
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                if self._broken:
                    raise LinkError(self._broken) from None
                return False
            if not data:
                if self._frames.pending_bytes:
                    raise LinkError("the stream ended within a message")
                return False
        return True

    def post_frame(self, data: bytes | bytearray) -> None:
        """Send a body with its length in front when its turn comes. `data` may be used again afterwards.

        Once the connection is over, or is given up because the other side does not read, nothing is sent: `receive`
        tells.
        """
        if not (self._writing or self._outgoing or self._holds_back()):
            written = self._write_now(data)
            if written == len(data):
                return
            self._queue(bytes(memoryview(data)[written:]))
        else:
            self._queue(bytes(data))
        self._something_to_write.set()

    def _holds_back(self) -> bool:
        """Whether something else waits that must not be overtaken."""
        return False

    def _queue(self, data: bytes) -> None:
        if self._broken:
            return
        self._outgoing.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes > self.backlog_bytes:
            self.give_up(f"the other side does not read: {self._waiting_bytes} bytes wait for it")

    def _write_now(self, data: bytes | bytearray) -> int:
        """How much of it can be written without waiting. What goes at once spares the writer task a turn."""
        try:
            return os.write(self.stream.socket.fileno(), data)
        except OSError:
            return 0  # it has to wait, or the other side is gone: the writer task finds out which

    def give_up(self, reason: str) -> None:
        """End the connection at once, from this side; `receive` raises LinkError with the reason."""
        self._broken = self._broken or reason
        self._outgoing.clear()
        self._waiting_bytes = 0
        self.stream.socket.close()

    async def write_forever(self) -> None:
        """Write what is posted until cancelled. Ends quietly when the other side is gone: `receive` will tell."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                if not self._something_to_write.is_set():
                    self._drained.set()
                await self._something_to_write.wait()
                self._writing = True
                on_its_way_bytes = self._waiting_bytes
                await self.stream.send_all(self._take())
                self._waiting_bytes -= on_its_way_bytes
                self._writing = False
                await self._gather()

    async def converse(self, talk: Callable[[trio.Nursery], Awaitable[None]]) -> LinkError | None:
        """Run `talk` while a task writes what is posted; the LinkError that ended it, None where it ended by itself.

        What `talk` starts in the nursery ends with it; who cancels the nursery ends the conversation.
        """
        wrong: LinkError | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.write_forever)
            try:
                await talk(nursery)
            except LinkError as error:
                wrong = error  # given back: raised here, the nursery would make a group of it
            nursery.cancel_scope.cancel()
        return wrong

    async def _gather(self) -> None:
        """Between two writes: a moment for more to come, where that is wanted."""

    def _take(self) -> bytes:
        """Everything that waits, as one piece."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        self._something_to_write = trio.Event()
        return data

    async def drain(self) -> None:
        """Wait until the writer task has written all that was posted."""
        self._drained = trio.Event()
        self._something_to_write.set()
        await self._drained.wait()

    async def flush(self) -> None:
        """Write what waits, where no task writes."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self.stream.send_all(self._take())
        self._waiting_bytes = 0

    async def close(self) -> None:
        with trio.CancelScope(shield=True, deadline=trio.current_time()):
            await self.stream.aclose()


def frame_of(encode_into: Callable[[object, bytearray, int], None], buffer: bytearray, *messages: object) -> bytearray:
    """Messages as frames in `buffer`, which is overwritten: no copy of a body is made. `encode_into` is msgspec's."""
    buffer.clear()
    for message in messages:
        start = len(buffer)
        buffer += b"\0\0\0\0"
        encode_into(message, buffer, start + HEADER_BYTES)
        buffer[start : start + HEADER_BYTES] = (len(buffer) - start - HEADER_BYTES).to_bytes(HEADER_BYTES, "big")
    return buffer


def tune(stream: trio.SocketStream) -> None:
    """A TCP connection as the farm wants it: nothing waits to be sent, and a dead machine is noticed."""
    for option, value in (
        (socket.TCP_NODELAY, 1),
        (socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S),
        (socket.TCP_KEEPINTVL, KEEPALIVE_EVERY_S),
        (socket.TCP_USER_TIMEOUT, UNANSWERED_S * 1000),
    ):
        stream.setsockopt(socket.IPPROTO_TCP, option, value)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def listen_at(address: str, port: int) -> trio.SocketListener:
    """Wait for TCP connections at an IPv4 address and port (0: any that is free). Raises OSError."""
    plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plain.bind((address, port))
        plain.listen(_IN_LINE)
        plain.setblocking(False)
    except OSError:
        plain.close()
        raise
    return trio.SocketListener(trio.socket.from_stdlib_socket(plain))


async def dial(host: str, port: int, expect: str) -> trio.SocketStream:
    """A TCP connection, before any hello; `expect` is for the words. Raises Unreachable."""
    where = f"{host}:{port}"
    stream = None
    with trio.move_on_after(CONNECT_S):
        try:
            stream = await trio.open_tcp_stream(host, port)
        except OSError as error:
            raise Unreachable(f"the {expect} at {where} cannot be reached: {_words(error)}") from error
    if stream is None:
        raise Unreachable(f"the {expect} at {where} cannot be reached: no answer in {CONNECT_S:g} s")
    tune(stream)
    return stream


def _words(error: OSError) -> str:
    """The reason alone; trio hides that of a single address in a group."""
    cause = error.__cause__
    if isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    reason = cause if isinstance(cause, OSError) else error
    if reason.errno is None or isinstance(reason, socket.gaierror):  # its numbers are of another kind
        return reason.strerror or str(reason)
    return os.strerror(reason.errno)
