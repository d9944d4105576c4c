"""Streams between clients and a dispatcher: framed msgpack of `runtime.messages` over a Unix socket.

    client                                    dispatcher
      connect ------------------------------->  accept; the kernel says whose process it is (SO_PEERCRED)
      Greeting ------------------------------>  uid, protocol
      <--------------------------------------- Greeting
      requests, with an id ------------------>
      <------------------------ replies, with that id; Changed, as they happen

Decoding is validation: bytes that are no message end that connection with a reason, and only that one. Until the
greetings are exchanged a frame is small; after that it may be as large as the largest script.

The stream is `daemons.streams`'. Replies always wait for the reader at the other end; news does not: a client that does
not read has its backlog of news thrown away and gets the state of everything afresh when it reads again
(`Connection.news`).

What a connection means is not here: `daemons.dispatcher` answers, `daemons.client` asks.
"""

from __future__ import annotations

import os
import socket as stdlib_socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import trio

from daemons.frames import frame
from daemons.streams import FramedStream, LinkError, PeerGone
from runtime.messages import PROTOCOL, AnyMessage, Greeting, Message

GREETING_LIMIT_BYTES = 64 * 1024
FRAME_LIMIT_BYTES = 1 << 30
NEWS_LIMIT = 2_000
"""News that may wait for a slow client before all of it gives way to one fresh Queue."""
NEWS_GATHER_S = 0.05
"""News gathers for so long between two writes, so that thousands a second do not wake a client for each."""

_NO_LIMIT_BYTES = 1 << 62
_UNIX_PATH_BYTES = 100
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AnyMessage)


class Connection(FramedStream):
    """One stream of messages. Run `write_forever` in a task; then `receive` and `post`."""

    def __init__(self, stream: trio.SocketStream, fresh: Callable[[], Message] | None = None) -> None:
        """`fresh` makes the message that replaces a backlog of news."""
        super().__init__(stream, GREETING_LIMIT_BYTES, _NO_LIMIT_BYTES)
        self._news: deque[bytes] = deque()
        self._fresh = fresh
        self._stale = False
        self._at_once = trio.Event()
        """Set while something waits that must not wait for more news."""

    async def receive(self) -> AnyMessage | None:
        """The next message; None when the other side has closed. Raises LinkError."""
        body = await self.receive_body()
        return None if body is None else decode(body)

    def post(self, message: Message) -> None:
        """Send a message when its turn comes."""
        self.post_frame(pack(message))

    def news(self, packed: bytes) -> None:
        """Send news (a message as `pack` gives it), or, when too much waits already, the state of everything later."""
        if self._stale:
            return
        if len(self._news) >= NEWS_LIMIT:
            self._news.clear()
            self._stale = True
            return
        self._news.append(packed)
        self._something_to_write.set()

    async def drain(self) -> None:
        """Wait until the writer task has written all that was posted."""
        self._at_once.set()
        await super().drain()

    def _holds_back(self) -> bool:
        return bool(self._news) or self._stale

    def _queue(self, data: bytes) -> None:
        super()._queue(data)
        self._at_once.set()

    async def _gather(self) -> None:
        with trio.move_on_after(NEWS_GATHER_S):
            await self._at_once.wait()

    def _take(self) -> bytes:
        if self._stale and self._fresh is not None:
            self._stale = False
            self._news.append(pack(self._fresh()))
        self._at_once = trio.Event()
        data = super()._take() + b"".join(self._news)
        self._news.clear()
        return data

    async def greet(
        self, role: str, user: str, *, answer: bool = False, limit_bytes: int = FRAME_LIMIT_BYTES
    ) -> Greeting:
        """Exchange greetings; frames of `limit_bytes` are allowed from here on. Raises LinkError.

        Who `answer`s speaks second, so that nothing larger can be on its way before it knows whose it is.
        """
        mine = Greeting(protocol=PROTOCOL, role=role, user=user, pid=os.getpid())
        theirs: AnyMessage | None = None
        if answer:
            theirs = await self.receive()
            self.allow(limit_bytes)
        try:
            await self.stream.send_all(pack(mine))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise PeerGone("the other side closed the connection") from None
        if not answer:
            theirs = await self.receive()
            self.allow(limit_bytes)
        if theirs is None:
            raise PeerGone("the other side closed the connection")
        if not isinstance(theirs, Greeting):
            raise LinkError("the first message was no greeting")
        if theirs.protocol != PROTOCOL:
            raise LinkError(
                f"the {theirs.role} speaks protocol {theirs.protocol}, this side {PROTOCOL}: both must be one version"
            )
        return theirs


def pack(message: Message) -> bytes:
    """A message as a frame: what `Connection.news` takes, so that many connections share one encoding."""
    return frame(_encoder.encode(message))


def decode(body: bytes) -> AnyMessage:
    """Raises LinkError for bytes that are no message."""
    try:
        message: AnyMessage = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LinkError(f"not a message: {error}") from error
    return message


def peer_uid(stream: trio.SocketStream) -> int:
    """The user whose process is at the other end of a Unix socket, as the kernel noted it at connect."""
    credentials = stream.socket.getsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", credentials)[1]
    return uid


async def connect(path: Path) -> trio.SocketStream:
    """Connect to a Unix socket of this user's. Raises OSError, or LinkError when another user's process listens."""
    plain = stdlib_socket.socket(stdlib_socket.AF_UNIX, stdlib_socket.SOCK_STREAM)
    try:
        with short_address(path) as address:
            plain.connect(address)
        plain.setblocking(False)
    except OSError:
        plain.close()
        raise
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(plain))
    uid = peer_uid(stream)
    if uid != os.getuid():
        await stream.aclose()
        raise LinkError(f"the dispatcher behind {path} belongs to another user (uid {uid})")
    return stream


def listen(path: Path) -> trio.SocketListener:
    """Listen on a Unix socket in place of whatever a dead dispatcher left there. Hold the lock. Raises OSError."""
    path.unlink(missing_ok=True)
    plain = stdlib_socket.socket(stdlib_socket.AF_UNIX, stdlib_socket.SOCK_STREAM)
    try:
        with short_address(path) as address:
            plain.bind(address)
        path.chmod(0o600)
        plain.listen(128)
        plain.setblocking(False)
    except OSError:
        plain.close()
        raise
    return trio.SocketListener(trio.socket.from_stdlib_socket(plain))


@contextmanager
def short_address(path: Path) -> Iterator[str]:
    """An address for a path that may be too long for one (108 bytes): through a descriptor of its directory."""
    if len(os.fsencode(path)) <= _UNIX_PATH_BYTES:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
